"""The Cheshire Cat's engine, reading: short statements, each fetched to its end, as its Cat waits for every lock."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from storage_core.engine import Errand
from storage_core.engines.cheshire_cat.copy import copy_in_steps, faults
from storage_core.engines.cheshire_cat.look import SMALL, UNLIMITED, VALUE_IF_SMALL, Looks, seen_as
from storage_core.engines.cheshire_cat.notes import notes_on
from storage_core.engines.cheshire_cat.tables import (
    CatTables,
    Table,
    as_json,
    roll_back_what_was_cut_off,
    was_cut_off,
)
from storage_core.engines.ledger import Seen
from storage_core.engines.sqlite import file as sqlite_file
from storage_core.engines.sqlite.connection import SqliteConnection
from storage_core.engines.sqlite.errors import speaks_storage_errors
from storage_core.engines.sqlite.file import Inode
from storage_core.engines.sqlite.reader import now_in_milliseconds
from storage_core.entry import Change, Entry, ScopeInfo
from storage_core.errors import BusyError
from storage_core.query import Address, Chunk
from storage_core.records import Record, as_entry
from storage_core.scope import Scope, after_prefix, checked_text_argument

_REMEMBERED = 1_000  # large values


class CatReader(SqliteConnection):
    """A read-only connection to what a Cat has stored."""

    _mode = "ro"

    def __init__(
        self,
        location: Path,
        timeout: float,
        inode: Inode | None,
        tables: CatTables,
        looks: Looks,
        read_only: bool,
    ) -> None:
        self._tables = tables
        self._looks = looks
        self._ledger = looks.ledger
        self._read_only = read_only
        self._looked_at: int | None = None
        self._large: dict[Address, tuple[int, Seen]] = {}
        super().__init__(location, timeout, inode)

    @speaks_storage_errors
    def _connect(self) -> sqlite3.Connection:
        # Nothing is said to SQLite that would have it read: the Cat may be holding the file just now.
        connection = sqlite_file.connect(self.location, self._mode, timeout=self._timeout)
        connection.text_factory = bytes
        return connection

    def _run(self, *statement: Any) -> sqlite3.Cursor:
        try:
            return self._connection.execute(*statement)
        except sqlite3.Error as error:
            if self._read_only or not was_cut_off(error):
                raise
            self.check_in_place()
            roll_back_what_was_cut_off(self.location, self._timeout)
            return self._connection.execute(*statement)

    def _row(self, *statement: Any) -> Any:
        """The first row of an answer, which is fetched to its end; None where it has none."""
        rows = self._run(*statement).fetchall()
        return rows[0] if rows else None

    def read(self, scope: Scope, key: str) -> Record | None:
        return self._record(Address(scope, checked_text_argument(key, "key")), UNLIMITED)

    def read_small(self, scope: Scope, key: str, size_limit: int) -> Record | None:
        return self._record(Address(scope, checked_text_argument(key, "key")), size_limit)

    @speaks_storage_errors
    def read_many(self, scope: Scope, keys: Sequence[str]) -> dict[str, Record]:
        if self._connection.in_transaction:
            found = {key: self.read(scope, key) for key in keys}
            return {key: record for key, record in found.items() if record is not None}
        addresses = [Address(scope, checked_text_argument(key, "key")) for key in keys]
        revisions = None
        while revisions is None:
            moment = self._ledger.moment
            with self._transaction():
                seen = {address: self._see(address, UNLIMITED) for address in addresses}
            revisions = self._ledger.revisions_of({at: entry for at, (entry, _) in seen.items()}, moment)
        return {
            address.key: self._as_record(address, entry, data, revisions[address])
            for address, (entry, data) in seen.items()
            if entry is not None
        }

    @speaks_storage_errors
    def keys(self, scope: Scope, prefix: str, after: str | None, limit: int) -> list[str]:
        table = self._tables.table_of(scope)
        if table is None:
            return []
        goes_on = after is not None and after >= prefix
        end = after_prefix(prefix)
        values = {"user": scope.user, "start": after if goes_on else prefix, "end": end}
        found: list[str] = []
        while wanted := limit - len(found):
            statement = (
                f"SELECT DISTINCT key FROM {table.quoted} WHERE {table.of} AND typeof(key) = 'text'"
                f" AND key {'>' if goes_on else '>='} CAST(:start AS TEXT) {'' if end is None else 'AND key < :end'}"
                " ORDER BY key LIMIT :limit"
            )
            rows = self._run(statement, values | {"limit": wanted}).fetchall()
            for (key,) in rows:
                with suppress(UnicodeDecodeError):
                    found.append(key.decode())
            if len(rows) < wanted:
                break
            goes_on, values["start"] = True, rows[-1][0]
        return found

    @speaks_storage_errors
    def entries(self, scope: Scope, prefix: str, after: str | None, limit: int) -> list[Entry]:
        self.refresh()
        found = []
        for key in self.keys(scope, prefix, after, limit):
            line = self._ledger.line(Address(scope, key))
            if line is not None:
                found.append(line.as_entry())
            elif (record := self.read_small(scope, key, -1)) is not None:
                found.append(as_entry(scope, key, record))
        return found

    @speaks_storage_errors
    def workspaces(self) -> list[str]:
        some = any(self._run(f"SELECT 1 FROM {table.quoted} LIMIT 1").fetchall() for table in self._tables)
        return [self._tables.workspace] if some else []

    def scopes(self) -> list[ScopeInfo]:
        self.refresh()
        sums: dict[Scope, tuple[int, int]] = {}
        for address, line in self._ledger.lines().items():
            count, size = sums.get(address.scope, (0, 0))
            sums[address.scope] = count + 1, size + line.seen.size
        return [ScopeInfo(scope, *sums[scope]) for scope in sorted(sums, key=lambda scope: scope.user or "")]

    def last_revision(self) -> int:
        return self._ledger.last_revision

    def changes(self, since: int, limit: int) -> list[Change]:
        self.refresh()
        return self._ledger.changes(since, limit)

    def version(self) -> int:
        # Whoever holds it so long has not committed yet: there is nothing to be seen.
        with suppress(BusyError):
            self.refresh()
        return self._ledger.last_revision

    @speaks_storage_errors
    def backup(self, path: Path) -> None:
        self._data_version()
        sqlite_file.fill_new_file(
            path, lambda target: copy_in_steps(self._connection, target, self._timeout, self.location)
        )

    @speaks_storage_errors
    def check(self) -> list[str]:
        self._data_version()
        return faults(self._connection, self._tables, self._timeout, self.location)

    @speaks_storage_errors
    def notes(self, scope: Scope, key: str) -> list[str]:
        table = self._tables.table_of(scope)
        if table is None:
            return []
        values = {"user": scope.user, "key": checked_text_argument(key, "key"), "limit": SMALL}
        rows = self._run(
            f"SELECT {table.id}, {VALUE_IF_SMALL} FROM {table.quoted} WHERE {table.at} ORDER BY rowid",
            values,
        ).fetchall()
        if not rows:
            return []
        id, value, is_there = rows[0]
        is_large = value is None and is_there
        return notes_on(scope, key, None if is_large else as_json(value), id, len(rows))

    @speaks_storage_errors
    def refresh(self, errand: Errand | None = None) -> None:
        """Have the ledger know what is there now, unless all was looked at so recently that it has to wait."""

        def run(*statement: Any) -> sqlite3.Cursor:
            if errand is not None and errand.cancelled:
                raise InterruptedError("nobody waits for it any more")
            return self._run(*statement)

        self.check_in_place()
        version, signature = self._data_version(), sqlite_file.signature_of(self.location)
        if version != self._looked_at and not self._looks.is_as_seen(signature):
            if not self._looks.may_look:
                return
            self._looks.look(run, self._tables, signature, lambda address: self._see(address, SMALL))
        self._looked_at = version

    @speaks_storage_errors
    def chunk(self, scope: Scope, key: str, offset: int, size: int) -> Chunk | None:
        """As `Browsing.chunk`."""
        address = Address(scope, checked_text_argument(key, "key"))
        revision, (whole, data) = self._ledger.look(address, lambda: self._see_part(address, offset, size))
        return None if whole is None else Chunk(data, whole, revision)

    def _see_part(
        self, address: Address, offset: int, size: int
    ) -> tuple[Seen | None, tuple[int | None, bytes]]:
        with self._snapshot():
            seen, data = self._see(address, SMALL)
            table = self._tables.table_of(address.scope)
            if seen is None or table is None:
                return None, (None, b"")
            if data is not None:
                return seen, (seen.size, data[offset : offset + size])
            # A large value lies in a chain of pages: a blob handle follows it without reading them all.
            row, _ = seen.mark
            with closing(self._connection.blobopen(table.name, "value", row, readonly=True)) as blob:
                blob.seek(min(offset, seen.size))
                return seen, (seen.size, blob.read(size))

    @speaks_storage_errors
    def look_first(self) -> None:
        """Have the ledger begin with what is there."""
        self._looks.look_first(self._run, self._tables, sqlite_file.signature_of(self.location))

    @speaks_storage_errors
    def _record(self, address: Address, size_limit: int) -> Record | None:
        revision, (seen, data) = self._ledger.look(address, lambda: self._see_with_data(address, size_limit))
        return None if seen is None else self._as_record(address, seen, data, revision)

    def _as_record(self, address: Address, seen: Seen, data: bytes | None, revision: int) -> Record:
        line = self._ledger.line(address)
        updated = now_in_milliseconds() if line is None else line.updated
        return seen.kind, data, seen.size, revision, updated, None

    def _see_with_data(
        self, address: Address, size_limit: int
    ) -> tuple[Seen | None, tuple[Seen | None, bytes | None]]:
        seen, data = self._see(address, size_limit)
        return seen, (seen, None if data is None or len(data) > size_limit else data)

    def _see(self, address: Address, size_limit: int) -> tuple[Seen | None, bytes | None]:
        """What is at an address, and its data where that is no larger than the limit; it may come where it is."""
        scope, key = address
        table = self._tables.table_of(scope)
        if table is None:
            return None, None
        line, limit = self._ledger.line(address), max(size_limit, SMALL)
        if line is not None and line.seen.size > limit:
            return self._see_large(address, table, limit)
        row = self._row(
            f"SELECT rowid, {VALUE_IF_SMALL} FROM {table.quoted} WHERE {table.at} ORDER BY rowid LIMIT 1",
            {"user": scope.user, "key": key, "limit": limit},
        )
        if row is None:
            return None, None
        number, value, is_there = row
        if value is None and is_there:
            return self._see_large(address, table, limit)
        data = as_json(value)
        return seen_as(number, data), data

    def _see_large(self, address: Address, table: Table, limit: int) -> tuple[Seen | None, bytes | None]:
        """As `_see`; a large value is read only where anybody has written since it last was."""
        with self._snapshot():
            version = self._data_version()
            known = self._large.get(address)
            if known is not None and known[0] == version and known[1].size > limit:
                return known[1], None
            row = self._row(
                f"SELECT rowid, value FROM {table.quoted} WHERE {table.at} ORDER BY rowid LIMIT 1",
                {"user": address.scope.user, "key": address.key},
            )
        if row is None:
            return None, None
        data = as_json(row[1])
        seen = seen_as(row[0], data)
        if len(data) <= limit:
            return seen, data
        if len(self._large) >= _REMEMBERED:
            self._large.clear()
        self._large[address] = version, seen
        return seen, None

    def _data_version(self) -> int:
        (version,) = self._row("PRAGMA data_version")
        return int(version)

    def _snapshot(self) -> AbstractContextManager[None]:
        """One state for several statements, all of them short."""
        return nullcontext() if self._connection.in_transaction else self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:
                self._run("ROLLBACK")
