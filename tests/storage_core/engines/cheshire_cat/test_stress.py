"""The Cheshire Cat and storage_core write one database at the same time: no error on either side, nothing lost."""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage_core import AsyncStorage, Storage
from storage_core.browse import Browser, Query
from tests.foreign.cat_store import ADMIN, CatProcess, CatStore
from tests.storage_core.engines.cheshire_cat.cats import PROJECT, cat, location, project, running_cat

__all__ = ["cat", "location", "project", "running_cat"]  # fixtures

DURATIONS = [2, pytest.param(90, marks=pytest.mark.slow)]


class Ours:
    """What this side writes: keys of its own, of which nobody else writes any, and its part of the key "both"."""

    def __init__(self) -> None:
        self.last: dict[str, Any] = {}
        self.errors: list[BaseException] = []
        self.updates = 0
        self.over = threading.Event()

    def write(self, storage: Storage, name: str) -> None:
        shared, admin = storage.workspace(PROJECT), storage.workspace(PROJECT).user(ADMIN)
        count = 0
        while not self.over.is_set():
            count += 1
            for store in (shared, admin):
                key = f"{name}:{count % 3}"
                store.save(key, {"count": count, "text": "ö" * (count % 90)})
                self.last[f"{store.scope} {key}"] = {"count": count, "text": "ö" * (count % 90)}
            if count % 5 == 0:
                admin.delete(f"{name}:{count % 3}")
                self.last[f"{admin.scope} {name}:{count % 3}"] = None
            shared.rename(f"{name}:{count % 3}", f"{name}:renamed", overwrite=True)
            self.last[f"{shared.scope} {name}:renamed"] = self.last.pop(f"{shared.scope} {name}:{count % 3}")
            shared.save_many({f"{name}:many:{number}": [count, number] for number in range(20)})
            self.last |= {f"{shared.scope} {name}:many:{number}": [count, number] for number in range(20)}

    def update_both(self, storage: Storage) -> None:
        while not self.over.wait(0.01):
            storage.workspace(PROJECT).update("both", lambda value: value | {"ours": value["ours"] + 1})
            self.updates += 1

    def read(self, storage: Storage) -> None:
        while not self.over.wait(0.02):
            listed = list(storage.workspace(PROJECT).entries())
            assert [entry.key for entry in listed] == sorted({entry.key for entry in listed})

    def run(self, work: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - the test says that there is none
                self.errors.append(error)

        thread = threading.Thread(target=guarded)
        thread.start()
        return thread


@pytest.mark.parametrize("seconds", DURATIONS)
def test_the_cat_and_threads_write_at_once_and_nothing_is_lost(
    location: Path, project: Path, cat: CatStore, seconds: int
) -> None:
    ours = Ours()
    # Where two create one key at the same moment the Cat fails, also where both are requests of its own.
    cat.save("both", {"cat": 0, "ours": 0})
    writing = CatProcess(project, "write_on", seconds, ADMIN)
    with writing, Storage(location) as storage, Storage(location) as other:
        threads = [
            ours.run(lambda: ours.write(storage, "a")),
            ours.run(lambda: ours.write(storage, "b")),
            ours.run(lambda: ours.write(other, "c")),
            ours.run(lambda: ours.update_both(other)),
            ours.run(lambda: ours.read(storage)),
        ]
        writing.tell("go")
        theirs = json.loads(writing.line())
        ours.over.set()
        for thread in threads:
            thread.join()
        _nothing_is_lost(storage, ours, theirs)


def _nothing_is_lost(storage: Storage, ours: Ours, theirs: dict[str, Any]) -> None:
    assert theirs["errors"] == []
    assert ours.errors == []
    shared, admin = storage.workspace(PROJECT), storage.workspace(PROJECT).user(ADMIN)
    expected = dict(theirs["last"])
    assert shared.load("both")["cat"] == expected.pop("both")
    assert ours.updates > 0
    for name, value in expected.items():
        store, key = (admin, name.removeprefix("user:")) if name.startswith("user:") else (shared, name)
        assert store.load(key) == value, name
    found = {f"{store.scope} {key}": store.load(key) for store in (shared, admin) for key in store.keys()}
    for address, value in ours.last.items():
        assert found.get(address) == value, address
    assert storage.check() == []


@pytest.mark.parametrize("seconds", DURATIONS)
async def test_the_cat_writes_while_an_inspector_looks_and_tasks_write(
    location: Path, project: Path, seconds: int
) -> None:
    writing = await asyncio.to_thread(CatProcess, project, "write_on", seconds, ADMIN)
    with writing:
        async with AsyncStorage(location) as storage, Browser(storage) as browser:
            store = storage.workspace(PROJECT).user(ADMIN)
            told: dict[str, int] = {}
            over = asyncio.Event()

            async def watch() -> None:
                newest = 0
                async for change in storage.watch():
                    assert change.revision > newest
                    newest = change.revision
                    told[change.key] = told.get(change.key, 0) + 1

            async def browse() -> None:
                while not over.is_set():
                    listing = await browser.listing(Query())
                    await browser.rows(listing, 0, 100)
                    await browser.heads([(store.scope, "cat:0")], 100)

            async def write(task: int) -> int:
                count = 0
                while not over.is_set():
                    count += 1
                    await store.save(f"task:{task}", count)
                return count

            watching = asyncio.create_task(watch())
            tasks = [asyncio.create_task(write(task)) for task in range(8)] + [asyncio.create_task(browse())]
            writing.tell("go")
            theirs = json.loads(await asyncio.to_thread(writing.line))
            over.set()
            counts = await asyncio.gather(*tasks)
            assert theirs["errors"] == []
            for task, count in enumerate(counts[:8]):
                assert await store.load(f"task:{task}") == count
            for name, value in theirs["last"].items():
                of = store if name.startswith("user:") else storage.workspace(PROJECT)
                loaded = await of.load(name.removeprefix("user:"))
                assert loaded == (value if name != "both" else {"cat": value, "ours": 0})
            while not told.keys() >= {"both", "cat:1", *(f"task:{task}" for task in range(8))}:
                assert not watching.done()
                await asyncio.sleep(0)
        await watching
