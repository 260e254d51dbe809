"""How an entry of one storage fits into another: as which kind, with what left out, under which other names."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage_core.async_store import AsyncStorage
from storage_core.engine import Capabilities
from storage_core.entry import Kind
from storage_core.errors import InvalidValueError, KindError
from storage_core.raw import RawEntry, caution
from storage_core.scope import KEY_LIMIT
from storage_core.values import checked_text

SMALL = 64 * 1024
"""Bytes up to which a value is looked at on the event loop's own thread, and may be on its way beside others."""

_NAME_SIZES = (4 * KEY_LIMIT, 256, 128)
"""Bytes to which a new name is shortened, one after the other, until a storage takes it."""


class UnreadableError(Exception):
    """What a storage holds at a key cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into the target, and what is to be said of how it differs from what the source holds."""

    kind: Kind
    data: bytes
    expires: datetime | None
    note: str

    def noting(self, more: Sequence[str]) -> "Content":
        """The same, with more to be said."""
        return replace(self, note="; ".join([*filter(None, [self.note]), *more])) if more else self

    def is_that_of(self, entry: RawEntry) -> bool:
        """Whether the entry has the same kind and the same bytes, whenever it expires."""
        return entry.kind is self.kind and entry.data == self.data


async def fitted(entry: RawEntry, target: AsyncStorage | None, *, bytes_as_json: bool) -> Content:
    """The entry, read with its value, as it can go into the target (None: a new storage of ours).

    Raises UnreadableError for JSON that is none, KindError where the target holds nothing of the entry's kind.
    """
    assert entry.data is not None
    can = Capabilities() if target is None else target.capabilities
    kind, notes = entry.kind, []
    if kind is Kind.JSON:
        fault = await _fault_of_json(entry.data)
        if fault is not None:
            raise UnreadableError(fault)
    elif bytes_as_json and can.json and await _fault_of_json(entry.data) is None:
        kind = Kind.JSON
        notes.append("as JSON")
    if kind is Kind.BYTES and not can.bytes:
        raise KindError(f"{can.system} holds JSON alone, and these are bytes")
    if kind is Kind.JSON and not can.json:
        raise KindError(f"{can.system} holds bytes alone, and this is JSON")
    if entry.expires is not None and not can.expiry:
        notes.append(f"for good: {can.system} knows no expiry")
    if target is not None and (not_exactly := caution(target, kind, entry.data)) is not None:
        notes.append(not_exactly)
    return Content(kind, entry.data, entry.expires if can.expiry else None, "; ".join(notes))


def names_beside(key: str, number: int) -> Iterator[str]:
    """`key (2)`, then shorter and shorter ones for storages that take only short names; none is too long for ours."""
    ending = f" ({number})"
    beginning = key[: KEY_LIMIT - len(ending)].encode()
    for size in _NAME_SIZES:
        yield beginning[: size - len(ending)].decode(errors="ignore") + ending


async def _fault_of_json(data: bytes) -> str | None:
    """Why these bytes are not JSON that can be stored; None where they are."""

    def look() -> str | None:
        try:
            checked_text(data.decode())
        except UnicodeDecodeError as error:
            return f"not JSON: byte {error.start:,} is not UTF-8"
        except InvalidValueError as error:
            return str(error)
        return None

    return look() if len(data) <= SMALL else await asyncio.to_thread(look)
