"""Many use one storage at once: processes, threads and tasks. Nothing is lost, and nobody waits without need."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage_core import BusyError, Storage
from tests.storage_core.children import Child, said_by
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.verbs import READS, WRITES, fill

MIB = 1024 * 1024
WAL_LIMIT = 16 * MIB


@pytest.mark.parametrize("count", [100, pytest.param(2_500, marks=pytest.mark.slow)])
def test_four_processes_that_change_one_counter_lose_nothing(location: Path, count: int) -> None:
    facades = ["sync", "async", "sync", "async"]
    with ExitStack() as stack:
        children = [
            stack.enter_context(Child("increment", facade, location, number, count))
            for number, facade in enumerate(facades)
        ]
        assert [child.line() for child in children] == ["ready"] * 4
        for child in children:
            child.tell()
        assert [child.exit_code for child in children] == [0] * 4
    with Storage(location) as storage:
        store = storage.workspace("acme")
        assert store.load("counter") == 4 * count
        written = {f"{number}:{n}" for number in range(4) for n in range(count)}
        assert set(store.keys()) == {"counter", *written}
        changes = list(storage.changes(0))
        assert [change.revision for change in changes] == list(range(1, 8 * count + 1))
        assert sum(change.key == "counter" for change in changes) == 4 * count
        assert storage.check() == []


@pytest.mark.parametrize("shared", [True, False], ids=["one Storage", "a Storage each"])
def test_threads_that_change_one_counter_lose_nothing(location: Path, shared: bool) -> None:
    def work(storage: Storage, name: int) -> None:
        store = storage.workspace("acme")
        for number in range(50):
            store.update("counter", lambda count: count + 1, 0)
            store.save(f"{name}:{number}", "written")

    with ExitStack() as stack, ThreadPoolExecutor(8) as threads:
        one = stack.enter_context(Storage(location))
        storages = [one if shared else stack.enter_context(Storage(location)) for _ in range(8)]
        for done in [threads.submit(work, storage, name) for name, storage in enumerate(storages)]:
            done.result()
        assert one.workspace("acme").load("counter") == 400
        assert len(list(one.workspace("acme").keys())) == 401


@pytest.fixture
async def filled(open_storage: OpenStorage) -> None:
    async with open_storage() as storage:
        await fill(storage.workspace("acme"))


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("verb", READS)
async def test_a_reader_does_not_wait_for_a_writer(
    location: Path, open_storage: OpenStorage, verb: str
) -> None:
    with Child("hold", location, "BEGIN IMMEDIATE", "DELETE FROM entries") as writer:
        assert writer.line() == "holding"
        async with open_storage(timeout=0) as storage:
            assert await READS[verb](storage, storage.workspace("acme")) not in (False, {})


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("verb", WRITES)
async def test_a_writer_that_waited_for_its_timeout_says_so_and_has_written_nothing(
    location: Path, open_storage: OpenStorage, verb: str
) -> None:
    async with open_storage(timeout=0.01) as storage:
        store = storage.workspace("acme")
        before = [change async for change in storage.changes(0)]
        with Child("hold", location, "BEGIN IMMEDIATE") as other:
            assert other.line() == "holding"
            with pytest.raises(BusyError):
                await WRITES[verb](storage, store)
        assert [change async for change in storage.changes(0)] == before
        await store.save("json", 1)
        await WRITES[verb](storage, store)


async def test_a_writer_gets_its_turn_when_the_other_is_done(
    location: Path, open_storage: OpenStorage
) -> None:
    async with open_storage(timeout=60) as storage:
        store = storage.workspace("acme")
        await store.save("key", "before")
        with Child("hold", location, "BEGIN IMMEDIATE") as other, ThreadPoolExecutor(1) as thread:
            assert other.line() == "holding"
            thread.submit(other.tell)
            await store.save("key", "after")
        assert await store.load("key") == "after"


async def test_a_log_that_a_long_reader_let_grow_is_brought_back_in_size(
    location: Path, open_storage: OpenStorage
) -> None:
    log = location.with_name("state.db-wal")
    async with open_storage(durability="process") as storage:
        store = storage.workspace("acme")
        await store.set("large", b"")
        with Child("hold", location, "BEGIN", "SELECT * FROM entries") as reader:
            assert reader.line() == "holding"
            for number in range(24):
                await store.set("large", bytes([number]) * MIB)
            assert log.stat().st_size > 24 * MIB
        writes = 0
        while log.stat().st_size > WAL_LIMIT:
            await store.save("small", writes)
            writes += 1
            assert writes < 5_000
        assert await store.get("large") == bytes([23]) * MIB
        assert await storage.check() == []


def test_a_child_after_a_fork_works_on_with_the_storage_that_its_parent_opened(location: Path) -> None:
    assert said_by("fork", location) == ["0 400 []"]


def test_a_child_can_open_a_storage_though_its_parent_was_opening_one(tmp_path: Path) -> None:
    busy, free = tmp_path / "busy.db", tmp_path / "free.db"
    with Child("hold", busy, "BEGIN EXCLUSIVE") as holder:
        assert holder.line() == "holding"
        with Child("fork_while_opening", busy, free) as parent:
            assert parent.line() == "written"
    with Storage(free) as storage:
        assert storage.workspace("acme").load("key") == "written by a child"
