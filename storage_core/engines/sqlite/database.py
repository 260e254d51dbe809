"""The native engine: all that is ever said to SQLite to change a storage, once, for both facades."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage_core.engine import Browsing, Capabilities, Engine, Reader
from storage_core.engines.refusals import not_as_expected, nothing_at, revision_in, taken
from storage_core.engines.sqlite import file as sqlite_file
from storage_core.engines.sqlite.connection import insist
from storage_core.engines.sqlite.errors import SQLITE_FAULTS, as_storage_error, speaks_storage_errors
from storage_core.engines.sqlite.file import Finding, Inode
from storage_core.engines.sqlite.reader import LISTED, SqliteReader, now_in_milliseconds
from storage_core.engines.sqlite.schema import FORMAT, KEPT_CHANGES
from storage_core.entry import Kind
from storage_core.errors import (
    CorruptError,
    ReadOnlyError,
    StorageMovedError,
    StorageNotFoundError,
)
from storage_core.records import Record, has_expired
from storage_core.scope import Scope, checked_key

_CACHE_BYTES = 32 * 1024 * 1024
_BROWSER_CACHE_BYTES = 8 * 1024 * 1024
_SWEEP_EVERY = 1_000  # milliseconds
_SWEEP_AT_MOST = 500  # entries: so that no write takes noticeably longer than the others
_TRIM_EVERY = 512  # revisions
# Pages of the write-ahead log after which a writer folds it in by itself: 16 MB, so that pages which are written
# often are folded in once for many commits (at SQLite's own 1,000, single saves over 100,000 keys wrote a third
# more pages to the database and synced it four times as often); and where somebody else is to do it, but does not.
_PAGES_BETWEEN = 4_000
_PAGES_AT_MOST = 16_000

_LOG = "INSERT INTO changes (scope, key, deleted, kind, size, at) VALUES (?, ?, ?, ?, ?, ?)"
_PUT = (
    "INSERT INTO entries (scope, key, kind, revision, updated, expires, value) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (scope, key) DO UPDATE SET kind = excluded.kind, revision = excluded.revision,"
    " updated = excluded.updated, expires = excluded.expires, value = excluded.value"
)
_DELETE = "DELETE FROM entries WHERE scope = ? AND key = ? RETURNING kind, length(value), expires"


class SqliteEngine(SqliteReader):
    """A connection that writes to a native storage; see `Engine`."""

    def __init__(
        self,
        location: Path,
        timeout: float,
        cache_bytes: int,
        inode: Inode | None,
        durability: str,
        checkpoints: bool,
    ) -> None:
        self._durability = durability
        self._checkpoints = checkpoints
        self._now = 0
        self._next_sweep = 0
        self._first_revision = self._last_revision = 0
        super().__init__(location, timeout, cache_bytes, inode)

    @speaks_storage_errors
    def _connect(self) -> sqlite3.Connection:
        connection = sqlite_file.connect(self.location, "rw", timeout=0)
        look = "SELECT count(*) FROM sqlite_schema"  # the last of others to close it has it to itself for a moment
        insist(lambda statement: connection.execute(statement).fetchone(), look, self._timeout, self.location)
        sqlite_file.configure(connection, durability=self._durability, cache_bytes=self._cache_bytes)
        pages = _PAGES_BETWEEN if self._checkpoints else _PAGES_AT_MOST
        connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")
        self._run = connection.execute
        return connection

    def begin(self) -> None:
        self.check_in_place()
        if self._connection.in_transaction:
            self.rollback()  # the handler of a signal has raised when the last one was being ended
        try:
            insist(self._run, "BEGIN IMMEDIATE", self._timeout, self.location)
            (version,) = self._run("PRAGMA user_version").fetchone()
            self.check_in_place()  # it may have waited long
        except SQLITE_FAULTS as error:
            self.rollback()
            raise as_storage_error(error, self.location) from error
        except StorageMovedError:
            self.rollback()
            raise
        if version != FORMAT:
            self.rollback()
            raise sqlite_file.newer_format(self.location, version)
        self._now = now_in_milliseconds()
        self._first_revision = self._last_revision = 0

    @speaks_storage_errors
    def commit(self) -> None:
        if self._now >= self._next_sweep:
            self._sweep()
        if self._first_revision // _TRIM_EVERY != self._last_revision // _TRIM_EVERY:
            self._run("DELETE FROM changes WHERE revision <= ?", (self._last_revision - KEPT_CHANGES,))
        self._run("COMMIT")

    def rollback(self) -> None:
        self._ids.clear()  # a scope that this transaction made is gone with it
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # SQLite has rolled back by itself
                self._run("ROLLBACK")

    def _sweep(self) -> None:
        """Reclaim the space of what has expired, a little at a time. That is no change: nobody could see it."""
        self._next_sweep = self._now + _SWEEP_EVERY
        self._run(
            "DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE expires <= ? LIMIT ?)",
            (self._now, _SWEEP_AT_MOST),
        )

    @speaks_storage_errors
    def write(
        self, scope: Scope, key: str, kind: Kind, data: bytes, ttl: int | None, if_revision: int | None
    ) -> None:
        checked_key(key)
        if if_revision is not None:
            self._expect(scope, key, if_revision)
        self._put(self._made_id(scope), key, kind, data, None if ttl is None else self._now + ttl)

    @speaks_storage_errors
    def put(
        self, scope: Scope, key: str, kind: Kind, data: bytes, expires: int | None, if_revision: int
    ) -> int:
        self._expect(scope, key, if_revision)
        return self._put(self._made_id(scope), key, kind, data, expires)

    @speaks_storage_errors
    def replace(self, scope: Scope, key: str, data: bytes, if_revision: int) -> None:
        found = self._expect(scope, key, if_revision)
        self._put(self._made_id(scope), key, Kind.JSON, data, None if found is None else found[5])

    @speaks_storage_errors
    def write_many(self, scope: Scope, kind: Kind, values: Mapping[str, bytes]) -> None:
        keys = sorted(map(checked_key, values))  # in the order of the index: twice as fast
        if not keys:
            return
        scope_id = self._made_id(scope)
        self._log_many((scope_id, key, 0, kind, len(values[key]), self._now) for key in keys)
        first = self._last_revision - len(keys) + 1
        self._connection.executemany(
            _PUT,
            (
                (scope_id, key, kind, revision, self._now, None, values[key])
                for revision, key in enumerate(keys, first)
            ),
        )

    @speaks_storage_errors
    def delete(self, scope: Scope, key: str, if_revision: int | None) -> bool:
        checked_key(key)
        if if_revision is not None:
            self._expect(scope, key, if_revision)
        scope_id = self._id(scope)
        return scope_id is not None and self._remove(scope_id, key)

    @speaks_storage_errors
    def delete_many(self, scope: Scope, keys: Sequence[str]) -> int:
        scope_id = self._id(scope)
        keys = [checked_key(key) for key in keys]
        return 0 if scope_id is None else sum(self._remove(scope_id, key) for key in keys)

    @speaks_storage_errors
    def clear(self, scope: Scope, prefix: str) -> int:
        where, values = self._range(scope, prefix, None)
        cursor = self._run(
            "INSERT INTO changes (scope, key, deleted, kind, size, at)"
            f" SELECT scope, key, 1, kind, length(value), :now FROM entries WHERE {where} AND {LISTED}"
            " ORDER BY key",
            values,
        )
        if cursor.rowcount:
            self._note_revisions(self._newest_revision(), cursor.rowcount)
        self._run(f"DELETE FROM entries WHERE {where}", values)
        return cursor.rowcount

    @speaks_storage_errors
    def move(
        self, scope: Scope, key: str, to: Scope, new_key: str, overwrite: bool, if_revision: int | None
    ) -> None:
        checked_key(new_key)
        record = self._expect(scope, key, if_revision)
        if record is None:
            raise nothing_at(scope, key)
        if (scope, key) == (to, new_key):
            return
        in_the_way = self.read(to, new_key)
        if in_the_way is not None and not overwrite:
            raise taken(to, new_key, in_the_way)
        kind, _, size, *_ = record
        scope_id, to_id = self._made_id(scope), self._made_id(to)
        self._run("DELETE FROM entries WHERE scope = ? AND key = ?", (to_id, new_key))
        self._log(scope_id, key, True, kind, size)
        revision = self._log(to_id, new_key, False, kind, size)
        self._run(
            "UPDATE entries SET scope = ?, key = ?, revision = ?, updated = ? WHERE scope = ? AND key = ?",
            (to_id, new_key, revision, self._now, scope_id, key),
        )

    @speaks_storage_errors
    def expire(self, scope: Scope, key: str, ttl: int | None, if_revision: int | None) -> None:
        record = self._expect(scope, key, if_revision)
        if record is None:
            raise nothing_at(scope, key)
        scope_id = self._made_id(scope)
        revision = self._log(scope_id, key, False, record[0], record[2])
        self._run(
            "UPDATE entries SET expires = ?, revision = ? WHERE scope = ? AND key = ?",
            (None if ttl is None else self._now + ttl, revision, scope_id, key),
        )

    @speaks_storage_errors
    def checkpoint(self) -> None:
        self._run("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _expect(self, scope: Scope, key: str, if_revision: int | None) -> Record | None:
        """What is stored at `key`, but for a value; raises ConflictError where that is not the revision expected."""
        record = self.read_small(scope, key, 0)
        if if_revision is not None and if_revision != revision_in(record):
            raise not_as_expected(scope, key, self.read(scope, key), if_revision)
        return record

    def _put(self, scope_id: int, key: str, kind: int, data: bytes, expires: int | None) -> int:
        revision = self._log(scope_id, key, False, kind, len(data))
        self._run(_PUT, (scope_id, key, kind, revision, self._now, expires, data))
        return revision

    def _remove(self, scope_id: int, key: str) -> bool:
        rows = self._run(_DELETE, (scope_id, key)).fetchall()
        if not rows:
            return False
        ((kind, size, expires),) = rows
        if expires is not None and has_expired(expires, now_in_milliseconds()):
            return False  # it was gone already
        self._log(scope_id, key, True, kind, size)
        return True

    def _log(self, scope_id: int, key: str, deleted: bool, kind: int, size: int) -> int:
        """Tell the change feed; what it is told has the next revision, which is handed back."""
        revision = self._run(_LOG, (scope_id, key, deleted, kind, size, self._now)).lastrowid
        assert revision is not None
        self._note_revisions(revision, 1)
        return revision

    def _log_many(self, rows: Any) -> None:
        count = self._connection.executemany(_LOG, rows).rowcount
        self._note_revisions(self._newest_revision(), count)

    def _newest_revision(self) -> int:
        (revision,) = self._run("SELECT max(revision) FROM changes").fetchone()
        if not isinstance(revision, int):
            raise CorruptError(f"{self.location}: changes that were just written are not there")
        return revision

    def _note_revisions(self, last: int, count: int) -> None:
        self._last_revision = last
        self._first_revision = self._first_revision or last - count

    def _made_id(self, scope: Scope) -> int:
        """The number of a scope, which gets one where it has none."""
        known = self._id(scope)
        if known is not None:
            return known
        cursor = self._run(
            "INSERT INTO scopes (workspace, user) VALUES (?, ?)", (scope.workspace, scope.user or "")
        )
        assert cursor.lastrowid is not None
        return self._keep_id(scope, cursor.lastrowid)


@dataclass(slots=True)
class SqliteDatabase:
    """A native storage in one SQLite file; once prepared it is that file, also where another takes its place."""

    location: Path
    read_only: bool = False
    timeout: float = 5.0
    durability: str = "power"
    capabilities: Capabilities = field(default_factory=Capabilities)
    reads_at_once: bool = field(default=True, init=False)
    look_every: float = field(default=0.05, init=False)
    _inode: Inode | None = field(default=None, init=False)

    def prepare(self) -> None:
        if self.read_only:
            self._look()
        else:
            sqlite_file.make_ready(self.location, self.timeout)
        self._inode = sqlite_file.inode_of(self.location)

    def _look(self) -> None:
        found = sqlite_file.look_inside(self.location)
        if found is Finding.NOTHING:
            raise StorageNotFoundError(f"{self.location}: there is no such storage")
        if found is Finding.NEW:
            raise StorageNotFoundError(f"{self.location}: nothing was ever stored in this file")
        if found is Finding.OLDER:
            raise ReadOnlyError(
                f"{self.location}: of an older format: open it for writing once, to bring it up to date"
            )

    def title(self, scope: Scope) -> str | None:
        return None

    def only_workspace(self) -> str | None:
        return None

    def left_out(self) -> str | None:
        return None

    def caution(self, kind: Kind, data: bytes) -> str | None:
        return None

    def refusal(self, scope: Scope, key: str, taken: Callable[[str], bool]) -> str | None:
        return None

    def aftermath(self, scope: Scope, key: str) -> str | None:
        return None

    def connect_reader(self, *, waits: bool = True) -> Reader:
        return SqliteReader(self.location, self.timeout if waits else 0, _CACHE_BYTES, self._inode)

    def connect_browser(self) -> Browsing:
        from storage_core.engines.sqlite.browse import SqliteBrowser  # only where it is needed

        return SqliteBrowser(self.location, self.timeout, _BROWSER_CACHE_BYTES, self._inode)

    def connect(self, *, checkpoints: bool = True) -> Engine:
        return SqliteEngine(
            self.location, self.timeout, _CACHE_BYTES, self._inode, self.durability, checkpoints
        )
