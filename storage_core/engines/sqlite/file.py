"""The file of a native storage: found, looked into, made and opened without a race and without a trace."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from enum import Enum
from pathlib import Path
from urllib.parse import quote

from storage_core.engines.sqlite.errors import SQLITE_FAULTS, as_storage_error, not_made, primary_code
from storage_core.engines.sqlite.schema import APPLICATION_ID, FORMAT, OLDEST_FORMAT, create_tables, migrate
from storage_core.errors import (
    BusyError,
    CorruptError,
    NewerFormatError,
    NotAStorageError,
    StorageIOError,
    StorageMovedError,
)

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_LOOK_TIMEOUT = 5.0
_WAL_LIMIT = 16 * 1024 * 1024  # what is left of a write-ahead log that a long reader has let grow

_FORK_PATIENCE = 1.0
_making = threading.Lock()
"""Held while a file is made: closing a fresh file would drop the locks that another thread took on it meanwhile."""


def _let_the_child_make_files() -> None:
    """After a fork: a thread that was making a file did not come along, and would hold the lock for ever."""
    global _making
    _making = threading.Lock()


def _wait_for_files_to_be_made() -> None:
    """Before a fork: a thread inside SQLite may hold a lock of its, which the child would find locked for ever."""
    if _making.acquire(timeout=_FORK_PATIENCE):
        _making.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_wait_for_files_to_be_made, after_in_child=_let_the_child_make_files)


Inode = tuple[int, int]
"""Which file it is, whatever its name: its device and number."""

Signature = tuple[tuple[int, int], ...]
"""When a storage's file, and its write-ahead log, were last written, and how large they are."""


class Finding(Enum):
    """What a location holds."""

    NOTHING = "nothing"
    NEW = "a file that is empty, or just being made"
    OLDER = "a storage of an older format"
    STORAGE = "a storage"


def look_inside(location: Path, timeout: float = _LOOK_TIMEOUT) -> Finding:
    """What `location` holds, found out without changing anything, also for files of other programs.

    Raises NotAStorageError, NewerFormatError or CorruptError for what cannot be opened as a storage.
    """
    try:
        status = os.stat(location)
    except FileNotFoundError:
        return Finding.NOTHING
    except OSError as error:
        raise StorageIOError(f"{location}: {error.strerror or error}") from error
    if location.is_dir():
        raise NotAStorageError(f"{location}: this is a folder, not a storage")
    if not location.is_file():
        raise NotAStorageError(f"{location}: this is not a file")
    if status.st_size == 0:
        return Finding.NEW
    if status.st_size == 1:  # SQLite would take it for an empty file, and write over it
        raise NotAStorageError(f"{location}: this is not an SQLite database")
    has_log = _has_content(location, "-wal")
    try:
        # Read as if it could not change, nothing is left beside a foreign file. Its first page says whose it is: that
        # of a storage does so from its first commit on, before there is a log that could say otherwise.
        found = _look(location, "immutable", timeout)
    except (*SQLITE_FAULTS, CorruptError):
        found = Finding.OLDER  # damaged, or somebody is writing it at this moment: only locks tell
    if found is Finding.STORAGE and not _has_companions(location):
        return found
    if found is Finding.NEW and has_log:
        raise NotAStorageError(f"{location}: another program is making its database here")
    try:
        return _look(location, "ro", timeout)
    except SQLITE_FAULTS as error:
        rolls_back = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY_ROLLBACK
        if rolls_back and _died_while_made(location):
            return Finding.NEW
        raise as_storage_error(error, location) from error


def make_ready(location: Path, timeout: float) -> None:
    """Make the storage where there is none, and bring an older one to today's format.

    Any number of processes may do so at the same moment. Raises what `look_inside` raises, and BusyError.
    """
    deadline = time.monotonic() + timeout
    while True:  # SQLite does not wait by itself for others who are making the same file
        try:
            with _making:
                _make_ready_now(location)
            return
        except BusyError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.002)


def _make_ready_now(location: Path) -> None:
    """Make the storage ready, where nobody else holds the file at this moment; else BusyError, at once."""
    try:
        found = look_inside(location, timeout=0)
        if found is Finding.NOTHING:
            _create_file(location)
        with closing(connect(location, "rw", timeout=0)) as connection:
            if found is not Finding.STORAGE:
                _make_tables(connection, location)
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
    except SQLITE_FAULTS as error:
        raise as_storage_error(error, location) from error


def check_sound(connection: sqlite3.Connection, location: Path) -> None:
    """Raise CorruptError where the file was cut off or the roots of its tables cannot be read."""
    for table in ("scopes", "entries", "changes"):
        connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall()
    if not _has_companions(location):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        size = os.stat(location).st_size
        if size < pages * page_size and not _has_companions(location):
            raise CorruptError(
                f"{location}: cut off at {size:,} of {pages * page_size:,} bytes: restore a backup"
            )


def inode_of(location: Path) -> Inode:
    """Which file is there; raises StorageMovedError where none is."""
    status = _status(location)
    return status.st_dev, status.st_ino


def signature_of(location: Path) -> Signature:
    """What is another one when the storage was written; raises StorageMovedError where it is gone."""
    status = [_status(location)]
    with suppress(OSError):
        status.append(os.stat(_companion(location, "-wal")))
    return tuple((found.st_mtime_ns, found.st_size) for found in status)


