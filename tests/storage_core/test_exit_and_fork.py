"""A storage at the end of its interpreter or its event loop, and on both sides of a fork."""

from pathlib import Path

import pytest

from storage_core import Storage
from tests.storage_core.children import said_by
from tests.storage_core.facades import run_python

FORGOTTEN_SYNC = """
import sys, threading
from storage_core import Storage
storage = Storage(sys.argv[1])
storage.workspace("acme").save("key", 1)
listing = storage.workspace("acme").keys()
next(listing)
thread = threading.Thread(target=lambda: storage.workspace("acme").save("key", 2))
thread.start()
thread.join()
print(storage.workspace("acme").load("key"))
"""

FORGOTTEN_ASYNC = """
import asyncio, sys
from storage_core import AsyncStorage
storage = AsyncStorage(sys.argv[1])
async def main():
    await storage.workspace("acme").save("key", 1)
    global watching
    watching = asyncio.ensure_future(anext(storage.watch()))
    await asyncio.sleep(0)
    print(await storage.workspace("acme").load("key"))
asyncio.run(main())
"""


@pytest.mark.parametrize("code", [FORGOTTEN_SYNC, FORGOTTEN_ASYNC])
def test_a_forgotten_close_never_hangs_the_interpreters_exit(location: Path, code: str) -> None:
    printed = run_python(code, location, PYTHONWARNINGS="ignore::ResourceWarning")
    assert printed in ("1", "2")
    with Storage(location) as storage:
        assert storage.workspace("acme").exists("key")


LOOP_ENDS = """
import asyncio, sqlite3, sys
from storage_core import AsyncStorage
storage = AsyncStorage(sys.argv[1])

async def leave_a_write_under_way():
    await storage.workspace("acme").save("first", 1)
    other.execute("BEGIN IMMEDIATE")
    asyncio.ensure_future(storage.workspace("acme").save("left", 2))
    await asyncio.sleep(0)

async def use():
    await storage.workspace("acme").save("second", 3)
    print(*[key async for key in storage.workspace("acme").keys()])
    await storage.close()

other = sqlite3.connect(sys.argv[1], isolation_level=None)
asyncio.run(leave_a_write_under_way())
other.execute("COMMIT")
asyncio.run(use())
other.close()
"""


def test_an_event_loop_that_ends_while_a_write_is_under_way_leaves_the_storage_usable(location: Path) -> None:
    assert run_python(LOOP_ENDS, location) in ("first left second", "first second")


FORK = """
import os, sys
from storage_core import Storage
storage = Storage(sys.argv[1])
store = storage.workspace("acme")
store.save("count", 0)
for _ in range(3):
    store.update("count", lambda count: count + 1)
    child = os.fork()
    if not child:
        assert store.load("count") % 2 == 1
        store.update("count", lambda count: count + 1)
        storage.close()
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert store.load("count") % 2 == 0
print(store.load("count"), len(list(storage.changes(0))), storage.check())
storage.close()
"""


def test_after_a_fork_a_child_opens_its_own_connections(location: Path) -> None:
    assert run_python(FORK, location) == "6 7 []"


FORK_MEANWHILE = """
import os, sys, threading
from storage_core import Storage
from storage_core.turns import Visitor
storage = Storage(sys.argv[1])
store = storage.workspace("acme")
store.save("count", 0)
changing, go_on = threading.Event(), threading.Event()
def change(count):
    changing.set()
    go_on.wait()
    return count + 1
thread = threading.Thread(target=lambda: store.update("count", change))
thread.start()
changing.wait()
storage._writing.holder[0] = Visitor()
child = os.fork()
if not child:
    store.update("count", lambda count: count + 1)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
storage._writing.holder.clear()
go_on.set()
thread.join()
print(store.load("count"))
storage.close()
"""


def test_a_child_that_was_forked_in_the_middle_of_a_write_does_not_wait_for_it(location: Path) -> None:
    assert run_python(FORK_MEANWHILE, location, PYTHONWARNINGS="ignore::DeprecationWarning") == "2"


OUTLIVED = """
import asyncio, os, sys
from storage_core import AsyncStorage, Storage

def child(go_on):
    store = Storage(sys.argv[1]).workspace("acme")
    store.save("before", 1)
    os.write(wrote, b".")
    os.read(go_on, 1)
    store.save("after", 2)
    assert list(store.keys()) == ["after", "before", "parent"]

def sync():
    with Storage(sys.argv[1]) as storage:
        storage.workspace("acme").save("parent", 0)
        list(storage.workspace("acme").keys())
        forked = fork()
    return forked

async def run_async():
    async with AsyncStorage(sys.argv[1]) as storage:
        await storage.workspace("acme").save("parent", 0)
        forked = fork()
    return forked

def fork():
    forked = os.fork()
    if not forked:
        child(closed_for_child)
        os._exit(0)
    os.read(child_wrote, 1)
    return forked

child_wrote, wrote = os.pipe()
closed_for_child, closed = os.pipe()
forked = sync() if sys.argv[2] == "sync" else asyncio.run(run_async())
os.write(closed, b".")
assert os.waitpid(forked, 0)[1] == 0
with Storage(sys.argv[1]) as storage:
    print(*storage.workspace("acme").keys(), storage.check())
"""


def test_what_a_child_writes_outlives_that_its_parent_closes_the_storage(location: Path, facade: str) -> None:
    assert run_python(OUTLIVED, location, facade) == "after before parent []"


ASYNC_AROUND_FORKS = """
import asyncio, os, sys
from storage_core import AsyncStorage, ClosedError, Storage

async def is_refused(storage):
    store = storage.workspace("acme")
    for use in (store.load("0"), store.save("x", 0), storage.workspaces(), anext(storage.changes(0))):
        try:
            await use
        except ClosedError:
            continue
        return False
    await storage.close()
    return True

async def main():
    async with AsyncStorage(sys.argv[1]) as storage:
        store = storage.workspace("acme")
        watching = storage.watch(since=0)
        for number in range(3):
            await store.save(f"{number}", number)
            child = os.fork()
            if not child:
                name = f"child {number} {asyncio.run(is_refused(storage))}"
                Storage(sys.argv[1]).workspace("acme").save(name, 0)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert await store.load(f"{number}") == number
            print((await anext(watching)).key, (await anext(watching)).key)

asyncio.run(main())
"""


def test_an_asynchronous_storage_goes_on_after_a_fork_and_its_child_is_told_to_open_its_own(
    location: Path,
) -> None:
    printed = run_python(ASYNC_AROUND_FORKS, location, PYTHONWARNINGS="ignore")
    assert printed.splitlines() == [f"{number} child {number} True" for number in range(3)]


@pytest.mark.parametrize("children", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_forks_while_threads_and_an_event_loop_write_lose_nothing_on_either_side(
    location: Path, children: int
) -> None:
    assert said_by("fork_while_busy", location, children) == ["[] []"]
