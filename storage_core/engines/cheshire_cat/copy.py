"""Copying a Cheshire Cat's database while it writes, and looking in a copy for what is wrong with it."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from storage_core.engines.cheshire_cat.look import rows_of
from storage_core.engines.cheshire_cat.notes import fault_of
from storage_core.engines.cheshire_cat.tables import CatTables, Table, as_json
from storage_core.engines.sqlite.errors import SQLITE_FAULTS, as_storage_error
from storage_core.errors import BusyError

_PAGES = 1_000  # in one step: some milliseconds, in which the Cat cannot commit
_RESTARTS = 5
_PAUSE = 0.005  # seconds, where somebody else has the lock


class _WrittenTooOftenError(Exception):
    """The copy had to begin again and again."""


def copy_in_steps(
    source: sqlite3.Connection, target: sqlite3.Connection, timeout: float, location: Path
) -> None:
    """Copy one consistent state: in steps, which begin again whenever somebody writes; in the end all at once.

    Raises BusyError where for `timeout` seconds nothing could be read.
    """
    try:
        source.backup(target, pages=_PAGES, sleep=_PAUSE, progress=_Watch(timeout, location, _RESTARTS))
    except _WrittenTooOftenError:
        source.backup(target, sleep=_PAUSE, progress=_Watch(timeout, location, None))


class _Watch:
    """Is told of each step of a copy, and ends it by an exception where it comes to nothing."""

    def __init__(self, timeout: float, location: Path, restarts: int | None) -> None:
        self._timeout = timeout
        self._location = location
        self._restarts = restarts
        self._left: int | None = None
        self._moved_at = time.monotonic()

    def __call__(self, status: int, remaining: int, total: int) -> None:
        now = time.monotonic()
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if now - self._moved_at >= self._timeout:
                raise BusyError(
                    f"{self._location}: another writer held it for {self._timeout:g} s: try again"
                )
            return
        self._moved_at = now
        if self._restarts is not None and self._left is not None and remaining >= self._left:
            if self._restarts == 0:
                raise _WrittenTooOftenError
            self._restarts -= 1
        self._left = remaining


def faults(connection: sqlite3.Connection, tables: CatTables, timeout: float, location: Path) -> list[str]:
    """A sentence for each thing that is wrong. All is read of a private copy, so that the Cat never waits for it."""
    found: list[str] = []
    try:
        with closing(sqlite3.connect("", isolation_level=None)) as copy:
            copy_in_steps(connection, copy, timeout, location)
            copy.text_factory = bytes
            lines = copy.execute("PRAGMA integrity_check").fetchall()
            found += [text.decode(errors="replace") for (text,) in lines if text != b"ok"]
            for table in tables:
                found += _faults_in(copy, tables, table)
    except SQLITE_FAULTS as error:
        found.append(str(as_storage_error(error, location)))
    return found


def _faults_in(copy: sqlite3.Connection, tables: CatTables, table: Table) -> list[str]:
    found: list[str] = []
    counts: dict[tuple[object, object], int] = {}
    for row, user, key, value in rows_of(copy.execute, table):
        counts[user, key] = counts.get((user, key), 0) + 1
        address = tables.address(table, user, key)
        if address is None:
            found.append(
                f"row {row:,} of {table.name} has a name that is no text: {key!r:.80} of {user!r:.80}"
            )
            continue
        fault = fault_of(as_json(value))
        if fault is not None:
            found.append(f"{fault}: {address.key!r:.80} of {address.scope}")
    for (user, key), count in counts.items():
        address = tables.address(table, user, key)
        if count > 1 and address is not None:
            oldest = f"{count:,} rows for one key, of which the Cat reads the oldest"
            found.append(f"{oldest}: {address.key!r:.80} of {address.scope}")
    return found
