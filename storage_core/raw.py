"""Entries exactly as they are stored: for tools that show, correct, copy or restore them without changing a byte."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from storage_core.async_store import AsyncStorage
from storage_core.entry import Kind, as_datetime, as_milliseconds
from storage_core.errors import CorruptError, InvalidValueError
from storage_core.operations import Write
from storage_core.records import Record
from storage_core.scope import Scope
from storage_core.values import checked_bytes, checked_revision, checked_text

_SMALL = 64 * 1024
"""Bytes of JSON that are checked on the event loop's own thread: a large one would hold it up."""


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry with the very bytes that are stored; for JSON, its text in UTF-8.

    `data` is None where the value has more bytes than were asked for. The times are aware UTC.
    """

    scope: Scope
    key: str
    kind: Kind
    data: bytes | None
    size: int
    revision: int
    updated: datetime
    expires: datetime | None


async def read(
    storage: AsyncStorage, scope: Scope, key: str, size_limit: int | None = None
) -> RawEntry | None:
    """What is stored at `key`, None where nothing is; a value of more than `size_limit` bytes is left out."""

    if size_limit is None:
        record = await storage._connections.read(lambda reader: reader.read(scope, key))
    else:
        record = await storage._connections.read(lambda reader: reader.read_small(scope, key, size_limit))
    return None if record is None else _as_raw(scope, key, record)


async def write(
    storage: AsyncStorage,
    scope: Scope,
    key: str,
    kind: Kind,
    data: bytes,
    *,
    expires: datetime | None = None,
    if_revision: int,
    as_it_was: bool = False,
) -> int:
    """Store `data` at `key` until `expires` (None: for good), and return the revision that the entry has now.

    Compare-and-set always: raises ConflictError where the entry no longer has `if_revision` (0: where there is one).
    Raises InvalidValueError where `kind` is JSON and `data` is not JSON text in UTF-8; `as_it_was` lets that through,
    to bring back what another program had stored, as far as the database can hold it.
    """
    expected = checked_revision(if_revision)
    if expected is None:
        raise InvalidValueError("a raw write needs the revision that it replaces; 0 where there is none")
    must_be_json = kind is Kind.JSON and not as_it_was
    if must_be_json and len(data) <= _SMALL:
        _check_json(data)
    elif must_be_json:
        await asyncio.to_thread(_check_json, data)
    stored = checked_bytes(data)
    until = None if expires is None else as_milliseconds(expires)
    return await storage._connections.write(
        Write(lambda engine: engine.put(scope, key, kind, stored, until, expected), len(stored))
    )


async def notes(storage: AsyncStorage, scope: Scope, key: str) -> list[str]:
    """What a person should know of the entry that its value does not say, a sentence each; mostly nothing."""
    return await storage._connections.read(lambda reader: reader.notes(scope, key))


def title(storage: AsyncStorage, scope: Scope) -> str | None:
    """What people call the scope of an open storage, where its own names do not tell."""
    return storage._connections.database.title(scope)


def only_workspace(storage: AsyncStorage) -> str | None:
    """The one workspace that an open storage can have, also while it holds nothing; None where it can have others."""
    return storage._connections.database.only_workspace()


def left_out(storage: AsyncStorage) -> str | None:
    """What an open storage held when it was opened that nothing lists, as a sentence; None where all is listed."""
    return storage._connections.database.left_out()


def caution(storage: AsyncStorage, kind: Kind, data: bytes) -> str | None:
    """What of this value an open storage would not keep exactly as given, as a sentence; None where it keeps all."""
    return storage._connections.database.caution(kind, data)


def refusal(storage: AsyncStorage, scope: Scope, key: str, taken: Callable[[str], bool]) -> str | None:
    """Why an open storage would take nothing new at a key that can be read, as its error would say; mostly None.

    `taken` says of other keys of the scope whether something will be there by then that is not there yet.
    """
    return storage._connections.database.refusal(scope, key, taken)


def aftermath(storage: AsyncStorage, scope: Scope, key: str) -> str | None:
    """What a person should know once an entry of an open storage was changed from here, as a sentence."""
    return storage._connections.database.aftermath(scope, key)


def _check_json(data: bytes) -> None:
    try:
        checked_text(data.decode())
    except UnicodeDecodeError as error:
        raise InvalidValueError(f"not JSON: byte {error.start:,} is not UTF-8") from error


def _as_raw(scope: Scope, key: str, record: Record) -> RawEntry:
    kind, data, size, revision, updated, expires = record
    try:
        return RawEntry(
            scope,
            key,
            Kind(kind),
            data,
            size,
            revision,
            as_datetime(updated),
            None if expires is None else as_datetime(expires),
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise CorruptError(f"{key!r:.80} of {scope} has a kind or a time that is none: {error}") from error
