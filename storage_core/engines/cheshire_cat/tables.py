"""Where in an SQLite database the Cheshire Cat keeps its values, and whose they are there."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from storage_core.engines.sqlite import file as sqlite_file
from storage_core.engines.sqlite.errors import SQLITE_FAULTS, primary_code
from storage_core.errors import InvalidNameError, UnsupportedError
from storage_core.query import Address
from storage_core.scope import NAME_LIMIT, Scope

_SHARED_COLUMNS = {"key": "VARCHAR", "value": "JSON"}
_USER_COLUMNS = {"id": "UUID", "user_id": "UUID", "key": "VARCHAR", "value": "JSON"}
# What the Cat's own source calls them comes first: a Cat that makes those no longer looks at the others.
_SHARED_NAMES = ("ccat_global_key_value", "key_value_db")
_USER_NAMES = ("ccat_user_key_value", "user_key_value_db")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of values; `at` is the condition for the rows of an entry."""

    name: str
    of_users: bool

    @property
    def quoted(self) -> str:
        return '"' + self.name.replace('"', '""') + '"'

    @property
    def at(self) -> str:
        return f"{self.of} AND key = :key"

    @property
    def of(self) -> str:
        """The condition for the rows of a scope."""
        return "user_id = :user" if self.of_users else "1"

    @property
    def user(self) -> str:
        """The column that says whose the row is."""
        return "user_id" if self.of_users else "NULL"

    @property
    def id(self) -> str:
        """The column that identifies a row to the Cat."""
        return "id" if self.of_users else "key"


@dataclass(frozen=True, slots=True)
class CatTables:
    """The tables of one Cat, either of which may be missing, and the one workspace that they are."""

    workspace: str
    shared: Table | None
    users: Table | None
    _scopes: dict[object, Scope | None] = field(default_factory=dict, compare=False, repr=False)

    def __iter__(self) -> Iterator[Table]:
        return (table for table in (self.shared, self.users) if table is not None)

    def table_of(self, scope: Scope) -> Table | None:
        """Where the values of a scope are; None where it can have none."""
        if scope.workspace != self.workspace:
            return None
        return self.shared if scope.user is None else self.users

    def table_for(self, scope: Scope) -> Table:
        """As `table_of`; raises InvalidNameError or UnsupportedError where there is none."""
        if scope.workspace != self.workspace:
            raise InvalidNameError(
                f"a Cat has one workspace, here {self.workspace!r:.80}, and no {scope.workspace!r:.80}"
            )
        table = self.table_of(scope)
        if table is None:
            whose = "its plugins" if scope.user is None else "users"
            raise UnsupportedError(f"the Cat has no table for values of {whose} yet: start the Cat once")
        return table

    def address(self, table: Table, user: object, key: object) -> Address | None:
        """Where the entry of a row is; None where its names are no text, so that nobody could name it."""
        scope = self._scope(user) if table.of_users else Scope(self.workspace)
        if scope is None or not isinstance(key, bytes):
            return None
        try:
            return Address(scope, key.decode())
        except UnicodeDecodeError:
            return None

    def _scope(self, user: object) -> Scope | None:
        if user not in self._scopes:
            self._scopes[user] = None
            with suppress(UnicodeDecodeError, InvalidNameError):
                if isinstance(user, bytes | int):
                    name = user.decode() if isinstance(user, bytes) else str(user)
                    self._scopes[user] = Scope(self.workspace, name)
        return self._scopes[user]


def as_json(value: object) -> bytes:
    """The JSON text of what the column keeps: the text itself; for a number, what the Cat would load."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def is_found_by_the_cat(scope: Scope) -> bool:
    """Whether the Cat would look for values of that user: by the id in its one spelling."""
    return scope.user is None or scope.user == as_the_cat_writes(scope.user)


def never_found(scope: Scope) -> InvalidNameError:
    """The error for a new value of a user that the Cat cannot have."""
    return InvalidNameError(
        f"the Cat would never find it: its users are UUIDs in lower case with hyphens, not {scope.user!r:.80}"
    )


def as_the_cat_writes(user: str) -> str | None:
    """The id as the Cat writes and looks for it: in lower case, with hyphens; None where it is no UUID."""
    with suppress(ValueError):
        return str(UUID(user))
    return None


def workspace_of(location: Path) -> str:
    """The name of the Cat's project: of the folder above `data/core`, elsewhere of the file's own folder."""
    folder = Path(os.path.realpath(location)).parent
    project = folder.parent.parent if (folder.parent.name, folder.name) == ("data", "core") else folder
    name = os.fsencode(project.name).decode(errors="replace")
    return name[:NAME_LIMIT] or "Cheshire Cat"


def is_a_cats(location: Path, timeout: float) -> bool:
    """Whether the database at `location` is a Cat's, found out without changing anything or leaving a trace."""
    for mode in ("immutable", "ro"):  # the first takes no lock, but may meet a write that is half done
        with suppress(*SQLITE_FAULTS), closing(sqlite_file.connect(location, mode, timeout=timeout)) as found:
            return tables_in(found, location) is not None
    return False


def was_cut_off(error: BaseException) -> bool:
    """Whether nobody can read because a write of the Cat's was cut off, which nobody has rolled back yet."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY_ROLLBACK


def roll_back_what_was_cut_off(location: Path, timeout: float) -> None:
    """Do as the Cat does when it next starts."""
    with closing(sqlite_file.connect(location, "rw", timeout=timeout)) as connection:
        connection.execute("SELECT 1 FROM sqlite_schema").fetchall()


def tables_in(connection: sqlite3.Connection, location: Path) -> CatTables | None:
    """The tables of the Cat whose database this is; None where it is somebody else's.

    Known by their names and columns; where both have other names, by their columns alone.
    """
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    columns = {name: _columns(connection, name) for name in map(_text, (name for (name,) in names))}
    shared = _named(columns, _SHARED_NAMES, _SHARED_COLUMNS)
    users = _named(columns, _USER_NAMES, _USER_COLUMNS)
    like_shared, like_users = _shaped(columns, _SHARED_COLUMNS), _shaped(columns, _USER_COLUMNS)
    if (shared or users) is None and not (like_shared and like_users):
        return None
    (encoding,) = connection.execute("PRAGMA encoding").fetchone()
    if _text(encoding) != "UTF-8":  # SQLite hands out parts of a value only as they are encoded in the file
        return None
    shared, users = shared or like_shared, users or like_users
    return CatTables(
        workspace_of(location),
        None if shared is None else Table(shared, of_users=False),
        None if users is None else Table(users, of_users=True),
    )


def _named(columns: dict[str, dict[str, str]], names: tuple[str, ...], wanted: dict[str, str]) -> str | None:
    """The first of the known names whose table has at least the wanted columns."""
    return next((name for name in names if wanted.items() <= columns.get(name, {}).items()), None)


def _shaped(columns: dict[str, dict[str, str]], wanted: dict[str, str]) -> str | None:
    """The first table that has the wanted columns and no others."""
    return next((name for name in columns if columns[name] == wanted), None)


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """The columns of a table with their types, without lengths; none for one whose rows have no numbers."""
    try:
        connection.execute(f"SELECT rowid FROM {Table(table, False).quoted} LIMIT 0").fetchall()
    except sqlite3.OperationalError as error:
        if (
            primary_code(error) != sqlite3.SQLITE_ERROR
        ):  # the Cat holds it, or it is damaged: that is no answer
            raise
        return {}
    rows = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
    return {_text(name): _text(kind).split("(")[0].strip().upper() for name, kind in rows}


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
