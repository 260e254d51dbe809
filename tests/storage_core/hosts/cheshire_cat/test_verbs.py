"""The Cat's verbs in a host that is not the Cat: whose values they are, and what becomes of odd keys and values."""

import json
import math
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage_core import (
    AsyncStorage,
    InvalidNameError,
    Kind,
    KindError,
    NoContextError,
    acting_as,
    use_storage,
)
from storage_core.hosts.cheshire_cat import CatStore, store, user
from storage_core.hosts.cheshire_cat.verbs import spelled
from storage_core.scope import checked_key

KEYS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet='c"\0\\a', max_size=8).map("cat-key:".__add__),
    st.text(alphabet="a\0\n🐈", min_size=1, max_size=40).map(lambda text: text * 40),
)


@pytest.fixture
async def host(location: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(location) as storage:
        use_storage(storage, workspace="acme")
        yield storage
        use_storage(None)


async def test_store_is_shared_and_user_is_whoever_the_host_acts_as(host: AsyncStorage) -> None:
    assert await store.save("theme", {"color": "dark"}) == {"color": "dark"}
    with acting_as(UUID(int=1)):
        assert await user.load("todos", []) == []
        assert await user.save("todos", ["milk"]) == ["milk"]
        assert await user.exists("todos")
    with acting_as(UUID(int=2)):
        assert not await user.exists("todos")
        assert await user.delete("todos") is False
    acme = host.workspace("acme")
    assert await acme.load("theme") == {"color": "dark"}
    assert await acme.user(UUID(int=1)).load("todos") == ["milk"]


async def test_user_outside_a_request_raises_a_runtime_error(host: AsyncStorage) -> None:
    for call in (user.save("k", 1), user.load("k"), user.delete("k"), user.exists("k")):
        with pytest.raises(RuntimeError) as caught:
            await call
        assert isinstance(caught.value, NoContextError)


async def test_a_stored_none_is_not_a_missing_key(host: AsyncStorage) -> None:
    await store.save("nothing", None)
    assert await store.load("nothing", "default") is None
    assert await store.exists("nothing")
    assert [await store.delete("nothing") for _ in range(2)] == [True, False]
    assert await store.load("nothing", "default") == "default"


@pytest.mark.parametrize("number", [9.0, -0.0, 2**63, 2**70, 10**400, -(2**63) - 1, [9.0, -0.0]], ids=repr)
async def test_numbers_are_exact(host: AsyncStorage, number: Any) -> None:
    await store.save("n", number)
    assert repr(await store.load("n")) == repr(number)


async def test_what_json_cannot_say_is_kept_as_the_text_that_the_cat_writes(host: AsyncStorage) -> None:
    value = {"score": math.nan, "most": math.inf}
    assert await store.save("scores", value) is value
    assert repr(await store.load("scores")) == repr(value)
    entry = await host.workspace("acme").entry("scores")
    assert entry is not None
    assert (entry.kind, entry.value) == (Kind.BYTES, b'{"score": NaN, "most": Infinity}')
    await store.save("scores", {"score": 1})
    assert await host.workspace("acme").load("scores") == {"score": 1}


async def test_what_json_dumps_cannot_write_raises_its_error_and_leaves_what_was_there(
    host: AsyncStorage,
) -> None:
    await store.save("k", 1)
    for value, error in (({1, 2}, TypeError), (10**4300, ValueError), (b"x", TypeError)):
        with pytest.raises(error):
            await store.save("k", value)
    assert await store.load("k") == 1


async def test_bytes_that_no_cat_wrote_are_not_taken_for_json(host: AsyncStorage) -> None:
    await host.workspace("acme").set("logo", b"\x89PNG")
    with pytest.raises(KindError, match="read them with get"):
        await store.load("logo")


async def test_verbs_work_on_the_values_of_any_scope(host: AsyncStorage) -> None:
    ann = CatStore(host.workspace("acme").user("ann"))
    await ann.save("", 1)
    assert await ann.load("") == 1
    assert [key async for key in host.workspace("acme").user("ann").keys()] == ['cat-key:""']


@given(KEYS, KEYS)
@example("", 'cat-key:""')
@example("a" * 1_025, "a" * 1_024)
@example("a" * 2_000, "a" * 2_001)
def test_no_two_keys_meet_and_each_has_a_name_that_a_storage_takes(one: str, other: str) -> None:
    assert checked_key(spelled(one)) == spelled(one)
    assert (spelled(one) == spelled(other)) == (one == other)


@given(KEYS)
def test_a_key_is_its_own_name_or_stands_in_its_name(key: str) -> None:
    name = spelled(key)
    if name != key and not name.startswith("cat-key:sha256:"):
        assert json.loads(name.removeprefix("cat-key:")) == key


@pytest.mark.parametrize("key", [None, 2.5, b"k", ("k",), "\ud800"], ids=repr)
async def test_a_key_that_is_not_text_is_refused(host: AsyncStorage, key: Any) -> None:
    for call in (store.save(key, 1), store.load(key), store.exists(key), store.delete(key)):
        with pytest.raises(InvalidNameError, match="key must be"):
            await call


async def test_a_uuid_and_an_integer_count_as_their_text(host: AsyncStorage) -> None:
    keys: list[Any] = [UUID(int=1), 7]
    for key in keys:
        await store.save(key, "here")
        assert await store.load(str(key)) == "here"


def test_the_cat_is_not_imported_nor_needed() -> None:
    program = (
        "import sys; before = list(sys.meta_path); from storage_core.hosts.cheshire_cat import keep_values;"
        "keep_values('state.db', 'cats').off();"
        "assert sys.meta_path == before and 'cat' not in sys.modules and 'piccolo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
