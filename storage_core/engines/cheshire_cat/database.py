"""The Cheshire Cat's engine: the values of its plugins, read and changed in its own database while it runs."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from storage_core.engine import Browsing, Capabilities, Engine, Errand, Reader
from storage_core.engines.cheshire_cat.look import SMALL, UNLIMITED, Looks, seen_as
from storage_core.engines.cheshire_cat.notes import caution_on, left_out, title_of
from storage_core.engines.cheshire_cat.reader import CatReader
from storage_core.engines.cheshire_cat.tables import (
    CatTables,
    Table,
    as_json,
    is_found_by_the_cat,
    never_found,
    roll_back_what_was_cut_off,
    tables_in,
    was_cut_off,
)
from storage_core.engines.ledger import Line, Making, Seen
from storage_core.engines.ledger_browse import LedgerBrowser
from storage_core.engines.refusals import not_as_expected, nothing_at, taken
from storage_core.engines.sqlite import file as sqlite_file
from storage_core.engines.sqlite.connection import insist
from storage_core.engines.sqlite.errors import (
    SQLITE_FAULTS,
    as_storage_error,
    primary_code,
    speaks_storage_errors,
)
from storage_core.engines.sqlite.file import Inode
from storage_core.entry import Kind
from storage_core.errors import (
    InvalidValueError,
    NotAStorageError,
    ReadOnlyError,
    StorageError,
    StorageIOError,
    UnsupportedError,
)
from storage_core.query import Address, Chunk, Query
from storage_core.records import Record
from storage_core.scope import Scope, checked_text_argument

_MOST_WAITED = 1.0  # seconds: whoever waited longer was behind one long write, not among many


class CatEngine(CatReader):
    """A connection that changes what a Cat has stored; see `Engine`."""

    _mode = "rw"

    @speaks_storage_errors
    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = 1")
        connection.execute("PRAGMA busy_timeout = 0")  # it waits in its own way
        self._making = Making(self._ledger)
        self._wanted = self._began = self._next = 0.0
        return connection

    @speaks_storage_errors
    def begin(self) -> None:
        self.check_in_place()
        if (pause := self._next - time.monotonic()) > 0:
            time.sleep(pause)
        self._wanted = time.monotonic()
        insist(self._run, "BEGIN IMMEDIATE", self._timeout, self.location)
        self._began = time.monotonic()
        try:
            self.check_in_place()  # it may have waited long
        except StorageError:
            self.rollback()
            raise

    @speaks_storage_errors
    def commit(self) -> None:
        insist(self._run, "COMMIT", self._timeout, self.location)
        self._making.keep()
        self._ended()

    def rollback(self) -> None:
        self._making.withdraw()
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # SQLite has rolled back by itself
                self._run("ROLLBACK")
            self._ended()

    def _ended(self) -> None:
        # The Cat looks for the lock ever less often, and gives up after 5 s: half of the time it finds it free. Where
        # others write as well as this, each of them waits longer, or all together would never leave it free.
        now = time.monotonic()
        held, waited = now - self._began, self._began - self._wanted
        self._next = now + held + min(waited, _MOST_WAITED)

    @speaks_storage_errors
    def write(
        self, scope: Scope, key: str, kind: Kind, data: bytes, ttl: int | None, if_revision: int | None
    ) -> None:
        self._put(_place(scope, key, kind, ttl), data, if_revision)

    @speaks_storage_errors
    def put(
        self, scope: Scope, key: str, kind: Kind, data: bytes, expires: int | None, if_revision: int
    ) -> int:
        return self._put(_place(scope, key, kind, expires), data, if_revision)

    @speaks_storage_errors
    def replace(self, scope: Scope, key: str, data: bytes, if_revision: int) -> None:
        self._put(_place(scope, key), data, if_revision)

    @speaks_storage_errors
    def write_many(self, scope: Scope, kind: Kind, values: Mapping[str, bytes]) -> None:
        places = [(_place(scope, key, kind), data) for key, data in values.items()]
        for place, _ in places:
            self._table_for(place)
        for place, data in places:
            self._put(place, data, None)

    @speaks_storage_errors
    def delete(self, scope: Scope, key: str, if_revision: int | None) -> bool:
        return self._remove(_place(scope, key), if_revision)

    @speaks_storage_errors
    def delete_many(self, scope: Scope, keys: Sequence[str]) -> int:
        return sum([self._remove(place, None) for place in [_place(scope, key) for key in keys]])

    @speaks_storage_errors
    def clear(self, scope: Scope, prefix: str) -> int:
        return self.delete_many(scope, self.keys(scope, prefix, None, UNLIMITED))

    @speaks_storage_errors
    def move(
        self, scope: Scope, key: str, to: Scope, new_key: str, overwrite: bool, if_revision: int | None
    ) -> None:
        source, target = _place(scope, key), _place(to, new_key)
        row = self._expect(source, if_revision)
        if row is None:
            raise nothing_at(scope, key)
        if source == target:
            return
        here = self._table_for(source)
        there = self._table_for(target, stays=scope == to)
        in_the_way = self._record(target, UNLIMITED)
        if in_the_way is not None and not overwrite:
            raise taken(to, new_key, in_the_way)
        self._delete_rows(there, target)
        if here == there:
            self._rename_rows(here, source, target)
        else:
            row = self._copy_row(here, row, there, target)
            self._delete_rows(here, source)
        self._making.made(source, None)
        self._making.made(target, self._kept(there, row))

    def expire(self, scope: Scope, key: str, ttl: int | None, if_revision: int | None) -> None:
        raise UnsupportedError("the Cat keeps values for good: none of them can expire")

    def checkpoint(self) -> None:
        """There is no write-ahead log, unless somebody made one: then it is theirs to fold in."""

    def _expect(self, place: Address, if_revision: int | None) -> int | None:
        """The oldest row of an entry, None where it has none; ConflictError where that is not the revision expected.

        Asked before every change: what others have written before it is then told before it.
        """
        seen, _ = self._see(place, SMALL)
        revision = self._making.revision_of(place, seen)
        if if_revision is not None and not self._making.is_expected(place, revision, if_revision):
            raise not_as_expected(*place, self._record(place, UNLIMITED), if_revision)
        return None if seen is None else _row_of(seen)

    def _record(self, address: Address, size_limit: int) -> Record | None:
        if not self._connection.in_transaction:
            return super()._record(address, size_limit)
        seen, (_, data) = self._see_with_data(address, size_limit)
        revision = self._making.revision_of(address, seen)
        return None if seen is None else self._as_record(address, seen, data, revision)

    def _put(self, place: Address, data: bytes, if_revision: int | None) -> int:
        row = self._expect(place, if_revision)
        table, text = self._table_for(place, stays=row is not None), _decoded(data)
        if row is None:
            row = self._insert(table, place, "VALUES (:id, :user, :key, :value)", {"value": text})
        else:
            self._run(f"UPDATE {table.quoted} SET value = ? WHERE rowid = ?", (text, row))
        return self._making.made(place, self._kept(table, row))

    def _remove(self, place: Address, if_revision: int | None) -> bool:
        if self._expect(place, if_revision) is None:
            return False
        self._delete_rows(self._tables.table_for(place.scope), place)
        self._making.made(place, None)
        return True

    def _table_for(self, place: Address, *, stays: bool = False) -> Table:
        """Where to write it; refused where the Cat would never find it, unless it `stays` or is there already."""
        table = self._tables.table_for(place.scope)
        if not stays and not is_found_by_the_cat(place.scope) and self._see(place, SMALL)[0] is None:
            raise never_found(place.scope)
        return table

    def _see_large(self, address: Address, table: Table, limit: int) -> tuple[Seen | None, bytes | None]:
        self._large.clear()  # what this connection writes itself does not count as written since
        return super()._see_large(address, table, limit)

    def _kept(self, table: Table, row: int) -> Seen:
        """What SQLite has made of a value."""
        (value,) = self._row(f"SELECT value FROM {table.quoted} WHERE rowid = ?", (row,))
        return seen_as(row, as_json(value))

    def _delete_rows(self, table: Table, place: Address) -> int:
        return int(self._run(f"DELETE FROM {table.quoted} WHERE {table.at}", _names(place)).rowcount)

    def _rename_rows(self, table: Table, place: Address, to: Address) -> None:
        """Move an entry with all of its rows, so that none of them comes to light."""
        user = ", user_id = :to_user" if table.of_users else ""
        values = _names(place) | {"to_user": to.scope.user, "to_key": to.key}
        self._run(f"UPDATE {table.quoted} SET key = :to_key{user} WHERE {table.at}", values)

    def _copy_row(self, table: Table, row: int, there: Table, to: Address) -> int:
        source = f"SELECT :id, :user, :key, value FROM {table.quoted} WHERE rowid = :row"
        return self._insert(there, to, source, {"row": row})

    def _insert(self, table: Table, place: Address, source: str, values: dict[str, object]) -> int:
        columns = "id, user_id, key, value"
        if not table.of_users:
            columns, source = "key, value", source.replace(":id, :user, ", "")
        inserted = self._run(
            f"INSERT INTO {table.quoted} ({columns}) {source}", _names(place) | {"id": str(uuid4())} | values
        )
        assert inserted.lastrowid is not None
        return int(inserted.lastrowid)


class CatBrowser(LedgerBrowser):
    """A connection that browses what a Cat has stored; see `Browsing`."""

    def __init__(self, reader: CatReader, looks: Looks) -> None:
        super().__init__(looks.ledger)
        self._reader = reader
        self._errand = Errand()

    def close(self) -> None:
        self._reader.close()

    def refresh(self) -> None:
        self._reader.refresh(self._errand)

    def _found(self, query: Query, errand: Errand) -> Iterator[Line]:
        self._errand = errand
        return super()._found(query, errand)

    def chunk(self, scope: Scope, key: str, offset: int, size: int) -> Chunk | None:
        return self._reader.chunk(scope, key, offset, size)


@dataclass(slots=True)
class CheshireCatDatabase:
    """A Cat's database in one SQLite file; once prepared it is that file, also where another takes its place."""

    location: Path
    read_only: bool = False
    timeout: float = 5.0
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            system="Cheshire Cat", bytes=False, expiry=False, revisions=False, times=False
        )
    )
    reads_at_once: bool = field(default=False, init=False)
    look_every: float = field(default=0.1, init=False)
    _inode: Inode | None = field(default=None, init=False)
    _tables: CatTables | None = field(default=None, init=False)
    _looks: Looks = field(default_factory=Looks, init=False)

    def prepare(self) -> None:
        self._inode = sqlite_file.inode_of(self.location)
        try:
            tables = self._found_tables()
        except SQLITE_FAULTS as error:
            if was_cut_off(error):
                raise ReadOnlyError(
                    f"{self.location}: a write of the Cat was cut off, and has to be rolled back before anybody can"
                    " read: start the Cat, or open it for writing"
                ) from error
            if primary_code(error) == sqlite3.SQLITE_READONLY:
                raise StorageIOError(
                    f"{self.location}: it has a write-ahead log, which can only be read where its folder can be"
                    " written: copy it to such a folder, with the files beside it, and open the copy"
                ) from error
            raise as_storage_error(error, self.location) from error
        if tables is None:
            raise NotAStorageError(f"{self.location}: no longer a database of the Cheshire Cat")
        self._tables = tables
        with closing(self._connect_reader()) as reader:
            reader.look_first()

    def _found_tables(self) -> CatTables | None:
        with closing(sqlite_file.connect(self.location, "ro", timeout=self.timeout)) as connection:
            try:
                return tables_in(connection, self.location)
            except sqlite3.Error as error:
                if self.read_only or not was_cut_off(error):
                    raise
            roll_back_what_was_cut_off(self.location, self.timeout)
            return tables_in(connection, self.location)

    def connect_reader(self, *, waits: bool = True) -> Reader:
        return self._connect_reader(self.timeout if waits else 0)

    def connect_browser(self) -> Browsing:
        return CatBrowser(self._connect_reader(), self._looks)

    def connect(self, *, checkpoints: bool = True) -> Engine:
        assert self._tables is not None
        return CatEngine(self.location, self.timeout, self._inode, self._tables, self._looks, read_only=False)

    def _connect_reader(self, timeout: float | None = None) -> CatReader:
        assert self._tables is not None
        waits = self.timeout if timeout is None else timeout
        return CatReader(self.location, waits, self._inode, self._tables, self._looks, self.read_only)

    def title(self, scope: Scope) -> str | None:
        return title_of(scope)

    def only_workspace(self) -> str | None:
        assert self._tables is not None
        return self._tables.workspace

    def left_out(self) -> str | None:
        return left_out(self._looks.unnamed)

    def caution(self, kind: Kind, data: bytes) -> str | None:
        return caution_on(data) if kind is Kind.JSON else None

    def refusal(self, scope: Scope, key: str, taken: Callable[[str], bool]) -> str | None:
        assert self._tables is not None
        try:
            self._tables.table_for(scope)
        except StorageError as error:
            return str(error)
        return None if is_found_by_the_cat(scope) else str(never_found(scope))

    def aftermath(self, scope: Scope, key: str) -> str | None:
        return None  # the Cat reads its database anew each time


def _place(scope: Scope, key: str, kind: Kind = Kind.JSON, lifetime: int | None = None) -> Address:
    """Where to write; raises UnsupportedError for what a Cat cannot hold, InvalidNameError for no key of its."""
    if kind is not Kind.JSON:
        raise UnsupportedError("the Cat keeps JSON only, no bytes: save the value as JSON")
    if lifetime is not None:
        raise UnsupportedError("the Cat keeps values for good: none of them can expire")
    return Address(scope, checked_text_argument(key, "key"))


def _decoded(data: bytes) -> str:
    """The text to write: what other programs have left there, and is brought back as it was, may be none."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InvalidValueError(
            f"no text that the Cat could keep: byte {error.start:,} is not UTF-8"
        ) from error


def _row_of(seen: Seen) -> int:
    row, _ = seen.mark
    return int(row)


def _names(place: Address) -> dict[str, object]:
    return {"user": place.scope.user, "key": place.key}
