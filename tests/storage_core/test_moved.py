"""What happens to the file of a storage while it is open: replaced, deleted, brought to a newer format."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage_core import AsyncStorage, NewerFormatError, Storage, StorageError, StorageMovedError
from storage_core.engines.sqlite.database import SqliteDatabase, SqliteEngine
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.facades import listed
from tests.storage_core.verbs import READS, VERBS, WRITES, fill


def _another_storage(location: Path) -> None:
    other = location.with_name("other.db")
    with Storage(other) as storage:
        storage.workspace("acme").save("json", "of another storage")
    other.replace(location)


def _another_programs(location: Path) -> None:
    other = location.with_name("other.db")
    with closing(sqlite3.connect(other)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE songs (name TEXT)")
    other.replace(location)


def _a_text(location: Path) -> None:
    other = location.with_name("other.txt")
    other.write_text("Dear diary")
    other.replace(location)


def _a_folder(location: Path) -> None:
    location.unlink()
    location.mkdir()


MOVES: dict[str, Callable[[Path], object]] = {
    "another storage in its place": _another_storage,
    "another program's database in its place": _another_programs,
    "a text in its place": _a_text,
    "deleted": os.unlink,
    "renamed": lambda location: location.rename(location.with_name("elsewhere.db")),
    "a folder in its place": _a_folder,
}


def _content(location: Path) -> bytes | None:
    return location.read_bytes() if location.is_file() else None


@pytest.fixture
async def filled(location: Path) -> None:
    with Storage(location) as storage:
        storage.workspace("acme").save("key", "in the file that was opened")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("wrote", [True, False], ids=["a writer", "not yet a writer"])
@pytest.mark.parametrize("move", MOVES)
async def test_a_write_where_the_file_was_moved_says_so_and_writes_nothing(
    location: Path, open_storage: OpenStorage, move: str, wrote: bool
) -> None:
    async with open_storage() as storage:
        store = storage.workspace("acme")
        if wrote:
            await store.save("key", "in the file that was opened")
        MOVES[move](location)
        content = _content(location)
        for verb in WRITES.values():
            with pytest.raises(StorageMovedError):
                await verb(storage, store)
        assert await store.load("key") == "in the file that was opened"
    assert _content(location) == content


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("move", MOVES)
async def test_a_write_that_waited_for_its_turn_while_the_file_was_moved_writes_nothing(
    location: Path, move: str
) -> None:
    database = SqliteDatabase(location)
    database.prepare()
    engine = database.connect()
    assert isinstance(engine, SqliteEngine)
    engine._connection.set_trace_callback(
        lambda statement: MOVES[move](location) if statement.startswith("BEGIN") else None
    )
    with pytest.raises(StorageMovedError):
        engine.begin()
    assert not engine._connection.in_transaction
    engine.close()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("move", MOVES)
async def test_a_connection_that_is_made_later_does_not_read_what_took_the_place(
    location: Path, move: str
) -> None:
    async with AsyncStorage(location) as storage:
        MOVES[move](location)
        with pytest.raises(StorageMovedError):
            await storage.backup(location.with_name("backup.db"))
    assert not location.with_name("backup.db").exists()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("move", MOVES)
async def test_a_watch_ends_with_an_error_where_the_file_was_moved(location: Path, move: str) -> None:
    async with AsyncStorage(location) as storage:
        watched = storage.watch(0)
        assert (await anext(watched)).key == "key"
        MOVES[move](location)
        with pytest.raises(StorageMovedError):
            await anext(watched)


async def test_a_storage_that_was_closed_and_opened_anew_goes_on(
    location: Path, open_storage: OpenStorage
) -> None:
    async with open_storage() as storage:
        await storage.workspace("acme").save("key", 1)
        location.unlink()
        with pytest.raises(StorageMovedError):
            await storage.workspace("acme").save("key", 2)
    async with open_storage() as storage:
        assert await storage.workspace("acme").load("key") is None
        await storage.workspace("acme").save("key", 3)
        assert await storage.check() == []


@pytest.mark.parametrize("verb", WRITES)
async def test_no_write_goes_into_a_format_that_a_newer_version_has_made_meanwhile(
    location: Path, open_storage: OpenStorage, verb: str
) -> None:
    async with open_storage() as storage:
        store = storage.workspace("acme")
        await fill(store)
        changes = await listed(storage.changes(0))
        with closing(sqlite3.connect(location, isolation_level=None)) as newer:
            newer.execute("PRAGMA user_version = 99")
        with pytest.raises(NewerFormatError, match="update"):
            await WRITES[verb](storage, store)
        assert await listed(storage.changes(0)) == changes


@pytest.mark.parametrize("verb", VERBS)
async def test_tables_that_were_dropped_underneath_are_an_error_of_ours(
    location: Path, open_storage: OpenStorage, verb: str
) -> None:
    async with open_storage() as storage:
        store = storage.workspace("acme")
        await fill(store)
        with closing(sqlite3.connect(location, isolation_level=None)) as other:
            other.executescript("DROP TABLE entries; DROP TABLE changes; DROP TABLE scopes")
        if verb == "check":
            assert await storage.check() != []
        elif verb == "backup":
            await READS[verb](storage, store)
        else:
            with pytest.raises(StorageError):
                await VERBS[verb](storage, store)
