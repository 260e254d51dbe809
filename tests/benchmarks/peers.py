"""The synchronous contestants, each behind `load` and `save`, as its own documentation would have it used."""

import importlib
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage_core import Storage
from tests.benchmarks.runs import Plan, key, value

RAW_TABLE = "CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT NOT NULL)"
RAW_SELECT = "SELECT value FROM entries WHERE key = ?"
RAW_UPSERT = (
    "INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
_SYNCHRONOUS = {"power": "FULL", "process": "NORMAL"}


@dataclass(frozen=True, slots=True)
class Contestant:
    """One storage, open and filled."""

    name: str
    load: Callable[[str], Any]
    save: Callable[[str, Any], Any]
    close: Callable[[], Any]


def everything(plan: Plan) -> Iterator[tuple[str, dict[str, Any]]]:
    """All keys in their order, with a value each: what a contestant is filled with."""
    return ((key(number), value()) for number in range(plan.keys))


def in_parts(items: Iterable[Any], size: int = 1_000) -> Iterator[list[Any]]:
    items = iter(items)
    while part := list(itertools.islice(items, size)):
        yield part


def open_ours(plan: Plan, durability: str) -> Contestant:
    storage = Storage(plan.folder / f"ours-{durability}.db", durability=durability)
    store = storage.workspace("acme")
    for part in in_parts(everything(plan), 10_000):
        store.save_many(dict(part))
    return Contestant("storage_core", store.load, store.save, storage.close)


def raw_connection(path: Path, durability: str) -> sqlite3.Connection:
    """Plain SQLite in WAL mode, otherwise as it comes."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
    return connection


def fill_raw(connection: sqlite3.Connection, plan: Plan) -> None:
    connection.execute(RAW_TABLE)
    connection.execute("BEGIN")
    connection.executemany(RAW_UPSERT, ((key, json.dumps(value)) for key, value in everything(plan)))
    connection.execute("COMMIT")


def open_raw(plan: Plan, durability: str, cache_megabytes: int | None = None) -> Contestant:
    connection = raw_connection(plan.folder / f"raw-{durability}-{cache_megabytes}.db", durability)
    if cache_megabytes is not None:
        connection.execute(f"PRAGMA cache_size = {-1024 * cache_megabytes}")
    fill_raw(connection, plan)
    execute = connection.execute

    def load(key: str) -> Any:
        return json.loads(execute(RAW_SELECT, (key,)).fetchone()[0])

    def save(key: str, value: Any) -> None:
        execute(RAW_UPSERT, (key, json.dumps(value)))

    cache = "" if cache_megabytes is None else f", {cache_megabytes} MiB of cache"
    return Contestant(f"raw sqlite3 + json{cache}", load, save, connection.close)


def open_diskcache(plan: Plan) -> Contestant:
    """Its own settings: WAL, synchronous NORMAL, the values pickled."""
    cache = importlib.import_module("diskcache").Cache(str(plan.folder / "diskcache"))
    with cache.transact():
        for name, content in everything(plan):
            cache.set(name, content)
    return Contestant("diskcache", cache.get, cache.set, cache.close)


def open_sqlitedict(plan: Plan) -> Contestant:
    """JSON in WAL mode, each write committed before it returns; it always sets synchronous to OFF."""
    items = importlib.import_module("sqlitedict").SqliteDict(
        str(plan.folder / "sqlitedict.db"), journal_mode="WAL", encode=json.dumps, decode=json.loads
    )
    items.update(everything(plan))
    items.commit()

    def save(key: str, value: Any) -> None:
        items[key] = value
        items.commit()

    return Contestant("sqlitedict", items.__getitem__, save, items.close)
