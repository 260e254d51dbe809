"""Listing keys, entries, workspaces and scopes, on both facades."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage_core import AsyncStorage, AsyncStore, InvalidValueError, Kind, Scope, ScopeInfo
from tests.storage_core.facades import first, listed

BY_CODE_POINT = ["A", "Z", "a", "aa", "ab", "b", "é", "\ud7ff", "\ue000", "\uffff", "😀", "\U0010ffff"]
"""UTF-16 would sort the last of them before U+E000, and a locale é after a."""

PREFIXED = {
    "%": ["%", "%a"],
    "_": ["_", "_a"],
    "*": ["*a"],
    "?": ["?"],
    "[a": ["[a]"],
    "'": ["'"],
    "\\": ["\\_"],
    "foo": ["foo", "foo/bar", "foobar"],
    "foo/": ["foo/bar"],
    "\ud7ff": ["\ud7ff", "\ud7ffa"],
    "\ue000": ["\ue000"],
    "\U0010ffff": ["\U0010ffff", "\U0010ffff\U0010ffff", "\U0010ffffa"],
    "\U0010ffff\U0010ffff": ["\U0010ffff\U0010ffff"],
    "z": ["z", "z\U0010ffff", "z\U0010ffff\U0010ffff", "z\U0010ffffa"],
    "z\U0010ffff": ["z\U0010ffff", "z\U0010ffff\U0010ffff", "z\U0010ffffa"],
    "é": ["é"],
    "e\u0301": ["e\u0301"],
    "nothing": [],
    "F": ["FOO"],
    "\0": [],
}
ALL_PREFIXED = {key for keys in PREFIXED.values() for key in keys} | {"Aa", "xa", "{"}


async def test_keys_are_sorted_by_code_point(store: AsyncStore) -> None:
    await store.save_many(dict.fromkeys(reversed(BY_CODE_POINT)))
    assert await listed(store.keys()) == BY_CODE_POINT
    assert [entry.key async for entry in store.entries()] == BY_CODE_POINT


async def test_a_prefix_is_taken_literally(store: AsyncStore) -> None:
    await store.save_many(dict.fromkeys(ALL_PREFIXED))
    for prefix, keys in PREFIXED.items():
        assert await listed(store.keys(prefix)) == sorted(keys), prefix
        assert [entry.key async for entry in store.entries(prefix)] == sorted(keys), prefix
    assert await listed(store.keys("")) == sorted(ALL_PREFIXED)


async def test_clear_takes_its_prefix_literally_too(store: AsyncStore) -> None:
    for prefix, keys in PREFIXED.items():
        await store.save_many(dict.fromkeys(ALL_PREFIXED))
        assert await store.clear(prefix) == len(keys), prefix
        assert await listed(store.keys()) == sorted(ALL_PREFIXED.difference(keys)), prefix


async def test_after_is_exclusive_and_need_not_be_a_key(store: AsyncStore) -> None:
    await store.save_many(dict.fromkeys(["a", "b/1", "b/2", "b/3", "c"]))
    assert await listed(store.keys("b/", after="Z")) == ["b/1", "b/2", "b/3"]
    assert await listed(store.keys("b/2", after="b/1")) == ["b/2"]
    assert await listed(store.keys("b/3", after="b/1")) == ["b/3"]
    assert await listed(store.keys(after="b/1")) == ["b/2", "b/3", "c"]
    assert await listed(store.keys(after="b/11")) == ["b/2", "b/3", "c"]
    assert await listed(store.keys("b/", after="b/1")) == ["b/2", "b/3"]
    assert await listed(store.keys("b/", after="a")) == ["b/1", "b/2", "b/3"]
    assert await listed(store.keys("b/", after="b/")) == ["b/1", "b/2", "b/3"]
    assert await listed(store.keys("b/", after="c")) == []
    assert await listed(store.keys(after="")) == ["a", "b/1", "b/2", "b/3", "c"]
    assert await listed(store.keys(after="\U0010ffff")) == []


async def test_limit_is_counted_after_prefix_and_after(store: AsyncStore) -> None:
    await store.save_many(dict.fromkeys(["a", "b/1", "b/2", "b/3", "c"]))
    assert await listed(store.keys(limit=2)) == ["a", "b/1"]
    assert await listed(store.keys("b/", after="b/1", limit=1)) == ["b/2"]
    assert await listed(store.keys("b/", limit=99)) == ["b/1", "b/2", "b/3"]
    assert await listed(store.keys(limit=0)) == []
    assert [entry.key async for entry in store.entries("b/", after="b/1", limit=1)] == ["b/2"]


@pytest.mark.parametrize("limit", [-1, 1.5, True, "1"])
async def test_a_limit_must_be_a_number_of_items(store: AsyncStore, limit: int) -> None:
    with pytest.raises(InvalidValueError, match="limit"):
        await listed(store.keys(limit=limit))
    with pytest.raises(InvalidValueError, match="limit"):
        await listed(store.entries(limit=limit))


async def test_entries_tell_all_but_the_value(store: AsyncStore) -> None:
    await store.save("json", {"a": 1}, ttl=60)
    await store.set("bytes", b"12345")
    entries = await listed(store.entries())
    assert [(entry.key, entry.kind, entry.size, entry.value) for entry in entries] == [
        ("bytes", Kind.BYTES, 5, None),
        ("json", Kind.JSON, 7, None),
    ]
    for listing in entries:
        entry = await store.entry(listing.key)
        assert entry is not None
        assert (listing.scope, listing.revision) == (entry.scope, entry.revision)
        assert (listing.updated, listing.expires) == (entry.updated, entry.expires)


@pytest.mark.parametrize("count", [999, 1000, 1001, 2500])
async def test_a_listing_of_any_length_is_complete(store: AsyncStore, count: int) -> None:
    keys = [f"{number:05}" for number in range(count)]
    await store.save_many(dict.fromkeys(keys))
    assert await listed(store.keys()) == keys
    assert [entry.key async for entry in store.entries(limit=count - 1)] == keys[:-1]
    assert await listed(store.keys(after=keys[0], limit=count)) == keys[1:]


async def test_a_listing_holds_nothing_open_while_it_is_read(store: AsyncStore, location: Path) -> None:
    keys = [f"{number:05}" for number in range(2500)]
    await store.save_many(dict.fromkeys(keys))
    listing = store.keys()
    assert await first(1000, listing) == keys[:1000]
    with closing(sqlite3.connect(location, timeout=0)) as other:
        busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0  # a cursor left open would have kept the log from being emptied
    await store.clear("01")
    await store.save_many({"00500": 1, "01234": 1, "03000": 1})
    assert await listed(listing) == ["01234", *keys[2000:], "03000"]


async def test_keys_of_one_scope_are_not_listed_in_another(storage: AsyncStorage) -> None:
    shared = storage.workspace("foo")
    for place in (shared, shared.user("ann"), storage.workspace("foobar"), storage.workspace("fo_")):
        await place.save(str(place.scope), 1)
    assert await listed(shared.keys()) == ["foo / Shared"]
    assert await listed(shared.user("ann").keys()) == ["foo / ann"]
    assert await listed(shared.user("nobody").keys()) == []


async def test_workspaces_are_those_that_hold_anything_by_code_point(storage: AsyncStorage) -> None:
    assert await storage.workspaces() == []
    for name in reversed(BY_CODE_POINT):
        await storage.workspace(name).user("ann").save("key", 1)
    assert await storage.workspaces() == BY_CODE_POINT
    await storage.workspace("a").user("ann").delete("key")
    assert "a" not in await storage.workspaces()


async def test_scopes_tell_how_much_each_holds_shared_values_first(storage: AsyncStorage) -> None:
    assert await storage.scopes() == []
    acme, other = storage.workspace("acme"), storage.workspace("Acme")
    await acme.user("zoe").set("key", b"123")
    await acme.user("Ann").set_many({"a": b"1", "b": b"22"})
    await acme.save("key", "é")
    await other.user("ann").set("key", b"")
    await acme.user("gone").set("key", b"")
    await acme.user("gone").clear()
    assert await storage.scopes() == [
        ScopeInfo(Scope("Acme", "ann"), 1, 0),
        ScopeInfo(Scope("acme"), 1, 4),
        ScopeInfo(Scope("acme", "Ann"), 2, 3),
        ScopeInfo(Scope("acme", "zoe"), 1, 3),
    ]
