"""An entry as a database holds it, and as a caller sees it."""

from typing import Any, TypeAlias

from storage_core.entry import Entry, Kind, as_datetime
from storage_core.errors import KindError
from storage_core.scope import Scope
from storage_core.values import decode

Record: TypeAlias = tuple[int, bytes | None, int, int, int, int | None]
"""Kind, data, size in bytes, revision, updated and expires (milliseconds since 1970, or None).

A plain tuple, as the database hands it over: reading one value is too frequent to wrap each in an object. The data
is None where it is larger than the reader asked for.
"""

_VERBS = {Kind.JSON: "JSON: read it with load", Kind.BYTES: "bytes: read them with get"}


def value_of(record: Record, kind: Kind, key: str) -> Any:
    """The value in `record`: bytes, or decoded JSON. Raises KindError where it is not of that `kind`."""
    if record[0] != kind:
        raise KindError(f"{key!r:.80} holds {_VERBS[Kind(record[0])]}")
    data = record[1]
    assert data is not None
    return decode(data) if kind is Kind.JSON else data


def json_text(record: Record, key: str) -> str:
    """The JSON text in `record`, as it is stored. Raises KindError where it holds bytes."""
    if record[0] != Kind.JSON:
        raise KindError(f"{key!r:.80} holds {_VERBS[Kind.BYTES]}")
    assert record[1] is not None
    return record[1].decode()


def as_entry(scope: Scope, key: str, record: Record) -> Entry:
    """The entry that `record` describes, with its value; without one where the record has no data."""
    kind, data, size, revision, updated, expires = record
    value = decode(data) if kind == Kind.JSON and data is not None else data
    return Entry(
        scope,
        key,
        Kind(kind),
        value,
        size,
        revision,
        as_datetime(updated),
        None if expires is None else as_datetime(expires),
    )
