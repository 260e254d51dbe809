"""Revisions and compare-and-set, on both facades."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from storage_core import AsyncStore, ConflictError, InvalidValueError, KeyNotFoundError, Scope
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.facades import listed, revision_of

Verb = Callable[[AsyncStore, str, Any], Awaitable[Any]]

WRITES: dict[str, Verb] = {
    "set": lambda store, key, revision: store.set(key, b"new", if_revision=revision),
    "save": lambda store, key, revision: store.save(key, "new", if_revision=revision),
    "save_text": lambda store, key, revision: store.save_text(key, '"new"', if_revision=revision),
}
CHANGES: dict[str, Verb] = {
    "delete": lambda store, key, revision: store.delete(key, if_revision=revision),
    "expire": lambda store, key, revision: store.expire(key, 60, if_revision=revision),
    "rename": lambda store, key, revision: store.rename(key, "other", if_revision=revision),
    "rename onto itself": lambda store, key, revision: store.rename(key, key, if_revision=revision),
    "move": lambda store, key, revision: store.move(key, Scope("other"), if_revision=revision),
}
ALL = WRITES | CHANGES


async def test_every_write_takes_the_next_number_and_leaves_it_on_the_entry(store: AsyncStore) -> None:
    await store.save("a", 1)
    await store.user("ann").set("a", b"")
    await store.save("b", 1)
    await store.save("a", 2)
    assert await revision_of(store, "a") == 4
    assert await revision_of(store.user("ann"), "a") == 2
    await store.expire("b", 60)
    assert await revision_of(store, "b") == 5
    await store.update("b", lambda value: value)
    assert await revision_of(store, "b") == 6


@pytest.mark.parametrize("verb", ALL)
async def test_if_revision_writes_where_the_entry_still_has_it(store: AsyncStore, verb: str) -> None:
    await store.save("key", "old")
    await ALL[verb](store, "key", await revision_of(store, "key"))
    entry = await store.entry("key")
    if verb in WRITES:
        assert entry is not None
        assert entry.value in ("new", b"new")
    assert (entry is None) == (verb in ("delete", "rename", "move"))


@pytest.mark.parametrize("verb", ALL)
async def test_if_revision_raises_conflict_error_with_what_is_there_instead(
    store: AsyncStore, verb: str
) -> None:
    await store.save("key", "old")
    await store.save("key", ["theirs"], ttl=60)
    theirs = await store.entry("key")
    for expected in (1, 3, 0, 2**70):
        with pytest.raises(ConflictError) as conflict:
            await ALL[verb](store, "key", expected)
        assert conflict.value.entry == theirs
        assert conflict.value.entry is not None
        assert conflict.value.entry.value == ["theirs"]
    assert await store.entry("key") == theirs


@pytest.mark.parametrize("verb", ALL)
async def test_a_conflict_where_nothing_is_has_no_entry(store: AsyncStore, verb: str) -> None:
    await store.save("key", 1)
    revision = await revision_of(store, "key")
    await store.delete("key")
    with pytest.raises(ConflictError, match="holds nothing") as conflict:
        await ALL[verb](store, "key", revision)
    assert conflict.value.entry is None
    assert await listed(store.keys()) == []


@pytest.mark.parametrize("verb", WRITES)
async def test_revision_0_writes_only_where_there_is_none(store: AsyncStore, verb: str) -> None:
    await WRITES[verb](store, "key", 0)
    assert await store.exists("key")
    with pytest.raises(ConflictError, match="where nothing was expected"):
        await WRITES[verb](store, "key", 0)


async def test_revision_0_where_nothing_is_leaves_the_other_verbs_nothing_to_do(store: AsyncStore) -> None:
    assert await store.delete("key", if_revision=0) is False
    with pytest.raises(KeyNotFoundError):
        await store.expire("key", 60, if_revision=0)
    with pytest.raises(KeyNotFoundError):
        await store.rename("key", "other", if_revision=0)
    with pytest.raises(KeyNotFoundError):
        await store.move("key", Scope("other"), if_revision=0)


@pytest.mark.parametrize("verb", ALL)
async def test_if_revision_must_be_a_revision(store: AsyncStore, verb: str) -> None:
    await store.save("key", 1)
    for revision in (-1, True, 1.0, "1", -(10**5000)):
        with pytest.raises(InvalidValueError, match="if_revision"):
            await ALL[verb](store, "key", revision)
    assert await revision_of(store, "key") == 1


async def test_a_conflict_over_a_taken_place_differs_from_one_over_the_revision(store: AsyncStore) -> None:
    await store.save("key", "mine")
    await store.save("taken", "theirs")
    with pytest.raises(ConflictError) as conflict:
        await store.rename("key", "taken", if_revision=1)
    assert conflict.value.entry == await store.entry("taken")
    with pytest.raises(ConflictError) as conflict:
        await store.rename("key", "taken", overwrite=True, if_revision=2)
    assert conflict.value.entry == await store.entry("key")
    await store.rename("key", "taken", overwrite=True, if_revision=1)
    assert await store.load("taken") == "mine"


async def test_a_conflict_over_bytes_holds_them(store: AsyncStore) -> None:
    await store.set("key", b"theirs")
    with pytest.raises(ConflictError) as conflict:
        await store.save("key", "mine", if_revision=0)
    assert conflict.value.entry == await store.entry("key")
    assert conflict.value.entry is not None
    assert conflict.value.entry.value == b"theirs"


@pytest.mark.parametrize("way", ["delete", "delete_many", "clear", "rename and delete"])
async def test_a_revision_is_never_used_again_after_a_delete(open_storage: OpenStorage, way: str) -> None:
    storage = open_storage()
    store = storage.workspace("acme")
    await store.save_many({"a": 1, "b": 2})
    used = 2
    for _ in range(3):
        if way == "delete":
            await store.delete("a")
            await store.delete("b")
        elif way == "delete_many":
            await store.delete_many(["a", "b"])
        elif way == "clear":
            await store.clear()
        else:
            await store.rename("a", "b", overwrite=True)
            await store.clear()
        used = max([used, *[change.revision async for change in storage.changes(0)]])
        await storage.close()
        storage = open_storage()
        store = storage.workspace("acme")
        await store.save("a", 1)
        assert await revision_of(store, "a") == used + 1
        used += 1


async def test_a_write_that_is_refused_uses_no_revision(store: AsyncStore) -> None:
    await store.save("key", 1)
    with pytest.raises(ConflictError):
        await store.save("key", 2, if_revision=0)
    with pytest.raises(KeyNotFoundError):
        await store.expire("missing", 1)
    assert await store.delete("missing") is False
    await store.save("key", 3)
    assert await revision_of(store, "key") == 2
