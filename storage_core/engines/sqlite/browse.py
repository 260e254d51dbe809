"""The native engine, browsing: counts, pages, lists of row numbers, groups and parts of values."""

import functools
import json
import re
import sqlite3
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from storage_core.engine import Errand
from storage_core.engines.sqlite import search as sqlite_search
from storage_core.engines.sqlite.errors import speaks_storage_errors
from storage_core.engines.sqlite.reader import SqliteReader, now_in_milliseconds
from storage_core.entry import Entry, as_datetime
from storage_core.errors import InvalidValueError
from storage_core.needle import Needle
from storage_core.query import Address, Chunk, Group, Hit, Listing, Match, Order, Query
from storage_core.records import as_entry
from storage_core.scope import KEY_LIMIT, Scope, after_prefix, checked_key

_OPERATIONS_BETWEEN_LOOKS = 50_000
"""Of SQLite's machine, some 3 ms: how soon it notices that nobody waits for an answer any more."""

_DIGITS_READ_AT_ONCE = 16 * 65_536
_SNIFFED = 64 * 1024  # bytes: the first one of a larger value costs reading all of it

# The scopes come first, in the order of their index, and each one's keys in the order of theirs: nothing is sorted.
_JOINED = "scopes CROSS JOIN entries ON entries.scope = scopes.id"
_COLUMNS = "workspace, user, entries.key, kind, length(entries.value), revision, updated, expires"
_NUMBERED = f"entries.id, {_COLUMNS}"
_LIVE = "entries.id NOT IN (SELECT id FROM entries WHERE expires <= :now)"
_ORDERS = {
    Order.KEY: (),
    Order.KIND: ("kind {0}", f"CASE WHEN length(value) <= {_SNIFFED} THEN substr(value, 1, 1) END {{0}}"),
    Order.SIZE: ("length(value) {0}",),
    Order.UPDATED: ("updated {0}",),
    Order.EXPIRES: ("expires {0} NULLS LAST",),
}
_BY_NAMES = ("workspace {0}", "user {0}", "entries.key {0}")
# From the first key that has a delimiter after the prefix, leap to the first such key past its group, and so on.
_GROUPS = """
WITH RECURSIVE found (key) AS (
    SELECT (SELECT key FROM entries WHERE scope = :scope AND key >= :start AND key < :end
            AND instr(substr(key, :next), :delimiter) AND {live} ORDER BY key LIMIT 1)
    UNION ALL
    SELECT (SELECT entries.key FROM entries WHERE scope = :scope
            AND entries.key >= substr(found.key, 1, :next - 2 + instr(substr(found.key, :next), :delimiter))
                || :past_delimiter
            AND entries.key < :end AND instr(substr(entries.key, :next), :delimiter) AND {live}
            ORDER BY entries.key LIMIT 1)
    FROM found WHERE found.key IS NOT NULL LIMIT :limit
), groups (stem) AS (
    SELECT substr(key, 1, :next - 2 + instr(substr(key, :next), :delimiter)) FROM found WHERE key IS NOT NULL
)
SELECT stem, (SELECT count(*) FROM entries WHERE scope = :scope AND key >= stem || :delimiter
              AND key < stem || :past_delimiter AND {live})
FROM groups
"""


