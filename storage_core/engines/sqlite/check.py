"""What can be wrong with a native storage: in the structure of its file, and in what stands in its rows."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from storage_core.engines.sqlite.errors import SQLITE_FAULTS, as_storage_error

_LAST_TIME = 253_402_300_799_999  # milliseconds: the end of the year 9999, beyond which no datetime goes
_ENTRIES = "SELECT workspace, user, key FROM entries JOIN scopes ON scopes.id = scope WHERE "
_CHANGES = "SELECT workspace, user, key FROM changes JOIN scopes ON scopes.id = scope WHERE "

_FAULTS = {
    "not JSON": _ENTRIES + "kind = 0 AND NOT json_valid(CAST(value AS TEXT))",
    "an entry belongs to no scope": "SELECT '?', '?', key FROM entries"
    " WHERE scope NOT IN (SELECT id FROM scopes)",
    "a change belongs to no scope": "SELECT '?', '?', key FROM changes"
    " WHERE scope NOT IN (SELECT id FROM scopes)",
    "an entry that cannot be": _ENTRIES + "typeof(key) <> 'text' OR key = '' OR kind NOT IN (0, 1)"
    " OR typeof(value) <> 'blob' OR typeof(revision) <> 'integer'"
    f" OR typeof(updated) <> 'integer' OR abs(updated) > {_LAST_TIME}"
    f" OR typeof(expires) NOT IN ('integer', 'null') OR abs(expires) > {_LAST_TIME}",
    "a change that cannot be": _CHANGES + "typeof(key) <> 'text' OR key = '' OR kind NOT IN (0, 1)"
    f" OR typeof(size) <> 'integer' OR typeof(at) <> 'integer' OR abs(at) > {_LAST_TIME}",
    "a scope that cannot be": "SELECT workspace, user, '' FROM scopes"
    " WHERE typeof(workspace) <> 'text' OR workspace = '' OR typeof(user) <> 'text'",
}


def faults(run: Callable[[str], sqlite3.Cursor], location: Path) -> list[str]:
    """A sentence for each thing that is wrong with the storage that `run` queries; it reads all of it."""
    found: list[str] = []
    try:
        found += [text for (text,) in run("PRAGMA integrity_check").fetchall() if text != "ok"]
        for fault, statement in _FAULTS.items():
            rows = run(statement).fetchall()
            found += [f"{fault}: {key!r:.80} of {space} / {user or 'Shared'}" for space, user, key in rows]
    except SQLITE_FAULTS as error:
        found.append(str(as_storage_error(error, location)))
    return found
