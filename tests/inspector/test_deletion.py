"""Any number of entries is deleted and brought back, with the values in a file rather than in memory."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from inspector import actions, spool
from inspector.actions import Done, Stored
from inspector.deletion import MOST_AT_ONCE, Deletion
from inspector.session import Session
from inspector.spool import Spool, Spooled
from storage_core import AsyncStorage, ConflictError, Kind, Scope, StorageError
from storage_core.browse import Address
from storage_core.raw import read

ANN = Scope("acme", "ann")


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(tmp_path / "state.db") as storage:
        yield storage


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(tmp_path / "kept.db") as storage:
        yield storage


async def test_what_is_deleted_before_it_is_ended_comes_back(
    storage: AsyncStorage, kept: AsyncStorage
) -> None:
    keys = [f"{number:04}" for number in range(3 * MOST_AT_ONCE)]
    await storage.store(ANN).save_many(dict.fromkeys(keys, 1))
    deed = Deletion(kept, {})

    class EndedError(Exception):
        pass

    def end_after_the_first_bundle(done: int) -> None:
        raise EndedError

    with pytest.raises(EndedError):
        await deed.delete(storage, [Address(ANN, key) for key in keys], end_after_the_first_bundle)
    assert deed.label == f"deletion of {MOST_AT_ONCE} keys"
    assert [key async for key in storage.store(ANN).keys()] == keys[MOST_AT_ONCE:]
    await deed.undo(storage)
    assert [key async for key in storage.store(ANN).keys()] == keys


async def test_values_of_every_size_and_kind_come_back_with_their_expiry(
    storage: AsyncStorage, kept: AsyncStorage
) -> None:
    store = storage.store(ANN)
    await store.set("large", b"x" * 3_000_000)
    await store.save_text("text", "[ 1.00 ]", ttl=3600)
    places = [Address(ANN, "large"), Address(ANN, "never there"), Address(ANN, "text")]
    before = await read(storage, ANN, "text")
    deed = Deletion(kept, {})
    await deed.delete(storage, places, lambda done: None)
    assert (deed.count, await store.exists("large")) == (2, False)
    await deed.undo(storage)
    after = await read(storage, ANN, "text")
    assert await store.get("large") == b"x" * 3_000_000
    assert before is not None
    assert after is not None
    assert (after.kind, after.data, after.expires) == (before.kind, before.data, before.expires)


async def test_beyond_what_memory_should_hold_values_go_into_a_private_file_that_goes_with_the_session(
    storage: AsyncStorage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 10)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    session = Session(tmp_path / "state.db", read_only=False)
    await session.open()
    try:
        place = Address(ANN, "a")
        done = await actions.create(session.storage, place, Stored(Kind.BYTES, b"more than ten bytes"))
        await session.remember(done)
        assert isinstance(done, Done)
        assert isinstance(done.passages[0].after, Spooled)
        (folder,) = tmp_path.glob("state-inspector-*")
        assert folder.stat().st_mode & 0o777 == 0o700
        await session.history.undo(session.storage)
        await session.history.redo(session.storage)
        assert await session.storage.store(ANN).get("a") == b"more than ten bytes"
    finally:
        await session.close()
    assert list(tmp_path.glob("state-inspector-*")) == []


async def test_a_spool_that_was_never_needed_makes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    unused = Spool()
    await unused.put_away([])
    await unused.close()
    assert list(tmp_path.iterdir()) == []


def cancel_this(done: int) -> None:
    """A progress that ends the work where it is."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[Session]:
    session = Session(tmp_path / "state.db", read_only=False)
    await session.open(create=True)
    yield session
    await session.close()


async def delete_all(session: Session, count: int) -> Deletion:
    """A remembered deletion of so many keys, which hold their numbers."""
    keys = [f"{number:04}" for number in range(count)]
    await session.storage.store(ANN).save_many({key: int(key) for key in keys})
    deed = Deletion(await session.spool.new_storage(), session.history.marks)
    await session.remember(deed)
    await deed.delete(session.storage, [Address(ANN, key) for key in keys], lambda done: None)
    return deed


async def remaining(session: Session) -> list[str]:
    return [key async for key in session.storage.store(ANN).keys()]


async def test_an_undo_tells_how_far_it_is_and_goes_on_where_it_was_ended(session: Session) -> None:
    deed = await delete_all(session, 5 * MOST_AT_ONCE)
    ended = asyncio.create_task(session.history.undo(session.storage, progress=cancel_this))
    await asyncio.wait([ended])
    assert ended.cancelled()
    assert len(await remaining(session)) in (MOST_AT_ONCE, 2 * MOST_AT_ONCE)
    assert session.history.to_undo is deed
    told: list[int] = []
    await session.history.undo(session.storage, progress=told.append)
    assert told == [bundles * MOST_AT_ONCE for bundles in range(1, 6)]
    assert len(await remaining(session)) == 5 * MOST_AT_ONCE
    assert (session.history.to_undo, session.history.to_redo) == (None, deed)


