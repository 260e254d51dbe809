"""The native engine, reading: each call one statement, fetched to its end, so that nothing stays open."""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from storage_core.engines.sqlite import file as sqlite_file
from storage_core.engines.sqlite.check import faults
from storage_core.engines.sqlite.connection import SqliteConnection
from storage_core.engines.sqlite.errors import SQLITE_FAULTS, as_storage_error, speaks_storage_errors
from storage_core.engines.sqlite.file import Inode, Signature
from storage_core.entry import Change, Entry, Kind, ScopeInfo, as_datetime
from storage_core.errors import ChangesLostError, CorruptError
from storage_core.records import Record, as_entry, has_expired
from storage_core.scope import Scope, after_prefix, checked_key

_ONLY_STR = frozenset({str})
_SCOPES_KEPT = 10_000  # whose numbers a connection remembers: some megabytes, however many users there are
_COLUMNS = "kind, value, length(value), revision, updated, expires"
_COLUMNS_WITHOUT_VALUE = "kind, NULL, length(value), revision, updated, expires"
_READ = f"SELECT {_COLUMNS} FROM entries WHERE scope = ? AND key = ?"
_READ_SMALL = (
    "SELECT kind, CASE WHEN length(value) <= ? THEN value END, length(value), revision, updated, expires"
    " FROM entries WHERE scope = ? AND key = ?"
)
# CROSS JOIN fixes the order: the other way round SQLite reads the whole scope for each key.
_READ_MANY = (
    f"SELECT wanted.value, {_COLUMNS.replace('value', 'entries.value')} FROM json_each(?) AS wanted"
    " CROSS JOIN entries ON scope = ? AND entries.key = wanted.value WHERE expires IS NULL OR expires > ?"
)
_CHANGES = (
    "SELECT revision, workspace, user, key, deleted, kind, size, at FROM changes"
    " JOIN scopes ON scopes.id = changes.scope WHERE revision > ? ORDER BY revision LIMIT ?"
)
_LAST_ROWID = 2**63 - 1
# Expired rows are few and have an index of their own: so a listing of keys need not look at the table at all.
LISTED = "id NOT IN (SELECT id FROM entries WHERE expires <= :now)"


def now_in_milliseconds() -> int:
    return time.time_ns() // 1_000_000


