"""What a person should know of values that a Cheshire Cat keeps, as sentences."""

import json
import re
import sqlite3
from contextlib import closing
from uuid import NAMESPACE_DNS, uuid5

from storage_core.engines.cheshire_cat.tables import as_json, as_the_cat_writes
from storage_core.errors import InvalidValueError
from storage_core.scope import Scope
from storage_core.values import checked_text

ADMIN = str(uuid5(NAMESPACE_DNS, "admin"))
"""The user whom the Cat makes by itself."""

_SYSTEM = {
    "active_plugins": "The Cat keeps here which plugins are active: it reads the list when it starts.",
    "installation_info": "The Cat keeps here what identifies this installation.",
}
_SETTINGS = "settings_"
_SECRET = r"(?:api_?key|token|secret|password|passwd|credential|private_?key)"
_SECRET_NAME = re.compile(_SECRET, re.IGNORECASE)
_SECRET_TEXT = re.compile(rf'"([^"\\]{{0,60}}?{_SECRET}[^"\\]{{0,60}})"\s*:\s*"[^"]', re.IGNORECASE)
_NUMBER = re.compile(rb"\s*(-?\d[\d.eE+-]*)\s*")


def title_of(scope: Scope) -> str | None:
    """What people call a user whom only an id names."""
    return "admin" if scope.user == ADMIN else None


def left_out(rows: int) -> str | None:
    """What of a database nobody can name, as a sentence; None where everything has a name."""
    if rows == 0:
        return None
    what = "1 row is not shown, as its" if rows == 1 else f"{rows:,} rows are not shown, as their"
    return (
        f"{what} key or user is no text (a plugin may have used bytes as a key): they are left as they are."
    )


def caution_on(data: bytes) -> str | None:
    """What the column would make of this JSON, as a sentence; None where it keeps it as it is."""
    number = _NUMBER.fullmatch(data)
    if number is None:
        return None
    given, kept = number[1], kept_of(data)
    if given == kept:
        return None
    shown, instead = (
        text.decode() if len(text) <= 80 else f"{text[:40].decode()}…" for text in (given, kept)
    )
    return f"The Cat's database keeps a number in its own way: {shown} will be kept as {instead}."


def kept_of(data: bytes) -> bytes:
    """What the column gives back for this JSON: asked of SQLite itself."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.text_factory = bytes
        memory.execute("CREATE TABLE kept (value JSON)")
        memory.execute("INSERT INTO kept VALUES (?)", (data.decode(),))
        return as_json(memory.execute("SELECT value FROM kept").fetchone()[0])


def fault_of(data: bytes) -> str | None:
    """Why this is no JSON, as the beginning of a sentence; None where it is."""
    try:
        checked_text(data.decode())
    except UnicodeDecodeError as error:
        return f"not JSON: byte {error.start:,} is not UTF-8"
    except InvalidValueError as error:
        return str(error).removeprefix("not JSON that can be stored: ")
    return None


def notes_on(scope: Scope, key: str, data: bytes | None, id: object, rows: int) -> list[str]:
    """The notes on one entry: `id` is its row's, `rows` how many it has; `data` is None where that is large."""
    found = []
    if scope.user is None and key in _SYSTEM:
        found.append(_SYSTEM[key])
    if scope.user is None and key.startswith(_SETTINGS):
        found.append(
            "The Cat keeps settings of a service or plugin here: API keys among them are in plain text."
        )
    elif (secret := _secret_in(key, data)) is not None:
        found.append(f"This seems to hold a secret in plain text: {secret}.")
    if scope.user is not None:
        found += _notes_on_row(scope.user, id)
    if rows > 1:
        found.append(
            f"The Cat has {rows:,} rows for this key, as it was saved twice at once: it reads the oldest, which is"
            " what you see and change. Deleting removes all of them."
        )
    if data is not None and (fault := fault_of(data)) is not None:
        then = "The Cat reads it, others may not." if _cat_reads(data) else "The Cat fails when it loads it."
        found.append(f"{fault[:1].upper()}{fault[1:]}. {then}")
    return found


def _cat_reads(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _notes_on_row(user: str, id: object) -> list[str]:
    expected = as_the_cat_writes(user)
    if expected is None:
        return [f"The Cat cannot see this value: {user!r:.80} is no UUID, as all of its users have."]
    if expected != user:
        return [f"The Cat cannot see this value: it looks for its user as {expected}, and finds only that."]
    if not isinstance(id, bytes) or as_the_cat_writes(id.decode(errors="replace")) is None:
        shown = id.decode(errors="replace") if isinstance(id, bytes) else id
        return [f"The Cat fails when it loads this: the id of its row, {shown!r:.80}, is no UUID."]
    return []


def _secret_in(key: str, data: bytes | None) -> str | None:
    """What makes this look like a secret: only a text can be one."""
    if data is None or b'"' not in data:
        return None
    if _SECRET_NAME.search(key):
        return "its key says so"
    member = _SECRET_TEXT.search(data.decode(errors="replace"))
    return None if member is None else member[1]