def _status(location: Path) -> os.stat_result:
    try:
        return os.stat(location)
    except FileNotFoundError as error:
        raise StorageMovedError(f"{location}: the storage is no longer there") from error
    except OSError as error:
        raise StorageIOError(f"{location}: {error.strerror or error}") from error


def connect(location: Path, mode: str, *, timeout: float) -> sqlite3.Connection:
    """A connection in autocommit, usable from any thread; `mode` is SQLite's: "rw" or "ro", or "immutable"."""
    query = "immutable=1" if mode == "immutable" else f"mode={mode}"
    return sqlite3.connect(
        f"file:{quote(os.fsencode(location.absolute()))}?{query}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )


def connect_for_reading(location: Path, timeout: float) -> tuple[sqlite3.Connection, bool]:
    """A read-only connection, and whether it sees the file only as it is now.

    That is so where SQLite can make no files beside it (a read-only folder) and needs none. Where a write-ahead
    log lies there that it cannot read, StorageIOError.
    """
    connection = connect(location, "ro", timeout=timeout)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
    except SQLITE_FAULTS as error:
        connection.close()
        if primary_code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        if not location.exists():
            raise
        if _has_companions(location):
            message = f"{location}: its write-ahead log can only be read where its folder can be written"
            raise StorageIOError(message) from error
        return connect(location, "immutable", timeout=timeout), True
    return connection, False


def configure(connection: sqlite3.Connection, *, durability: str, cache_bytes: int) -> None:
    """Set what a connection needs to know: how durable a commit is, and how much memory it may use."""
    connection.execute(f"PRAGMA synchronous = {'FULL' if durability == 'power' else 'NORMAL'}")
    if durability == "power":  # macOS only: elsewhere these change nothing
        connection.execute("PRAGMA fullfsync = 1")
        connection.execute("PRAGMA checkpoint_fullfsync = 1")
    connection.execute(f"PRAGMA cache_size = {-cache_bytes // 1024}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def create_private_file(path: Path) -> None:
    """Make an empty file that only its owner can read; raises FileExistsError where there is one."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    sync_folder(path.parent)


def fill_new_file(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Make a file that only its owner can read, and have `fill` write a database into it.

    Raises StorageIOError where something is there already; where it cannot be filled, nothing is left.
    """
    try:
        create_private_file(path)
    except FileExistsError as error:
        raise StorageIOError(f"{path}: something is there already: a backup overwrites nothing") from error
    except OSError as error:
        raise not_made(path, error) from error
    try:
        with closing(connect(path, "rw", timeout=0)) as target:
            fill(target)
    except BaseException:
        path.unlink()
        raise
    sync_folder(path.parent)


def _has_companions(location: Path) -> bool:
    """Whether a journal or a write-ahead log with anything in it lies beside the file."""
    return _has_content(location, "-wal") or _has_content(location, "-journal")


def _companion(location: Path, suffix: str) -> str:
    """The name of a file that SQLite keeps beside the database; where that is a link, beside what it leads to."""
    return f"{os.path.realpath(location)}{suffix}"


def _has_content(location: Path, suffix: str) -> bool:
    with suppress(OSError):
        return os.stat(_companion(location, suffix)).st_size > 0
    return False


def _died_while_made(location: Path) -> bool:
    """Whether the rollback journal beside the file is that of a storage that was being made: later it has none."""
    with suppress(OSError), open(_companion(location, "-journal"), "rb") as journal:
        if journal.read(20)[16:] == bytes(4):  # the size to roll back to: none
            return True
    with (
        suppress(sqlite3.Error, UnicodeDecodeError),
        closing(connect(location, "immutable", timeout=0)) as connection,
    ):
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        return bool(application_id == APPLICATION_ID)
    return False


def _look(location: Path, mode: str, timeout: float) -> Finding:
    with closing(connect(location, mode, timeout=timeout)) as connection:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application_id == 0 and objects == 0:
            return Finding.NEW
        if application_id != APPLICATION_ID:
            tables = connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 4"
            ).fetchall()
            names = ", ".join(name for (name,) in tables)
            raise NotAStorageError(f"{location}: an SQLite database of another program (its tables: {names})")
        if version > FORMAT:
            raise newer_format(location, version)
        if version < OLDEST_FORMAT:
            raise CorruptError(f"{location}: marked as of format {version}, which never was")
        if version < FORMAT:
            return Finding.OLDER
        check_sound(connection, location)
        return Finding.STORAGE


def newer_format(location: Path, version: int) -> NewerFormatError:
    """The error for a storage whose format this library does not know yet."""
    return NewerFormatError(
        f"{location}: written in format {version}; this version of storage_core knows format {FORMAT}: update it"
    )


def _create_file(location: Path) -> None:
    file = Path(os.path.realpath(location))  # where a link leads to a file that is not there yet
    try:
        missing = [folder for folder in file.parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            sync_folder(folder.parent)
        with suppress(FileExistsError):  # another process was quicker
            create_private_file(file)
    except OSError as error:
        raise not_made(location, error) from error


def _make_tables(connection: sqlite3.Connection, location: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application_id == APPLICATION_ID:
            migrate(connection)
        elif application_id == 0 and objects == 0:
            create_tables(connection)
        else:
            raise NotAStorageError(f"{location}: another program has made its database here meanwhile")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
