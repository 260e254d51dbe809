"""What SQLite reports, said as storage_core's errors."""

import errno
import functools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from storage_core.errors import (
    BusyError,
    ClosedError,
    CorruptError,
    InvalidValueError,
    NewerFormatError,
    NotAStorageError,
    ReadOnlyError,
    StorageError,
    StorageFullError,
    StorageIOError,
    StorageNotFoundError,
)


class _HasLocation(Protocol):
    location: Path


_Self = TypeVar("_Self", bound=_HasLocation)
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_BY_CODE: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_BUSY: (
        BusyError,
        "another writer holds it: try again when it is done, or end that program; in code, a longer timeout waits",
    ),
    sqlite3.SQLITE_LOCKED: (BusyError, "another connection of this process holds it: try again"),
    sqlite3.SQLITE_READONLY: (ReadOnlyError, "it cannot be written"),
    sqlite3.SQLITE_PERM: (ReadOnlyError, "its permissions do not allow it"),
    sqlite3.SQLITE_FULL: (StorageFullError, "no room is left: make room, then write again"),
    sqlite3.SQLITE_IOERR: (StorageIOError, "the device or the operating system failed"),
    sqlite3.SQLITE_NOMEM: (StorageIOError, "the memory did not suffice"),
    sqlite3.SQLITE_CANTOPEN: (StorageIOError, "it, or a file beside it, cannot be opened or made"),
    sqlite3.SQLITE_PROTOCOL: (BusyError, "too many others open it at this moment: try again"),
    sqlite3.SQLITE_NOTADB: (NotAStorageError, "this is not an SQLite database"),
    sqlite3.SQLITE_CORRUPT: (CorruptError, "it is damaged: restore a backup"),
    sqlite3.SQLITE_SCHEMA: (NewerFormatError, "its tables were changed: update storage_core"),
    sqlite3.SQLITE_TOOBIG: (InvalidValueError, "the value is too large"),
}


SQLITE_FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What Python's module raises for SQLite's faults; the second where the message about damage is damaged itself."""

_BY_ERRNO: dict[int | None, type[StorageError]] = {
    errno.EACCES: ReadOnlyError,
    errno.EPERM: ReadOnlyError,
    errno.EROFS: ReadOnlyError,
    errno.ENOSPC: StorageFullError,
    errno.EDQUOT: StorageFullError,
}


def not_made(path: Path, error: OSError) -> StorageError:
    """The error of ours for a file or folder that the operating system did not make."""
    kind = _BY_ERRNO.get(error.errno, StorageIOError)
    return kind(f"{path}: cannot be made: {error.strerror or error}")


def primary_code(error: sqlite3.Error | UnicodeDecodeError) -> int | None:
    """SQLite's code without its extension; None where Python's module itself raised the error."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def as_storage_error(error: sqlite3.Error | UnicodeDecodeError, location: Path) -> Exception:
    """The error of ours that says what `error` says of the storage at `location`."""
    if isinstance(error, UnicodeDecodeError):
        return CorruptError(f"{location}: it is damaged: restore a backup")
    primary = primary_code(error)
    if primary is None:
        if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
            return ClosedError(f"{location}: the storage was closed")
        if isinstance(error, sqlite3.OperationalError) and "decode" in str(error):
            return CorruptError(f"{location}: a text in it is not UTF-8 ({error})")
        return StorageIOError(f"{location}: {error}")
    if primary == sqlite3.SQLITE_INTERRUPT:
        return InterruptedError(f"{location}: interrupted")
    if primary == sqlite3.SQLITE_CANTOPEN and not location.exists():
        return StorageNotFoundError(f"{location}: there is no such storage")
    kind, advice = _BY_CODE.get(primary, (CorruptError, "its tables are not those of a storage"))
    return kind(f"{location}: {advice} ({error})")


def speaks_storage_errors(
    method: Callable[Concatenate[_Self, _Parameters], _Result],
) -> Callable[Concatenate[_Self, _Parameters], _Result]:
    """Let no exception of sqlite3 out of `method`, whose object has a `location`."""

    @functools.wraps(method)
    def speaking(self: _Self, /, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        try:
            return method(self, *args, **kwargs)
        except SQLITE_FAULTS as error:
            raise as_storage_error(error, self.location) from error

    return speaking