class SqliteReader(SqliteConnection):
    """A read-only connection to a native storage.

    Where it can see the file only as it was when it was opened (see `connect_for_reading`), it opens it anew before
    each call that finds it changed.
    """

    def __init__(self, location: Path, timeout: float, cache_bytes: int, inode: Inode | None = None) -> None:
        """Connect to the file with that `inode`, whichever it is where none is given, or raise StorageMovedError."""
        self._cache_bytes = cache_bytes
        self._ids: dict[Scope, int] = {}
        self._frozen_at: Signature | None = None
        super().__init__(location, timeout, inode)

    @speaks_storage_errors
    def _connect(self) -> sqlite3.Connection:
        signature = sqlite_file.signature_of(self.location)
        connection, frozen = sqlite_file.connect_for_reading(self.location, self._timeout)
        sqlite_file.configure(connection, durability="process", cache_bytes=self._cache_bytes)
        self._frozen_at = signature if frozen else None
        self._run: Callable[..., sqlite3.Cursor] = self._run_fresh if frozen else connection.execute
        return connection

    def _run_fresh(self, *statement: Any) -> sqlite3.Cursor:
        """Stand in for the connection's `execute` where it would not see that the file has changed."""
        if sqlite_file.signature_of(self.location) != self._frozen_at:
            self._connection.close()
            self._connection = self._connect()
        return self._connection.execute(*statement)

    def read(self, scope: Scope, key: str) -> Record | None:
        try:
            row: Record | None = self._run(_READ, (self._id(scope), checked_key(key))).fetchone()
        except SQLITE_FAULTS as error:
            raise as_storage_error(error, self.location) from error
        if row is not None and row[5] is not None and has_expired(row[5], now_in_milliseconds()):
            return None
        return row

    def read_small(self, scope: Scope, key: str, size_limit: int) -> Record | None:
        try:
            values = (size_limit, self._id(scope), checked_key(key))
            row: Record | None = self._run(_READ_SMALL, values).fetchone()
        except SQLITE_FAULTS as error:
            raise as_storage_error(error, self.location) from error
        if row is not None and row[5] is not None and has_expired(row[5], now_in_milliseconds()):
            return None
        return row

    @speaks_storage_errors
    def read_many(self, scope: Scope, keys: Sequence[str]) -> dict[str, Record]:
        wanted = json.dumps([checked_key(key) for key in keys], ensure_ascii=False)
        rows = self._run(_READ_MANY, (wanted, self._id(scope), now_in_milliseconds())).fetchall()
        return {row[0]: row[1:] for row in rows}

    @speaks_storage_errors
    def keys(self, scope: Scope, prefix: str, after: str | None, limit: int) -> list[str]:
        where, values = self._range(scope, prefix, after)
        statement = f"SELECT key FROM entries WHERE {where} AND {LISTED} ORDER BY key LIMIT :limit"
        keys = [key for (key,) in self._run(statement, values | {"limit": limit}).fetchall()]
        if not _ONLY_STR.issuperset(map(type, keys)):
            raise CorruptError(f"{self.location}: a key that is no text")
        return keys

    @speaks_storage_errors
    def entries(self, scope: Scope, prefix: str, after: str | None, limit: int) -> list[Entry]:
        where, values = self._range(scope, prefix, after)
        statement = (
            f"SELECT key, {_COLUMNS_WITHOUT_VALUE} FROM entries"
            f" WHERE {where} AND {LISTED} ORDER BY key LIMIT :limit"
        )
        rows = self._run(statement, values | {"limit": limit}).fetchall()
        return [as_entry(scope, row[0], row[1:]) for row in rows]

    @speaks_storage_errors
    def workspaces(self) -> list[str]:
        statement = (
            "SELECT DISTINCT workspace FROM scopes WHERE EXISTS"
            f" (SELECT 1 FROM entries WHERE scope = scopes.id AND {LISTED}) ORDER BY workspace"
        )
        return [name for (name,) in self._run(statement, {"now": now_in_milliseconds()}).fetchall()]

    @speaks_storage_errors
    def scopes(self) -> list[ScopeInfo]:
        statement = (
            "SELECT workspace, user, entries, bytes FROM scopes JOIN"
            " (SELECT scope, count(*) AS entries, sum(length(value)) AS bytes FROM entries"
            f" WHERE {LISTED} GROUP BY scope) ON scope = scopes.id ORDER BY workspace, user"
        )
        rows = self._run(statement, {"now": now_in_milliseconds()}).fetchall()
        return [
            ScopeInfo(Scope(workspace, user or None), count, size) for workspace, user, count, size in rows
        ]

    @speaks_storage_errors
    def last_revision(self) -> int:
        (revision,) = self._run("SELECT max(revision) FROM changes").fetchone()
        return revision or 0

    @speaks_storage_errors
    def changes(self, since: int, limit: int) -> list[Change]:
        rows = self._run(_CHANGES, (min(since, _LAST_ROWID), limit)).fetchall()
        if rows and rows[0][0] != since + 1:  # revisions have no gaps: what is missing was trimmed
            raise ChangesLostError(
                f"the changes {since + 1:,} to {rows[0][0] - 1:,} are no longer kept: list the entries anew"
            )
        try:
            return [
                Change(
                    revision,
                    Scope(workspace, user or None),
                    key,
                    bool(deleted),
                    Kind(kind),
                    size,
                    as_datetime(at),
                )
                for revision, workspace, user, key, deleted, kind, size, at in rows
            ]
        except (ValueError, TypeError, OverflowError) as error:
            raise CorruptError(f"{self.location}: a change that makes no sense: {error}") from error

    @speaks_storage_errors
    def version(self) -> int:
        self.check_in_place()
        (version,) = self._run("PRAGMA data_version").fetchone()
        return version if self._frozen_at is None else hash(self._frozen_at)

    @speaks_storage_errors
    def backup(self, path: Path) -> None:
        sqlite_file.fill_new_file(path, self._connection.backup)

    def check(self) -> list[str]:
        return faults(self._run, self.location)

    def notes(self, scope: Scope, key: str) -> list[str]:
        return []

    def _id(self, scope: Scope) -> int | None:
        """The number of a scope in the tables; None (which equals nothing) where it was never written to."""
        known = self._ids.get(scope)
        if known is not None:
            return known
        row = self._run(
            "SELECT id FROM scopes WHERE workspace = ? AND user = ?", (scope.workspace, scope.user or "")
        ).fetchone()
        return None if row is None else self._keep_id(scope, row[0])

    def _keep_id(self, scope: Scope, number: int) -> int:
        if len(self._ids) >= _SCOPES_KEPT:
            self._ids.clear()
        self._ids[scope] = number
        return number

    def _range(self, scope: Scope, prefix: str, after: str | None) -> tuple[str, dict[str, Any]]:
        """The condition for the keys of a scope that start with `prefix` and sort after `after`."""
        values: dict[str, Any] = {"scope": self._id(scope), "now": now_in_milliseconds()}
        conditions = ["scope = :scope"]
        if after is not None and after >= prefix:
            conditions.append("key > :after")
            values["after"] = after
        elif prefix:
            conditions.append("key >= :prefix")
            values["prefix"] = prefix
        if prefix and (end := after_prefix(prefix)) is not None:
            conditions.append("key < :end")
            values["end"] = end
        return " AND ".join(conditions), values
