"""The verbs as work for an engine, checked and encoded: what both facades hand over, and nothing else.

Keys are checked by the engine, as each database has rules of its own for them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from storage_core.engine import Engine, Reader
from storage_core.entry import Change, Entry, Kind
from storage_core.errors import InvalidNameError, InvalidValueError
from storage_core.records import json_text, value_of
from storage_core.scope import Scope, checked_scope, checked_text_argument
from storage_core.shown import shown
from storage_core.values import (
    checked_bytes,
    checked_mapping,
    checked_revision,
    checked_text,
    checked_ttl,
    encode,
)

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)
Item = TypeVar("Item")
Ttl = float | timedelta | None

_PAGE = 1_000


@dataclass(slots=True)  # not frozen: one is made for every write, and that would take three times as long
class Write(Generic[Result_co]):
    """A write that is ready to run inside a transaction; `size` is how many bytes of values it brings."""

    run: Callable[[Engine], Result_co]
    size: int = 0


def set_bytes(scope: Scope, key: str, val: Any, ttl: Ttl, if_revision: int | None) -> Write[None]:
    return _write(scope, key, Kind.BYTES, checked_bytes(val), ttl, if_revision)


def save(scope: Scope, key: str, value: Any, ttl: Ttl, if_revision: int | None) -> Write[None]:
    return _write(scope, key, Kind.JSON, encode(value), ttl, if_revision)


def save_text(scope: Scope, key: str, text: str, ttl: Ttl, if_revision: int | None) -> Write[None]:
    return _write(scope, key, Kind.JSON, checked_text(text), ttl, if_revision)


def _write(scope: Scope, key: str, kind: Kind, data: bytes, ttl: Ttl, if_revision: int | None) -> Write[None]:
    lifetime, expected = checked_ttl(ttl), checked_revision(if_revision)
    return Write(lambda engine: engine.write(scope, key, kind, data, lifetime, expected), len(data))


def replace(scope: Scope, key: str, value: Any, revision: int) -> Write[None]:
    """Save JSON over the entry of that `revision` (0: where there is none); its expiry stays."""
    data = encode(value)
    return Write(lambda engine: engine.replace(scope, key, data, revision), len(data))


def delete(scope: Scope, key: str, if_revision: int | None) -> Write[bool]:
    expected = checked_revision(if_revision)
    return Write(lambda engine: engine.delete(scope, key, expected))


def set_many(scope: Scope, values: Mapping[str, Any]) -> Write[None]:
    return _write_many(scope, Kind.BYTES, values, checked_bytes)


def save_many(scope: Scope, values: Mapping[str, Any]) -> Write[None]:
    return _write_many(scope, Kind.JSON, values, encode)


def _write_many(
    scope: Scope, kind: Kind, values: Mapping[str, Any], encoded: Callable[[Any], bytes]
) -> Write[None]:
    data = {key: encoded(value) for key, value in checked_mapping(values).items()}
    return Write(lambda engine: engine.write_many(scope, kind, data), sum(map(len, data.values())))


def delete_many(scope: Scope, keys: Iterable[str]) -> Write[int]:
    listed = checked_keys(keys)
    return Write(lambda engine: engine.delete_many(scope, listed))


def clear(scope: Scope, prefix: str) -> Write[int]:
    text = checked_text_argument(prefix, "prefix")
    return Write(lambda engine: engine.clear(scope, text))


def move(
    scope: Scope, key: str, to: Scope, new_key: str | None, overwrite: bool, if_revision: int | None
) -> Write[None]:
    target, expected = checked_scope(to), checked_revision(if_revision)
    name = key if new_key is None else new_key
    return Write(lambda engine: engine.move(scope, key, target, name, overwrite, expected))


def rename(scope: Scope, key: str, new_key: str, overwrite: bool, if_revision: int | None) -> Write[None]:
    return move(scope, key, scope, checked_text_argument(new_key, "new_key"), overwrite, if_revision)


def expire(scope: Scope, key: str, ttl: Ttl, if_revision: int | None) -> Write[None]:
    lifetime, expected = checked_ttl(ttl), checked_revision(if_revision)
    return Write(lambda engine: engine.expire(scope, key, lifetime, expected))


def read_many(scope: Scope, keys: Iterable[str], kind: Kind) -> Callable[[Reader], dict[str, Any]]:
    """What reads the values of those of the `keys` that are set."""
    listed = checked_keys(keys)

    def read(reader: Reader) -> dict[str, Any]:
        found = reader.read_many(scope, listed)
        return {key: value_of(found[key], kind, key) for key in listed if key in found}

    return read


def read_text(scope: Scope, key: str) -> Callable[[Reader], str | None]:
    """What reads the JSON text at `key`."""

    def read(reader: Reader) -> str | None:
        record = reader.read(scope, key)
        return None if record is None else json_text(record, key)

    return read


def checked_keys(keys: Iterable[str]) -> list[str]:
    """The keys as a list; a single str, which would be taken for its letters, is refused."""
    if isinstance(keys, str) or not isinstance(keys, Iterable):
        raise InvalidNameError(f"an iterable of keys is needed, not {shown(keys)}")
    return list(keys)


class Pages(Generic[Item]):
    """A listing on its way, a page at a time, with nothing left open between two pages.

    `fetch(reader)` reads the next page; `took(page)` says that it has arrived.
    """

    def __init__(
        self,
        read: Callable[[Reader, Any, int], list[Item]],
        place: Callable[[Item], Any],
        after: Any,
        limit: int | None,
    ) -> None:
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
            raise InvalidValueError(f"limit must be a number of items, not {shown(limit)}")
        self._read = read
        self._place = place
        self._after = after
        self._left = limit
        self.more = limit != 0

    def fetch(self, reader: Reader) -> list[Item]:
        return self._read(reader, self._after, self._size())

    def took(self, page: list[Item]) -> list[Item]:
        self.more = len(page) == self._size()
        if self._left is not None:
            self._left -= len(page)
            self.more = self.more and self._left > 0
        if page:
            self._after = self._place(page[-1])
        return page

    def _size(self) -> int:
        return _PAGE if self._left is None else min(_PAGE, self._left)


def keys(scope: Scope, prefix: str, after: str | None, limit: int | None) -> Pages[str]:
    start = _checked_start(prefix, after)
    return Pages(lambda reader, last, size: reader.keys(scope, prefix, last, size), str, start, limit)


def entries(scope: Scope, prefix: str, after: str | None, limit: int | None) -> Pages[Entry]:
    start = _checked_start(prefix, after)
    return Pages(
        lambda reader, last, size: reader.entries(scope, prefix, last, size),
        lambda entry: entry.key,
        start,
        limit,
    )


def changes(since: int) -> Pages[Change]:
    start = checked_revision(since)
    if start is None:
        raise InvalidValueError("changes needs the revision to start after; 0 for all that are kept")
    return Pages(
        lambda reader, last, size: reader.changes(last, size), lambda change: change.revision, start, None
    )


def _checked_start(prefix: str, after: str | None) -> str | None:
    checked_text_argument(prefix, "prefix")
    return None if after is None else checked_text_argument(after, "after")
