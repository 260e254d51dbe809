"""The change feed: every write and delete, in order, exactly once."""

import asyncio
import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage_core import (
    AsyncStorage,
    AsyncStore,
    Change,
    ChangesLostError,
    ConflictError,
    InvalidValueError,
    Kind,
    Scope,
    Storage,
    StorageMovedError,
)
from storage_core.engines.sqlite.schema import KEPT_CHANGES
from storage_core.entry import as_datetime
from tests.storage_core.conftest import Clock
from tests.storage_core.facades import first, listed, revision_of, run_python


async def test_changes_tell_every_write_and_delete_in_order(storage: AsyncStorage, clock: Clock) -> None:
    store, ann = storage.workspace("acme"), storage.workspace("acme").user("ann")
    acme, anns = store.scope, ann.scope
    expected: list[tuple[Scope, str, bool, Kind, int]] = []
    await store.set("bytes", b"123")
    expected += [(acme, "bytes", False, Kind.BYTES, 3)]
    await ann.save("json", "é")
    expected += [(anns, "json", False, Kind.JSON, 4)]
    await ann.save_text("json", " 1 ", ttl=60)
    expected += [(anns, "json", False, Kind.JSON, 3)]
    await ann.update("json", lambda number: number + 9)
    expected += [(anns, "json", False, Kind.JSON, 2)]
    await ann.expire("json", None)
    expected += [(anns, "json", False, Kind.JSON, 2)]
    await ann.rename("json", "renamed")
    expected += [(anns, "json", True, Kind.JSON, 2), (anns, "renamed", False, Kind.JSON, 2)]
    await ann.move("renamed", acme, "bytes", overwrite=True)
    expected += [(anns, "renamed", True, Kind.JSON, 2), (acme, "bytes", False, Kind.JSON, 2)]
    await store.save_many({"b": 1, "a": [1]})
    expected += [(acme, "a", False, Kind.JSON, 3), (acme, "b", False, Kind.JSON, 1)]
    await store.set_many({"c": b""})
    expected += [(acme, "c", False, Kind.BYTES, 0)]
    await store.delete("c")
    expected += [(acme, "c", True, Kind.BYTES, 0)]
    await store.delete_many(["b", "missing"])
    expected += [(acme, "b", True, Kind.JSON, 1)]
    await store.clear()
    expected += [(acme, "a", True, Kind.JSON, 3), (acme, "bytes", True, Kind.JSON, 2)]
    assert await listed(storage.changes(0)) == [
        Change(revision, *told, as_datetime(clock.now)) for revision, told in enumerate(expected, 1)
    ]


async def test_changes_start_after_the_revision_given(storage: AsyncStorage, store: AsyncStore) -> None:
    for number in range(5):
        await store.save("key", number)
    assert [change.revision async for change in storage.changes(3)] == [4, 5]
    assert await listed(storage.changes(5)) == []
    assert await listed(storage.changes(99)) == []
    assert await listed(storage.changes(2**70)) == []


async def test_the_revision_of_a_change_is_that_of_its_entry(
    storage: AsyncStorage, store: AsyncStore
) -> None:
    await store.save_many({"a": 1, "b": 2, "c": 3})
    await store.rename("a", "z")
    newest = {change.key: change.revision async for change in storage.changes(0) if not change.deleted}
    for key in "bcz":
        assert newest[key] == await revision_of(store, key)


async def test_what_was_refused_or_changed_nothing_is_not_told(
    storage: AsyncStorage, store: AsyncStore
) -> None:
    await store.save("key", 1)
    with pytest.raises(ConflictError):
        await store.save("key", 2, if_revision=0)
    with pytest.raises(InvalidValueError):
        await store.save_many({"a": 1, "b": math.nan})
    await store.delete("missing")
    await store.rename("key", "key")
    await store.load("key")
    assert len(await listed(storage.changes(0))) == 1


async def test_more_changes_than_a_page_are_told_exactly_once(
    storage: AsyncStorage, store: AsyncStore
) -> None:
    await store.save_many({f"{number:05}": number for number in range(3000)})
    assert [change.revision async for change in storage.changes(0)] == [*range(1, 3001)]
    assert [change.revision async for change in storage.changes(1000)] == [*range(1001, 3001)]


async def test_changes_of_other_processes_are_told_too(
    storage: AsyncStorage, store: AsyncStore, location: Path
) -> None:
    await store.save("ours", 1)
    code = (
        "import sys, storage_core as s\nwith s.Storage(sys.argv[1]) as t: t.workspace('w').save('theirs', 2)"
    )
    run_python(code, location)
    await store.delete("ours")
    told = [(change.key, change.deleted) async for change in storage.changes(0)]
    assert told == [("ours", False), ("theirs", False), ("ours", True)]


@pytest.mark.parametrize("since", [-1, True, 1.5, "1", None])
async def test_since_must_be_a_revision(storage: AsyncStorage, since: int) -> None:
    with pytest.raises(InvalidValueError):
        await listed(storage.changes(since))