class SqliteBrowser(SqliteReader):
    """A read-only connection that browses a native storage; see `Browsing`."""

    @speaks_storage_errors
    def count(self, query: Query, errand: Errand) -> int:
        where, values = self._condition(query)
        with self._while_wanted(errand):
            (count,) = self._run(f"SELECT count(*) FROM {_JOINED} WHERE {where}", values).fetchone()
        return int(count)

    @speaks_storage_errors
    def counts(self, errand: Errand) -> dict[Scope, int]:
        live, values = self._live()
        statement = (
            "SELECT workspace, user, entries FROM scopes JOIN"
            f" (SELECT scope, count(*) AS entries FROM entries WHERE {live} GROUP BY scope)"
            " ON scope = scopes.id ORDER BY workspace, user"
        )
        with self._while_wanted(errand):
            rows = self._run(statement, values).fetchall()
        return {Scope(workspace, user or None): count for workspace, user, count in rows}

    @speaks_storage_errors
    def page(self, query: Query, offset: int, limit: int, errand: Errand) -> list[Entry]:
        where, values = self._condition(query)
        statement = (
            f"SELECT {_COLUMNS} FROM {_JOINED} WHERE {where} ORDER BY {_order(query)}"
            " LIMIT :limit OFFSET :offset"
        )
        with self._while_wanted(errand):
            rows = self._run(statement, values | {"limit": limit, "offset": offset}).fetchall()
        return [_entry(row) for row in rows]

    @speaks_storage_errors
    def listing(self, query: Query, limit: int | None, errand: Errand) -> Listing:
        revision = self.last_revision()
        next_expiry = self.next_expiry()
        where, values = self._condition(query)
        # One text of all numbers: fetched as rows, they would take Python's lock half a million times. In hexadecimal
        # they are read 40 times as fast as in decimal, and what SQLite takes longer for it, it takes without the
        # lock. The limit keeps SQLite from dropping the inner order.
        statement = (
            "SELECT group_concat(printf('%016x', id), '')"
            f" FROM (SELECT entries.id AS id FROM {_JOINED} WHERE {where} ORDER BY {_order(query)} LIMIT :limit)"
        )
        values["limit"] = -1 if limit is None else limit
        with self._while_wanted(errand):
            (text,) = self._run(statement, values).fetchone()
        return Listing(query, _numbers(text or ""), revision, next_expiry)

    @speaks_storage_errors
    def next_expiry(self) -> datetime | None:
        statement = "SELECT min(expires) FROM entries WHERE expires > ?"
        (moment,) = self._run(statement, (now_in_milliseconds(),)).fetchone()
        return None if moment is None else as_datetime(moment)

    @speaks_storage_errors
    def rows(self, listing: Listing, ids: Sequence[int]) -> list[Entry | None]:
        found = {number: _entry(row) for number, *row in self._rows_of(_NUMBERED, ids)}
        return [_still_in(listing.query, found.get(number)) for number in ids]

    @speaks_storage_errors
    def addresses(self, listing: Listing, ids: Sequence[int]) -> list[Address]:
        # The number of a deleted entry may be given to a new one: what was written since is taken for the entry that
        # was listed only where none can have gone.
        now = now_in_milliseconds()
        (deleted,) = self._run(
            "SELECT EXISTS (SELECT 1 FROM changes WHERE revision > ? AND deleted)", (listing.revision,)
        ).fetchone()
        doubtful = deleted or (listing.next_expiry is not None and listing.next_expiry <= as_datetime(now))
        scope_of = functools.cache(lambda workspace, user: Scope(workspace, user or None))
        return [
            Address(scope_of(workspace, user), key)
            for workspace, user, key, revision in self._rows_of("workspace, user, entries.key, revision", ids)
            if listing.query.concerns(scope_of(workspace, user), key)
            and not (doubtful and revision > listing.revision)
        ]

    @speaks_storage_errors
    def id_of(self, scope: Scope, key: str) -> int | None:
        live, values = self._live()
        row = self._run(
            f"SELECT id FROM entries WHERE scope = :scope AND key = :key AND {live}",
            values | {"scope": self._id(scope), "key": checked_key(key)},
        ).fetchone()
        return None if row is None else int(row[0])

    @speaks_storage_errors
    def groups(
        self, scope: Scope, prefix: str, delimiter: str, after: str | None, limit: int, errand: Errand
    ) -> list[Group]:
        past_delimiter = after_prefix(delimiter)
        if past_delimiter is None:
            raise InvalidValueError(f"this cannot separate groups: {delimiter!r:.80}")
        start = prefix
        if after is not None:
            start = after.removesuffix(delimiter) + past_delimiter
        live, values = self._live()
        values |= {
            "scope": self._id(scope),
            "start": start,
            "end": after_prefix(prefix) or b"",  # a blob sorts after every text
            "next": len(prefix) + 1,
            "delimiter": delimiter,
            "past_delimiter": past_delimiter,
            "limit": limit,
        }
        with self._while_wanted(errand):
            rows = self._run(_GROUPS.format(live=live), values).fetchall()
        return [Group(stem + delimiter, stem[len(prefix) :], count) for stem, count in rows]

    def heads(self, addresses: Sequence[tuple[Scope, str]], size: int) -> list[bytes | None]:
        parts = (self.chunk(scope, key, 0, size) for scope, key in addresses)
        return [None if part is None else part.data for part in parts]

    @speaks_storage_errors
    def chunk(self, scope: Scope, key: str, offset: int, size: int) -> Chunk | None:
        with self._snapshot() as connection:
            row = connection.execute(
                "SELECT id, length(value), revision FROM entries WHERE scope = ? AND key = ?"
                " AND (expires IS NULL OR expires > ?)",
                (self._id(scope), checked_key(key), now_in_milliseconds()),
            ).fetchone()
            if row is None:
                return None
            number, whole, revision = row
            # A large value lies in a chain of pages: a blob handle follows it without reading them all.
            with closing(connection.blobopen("entries", "value", number, readonly=True)) as blob:
                blob.seek(min(offset, whole))
                return Chunk(blob.read(size), whole, revision)

    @speaks_storage_errors
    def search(self, ids: Sequence[int], needle: Needle, errand: Errand) -> tuple[list[Hit], int]:
        with self._while_wanted(errand), self._snapshot() as connection:
            found, looked = sqlite_search.search(connection, ids, needle, errand)
            rows = self._rows_of(_NUMBERED, [number for number, _ in found])
        entries = {number: _entry(row) for number, *row in rows}
        return [Hit(entries[number], excerpt) for number, excerpt in found if number in entries], looked

    def _rows_of(self, columns: str, ids: Sequence[int]) -> list[Any]:
        statement = (
            f"SELECT {columns} FROM json_each(:ids) AS wanted CROSS JOIN entries"
            " ON entries.id = wanted.value JOIN scopes ON scopes.id = entries.scope"
            " WHERE expires IS NULL OR expires > :now"
        )
        wanted = json.dumps(list(ids))
        return self._run(statement, {"ids": wanted, "now": now_in_milliseconds()}).fetchall()

    def _live(self) -> tuple[str, dict[str, Any]]:
        """The condition that leaves out what has expired; where nothing has, none, which is twice as fast."""
        now = {"now": now_in_milliseconds()}
        expired = self._run("SELECT 1 FROM entries WHERE expires <= :now LIMIT 1", now).fetchone()
        return ("1", {}) if expired is None else (_LIVE, now)

    def _condition(self, query: Query) -> tuple[str, dict[str, Any]]:
        live, values = self._live()
        conditions = [live]
        if query.scope is not None:
            conditions.append("scopes.id = :scope")
            values["scope"] = self._id(query.scope)
        if query.prefix:
            conditions.append("entries.key >= :prefix")
            values["prefix"] = query.prefix
            if (end := after_prefix(query.prefix)) is not None:
                conditions.append("entries.key < :end")
                values["end"] = end
        if query.pattern:
            condition, pattern = _matching(query)
            conditions.append(condition)
            values["pattern"] = pattern
        return " AND ".join(conditions), values

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """One state of the storage for several statements."""
        self._run("BEGIN")
        connection = self._connection
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    @contextmanager
    def _while_wanted(self, errand: Errand) -> Iterator[None]:
        """Have SQLite look at `errand` now and then, and stop with an InterruptedError once it is cancelled."""
        connection = self._connection
        connection.set_progress_handler(lambda: errand.cancelled, _OPERATIONS_BETWEEN_LOOKS)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)


