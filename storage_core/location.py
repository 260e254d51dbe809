"""Where a storage is, and which database is there."""

import os
from pathlib import Path

from storage_core.engine import Database
from storage_core.engines.sqlite.database import SqliteDatabase
from storage_core.errors import InvalidValueError, NotAStorageError
from storage_core.shown import shown


def default_location() -> Path:
    """The storage to use where none is named: `$STORAGE_CORE`, else one in the platform's data folder."""
    named = os.environ.get("STORAGE_CORE")
    if named:
        return Path(named)
    from platformdirs import user_data_path  # only where it is needed: plugins mostly name their storage

    return user_data_path("state-inspector", appauthor=False) / "storage.db"


def checked_options(timeout: float, durability: str) -> None:
    """Raise InvalidValueError for options that no storage can have."""
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout < float("inf"):
        raise InvalidValueError(f"timeout must be a number of seconds, not {shown(timeout)}")
    if durability not in ("power", "process"):
        raise InvalidValueError(f'durability must be "power" or "process", not {shown(durability)}')


def checked_location(location: str | os.PathLike[str] | None) -> Path:
    """`location` as an absolute Path, None being the default one."""
    return default_location().absolute() if location is None else checked_path(location, "location")


def checked_path(path: str | os.PathLike[str], what: str) -> Path:
    """`path` as an absolute Path, which stays the same place when the process changes its folder."""
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise InvalidValueError(f"{what} must be a path, not {shown(path)}")
    if "\0" in os.fspath(path):
        raise InvalidValueError(f"{what} cannot hold a NUL character: {path!r:.80}")
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise InvalidValueError(f"{what} must be a name that files can have, not {shown(path)}") from error
    return Path(path).absolute()


def open_database(location: Path, *, read_only: bool, timeout: float, durability: str) -> Database:
    """The database at `location`, ready to be connected to: found by looking inside, or made where nothing is.

    Raises what preparing it raises.
    """
    if os.path.isdir(location):
        from storage_core.engines.dify.database import DifyDatabase  # only where it is needed

        folder = DifyDatabase(location, read_only, timeout, durability)
        folder.prepare()
        return folder
    database: Database = SqliteDatabase(location, read_only, timeout, durability)
    try:
        database.prepare()
    except NotAStorageError:
        foreign = _foreign_database(location, read_only, timeout)
        if foreign is None:
            raise
        foreign.prepare()
        return foreign
    return database


def _foreign_database(location: Path, read_only: bool, timeout: float) -> Database | None:
    """The database of another system that is at `location`; None where it is none that is known.

    What each needs is imported only where it may be there: that something is not a storage is mostly a mistake.
    """
    from storage_core.engines.cheshire_cat.database import CheshireCatDatabase
    from storage_core.engines.cheshire_cat.tables import is_a_cats

    if location.is_file() and is_a_cats(location, timeout):
        return CheshireCatDatabase(location, read_only, timeout)
    return None
