"""Looking at all that a Cheshire Cat has stored, a page at a time, so that it can write in between."""

import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

from storage_core.engines.cheshire_cat_tables import CatTables, Table, as_json
from storage_core.engines.ledger import Ledger, Seen
from storage_core.entry import Kind
from storage_core.query import Address

Run = Callable[..., Any]

SMALL = 64 * 1024  # characters: values up to there are read by the page, larger ones each on its own
_MARKED_BY_ITSELF = 64  # bytes
_LONG = 0.01  # seconds: the Cat cannot commit while a page is read
_MOST_ROWS = 2_000
_BEFORE_ALL = -(2**63)
_UNHEARD = 0.02  # seconds: a look that takes longer is not taken again at once
_BETWEEN = 9  # times as long as the look took


class Looks:
    """What all connections to one Cat share: what they have seen, and when they may look at everything again.

    Where that takes long, it is done a tenth of the time at most.
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._next = 0.0

    @property
    def may_look(self) -> bool:
        return time.monotonic() >= self._next

    def looked(self, seconds: float) -> None:
        """Be told how long a look at everything has taken."""
        self._next = time.monotonic() + (_BETWEEN * seconds if seconds > _UNHEARD else 0)


def seen_as(row: int, data: bytes) -> Seen:
    """What is seen of an entry: which row it is, and a mark of its value."""
    mark = data if len(data) <= _MARKED_BY_ITSELF else blake2b(data, digest_size=16).digest()
    return Seen(Kind.JSON, len(data), (row, mark))


def all_entries(run: Run, tables: CatTables) -> dict[Address, Seen]:
    """What is there; of the rows of one entry the oldest, which is the one that the Cat reads."""
    found: dict[Address, Seen] = {}
    for table in tables:
        for row, user, key, value in rows_of(run, table):
            address = tables.address(table, user, key)
            if address is not None and address not in found:
                found[address] = seen_as(row, as_json(value))
    return found


def rows_of(run: Run, table: Table) -> Iterator[tuple[int, Any, Any, Any]]:
    """Number, user, key and value of each row, from the oldest on; nothing stays open between two pages."""
    columns = f"rowid, {table.user}, key"
    page = (
        f"SELECT {columns}, CASE WHEN length(value) > {SMALL} THEN NULL ELSE value END, length(value) > {SMALL}"
        f" FROM {table.quoted} WHERE rowid > ? ORDER BY rowid LIMIT ?"
    )
    one = f"SELECT {columns}, value FROM {table.quoted} WHERE rowid = ?"
    start, size, rows = _BEFORE_ALL, 100, [()]
    while rows:
        started = time.monotonic()
        rows = run(page, (start, size)).fetchall()
        took = time.monotonic() - started
        for row, user, key, value, is_large in rows:
            if is_large:
                yield from run(one, (row,)).fetchall()
            else:
                yield row, user, key, value
            start = row
        size = max(1, size // 2) if took > _LONG else min(_MOST_ROWS, size * 2)
