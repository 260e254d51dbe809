"""greenlets.py WHEN LOCATION WORK: many greenlets on Dify's real SDK use one store, while other processes do.

WHEN is "before" where the storage is made before dify_plugin is imported, which patches for gevent, else "after".
WORK is "write" or "wait". It says "ready" first, and goes on when it is told.
"""

import sys

from storage_core import Storage
from storage_core.hosts.dify import patch

_, when, location, work = sys.argv
if when == "before":
    storage = Storage(location, timeout=60)

import dify_plugin  # noqa: E402, F401 - patches for gevent
import gevent  # noqa: E402
from dify_plugin.core.runtime import Session  # noqa: E402

if when == "after":
    storage = Storage(location, timeout=60)


def write(greenlet: int) -> None:
    session = Session.empty_session()
    for number in range(30):
        key, value = f"{greenlet}:{number}", f"{number}".encode() * 1_000
        session.storage.set(key, value)
        assert session.storage.get(key) == value
        if number % 2:
            session.storage.delete(key)
            assert not session.storage.exist(key)
        gevent.sleep(0)


def wait_for_the_lock() -> None:
    """One greenlet waits to write; others read meanwhile, as if nothing were."""
    session = Session.empty_session()
    session.storage.set("there", b"1")
    print("stored", flush=True)
    sys.stdin.readline()
    writer = gevent.spawn(session.storage.set, "waited", b"2")
    gevent.sleep(0)
    reads = [gevent.spawn(session.storage.get, "there") for _ in range(5)]
    gevent.joinall(reads, raise_error=True)
    print(
        "waits" if not writer.ready() else "does not wait",
        *(read.value.decode() for read in reads),
        flush=True,
    )
    sys.stdin.readline()
    writer.get()


print("ready", flush=True)
sys.stdin.readline()
with gevent.Timeout(90), patch(storage.workspace("acme").user("author/name")):
    if work == "write":
        gevent.joinall([gevent.spawn(write, greenlet) for greenlet in range(10)], raise_error=True)
    else:
        wait_for_the_lock()
    storage.close()
print("done", flush=True)