def _entry(row: Sequence[Any]) -> Entry:
    workspace, user, key, kind, size, revision, updated, expires = row
    return as_entry(Scope(workspace, user or None), key, (kind, None, size, revision, updated, expires))


def _still_in(query: Query, entry: Entry | None) -> Entry | None:
    """`entry`, unless it was moved to where the query does not look, or another one has its number now."""
    return entry if entry is not None and query.concerns(entry.scope, entry.key) else None


def _order(query: Query) -> str:
    terms = _ORDERS[query.order] + (_BY_NAMES if query.scope is None else _BY_NAMES[2:])
    return ", ".join(terms).format("DESC" if query.descending else "ASC")


def _matching(query: Query) -> tuple[str, str | None]:
    """The condition on a key that the query's pattern sets, and the pattern as SQLite wants it."""
    pattern = query.pattern
    if not _may_match(query):
        return "entries.key = :pattern", None  # nothing equals NULL
    if query.match is Match.EXACT:
        return "entries.key = :pattern", pattern
    if query.match is Match.GLOB:
        return "entries.key GLOB :pattern", re.sub(r"\*+", "*", pattern).replace("[", "[[]")
    if pattern.isascii():
        literal = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return "entries.key LIKE :pattern ESCAPE '\\'", f"%{literal}%"
    return "entries.key GLOB :pattern", f"*{''.join(map(_either_case, pattern))}*"


def _may_match(query: Query) -> bool:
    try:
        query.pattern.encode()
    except UnicodeEncodeError:
        return False
    literal = query.pattern.replace("*", "") if query.match is Match.GLOB else query.pattern
    return "\0" not in literal and len(literal) <= KEY_LIMIT


def _either_case(character: str) -> str:
    """What in a GLOB pattern matches the character in either case: LIKE knows only the case of ASCII letters."""
    cases = {case for case in (character, character.lower(), character.upper()) if len(case) == 1}
    if len(cases) == 1 and character not in "*?[":
        return character
    return f"[{''.join(sorted(cases))}]"


def _numbers(text: str) -> "array[int]":
    """The numbers that stand in `text` with 16 hexadecimal digits each; read in parts that take few milliseconds."""
    numbers = array("q")
    for start in range(0, len(text), _DIGITS_READ_AT_ONCE):
        numbers.frombytes(bytes.fromhex(text[start : start + _DIGITS_READ_AT_ONCE]))
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
