"""The storages that the inspector is measured on, made once and kept: a crowded one, and one with a few keys."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from storage_core import Scope, Storage
from tests.benchmarks.peers import in_parts

WORKSPACES = 20
USERS = 2_000
CROWDED = Scope("ws07", "user0707")
"""The user who has half of all keys."""

_GROUPS = ("cache", "conversation", "profile", "session", "todo")
_PART = 10_000


def scopes() -> list[Scope]:
    """Every user's, each in one of the workspaces."""
    return [Scope(f"ws{user % WORKSPACES:02}", f"user{user:04}") for user in range(USERS)]


def keys_of(scope: Scope, keys: int) -> Iterator[str]:
    """The keys of one scope, in order, where the storage has `keys` of them in all."""
    count = keys // 2 if scope == CROWDED else -(-(keys - keys // 2) // (USERS - 1))
    each = -(-count // len(_GROUPS))
    for place in range(count):
        yield f"{_GROUPS[place // each]}:{place // 1_000:03}:{place:06}"


def value(number: int) -> dict[str, Any]:
    """A dict of about 100 bytes as JSON."""
    return {
        "id": number,
        "title": f"buy {number % 97} litres of milk",
        "done": number % 2 == 0,
        "price": number / 8,
        "tags": ["shop", "home"],
    }


def crowded_storage(folder: Path, keys: int) -> Path:
    """A storage of about so many keys, half of which one user has."""

    def write(path: Path) -> None:
        with Storage(path, durability="process") as storage:
            for scope in scopes():
                for part in in_parts(enumerate(keys_of(scope, keys)), _PART):
                    storage.store(scope).save_many({key: value(number) for number, key in part})

    return _kept(folder / f"crowded-{keys}.db", write)


def small_storage(folder: Path) -> Path:
    """A storage of ten keys."""

    def write(path: Path) -> None:
        with Storage(path) as storage:
            storage.store(CROWDED).save_many({f"todo:{number}": value(number) for number in range(10)})

    return _kept(folder / "small.db", write)


def plain_table(folder: Path, keys: int) -> Path:
    """A file of SQLite with the same keys and values in one table, for who knows nothing but tables."""

    def write(path: Path) -> None:
        with Storage(crowded_storage(folder, keys), read_only=True) as storage:
            rows = (
                (info.scope.workspace, info.scope.user or "", key, text)
                for info in storage.scopes()
                for keys in in_parts(storage.store(info.scope).keys(), _PART)
                for key, text in _texts(storage, info.scope, keys)
            )
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute(
                    "CREATE TABLE entries (workspace TEXT, user TEXT, key TEXT, value TEXT,"
                    " PRIMARY KEY (workspace, user, key))"
                )
                connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)

    return _kept(folder / f"plain-{keys}.db", write)


def _texts(storage: Storage, scope: Scope, keys: list[str]) -> Iterator[tuple[str, str]]:
    store = storage.store(scope)
    return ((key, text) for key in keys if (text := store.load_text(key)) is not None)


def _kept(path: Path, write: Callable[[Path], None]) -> Path:
    """The file at `path`, which is written where it is not there yet: all of it, or, where that fails, nothing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        write(unfinished)
        unfinished.replace(path)
    return path
