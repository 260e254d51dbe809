"""Threads, tasks and greenlets that use one storage at the same moment."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage_core import AsyncStorage, ClosedError, ConflictError, Entry, Storage, Store
from tests.storage_core.conftest import Clock
from tests.storage_core.facades import run_python


def in_threads(count: int, work: Callable[[int], object]) -> None:
    """Run `work(0)`, `work(1)` ... at the same moment; the first error of any is raised here."""
    start = threading.Barrier(count)

    def run(number: int) -> object:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(run, number) for number in range(count)]:
            done.result()


def increment(count: int) -> int:
    return count + 1


def test_updates_of_8_threads_are_all_counted(location: Path) -> None:
    with Storage(location, durability="process") as storage:
        store = storage.workspace("acme")
        in_threads(8, lambda _: [store.update("count", increment, 0) for _ in range(100)])
        assert store.load("count") == 800


def test_updates_of_one_key_take_turns_so_that_none_runs_in_vain(location: Path) -> None:
    runs: list[int] = []

    def change(count: int) -> int:
        runs.append(count)
        return count + 1

    with Storage(location, durability="process") as storage:
        store = storage.workspace("acme")
        in_threads(8, lambda _: [store.update("count", change, 0) for _ in range(25)])
    assert runs == [*range(200)]


async def test_updates_of_one_key_by_tasks_take_turns_too(location: Path) -> None:
    runs: list[int] = []

    def change(count: int) -> int:
        runs.append(count)
        return count + 1

    async with AsyncStorage(location, durability="process") as storage:
        store = storage.workspace("acme")
        await asyncio.gather(*(store.update("count", change, 0) for _ in range(100)))
    assert runs == [*range(100)]


def test_updates_of_8_threads_with_a_storage_each_are_all_counted(location: Path) -> None:
    def work(_: int) -> None:
        with Storage(location, durability="process") as storage:
            for _ in range(25):
                storage.workspace("acme").update("count", increment, 0)

    in_threads(8, work)
    with Storage(location) as storage:
        assert storage.workspace("acme").load("count") == 200


async def test_updates_of_64_tasks_are_all_counted(location: Path) -> None:
    async with AsyncStorage(location, durability="process") as storage:
        store = storage.workspace("acme")

        async def work() -> None:
            for _ in range(10):
                await store.update("count", increment, 0)

        await asyncio.gather(*(work() for _ in range(64)))
        assert await store.load("count") == 640


async def test_updates_of_tasks_and_threads_together_are_all_counted(location: Path) -> None:
    with Storage(location, durability="process") as storage:
        threads = asyncio.to_thread(
            in_threads,
            4,
            lambda _: [storage.workspace("acme").update("count", increment, 0) for _ in range(50)],
        )
        async with AsyncStorage(location, durability="process") as twin:
            store = twin.workspace("acme")
            await asyncio.gather(threads, *(store.update("count", increment, 0) for _ in range(200)))
            assert await store.load("count") == 400


def test_updates_of_different_keys_do_not_wait_for_each_other(location: Path) -> None:
    with Storage(location) as storage:
        store = storage.workspace("acme")

        def change(value: object) -> list[object]:
            return [value, store.update("inner", increment, 0)]

        assert store.update("outer", change) == [None, 1]


def test_no_lock_is_held_while_change_runs(location: Path) -> None:
    changing, go_on = threading.Event(), threading.Event()

    def change(value: object) -> object:
        changing.set()
        go_on.wait()
        return value

    with Storage(location) as storage, Storage(location, timeout=0) as other, ThreadPoolExecutor() as pool:
        updating = pool.submit(storage.workspace("acme").update, "key", change)
        changing.wait()
        other.workspace("acme").save("from another process", 1)
        storage.workspace("acme").save("from another thread", 1)
        go_on.set()
        updating.result()
        assert list(storage.workspace("acme").keys()) == [
            "from another process",
            "from another thread",
            "key",
        ]


def test_of_8_threads_that_save_where_none_is_one_wins(location: Path) -> None:
    won: list[int] = []
    found: list[Entry | None] = []
    with Storage(location) as storage:
        store = storage.workspace("acme")

        def work(number: int) -> None:
            try:
                store.save("key", number, if_revision=0)
                won.append(number)
            except ConflictError as conflict:
                found.append(conflict.entry)

        in_threads(8, work)
        assert won == [store.load("key")]
        assert found == [store.entry("key")] * 7


def test_threads_read_and_write_a_storage_that_one_of_them_opens(location: Path) -> None:
    storage = Storage(location, durability="process")

    def work(number: int) -> None:
        store: Store = storage.workspace("acme").user(str(number))
        for count in range(30):
            store.save("key", count)
            assert store.load("key") == count
            assert list(store.keys()) == ["key"]

    in_threads(8, work)
    assert len(storage.scopes()) == 8
    assert len(list(storage.changes(0))) == 240
    storage.close()


def test_a_pair_that_is_written_together_is_never_read_apart(location: Path) -> None:
    done = threading.Event()
    with Storage(location, durability="process") as storage:
        store = storage.workspace("acme")
        store.save_many({"left": 0, "right": 0})

        def work(number: int) -> None:
            if number == 0:
                for count in range(200):
                    store.save_many({"left": count, "right": count})
                done.set()
            while not done.is_set():
                pair = store.load_many(["left", "right"])
                assert pair["left"] == pair["right"]

        in_threads(4, work)


def test_close_lets_what_runs_in_other_threads_end(location: Path) -> None:
    storage = Storage(location)
    store = storage.workspace("acme")
    store.set("key", bytes(1_000_000))
    reading, go_on = threading.Event(), threading.Event()

    def change(value: object) -> object:
        reading.set()
        go_on.wait()
        return value

    listing = iter(store.keys())
    with ThreadPoolExecutor() as pool:
        updating = pool.submit(store.update, "other", change)
        reading.wait()
        storage.close()
        go_on.set()
        with pytest.raises(ClosedError):
            updating.result()
    with pytest.raises(ClosedError):
        next(listing)


def test_an_entry_expires_for_a_thread_that_waits_to_update_it(location: Path, clock: Clock) -> None:
    with Storage(location) as storage:
        store = storage.workspace("acme")
        store.save("key", 1, ttl=1)
        seen: list[object] = []

        def change(value: object) -> object:
            seen.append(value)
            clock.advance(1)
            return [value]

        assert store.update("key", change, "default") == ["default"]
        assert seen == [1, "default"]


GREENLETS = """
import sys
{before}
from storage_core import Storage
storage = Storage(sys.argv[1], durability="process")
{after}
import gevent
store = storage.workspace("acme")

