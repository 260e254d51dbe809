"""The native engine, searching values: what cannot hold the text is passed over inside SQLite."""

import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing

from storage_core.engine import Errand
from storage_core.needle import Needle

_AT_ONCE = 500  # values, looked at by one statement
_LARGE = 64 * 1024  # bytes: above that, a value is read in parts
_PART = 256 * 1024
_STEP = 0.03  # seconds
_HITS_IN_A_STEP = 200

_CANDIDATES = (
    "SELECT entries.id, CASE WHEN length(entries.value) <= :large THEN entries.value END"
    " FROM json_each(:ids) AS wanted CROSS JOIN entries ON entries.id = wanted.value"
    " WHERE length(entries.value) > :large OR :needle IS NULL"
    " OR instr(lower(CAST(entries.value AS TEXT)), :needle) OR instr(entries.value, x'5c')"
    " OR substr(entries.value, 1, 2) IN (x'fffe', x'feff')"
)


def search(
    connection: sqlite3.Connection, ids: Sequence[int], needle: Needle, errand: Errand
) -> tuple[list[tuple[int, str]], int]:
    """Look for `needle` in the values of the rows `ids`, in their order, for about 30 ms.

    Returns the rows in which it is, each with an excerpt, and at how many of `ids` it has looked. Raises
    InterruptedError where the errand is cancelled while a large value is being read.
    """
    found: list[tuple[int, str]] = []
    looked = 0
    ends = time.monotonic() + _STEP
    while looked < len(ids) and time.monotonic() < ends and len(found) < _HITS_IN_A_STEP:
        batch = ids[looked : looked + _AT_ONCE]
        values = {
            "ids": json.dumps(list(batch)),
            "large": _LARGE,
            "needle": None if needle.ascii is None else needle.ascii.decode(),
        }
        for number, data in connection.execute(_CANDIDATES, values).fetchall():
            large = data is None
            excerpt = _in_parts(connection, number, needle, errand) if large else needle.excerpt(data)
            if excerpt is not None:
                found.append((number, excerpt))
        looked += len(batch)
    return found, looked


def _in_parts(connection: sqlite3.Connection, number: int, needle: Needle, errand: Errand) -> str | None:
    with closing(connection.blobopen("entries", "value", number, readonly=True)) as blob:
        start = 0
        while not errand.cancelled:
            blob.seek(start)
            excerpt = needle.excerpt(blob.read(_PART + needle.overlap))
            start += _PART
            if excerpt is not None or start >= len(blob):
                return excerpt
    raise InterruptedError("the search was ended")
