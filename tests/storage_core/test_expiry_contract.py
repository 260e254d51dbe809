"""Expiry, on both facades: an expired entry is gone for every verb at once."""

import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from storage_core import (
    AsyncStorage,
    AsyncStore,
    ConflictError,
    InvalidValueError,
    KeyNotFoundError,
    Scope,
)
from storage_core.entry import as_datetime
from tests.storage_core.conftest import Clock
from tests.storage_core.facades import listed, revision_of


async def expires_of(store: AsyncStore, key: str) -> int | None:
    """When the entry at `key` expires, in milliseconds since 1970."""
    entry = await store.entry(key)
    assert entry is not None
    return None if entry.expires is None else round(entry.expires.timestamp() * 1000)


@pytest.mark.parametrize(
    ("ttl", "milliseconds"),
    [
        (1, 1000),
        (0.25, 250),
        (1e-9, 1),
        (0.0015, 2),
        (timedelta(minutes=1), 60_000),
        (timedelta(microseconds=1), 1),
        (100_000_000_000, 100_000_000_000_000),
    ],
)
async def test_ttl_is_seconds_or_a_timedelta_to_the_millisecond(
    store: AsyncStore, clock: Clock, ttl: float | timedelta, milliseconds: int
) -> None:
    await store.save("save", 1, ttl=ttl)
    await store.set("set", b"", ttl=ttl)
    await store.save_text("save_text", "1", ttl=ttl)
    await store.save("expire", 1)
    await store.expire("expire", ttl)
    entries = await listed(store.entries())
    assert [entry.expires for entry in entries] == [as_datetime(clock.now + milliseconds)] * 4


@pytest.mark.parametrize("ttl", [0, -1, math.nan, math.inf, -math.inf, timedelta(0), timedelta(-1), "1", True,
                                 Fraction(1, 2), 1e300, timedelta.max, 252_000_000_000])  # fmt: skip
async def test_a_ttl_that_no_clock_can_show_is_refused(store: AsyncStore, ttl: Any) -> None:
    await store.save("key", 1, ttl=60)
    before = await store.entry("key")
    for verb in (
        lambda: store.save("key", 2, ttl=ttl),
        lambda: store.set("key", b"", ttl=ttl),
        lambda: store.save_text("key", "2", ttl=ttl),
        lambda: store.expire("key", ttl),
    ):
        with pytest.raises(InvalidValueError, match="ttl"):
            await verb()
    assert await store.entry("key") == before


async def test_a_ttl_of_too_many_digits_to_show_is_refused_too(store: AsyncStore) -> None:
    with pytest.raises(InvalidValueError, match="ttl"):
        await store.save("key", 2, ttl=10**5000)


async def test_an_entry_is_there_until_the_very_millisecond_it_expires(
    store: AsyncStore, clock: Clock
) -> None:
    await store.save("key", 1, ttl=1)
    clock.advance(0.999)
    assert await store.load("key") == 1
    assert await listed(store.keys()) == ["key"]
    clock.advance(0.001)
    assert await store.load("key") is None
    assert await listed(store.keys()) == []


async def test_an_entry_that_expires_while_it_is_being_deleted_is_either_there_or_gone(
    store: AsyncStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Clock, "__call__", lambda clock: clock.advance(0.001) or clock.now)
    for milliseconds in range(1, 20):
        await store.save("key", 1, ttl=milliseconds / 1000)
        with suppress(ConflictError):  # it is there
            assert not await store.delete("key", if_revision=0)


@pytest.fixture
async def expired(store: AsyncStore, clock: Clock) -> AsyncStore:
    """A store that held JSON, bytes, and one entry that stays; their space was not yet reclaimed."""
    await store.user("ann").save("hers", 1)
    await store.save("stays", "here")
    await store.save("json", [1], ttl=0.5)
    await store.set("bytes", b"1", ttl=0.5)
    clock.advance(0.5)
    return store


READS: dict[str, tuple[Callable[[AsyncStore], Awaitable[Any]], Any]] = {
    "load": (lambda store: store.load("json", "default"), "default"),
    "load the other kind": (lambda store: store.load("bytes"), None),
    "load_text": (lambda store: store.load_text("json"), None),
    "get": (lambda store: store.get("bytes"), None),
    "get the other kind": (lambda store: store.get("json"), None),
    "exists": (lambda store: store.exists("json"), False),
    "entry": (lambda store: store.entry("json"), None),
    "keys": (lambda store: listed(store.keys()), ["stays"]),
    "keys with a limit": (lambda store: listed(store.keys(limit=1)), ["stays"]),
    "keys with a prefix": (lambda store: listed(store.keys("json")), []),
    "load_many": (lambda store: store.load_many(["json", "bytes", "stays"]), {"stays": "here"}),
    "get_many": (lambda store: store.get_many(["json", "bytes"]), {}),
    "delete": (lambda store: store.delete("json"), False),
    "delete_many": (lambda store: store.delete_many(["json", "bytes"]), 0),
    "delete where nothing is": (lambda store: store.delete("json", if_revision=0), False),
    "clear": (lambda store: store.clear(), 1),
    "clear of a prefix": (lambda store: store.clear("json"), 0),
    "update": (lambda store: store.update("json", lambda value: value, "default"), "default"),
    "save where nothing is": (lambda store: store.save("json", 2, if_revision=0), 2),
    "set where nothing is": (lambda store: store.set("json", b"", if_revision=0), None),
    "rename onto it": (lambda store: store.rename("stays", "json"), None),
    "move onto it": (lambda store: store.user("ann").move("hers", Scope("acme"), "json"), None),
}


