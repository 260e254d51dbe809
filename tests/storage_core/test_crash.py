"""Processes that write are killed, as `kill -9` does: what was acknowledged to them is there, and nothing by half."""

import asyncio
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from storage_core import AsyncStorage, Storage
from tests.storage_core.children import Child
from tests.storage_core.verbs import READS, fill

MILLION = 1_000_000


def _kill_two_writers(location: Path, first: int, chance: random.Random) -> list[int]:
    """What was acknowledged to two processes that were killed one after the other, each at any moment."""
    with (
        Child("write_until_killed", "sync", location, first) as one,
        Child("write_until_killed", "async", location, first + MILLION) as other,
    ):
        writers = [one, other]
        chance.shuffle(writers)
        said = []
        for writer in writers:
            said += [writer.line() for _ in range(chance.randrange(150))]
            writer.kill()
        return [int(line) for line in [*said, *one.lines(), *other.lines()]]


@pytest.mark.parametrize("rounds", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_what_was_acknowledged_is_there_after_kill_9(location: Path, rounds: int) -> None:
    chance = random.Random(rounds)
    acknowledged: list[int] = []
    for number in range(rounds):
        acknowledged += _kill_two_writers(location, number * 2 * MILLION, chance)
        with Storage(location) as storage:
            assert storage.check() == []
            keys = set(storage.workspace("acme").keys())
        with closing(sqlite3.connect(location)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert keys >= {str(n) for n in acknowledged}
        assert keys == {f"{key.split()[0]}{half}" for key in keys for half in ("", " twice")}
    assert len(acknowledged) > rounds * 50
    with Storage(location, read_only=True) as storage:
        values = storage.workspace("acme").load_many(keys)
    assert values == {key: [n, n] if "twice" in key else n for key in keys for n in [int(key.split()[0])]}


@pytest.mark.parametrize("verb", READS)
async def test_a_reader_waits_for_one_who_mends_what_a_crash_left(location: Path, verb: str) -> None:
    async with AsyncStorage(location, timeout=60) as storage:
        store = storage.workspace("acme")
        await fill(store)
        expected = await store.load("json")
        with Child("recover", location) as other, ThreadPoolExecutor(1) as thread:
            assert other.line() == "mending"
            reading = asyncio.ensure_future(READS[verb](storage, store))
            await asyncio.sleep(0)  # so that it has looked once
            thread.submit(other.tell)
            assert await reading not in (False, {})
        assert await store.load("json") == expected


async def test_a_watch_outlasts_one_who_mends_what_a_crash_left(location: Path) -> None:
    async with AsyncStorage(location, timeout=60) as storage:
        await storage.workspace("acme").save("key", 1)
        with Child("recover", location) as other, ThreadPoolExecutor(1) as thread:
            assert other.line() == "mending"
            watching = asyncio.ensure_future(anext(storage.watch(0)))
            await asyncio.sleep(0)
            thread.submit(other.tell)
            assert (await watching).key == "key"