def change(count):
    gevent.sleep(0)
    return count + 1

def work(name):
    for number in range(30):
        store.save(name, number)
        store.update("count", change, 0)
        store.set("large", bytes(200_000))
        assert list(store.keys())

with gevent.Timeout(40):
    gevent.joinall([gevent.spawn(work, name) for name in "ab"], raise_error=True)
    print(store.load("count"))
    storage.close()
"""

PATCH = "import gevent.monkey; gevent.monkey.patch_all()"


@pytest.mark.parametrize(
    ("before", "after"),
    [(PATCH, ""), ("import storage_core; " + PATCH, ""), ("", PATCH)],
    ids=["patched before the import", "patched after the import", "patched after a storage was made"],
)
def test_greenlets_that_write_do_not_deadlock(location: Path, before: str, after: str) -> None:
    code = GREENLETS.format(before=before, after=after)
    assert run_python(code, location, PYTHONWARNINGS="ignore") == "60"


GREENLETS_AND_A_STORAGE_EACH = """
import gevent.monkey; gevent.monkey.patch_all()
import gevent, sys
from storage_core import Storage

def work(number):
    with Storage(sys.argv[1], durability="process") as storage:
        for _ in range(30):
            storage.workspace("acme").update("count", lambda count: count + 1, 0)