@pytest.mark.parametrize("verb", READS)
async def test_an_expired_entry_is_gone_for_every_verb(expired: AsyncStore, verb: str) -> None:
    call, result = READS[verb]
    assert await call(expired) == result


async def test_an_expired_entry_is_not_found_by_verbs_that_need_one(expired: AsyncStore) -> None:
    with pytest.raises(KeyNotFoundError):
        await expired.expire("json", 60)
    with pytest.raises(KeyNotFoundError):
        await expired.expire("json", None)
    with pytest.raises(KeyNotFoundError):
        await expired.rename("json", "other")
    with pytest.raises(KeyNotFoundError):
        await expired.move("bytes", Scope("other"))
    assert await expired.load_many(["json", "other"]) == {}


@pytest.mark.parametrize("verb", READS)
async def test_what_a_verb_does_to_expired_entries_is_no_change(
    expired: AsyncStore, storage: AsyncStorage, verb: str
) -> None:
    await READS[verb][0](expired)
    told = [change async for change in storage.changes(4)]
    assert not [change for change in told if change.deleted and change.key in ("json", "bytes")]


async def test_an_expired_entry_conflicts_as_one_that_is_not_there(expired: AsyncStore) -> None:
    for verb in (
        lambda: expired.save("json", 1, if_revision=3),
        lambda: expired.delete("json", if_revision=3),
        lambda: expired.expire("json", 60, if_revision=3),
        lambda: expired.rename("json", "other", if_revision=3),
    ):
        with pytest.raises(ConflictError) as conflict:
            await verb()
        assert conflict.value.entry is None


async def test_an_expired_entry_counts_for_no_workspace_and_no_scope(
    storage: AsyncStorage, clock: Clock
) -> None:
    await storage.workspace("gone").save("key", 1, ttl=1)
    await storage.workspace("acme").save("short", 1, ttl=1)
    await storage.workspace("acme").set("long", b"123", ttl=2)
    clock.advance(1)
    assert await storage.workspaces() == ["acme"]
    assert [(info.scope, info.count, info.size) for info in await storage.scopes()] == [(Scope("acme"), 1, 3)]


async def test_a_new_value_in_the_place_of_an_expired_one_is_a_new_one(expired: AsyncStore) -> None:
    await expired.save("json", "new")
    await expired.update("bytes", lambda value: [value])
    assert await expires_of(expired, "json") is None
    assert await expires_of(expired, "bytes") is None
    assert await expired.load_many(["json", "bytes"]) == {"json": "new", "bytes": [None]}


async def test_an_entry_that_took_an_expired_ones_place_is_not_swept_away(
    expired: AsyncStore, clock: Clock
) -> None:
    await expired.rename("stays", "json")
    for _ in range(3):
        clock.advance(10)
        await expired.save("other", 1)
    assert await listed(expired.keys()) == ["json", "other"]


async def test_a_write_without_ttl_clears_the_expiry(store: AsyncStore, clock: Clock) -> None:
    for write in (
        lambda: store.save("key", 1),
        lambda: store.set("key", b""),
        lambda: store.save_text("key", "1"),
    ):
        await store.save("key", 0, ttl=1)
        await write()
        assert await expires_of(store, "key") is None
    clock.advance(2)
    assert await store.exists("key")


async def test_update_rename_and_move_keep_the_expiry(store: AsyncStore, clock: Clock) -> None:
    await store.save("key", 1, ttl=60)
    expires = clock.now + 60_000
    clock.advance(1)
    await store.update("key", lambda value: value + 1)
    assert await expires_of(store, "key") == expires
    await store.rename("key", "new")
    assert await expires_of(store, "new") == expires
    await store.move("new", Scope("acme", "ann"))
    assert await expires_of(store.user("ann"), "new") == expires
    clock.advance(59)
    assert not await store.user("ann").exists("new")


async def test_expire_sets_or_clears_the_expiry_alone(store: AsyncStore, clock: Clock) -> None:
    await store.set("key", b"value")
    before = await store.entry("key")
    assert before is not None
    clock.advance(1)
    await store.expire("key", 60)
    after = await store.entry("key")
    assert after is not None
    assert (after.value, after.kind, after.updated) == (before.value, before.kind, before.updated)
    assert await expires_of(store, "key") == clock.now + 60_000
    await store.expire("key", 5)
    assert await expires_of(store, "key") == clock.now + 5_000
    await store.expire("key", None)
    assert await expires_of(store, "key") is None


async def test_expire_of_a_missing_key_raises_key_not_found_error(store: AsyncStore) -> None:
    with pytest.raises(KeyNotFoundError):
        await store.expire("key", 60)
    with pytest.raises(KeyNotFoundError):
        await store.expire("key", None)


async def test_an_expiry_is_no_change_and_uses_no_revision(storage: AsyncStorage, clock: Clock) -> None:
    store = storage.workspace("acme")
    await store.save_many({f"{number:04}": number for number in range(600)})
    for number in range(600):
        await store.expire(f"{number:04}", 1)
    clock.advance(10)
    for _ in range(5):  # each may reclaim the space of some
        await store.save("key", 1)
        clock.advance(10)
    assert await revision_of(store, "key") == 1205
    changes = [change async for change in storage.changes(1200)]
    assert [(change.key, change.deleted) for change in changes] == [("key", False)] * 5


async def test_the_space_of_what_has_expired_is_reclaimed(
    storage: AsyncStorage, clock: Clock, location: Any
) -> None:
    store = storage.workspace("acme")
    for _ in range(20):
        await store.set("key", bytes(1_000_000), ttl=1)
        await store.rename("key", f"{clock.now}")
        clock.advance(10)
    await storage.close()
    assert location.stat().st_size < 5_000_000
