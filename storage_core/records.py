"""An entry as a database holds it, and as a caller sees it."""

from typing import Any, TypeAlias

from storage_core.entry import Entry, Kind, as_datetime
from storage_core.errors import CorruptError, KindError
from storage_core.scope import Scope
from storage_core.values import decode, decode_text

Record: TypeAlias = tuple[int, bytes | None, int, int, int, int | None]
"""Kind, data, size in bytes, revision, updated and expires (milliseconds since 1970, or None).

A plain tuple, as the database hands it over: reading one value is too frequent to wrap each in an object. The data
is None where it is larger than the reader asked for.
"""

_VERBS = {Kind.JSON: "JSON: read it with load", Kind.BYTES: "bytes: read them with get"}


def value_of(record: Record, kind: Kind, key: str) -> Any:
    """The value in `record`: bytes, or decoded JSON. Raises KindError where it is not of that `kind`."""
    if record[0] != kind:
        raise KindError(f"{key!r:.80} holds {_VERBS[_kind(record[0], key)]}")
    data = record[1]
    assert data is not None
    if kind is Kind.JSON:
        return decode(data)
    if type(data) is not bytes:
        raise CorruptError(f"{key!r:.80} should hold bytes, and holds {data!r:.80}")
    return data


def json_text(record: Record, key: str) -> str:
    """The JSON text in `record`, as it is stored. Raises KindError where it holds bytes."""
    if record[0] != Kind.JSON:
        raise KindError(f"{key!r:.80} holds {_VERBS[_kind(record[0], key)]}")
    assert record[1] is not None
    return decode_text(record[1])


def as_entry(scope: Scope, key: str, record: Record) -> Entry:
    """The entry that `record` describes, with its value; without one where the record has no data."""
    kind, data, size, revision, updated, expires = record
    value = None if data is None else value_of(record, _kind(kind, key), key)
    try:
        return Entry(
            scope,
            key,
            _kind(kind, key),
            value,
            size,
            revision,
            as_datetime(updated),
            None if expires is None else as_datetime(expires),
        )
    except (TypeError, OverflowError) as error:
        raise CorruptError(f"{key!r:.80} of {scope} has a time that is none: {error}") from error


def has_expired(expires: int, now: int) -> bool:
    """Whether an entry that expires then is gone by `now`; raises CorruptError where that is no time."""
    try:
        return expires <= now
    except TypeError as error:
        raise CorruptError(f"an entry should expire at {expires!r:.80}, which is no time") from error


def _kind(number: int, key: str) -> Kind:
    try:
        return Kind(number)
    except ValueError as error:
        raise CorruptError(f"{key!r:.80} is of a kind that does not exist: {number!r:.80}") from error