async def test_a_redo_that_was_ended_goes_on_where_it_was(session: Session) -> None:
    deed = await delete_all(session, 5 * MOST_AT_ONCE)
    await session.history.undo(session.storage)
    ended = asyncio.create_task(session.history.redo(session.storage, progress=cancel_this))
    await asyncio.wait([ended])
    assert (session.history.to_undo, session.history.to_redo) == (deed, deed)
    await session.history.redo(session.storage)
    assert await remaining(session) == []
    assert (session.history.to_undo, session.history.to_redo) == (deed, None)
    await session.history.undo(session.storage)
    assert len(await remaining(session)) == 5 * MOST_AT_ONCE
    assert (session.history.to_undo, session.history.to_redo) == (None, deed)


async def test_a_redo_that_was_ended_is_undone_as_far_as_it_went(session: Session) -> None:
    deed = await delete_all(session, 5 * MOST_AT_ONCE)
    await session.history.undo(session.storage)
    ended = asyncio.create_task(session.history.redo(session.storage, progress=cancel_this))
    await asyncio.wait([ended])
    assert len(await remaining(session)) in (3 * MOST_AT_ONCE, 4 * MOST_AT_ONCE)
    assert session.history.to_undo is deed
    await session.history.undo(session.storage)
    assert len(await remaining(session)) == 5 * MOST_AT_ONCE


async def test_a_deletion_that_was_ended_tells_of_the_places_that_it_emptied_alone(session: Session) -> None:
    keys = [f"{number:04}" for number in range(3 * MOST_AT_ONCE)]
    await session.storage.store(ANN).save_many(dict.fromkeys(keys, 1))
    places = [Address(ANN, "never there"), *(Address(ANN, key) for key in keys)]
    deed = Deletion(await session.spool.new_storage(), session.history.marks)
    ended = asyncio.create_task(deed.delete(session.storage, places, cancel_this))
    await asyncio.wait([ended])
    assert ended.cancelled()
    gone = sorted(set(keys) - set(await remaining(session)))
    assert 0 < len(gone) < len(keys)
    assert [place.key for place in deed.places] == gone
    assert (deed.count, deed.behind) == (len(gone), len(gone) + 1)


async def test_a_bundle_that_was_begun_is_ended_though_the_undo_is(session: Session) -> None:
    await delete_all(session, 2 * MOST_AT_ONCE)
    undoing = asyncio.create_task(session.history.undo(session.storage))
    while not await session.storage.store(ANN).exists("0000"):
        await asyncio.sleep(0)
    undoing.cancel()
    await asyncio.wait([undoing])
    assert len(await remaining(session)) in (MOST_AT_ONCE, 2 * MOST_AT_ONCE)


async def test_of_a_bundle_that_fails_in_part_the_rest_is_deleted_counted_and_brought_back(
    storage: AsyncStorage, kept: AsyncStorage
) -> None:
    keys = ["a", "b", "c"]
    await storage.store(ANN).save_many(dict.fromkeys(keys, 1))
    deed = Deletion(kept, {})
    with closing(sqlite3.connect(storage.location, isolation_level=None)) as other:
        other.execute(
            "CREATE TRIGGER refuse BEFORE DELETE ON entries WHEN old.key = 'b' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        with pytest.raises(StorageError):
            await deed.delete(storage, [Address(ANN, key) for key in keys], lambda done: None)
        other.execute("DROP TRIGGER refuse")
    assert deed.count == 2
    assert [key async for key in storage.store(ANN).keys()] == ["b"]
    await deed.undo(storage)
    assert [key async for key in storage.store(ANN).keys()] == keys


async def test_what_is_written_after_a_conflict_was_told_is_not_overwritten_either(session: Session) -> None:
    deed = await delete_all(session, 3)
    ann = session.storage.store(ANN)
    await ann.save("0001", "theirs")
    with pytest.raises(ConflictError):
        await deed.undo(session.storage)
    await ann.save("0001", "newer")
    with pytest.raises(ConflictError):
        await deed.undo(session.storage, force=True)
    assert await ann.load("0001") == "newer"
    await deed.undo(session.storage, force=True)
    assert await ann.load("0001") == 1
    await ann.save("0002", "theirs")
    with pytest.raises(ConflictError):
        await deed.redo(session.storage)
    await ann.save("0002", "newer")
    with pytest.raises(ConflictError):
        await deed.redo(session.storage, force=True)
    assert await remaining(session) == ["0002"]
    await deed.redo(session.storage, force=True)
    assert await remaining(session) == []
