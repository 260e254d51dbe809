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


_LONGEST_NUMBER = 64
"""Bytes of a number that a target has written in its own way."""


class UnreadableError(Exception):
    """What a storage holds at a key cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into the target, and what is to be said of how it differs from what the source holds."""

    kind: Kind
    data: bytes
    expires: datetime | None
    note: str
    is_kept_otherwise: bool = False
    """Whether the target makes another text of it, as the note says: that of the same number."""

    def noting(self, more: Sequence[str]) -> "Content":
        """The same, with more to be said."""
        return replace(self, note="; ".join([*filter(None, [self.note]), *more])) if more else self

    @property
    def size_to_compare(self) -> int:
        """Bytes up to which what is in the target can be the same."""
        return max(len(self.data), _LONGEST_NUMBER) if self.is_kept_otherwise else len(self.data)

    def is_that_of(self, entry: RawEntry) -> bool:
        """Whether the entry has the same kind and the same bytes, or what becomes of them; whenever it expires."""
        if entry.kind is not self.kind or entry.data is None:
            return False
        if self.is_kept_otherwise and entry.data != self.data:
            return _number(entry.data) == _number(self.data) is not None
        return entry.data == self.data


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
    not_exactly = None if target is None else caution(target, kind, entry.data)
    if not_exactly is not None:
        notes.append(not_exactly)
    expires = entry.expires if can.expiry else None
    return Content(kind, entry.data, expires, "; ".join(notes), is_kept_otherwise=not_exactly is not None)


def names_beside(key: str, number: int) -> Iterator[str]:
    """`key (2)`, then shorter and shorter ones for storages that take only short names; none is too long for ours."""
    ending = f" ({number})"
    beginning = key[: KEY_LIMIT - len(ending)].encode()
    for size in _NAME_SIZES:
        yield beginning[: size - len(ending)].decode(errors="ignore") + ending


def _number(data: bytes) -> float | None:
    try:
        number = int(data)
    except ValueError:
        try:
            return float(data)
        except ValueError:
            return None
    return number if number.bit_length() < 64 else float(data)  # floats would make neighbours the same


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
