"""The tables of a native storage, how a file says that it is one, and how older ones become today's."""

import sqlite3

APPLICATION_ID = 0x53744372  # "StCr": what `file` and SQLite's own tools see
FORMAT = 1

KEPT_CHANGES = 100_000
"""So many of the newest changes are always kept."""

# Values are BLOBs, JSON too: SQLite then knows their length without reading them. The table has a rowid, as large
# values are several times slower without one. A revision is the rowid of its change; the newest change is never
# removed, so that the next rowid, one above it, has never been used: AUTOINCREMENT would cost each commit a page.
_TABLES = """
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    user TEXT NOT NULL,  -- '' for the shared values
    UNIQUE (workspace, user)
);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scopes (id),
    key TEXT NOT NULL,
    kind INTEGER NOT NULL,  -- 0 JSON, 1 bytes
    revision INTEGER NOT NULL,
    updated INTEGER NOT NULL,  -- milliseconds since 1970, as all times here
    expires INTEGER,
    value BLOB NOT NULL,
    UNIQUE (scope, key)
);
CREATE INDEX entries_by_expiry ON entries (expires) WHERE expires IS NOT NULL;
CREATE TABLE changes (
    revision INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    key TEXT NOT NULL,
    deleted INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    size INTEGER NOT NULL,
    at INTEGER NOT NULL
);
"""

OLDEST_FORMAT = 1

_MIGRATIONS: dict[int, str] = {}
"""By the format that they start from: statements that lead to the next one."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Make an empty storage of the file; the caller holds the transaction that all of this belongs to."""
    _execute_each(connection, _TABLES)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def migrate(connection: sqlite3.Connection, migrations: dict[int, str] = _MIGRATIONS) -> None:
    """Bring an older storage to today's format; the caller holds the transaction that all of this belongs to."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    for version in range(found, FORMAT):
        _execute_each(connection, migrations[version])
        connection.execute(f"PRAGMA user_version = {version + 1}")


def _execute_each(connection: sqlite3.Connection, statements: str) -> None:
    """Run the statements one by one: executescript would commit the transaction first."""
    statement = ""
    for line in statements.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
