"""The handler of a signal raises at any moment, as Ctrl+C does: whatever was under way, nothing stays held."""

from pathlib import Path

from tests.storage_core.facades import run_python

INTERRUPTED = """
import random, signal, sqlite3, sys
from storage_core import Storage

class Interrupted(Exception):
    pass

def arm(*_):
    global is_armed
    is_armed = True

def interrupt(*_):
    global is_armed
    if is_armed:
        is_armed = False
        raise Interrupted

sys.unraisablehook = arm  # in a finaliser it is lost: the next one comes soon
signal.signal(signal.SIGALRM, interrupt)
storage = Storage(sys.argv[1], durability="process", timeout=0.5)
store = storage.workspace("acme")
store.save("saved", 0)
other = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
for number in range(600):
    kept = store.load("saved")
    arm()
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.002), 0.01)
        while True:
            store.save("saved", number)
            kept = number
            store.update("updated", lambda count: count + 1, 0)
    except Interrupted:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert store.load("saved") in (kept, number)
    other.execute("BEGIN IMMEDIATE")
    other.execute("COMMIT")
    store.save("next", number)
other.close()
print(storage.check())
storage.close()
"""


def test_an_interrupted_write_holds_up_neither_the_next_one_nor_another_process(location: Path) -> None:
    assert run_python(INTERRUPTED, location) == "[]"


CLOSED = """
import os, random, signal, sys
from storage_core import ClosedError, Storage

signal.signal(signal.SIGALRM, lambda *_: storage.close())
for round in range(40):
    storage = Storage(sys.argv[1], durability="process")
    store = storage.workspace("acme")
    store.save("key", 0)
    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.003))
    try:
        while True:
            store.save("key", 1)
    except ClosedError:
        pass
    assert os.listdir(os.path.dirname(sys.argv[1])) == ["state.db"]
print("closed")
"""


def test_the_handler_of_a_signal_closes_a_storage_also_while_it_is_written_to(location: Path) -> None:
    assert run_python(CLOSED, location) == "closed"