with gevent.Timeout(40):
    gevent.joinall([gevent.spawn(work, number) for number in range(3)], raise_error=True)
    with Storage(sys.argv[1]) as storage:
        print(storage.workspace("acme").load("count"))
"""


def test_greenlets_with_a_storage_each_do_not_deadlock(location: Path) -> None:
    assert run_python(GREENLETS_AND_A_STORAGE_EACH, location, PYTHONWARNINGS="ignore") == "90"


GREENLETS_BEHIND_ANOTHER_PROCESS = """
import sqlite3, sys
from storage_core import Storage
storage = Storage(sys.argv[1])
storage.workspace("acme").save("before", 0)
import gevent.monkey; gevent.monkey.patch_all()
import gevent, gevent.event

def hold():
    other = sqlite3.connect(sys.argv[1], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    held.set()
    for _ in range(20):
        gevent.sleep(0.001)
    other.execute("COMMIT")
    other.close()

held = gevent.event.Event()
with gevent.Timeout(40):
    holder = gevent.spawn(hold)
    held.wait()
    writers = [gevent.spawn(storage.workspace("acme").save, name, 1) for name in "ab"]
    gevent.joinall([holder, *writers], raise_error=True)
    print(*storage.workspace("acme").keys())
    storage.close()
"""


def test_greenlets_that_wait_for_the_lock_of_another_do_not_keep_it_from_letting_go(location: Path) -> None:
    code = GREENLETS_BEHIND_ANOTHER_PROCESS
    assert run_python(code, location, PYTHONWARNINGS="ignore") == "a b before"


GREENLETS_THAT_OPEN_BEHIND_ANOTHER_PROCESS = """
import sqlite3, sys
from storage_core import Storage
storage = Storage(sys.argv[1])
import gevent.monkey; gevent.monkey.patch_all()
import gevent, gevent.event

def hold():
    other = sqlite3.connect(sys.argv[1], isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    held.set()
    for _ in range(20):
        gevent.sleep(0.001)
    other.execute("ROLLBACK")
    other.close()

held = gevent.event.Event()
with gevent.Timeout(40):
    holder = gevent.spawn(hold)
    held.wait()
    users = [gevent.spawn(storage.workspace("acme").save, name, 1) for name in "ab"]
    users.append(gevent.spawn(storage.workspace("acme").exists, "a"))
    gevent.joinall([holder, *users], raise_error=True)
    print(*storage.workspace("acme").keys())
    storage.close()
"""


def test_greenlets_that_open_a_storage_while_another_makes_it_do_not_deadlock(location: Path) -> None:
    code = GREENLETS_THAT_OPEN_BEHIND_ANOTHER_PROCESS
    assert run_python(code, location, PYTHONWARNINGS="ignore") == "a b"


GREENLETS_THAT_CLOSE_BEHIND_ANOTHER_PROCESS = """
import sqlite3, sys
from storage_core import Storage
storage = Storage(sys.argv[1])
storage.workspace("acme").save("before", 0)
import gevent.monkey; gevent.monkey.patch_all()
import gevent

other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
with gevent.Timeout(40):
    writer = gevent.spawn(storage.workspace("acme").save, "a", 1)
    gevent.sleep(0)  # it waits for the other's lock now
    closer = gevent.spawn(storage.close)
    gevent.sleep(0)
    other.execute("COMMIT")
    other.close()
    gevent.joinall([writer, closer], raise_error=True)
    with Storage(sys.argv[1]) as anew:
        print(*anew.workspace("acme").keys())
"""


def test_a_greenlet_that_closes_a_storage_lets_one_that_waits_to_write_end_first(location: Path) -> None:
    code = GREENLETS_THAT_CLOSE_BEHIND_ANOTHER_PROCESS
    assert run_python(code, location, PYTHONWARNINGS="ignore") == "a before"
