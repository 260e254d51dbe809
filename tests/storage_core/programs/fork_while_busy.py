"""fork_while_busy.py LOCATION CHILDREN: fork while threads and a loop write; says what of all writes is missing."""

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from storage_core import AsyncStorage, Storage

location, children = sys.argv[1], int(sys.argv[2])
written: dict[str, int] = {}
over = threading.Event()


def write(storage: Storage, name: str) -> None:
    store, count = storage.workspace("acme"), 0
    while not over.is_set():
        store.save(f"{name} {count}", count)
        assert store.load(f"{name} 0") == 0
        assert list(store.keys(f"{name} ", limit=50))
        count += 1
    written[name] = count


async def write_together(name: str) -> None:
    count = 0
    async with AsyncStorage(location) as storage:
        store = storage.workspace("acme")
        while not over.is_set():
            await asyncio.gather(*(store.save(f"{name} {count + number}", 0) for number in range(5)))
            count += 5
    written[name] = count


with ThreadPoolExecutor(3) as threads, Storage(location) as storage:
    writing = [threads.submit(write, storage, name) for name in ("first", "second")]
    writing.append(threads.submit(asyncio.run, write_together("loop")))
    try:
        for number in range(children):
            child = os.fork()
            if child == 0:
                store = (storage if number % 2 else Storage(location)).workspace("acme")
                for count in range(10):
                    store.save(f"child {number} {count}", count)
                os._exit(0)
            written[f"child {number}"] = 10
            if number % 5 == 4:
                assert os.waitpid(child, 0)[1] == 0
    finally:
        over.set()
    for ended in writing:
        ended.result()
try:
    while True:
        assert os.wait()[1] == 0
except ChildProcessError:
    pass
with Storage(location) as storage:
    keys = set(storage.workspace("acme").keys())
    wanted = {f"{name} {number}" for name, count in written.items() for number in range(count)}
    print(sorted(wanted - keys), storage.check())
