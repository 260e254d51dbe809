"""The ambient `store` and `user`: whose values they are, in every task and thread."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from storage_core import (
    AsyncStorage,
    InvalidNameError,
    InvalidValueError,
    NoContextError,
    Scope,
    Storage,
    acting_as,
    store,
    use_storage,
    user,
)
from tests.storage_core.facades import listed


@pytest.fixture
async def host(location: Path) -> AsyncIterator[AsyncStorage]:
    """A storage that the ambient names use, in the workspace "acme"."""
    async with AsyncStorage(location) as storage:
        use_storage(storage, workspace="acme")
        yield storage
        use_storage(None)


async def test_the_ambient_store_holds_the_shared_values_of_the_workspace(host: AsyncStorage) -> None:
    await store.save("theme", {"color": "dark"})
    assert store.scope == Scope("acme")
    assert await host.workspace("acme").load("theme") == {"color": "dark"}


async def test_the_ambient_user_is_whoever_the_host_acts_as(host: AsyncStorage) -> None:
    with acting_as("ann"):
        await user.save("todos", [])
        assert user.scope == Scope("acme", "ann")
        with acting_as(UUID(int=1)):
            assert user.scope == Scope("acme", str(UUID(int=1)))
        assert await user.load("todos") == []
    assert await host.workspace("acme").user("ann").load("todos") == []
    assert await listed(store.keys()) == []


async def test_a_workspace_is_default_where_the_host_names_none(host: AsyncStorage) -> None:
    use_storage(host)
    assert store.scope == Scope("default")


VERBS: list[Callable[[Any], Awaitable[Any]]] = [
    lambda values: values.set("key", b""),
    lambda values: values.get("key"),
    lambda values: values.save("key", 1),
    lambda values: values.load("key"),
    lambda values: values.update("key", lambda value: value),
    lambda values: listed(values.keys()),
    lambda values: listed(values.entries()),
    lambda values: values.delete("key"),
    lambda values: values.clear(),
    lambda values: values.load_many(["key"]),
    lambda values: values.rename("key", "new"),
]


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("verb", VERBS)
async def test_without_a_request_the_ambient_user_raises_no_context_error(
    verb: Callable[[Any], Awaitable[Any]],
) -> None:
    with pytest.raises(NoContextError, match="acting_as"):
        await verb(user)
    with acting_as("ann"):
        pass
    with pytest.raises(NoContextError, match="acting_as"):
        await verb(user)


@pytest.mark.parametrize("verb", VERBS)
async def test_without_a_host_both_ambient_names_raise_no_context_error(
    verb: Callable[[Any], Awaitable[Any]],
) -> None:
    with acting_as("ann"):
        for values in (store, user):
            with pytest.raises(NoContextError, match="use_storage"):
                await verb(values)
    with pytest.raises(NoContextError):
        store.user("ann")


async def test_a_user_by_name_needs_no_request(host: AsyncStorage) -> None:
    await store.user("bob").save("key", 1)
    with acting_as("ann"):
        assert await user.user("bob").load("key") == 1
    assert await host.workspace("acme").user("bob").load("key") == 1


@pytest.mark.usefixtures("host")
async def test_requests_that_run_at_the_same_time_do_not_see_each_others_user() -> None:
    async def request(id: str) -> None:
        def note(log: list[str]) -> list[str]:
            return [*log, f"{id} {len(log)}"]

        with acting_as(id):
            for _ in range(20):
                await user.update("log", note, [])
                await asyncio.sleep(0)

    ids = [str(number) for number in range(10)]
    await asyncio.gather(*(request(id) for id in ids))
    for id in ids:
        with acting_as(id):
            assert await user.load("log") == [f"{id} {number}" for number in range(20)]


@pytest.mark.usefixtures("host")
async def test_a_task_that_a_request_starts_acts_as_the_same_user_also_later() -> None:
    go_on = asyncio.Event()

    async def later() -> None:
        await go_on.wait()
        await user.save("key", "hers")

    with acting_as("ann"):
        task = asyncio.ensure_future(later())
    with acting_as("bob"):
        go_on.set()
        await task
        assert not await user.exists("key")
    with acting_as("ann"):
        assert await user.load("key") == "hers"


@pytest.mark.usefixtures("host")
async def test_a_listing_stays_with_the_user_it_was_begun_for() -> None:
    for id in ("ann", "bob"):
        with acting_as(id):
            await user.save_many({f"{id} {number:04}": 0 for number in range(1500)})
    with acting_as("ann"):
        keys = user.keys()
        await anext(keys)
    with acting_as("bob"):
        assert {key[:3] async for key in keys} == {"ann"}


@pytest.mark.usefixtures("host")
async def test_a_thread_sees_only_the_user_that_it_was_given() -> None:
    with acting_as("ann"):
        assert (await asyncio.to_thread(lambda: user.scope)).user == "ann"
        with ThreadPoolExecutor() as pool, pytest.raises(NoContextError):
            pool.submit(lambda: user.scope).result()


@pytest.mark.usefixtures("host")
async def test_a_request_that_fails_ends_all_the_same() -> None:
    with pytest.raises(ZeroDivisionError), acting_as("ann"):
        raise ZeroDivisionError
    with pytest.raises(NoContextError):
        await user.load("key")


async def test_names_that_cannot_be_are_refused(host: AsyncStorage) -> None:
    for name in ("", "\0", None, 1):
        broken: Any = name
        with pytest.raises(InvalidNameError), acting_as(broken):
            pass
        with pytest.raises(InvalidNameError):
            use_storage(host, workspace=broken)
    assert store.scope == Scope("acme")


async def test_a_storage_that_is_not_asynchronous_is_refused_where_the_host_names_it(
    host: AsyncStorage, location: Path
) -> None:
    synchronous: Any = Storage(location)
    with pytest.raises(InvalidValueError):
        use_storage(synchronous, workspace="acme")
    await store.save("theme", "dark")
