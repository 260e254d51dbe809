"""The records that storage_core hands out: what is stored, and what became of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from storage_core.scope import Scope

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(IntEnum):
    """What an entry holds: a JSON value, or bytes."""

    JSON = 0
    BYTES = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value and what is known of it.

    `value` is the decoded JSON value or the bytes; None in listings, which read no values. `size` is the
    number of bytes stored. `updated` and `expires` are aware UTC datetimes; `expires` is None where the entry
    stays for good.
    """

    scope: Scope
    key: str
    kind: Kind
    value: Any
    size: int
    revision: int
    updated: datetime
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """One write or delete, as the change feed tells it.

    `kind` and `size` are of the value written; where `deleted`, of the value that is gone. `at` is aware UTC.
    """

    revision: int
    scope: Scope
    key: str
    deleted: bool
    kind: Kind
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ScopeInfo:
    """A scope that holds something: how many entries, and how many bytes their values take together."""

    scope: Scope
    count: int
    size: int


def as_datetime(milliseconds: int) -> datetime:
    """The aware UTC datetime of so many milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def as_milliseconds(moment: datetime) -> int:
    """The milliseconds from 1970 to an aware datetime, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
