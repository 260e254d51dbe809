"""The asynchronous contestants, each behind `load` and `save`, as its own documentation would have it used."""

import importlib
import json
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite

from storage_core import AsyncStorage
from tests.benchmarks.peers import RAW_SELECT, RAW_UPSERT, everything, fill_raw, in_parts, raw_connection
from tests.benchmarks.runs import Plan


@dataclass(frozen=True, slots=True)
class AsyncContestant:
    """One storage, open and filled."""

    name: str
    load: Callable[[str], Awaitable[Any]]
    save: Callable[[str, Any], Awaitable[Any]]
    close: Callable[[], Coroutine[Any, Any, Any]]


async def open_ours(path: Path, durability: str) -> AsyncContestant:
    storage = AsyncStorage(path, durability=durability)
    store = storage.workspace("acme")
    await store.exists("opens it")
    return AsyncContestant("storage_core", store.load, store.save, storage.close)


async def fill_ours(path: Path, plan: Plan) -> None:
    async with AsyncStorage(path) as storage:
        for part in in_parts(everything(plan), 10_000):
            await storage.workspace("acme").save_many(dict(part))


def fill_aiosqlite(path: Path, plan: Plan) -> None:
    with closing(raw_connection(path, "power")) as connection:
        fill_raw(connection, plan)


async def open_aiosqlite(path: Path, durability: str) -> AsyncContestant:
    """One call for each operation, in autocommit: the quickest that aiosqlite has."""
    connection = await _aiosqlite_connection(path, durability)

    async def load(key: str) -> Any:
        ((text,),) = await connection.execute_fetchall(RAW_SELECT, (key,))
        return json.loads(text)

    async def save(key: str, value: Any) -> None:
        await connection.execute_fetchall(RAW_UPSERT, (key, json.dumps(value)))

    return AsyncContestant("aiosqlite, execute_fetchall", load, save, connection.close)


async def open_aiosqlite_stepwise(path: Path, durability: str) -> AsyncContestant:
    """A cursor that is executed, fetched from and closed: how most programs use aiosqlite."""
    connection = await _aiosqlite_connection(path, durability)

    async def load(key: str) -> Any:
        async with connection.execute(RAW_SELECT, (key,)) as cursor:
            row = await cursor.fetchone()
        assert row is not None
        return json.loads(row[0])

    async def save(key: str, value: Any) -> None:
        async with connection.execute(RAW_UPSERT, (key, json.dumps(value))):
            pass

    return AsyncContestant("aiosqlite, execute + fetchone + close", load, save, connection.close)


async def _aiosqlite_connection(path: Path, durability: str) -> aiosqlite.Connection:
    return await aiosqlite.Connection(lambda: raw_connection(path, durability), iter_chunk_size=64)


async def open_key_value(plan: Plan) -> AsyncContestant:
    """py-key-value-aio's disk store with its own settings: diskcache, so WAL and synchronous NORMAL."""
    disk = importlib.import_module("key_value.aio.stores.disk")
    store = disk.DiskStore(directory=str(plan.folder / "key_value"))
    await store.setup()
    for part in in_parts(everything(plan)):
        await store.put_many(*zip(*part, strict=True))
    return AsyncContestant("py-key-value-aio (disk)", store.get, store.put, store.close)


async def open_langgraph(plan: Plan) -> AsyncContestant:
    """LangGraph's AsyncSqliteStore with its own settings: one aiosqlite connection, synchronous FULL."""
    path = plan.folder / "langgraph.db"
    opening = importlib.import_module("langgraph.store.sqlite.aio").AsyncSqliteStore.from_conn_string(
        str(path)
    )
    put = importlib.import_module("langgraph.store.base").PutOp
    store = await opening.__aenter__()
    await store.setup()
    namespace = ("acme",)
    for part in in_parts(everything(plan)):
        await store.abatch([put(namespace, key, value) for key, value in part])

    async def load(key: str) -> Any:
        return (await store.aget(namespace, key)).value

    async def save(key: str, value: Any) -> None:
        await store.aput(namespace, key, value)

    async def close() -> None:
        await opening.__aexit__(None, None, None)

    return AsyncContestant("langgraph AsyncSqliteStore", load, save, close)
