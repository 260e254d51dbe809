"""A storage at the end of its interpreter, and on both sides of a fork."""

from pathlib import Path

import pytest

from storage_core import Storage
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


FORK = """
import os, sys
from storage_core import Storage
storage = Storage(sys.argv[1])
store = storage.workspace("acme")
store.save("count", 0)
parent_reads = storage._idle[:]
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
storage._writing.acquire()
child = os.fork()
if not child:
    store.update("count", lambda count: count + 1)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
storage._writing.release()
go_on.set()
thread.join()
print(store.load("count"))
storage.close()
"""


def test_a_child_that_was_forked_in_the_middle_of_a_write_does_not_wait_for_it(location: Path) -> None:
    assert run_python(FORK_MEANWHILE, location, PYTHONWARNINGS="ignore::DeprecationWarning") == "2"
