"""What is no storage, or not one for this version, is refused with the right error and left exactly as it was."""

import os
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage_core import NewerFormatError, NotAStorageError, Storage, StorageError, StorageNotFoundError
from tests.storage_core.children import Child
from tests.storage_core.conftest import OpenStorage

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000049454e44ae426082"
)


def _rollback_database(location: Path) -> None:
    with closing(sqlite3.connect(location)) as connection:
        connection.executescript("CREATE TABLE songs (name TEXT); INSERT INTO songs VALUES ('one');")


def _marked_database(location: Path) -> None:
    with closing(sqlite3.connect(location)) as connection:
        connection.executescript("PRAGMA application_id = 77; PRAGMA user_version = 1;")


def _utf16_database(location: Path) -> None:
    with closing(sqlite3.connect(location)) as connection:
        connection.executescript("PRAGMA encoding = 'UTF-16'; CREATE TABLE entries (scope, key);")


def _killed_while_writing(location: Path, *statements: str) -> None:
    with Child("hold", location, *statements) as child:
        assert child.line() == "holding"
        child.kill()


def _hot_log(location: Path) -> None:
    _killed_while_writing(location, "PRAGMA journal_mode = WAL", "CREATE TABLE songs (name TEXT)")


def _hot_log_alone(location: Path) -> None:
    _hot_log(location)
    location.with_name(f"{location.name}-shm").unlink()


def _hot_log_beside_tables(location: Path) -> None:
    _rollback_database(location)
    _killed_while_writing(location, "PRAGMA journal_mode = WAL", "INSERT INTO songs VALUES ('two')")
    location.with_name(f"{location.name}-shm").unlink()


def _hot_journal(location: Path) -> None:
    _rollback_database(location)
    filling = (
        "INSERT INTO songs SELECT zeroblob(4000) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]')"
    )
    _killed_while_writing(location, "PRAGMA cache_size = 1", "BEGIN", "DELETE FROM songs", filling)
    assert location.with_name(f"{location.name}-journal").stat().st_size > 0


def _socket(location: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(location))


def _nothing_at_its_end(location: Path) -> None:
    location.symlink_to("/dev/null")


FOREIGN: dict[str, Callable[[Path], object]] = {
    "database": _rollback_database,
    "database marked as another program's": _marked_database,
    "database in UTF-16": _utf16_database,
    "database with a hot log": _hot_log,
    "database with a hot log and no index of it": _hot_log_alone,
    "database with tables, a hot log and no index of it": _hot_log_beside_tables,
    "database with a hot journal": _hot_journal,
    "text": lambda location: location.write_text("Dear diary,\n" * 1_000),
    "one letter": lambda location: location.write_text("a"),
    "zeros": lambda location: location.write_bytes(bytes(8192)),
    "image": lambda location: location.write_bytes(PNG),
    "header of a database": lambda location: location.write_bytes(b"SQLite format 3\0"),
    "folder": Path.mkdir,
    "FIFO": os.mkfifo,
    "socket": _socket,
    "link to /dev/null": _nothing_at_its_end,
}


def _state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """All that can be seen of what a folder holds."""
    return {
        path.name: (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() and not path.is_symlink() else b"",
        )
        for path in folder.iterdir()
    }


@pytest.mark.parametrize("read_only", [False, True], ids=["to write", "to read"])
@pytest.mark.parametrize("kind", FOREIGN)
async def test_what_belongs_to_another_program_is_refused_and_left_as_it_was(
    location: Path, open_storage: OpenStorage, kind: str, read_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(location.parent)
    FOREIGN[kind](location)
    before = _state(location.parent)
    with pytest.raises(NotAStorageError):
        await open_storage(read_only=read_only).workspaces()
    assert _state(location.parent) == before


@pytest.mark.parametrize("read_only", [False, True], ids=["to write", "to read"])
async def test_a_database_that_another_program_has_open_is_refused_and_left_as_it_was(
    location: Path, open_storage: OpenStorage, read_only: bool
) -> None:
    statements = ("PRAGMA journal_mode = WAL", "CREATE TABLE songs (name TEXT)", "BEGIN IMMEDIATE")
    with Child("hold", location, *statements) as other:
        assert other.line() == "holding"
        before = _state(location.parent)
        with pytest.raises(NotAStorageError):
            await open_storage(read_only=read_only).workspaces()
        assert _state(location.parent) == before


@pytest.mark.parametrize("read_only", [False, True], ids=["to write", "to read"])
@pytest.mark.parametrize("log", ["no log", "a hot log", "a hot log and no index of it"])
async def test_a_storage_of_a_newer_version_is_refused_and_left_as_it_was(
    location: Path, open_storage: OpenStorage, log: str, read_only: bool
) -> None:
    with Storage(location) as storage:
        storage.workspace("acme").save("key", 1)
    newer = (
        ["PRAGMA user_version = 99"]
        if log == "no log"
        else ["PRAGMA user_version = 99", "DELETE FROM changes"]
    )
    with Child("hold", location, *newer) as child:
        assert child.line() == "holding"
        if log != "no log":
            child.kill()
    index = location.with_name("state.db-shm")
    if log == "a hot log and no index of it":
        index.unlink()
    before = _state(location.parent)
    with pytest.raises(NewerFormatError, match="update"):
        await open_storage(read_only=read_only).workspaces()
    after = _state(location.parent)
    if log != "no log":  # only the log says that it is newer, and a log is read by its index
        before.pop(index.name, None)
        after.pop(index.name)
    assert after == before


async def test_through_a_link_to_nowhere_a_storage_is_made_where_it_leads(
    location: Path, open_storage: OpenStorage
) -> None:
    location.symlink_to("nowhere/yet.db")
    with pytest.raises(StorageNotFoundError):
        await open_storage(read_only=True).workspaces()
    assert [path.name for path in location.parent.iterdir()] == ["state.db"]
    async with open_storage() as storage:
        await storage.workspace("acme").save("key", 1)
    with Storage(location.parent / "nowhere" / "yet.db", read_only=True) as storage:
        assert storage.workspace("acme").load("key") == 1


async def test_a_link_that_leads_to_itself_is_an_error_of_ours(
    location: Path, open_storage: OpenStorage
) -> None:
    location.symlink_to(location)
    with pytest.raises(StorageError):
        await open_storage().workspaces()


async def test_a_link_to_a_storage_is_that_storage(location: Path, open_storage: OpenStorage) -> None:
    (location.parent / "elsewhere").mkdir()
    real = location.parent / "elsewhere" / "real.db"
    location.symlink_to(real)
    with Storage(real) as original:
        original.workspace("acme").save("key", "in the log")
        async with open_storage() as storage, open_storage(read_only=True) as reader:
            assert await storage.workspace("acme").load("key") == "in the log"
            await storage.workspace("acme").save("key", "through the link")
            assert await reader.workspace("acme").load("key") == "through the link"
        assert original.workspace("acme").load("key") == "through the link"
    assert sorted(path.name for path in location.parent.iterdir()) == ["elsewhere", "state.db"]