async def test_the_feed_keeps_its_newest_changes_and_says_when_older_ones_are_lost(
    storage: AsyncStorage, store: AsyncStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage_core.engines.sqlite.database.KEPT_CHANGES", 700)
    for start in range(0, 3000, 500):
        await store.save_many({f"{number:05}": 0 for number in range(start, start + 500)})
    assert [change.revision async for change in storage.changes(2300)] == [*range(2301, 3001)]
    with pytest.raises(ChangesLostError, match="list the entries anew"):
        await listed(storage.changes(0))
    with pytest.raises(ChangesLostError):
        await listed(storage.changes(1500))
    assert await listed(storage.changes(3000)) == []


async def test_the_feed_is_trimmed_by_single_writes_and_clears_too(
    storage: AsyncStorage, store: AsyncStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage_core.engines.sqlite.database.KEPT_CHANGES", 100)
    await store.save_many({f"{number:05}": 0 for number in range(300)})
    await store.clear()
    assert [change.revision async for change in storage.changes(500)] == [*range(501, 601)]
    with pytest.raises(ChangesLostError):
        await listed(storage.changes(0))
    await store.save("key", 1)
    assert await revision_of(store, "key") == 601


def test_at_least_100_000_changes_are_kept() -> None:
    assert KEPT_CHANGES == 100_000


@pytest.fixture
async def watched(location: Path) -> AsyncIterator[AsyncStorage]:
    """An open AsyncStorage: only that has a watch."""
    async with AsyncStorage(location) as storage:
        yield storage


async def test_a_watch_tells_what_is_written_from_now_on(watched: AsyncStorage) -> None:
    store = watched.workspace("acme")
    await store.save("before", 1)
    watch = watched.watch()
    await store.save("after", 2)
    await store.delete("before")
    assert [(change.key, change.deleted) for change in await first(2, watch)] == [
        ("after", False),
        ("before", True),
    ]


async def test_a_watch_from_a_revision_catches_up_and_goes_on_exactly_once(watched: AsyncStorage) -> None:
    store = watched.workspace("acme")
    await store.save_many({f"{number:05}": 0 for number in range(2500)})
    watch = watched.watch(since=10)
    told = await first(1000, watch)
    await store.save_many({f"{number:05}": 1 for number in range(500)})
    told += await first(1990, watch)
    assert [change.revision for change in told] == [*range(11, 3001)]
    waiting = asyncio.ensure_future(anext(watch))
    await store.save("last", 1)
    assert (await waiting).key == "last"


async def test_a_watch_sees_what_other_processes_write(watched: AsyncStorage, location: Path) -> None:
    watch = watched.watch()
    waiting = asyncio.ensure_future(anext(watch))
    code = (
        "import sys, storage_core as s\nwith s.Storage(sys.argv[1]) as t: t.workspace('w').save('theirs', 2)"
    )
    await asyncio.to_thread(run_python, code, location)
    change = await waiting
    assert (change.scope, change.key) == (Scope("w"), "theirs")


async def test_two_watches_and_eight_writers_all_told_in_order_exactly_once(watched: AsyncStorage) -> None:
    async def write(user: int) -> None:
        for number in range(25):
            await watched.workspace("acme").user(str(user)).save(str(number), number)

    watches = [watched.watch(), watched.watch()]
    told, told_too, *_ = await asyncio.gather(
        *(first(200, watch) for watch in watches), *(write(user) for user in range(8))
    )
    assert told == told_too == await listed(watched.changes(0))
    assert [change.revision for change in told] == [*range(1, 201)]


async def test_close_ends_a_watch(location: Path) -> None:
    storage = AsyncStorage(location)
    await storage.workspace("acme").save("key", 1)
    waiting = asyncio.ensure_future(listed(storage.watch()))
    behind = storage.watch(since=0)
    assert (await anext(behind)).key == "key"
    await asyncio.sleep(0)
    await storage.close()
    assert await waiting == []
    assert await listed(behind) == []


async def test_a_watch_opens_its_storage(location: Path) -> None:
    storage = AsyncStorage(location)
    waiting = asyncio.ensure_future(anext(storage.watch(since=0)))
    await storage.workspace("acme").save("key", 1)
    assert (await waiting).key == "key"
    await storage.close()


async def test_a_watch_of_changes_that_are_lost_says_so(
    watched: AsyncStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage_core.engines.sqlite.database.KEPT_CHANGES", 10)
    await watched.workspace("acme").save_many({f"{number:05}": 0 for number in range(600)})
    with pytest.raises(ChangesLostError):
        await anext(watched.watch(since=0))


async def test_a_watch_notices_that_the_storage_was_replaced(watched: AsyncStorage, location: Path) -> None:
    await watched.workspace("acme").save("key", 1)
    await watched.backup(location.with_suffix(".copy"))
    waiting = asyncio.ensure_future(anext(watched.watch()))
    await asyncio.sleep(0)
    location.with_suffix(".copy").replace(location)
    with pytest.raises(StorageMovedError):
        await waiting


async def test_a_watch_of_a_read_only_storage_sees_the_writes_of_others(
    location: Path,
) -> None:
    with Storage(location) as writer:
        writer.workspace("acme").save("before", 1)
        async with AsyncStorage(location, read_only=True) as reader:
            watch = reader.watch()
            writer.workspace("acme").save("key", 1)
            assert (await anext(watch)).key == "key"
