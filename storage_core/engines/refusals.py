"""How an engine refuses a write that meets something else than was expected."""

from storage_core.entry import Entry
from storage_core.errors import ConflictError, CorruptError, KeyNotFoundError
from storage_core.records import Record, as_entry
from storage_core.scope import Scope


def revision_in(record: Record | None) -> int:
    """The revision of what is stored, 0 where nothing is."""
    return 0 if record is None else record[3]


def not_as_expected(scope: Scope, key: str, record: Record | None, if_revision: int) -> ConflictError:
    """The error for an entry that does not have the revision expected, 0 being none."""
    found = "nothing" if record is None else f"revision {record[3]:,}"
    expected = f"revision {if_revision:,}" if if_revision else "nothing"
    message = f"{key!r:.80} of {scope} holds {found}, where {expected} was expected"
    return ConflictError(message, None if record is None else _entry(scope, key, record))


def taken(scope: Scope, key: str, record: Record) -> ConflictError:
    """The error for a place where an entry is in the way of another."""
    message = f"{key!r:.80} of {scope} is taken: choose another key, or overwrite it"
    return ConflictError(message, _entry(scope, key, record))


def nothing_at(scope: Scope, key: str) -> KeyNotFoundError:
    """The error for an entry that has to be there and is not."""
    return KeyNotFoundError(f"nothing is stored at {key!r:.80} of {scope}")


def _entry(scope: Scope, key: str, record: Record) -> Entry:
    """The entry with its value; without it, where what is stored is no value."""
    try:
        return as_entry(scope, key, record)
    except CorruptError:
        kind, _, size, revision, updated, expires = record
        return as_entry(scope, key, (kind, None, size, revision, updated, expires))
