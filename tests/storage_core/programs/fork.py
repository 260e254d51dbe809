"""fork.py LOCATION: use a storage, fork, and use it in both; says how the child ended and what is there."""

import os
import sys

from storage_core import Storage

with Storage(sys.argv[1]) as storage:
    store = storage.workspace("acme")
    store.save("number", 0)
    child = os.fork()
    for _ in range(200):
        store.update("number", lambda number: number + 1)
    if child == 0:
        storage.close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(status, store.load("number"), storage.check())
