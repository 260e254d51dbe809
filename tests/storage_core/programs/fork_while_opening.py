"""fork_while_opening.py BUSY FREE: fork while a thread waits to open BUSY; the child opens FREE, and says so."""

import os
import sys
import threading

from storage_core import BusyError, Storage
from storage_core.engines.sqlite import file as sqlite_file

_, busy, free = sys.argv


def open_busy() -> None:
    try:
        Storage(busy, timeout=60).workspaces()
    except BusyError:
        print("busy", flush=True)


threading.Thread(target=open_busy, daemon=True).start()
while not sqlite_file._making.locked():
    pass
if os.fork() == 0:
    with Storage(free) as storage:
        storage.workspace("acme").save("key", "written by a child")
    print("written", flush=True)
    os._exit(0)
sys.stdin.readline()
os._exit(0)
