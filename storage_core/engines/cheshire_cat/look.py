"""Looking at all that a Cheshire Cat has stored, a page at a time, so that it can write in between."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

from storage_core.engines.cheshire_cat.tables import CatTables, Table, as_json
from storage_core.engines.ledger import Ledger, Seen
from storage_core.engines.sqlite.file import Signature
from storage_core.entry import Kind
from storage_core.query import Address

Run = Callable[..., Any]
See = Callable[[Address], tuple[Seen | None, object]]

SMALL = 64 * 1024  # characters: values up to there are read by the page, larger ones each on its own
UNLIMITED = 2**62
VALUE_IF_SMALL = "CASE WHEN length(value) <= :limit THEN value END, typeof(value) <> 'null'"
"""The value where it is no larger than the limit, and whether there is any: so SQLite reads a large one once."""
_MARKED_BY_ITSELF = 128  # bytes
_LONG = 0.01  # seconds: the Cat cannot commit while a page is read
_MOST_ROWS = 2_000
_BEFORE_ALL = -(2**63)
_UNHEARD = 0.02  # seconds of work: a look that takes longer is not taken again at once
_BETWEEN = 9  # times as long as the look took
_SETTLED = 3_000_000_000  # nanoseconds after which the next write has another time, on any file system


class _Row(NamedTuple):
    user: Any
    key: Any
    size: int
    mark: bytes


class Looks:
    """What all connections to one Cat share: what they have seen, and when they may look at everything again.

    A look at everything compares each row with how it was; only the entries that this makes suspicious are read for
    the ledger, each as it then is. Where a look takes long, it is taken a tenth of the time at most.
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.unnamed = 0
        """The rows that were there at the first look and that nobody could name."""
        self._looking = threading.Lock()
        self._rows: dict[tuple[str, int], _Row] = {}
        self._suspects: dict[Address, None] = {}
        """A set that keeps their order: what is new has the higher number the later it was saved."""
        self._seen_at: Signature | None = None
        self._next = 0.0

    @property
    def may_look(self) -> bool:
        return time.monotonic() >= self._next

    def is_as_seen(self, signature: Signature) -> bool:
        """Whether nobody has written since the last look at everything, as the times of the file tell for certain."""
        return signature == self._seen_at

    def look_first(self, run: Run, tables: CatTables, signature: Signature) -> None:
        """Have the ledger begin with what is there: of the rows of one entry the oldest, which the Cat reads."""
        seen_at = _if_settled(signature)
        self._rows = {(table.name, number): row for table, number, row in _rows_in(run, tables)}
        found: dict[Address, Seen] = {}
        for table in tables:
            for (name, number), row in self._rows.items():
                if name != table.name:
                    continue
                address = tables.address(table, row.user, row.key)
                if address is None:
                    self.unnamed += 1
                elif address not in found:
                    found[address] = Seen(Kind.JSON, row.size, (number, row.mark))
        self.ledger.begin_with(found)
        self._seen_at = seen_at

    def look(self, run: Run, tables: CatTables, signature: Signature, see: See) -> None:
        """Have the ledger know what is there now; `see` looks at one entry."""
        with self._looking:
            started, seen_at = time.thread_time(), _if_settled(signature)  # waiting for others does not count
            self._compare(run, tables)
            for address in list(self._suspects):
                self.ledger.look(address, partial(see, address))
                del self._suspects[address]
            self._seen_at = seen_at
            took = time.thread_time() - started
            self._next = time.monotonic() + (_BETWEEN * took if took > _UNHEARD else 0)

    def _compare(self, run: Run, tables: CatTables) -> None:
        """Suspect each entry one of whose rows is new, gone or another one."""
        rows: dict[tuple[str, int], _Row] = {}
        for table, number, row in _rows_in(run, tables):
            place = (table.name, number)
            rows[place] = row
            before = self._rows.get(place)
            if before != row:
                self._suspect(tables, table, row)
                self._suspect(tables, table, before)
        for table in tables:
            for place, row in self._rows.items():
                if place[0] == table.name and place not in rows:
                    self._suspect(tables, table, row)
        self._rows = rows

    def _suspect(self, tables: CatTables, table: Table, row: _Row | None) -> None:
        address = None if row is None else tables.address(table, row.user, row.key)
        if address is not None:
            self._suspects[address] = None


def seen_as(row: int, data: bytes) -> Seen:
    """What is seen of an entry: which row it is, and a mark of its value."""
    return Seen(Kind.JSON, len(data), (row, _mark(data)))


def rows_of(run: Run, table: Table) -> Iterator[tuple[int, Any, Any, Any]]:
    """Number, user, key and value of each row, from the oldest on; nothing stays open between two pages."""
    columns = f"rowid, {table.user}, key"
    page = (
        f"SELECT {columns}, {VALUE_IF_SMALL} FROM {table.quoted}"
        " WHERE rowid > :last ORDER BY rowid LIMIT :size"
    )
    one = f"SELECT {columns}, value FROM {table.quoted} WHERE rowid = ?"
    last, size, rows = _BEFORE_ALL, 100, [()]
    while rows:
        started = time.monotonic()
        rows = run(page, {"last": last, "size": size, "limit": SMALL}).fetchall()
        took = time.monotonic() - started
        for number, user, key, value, is_there in rows:
            if value is None and is_there:
                yield from run(one, (number,)).fetchall()
            else:
                yield number, user, key, value
            last = number
        size = max(1, size // 2) if took > _LONG else min(_MOST_ROWS, size * 2)


def _rows_in(run: Run, tables: CatTables) -> Iterator[tuple[Table, int, _Row]]:
    for table in tables:
        for number, user, key, value in rows_of(run, table):
            data = as_json(value)
            yield table, number, _Row(user, key, len(data), _mark(data))


def _mark(data: bytes) -> bytes:
    return data if len(data) <= _MARKED_BY_ITSELF else blake2b(data, digest_size=16).digest()


def _if_settled(signature: Signature) -> Signature | None:
    """The signature, where every later write is certain to make it another one."""
    age = time.time_ns() - max(modified for modified, _ in signature)
    return signature if age > _SETTLED else None
