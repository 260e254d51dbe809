"""Group commit: writes that arrive together go together, and each still has an outcome of its own."""

import asyncio
import math
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from storage_core import (
    AsyncStorage,
    AsyncStore,
    BusyError,
    ClosedError,
    ConflictError,
    InvalidNameError,
    InvalidValueError,
    KeyNotFoundError,
    Kind,
    Scope,
    Storage,
    StorageError,
)
from storage_core.batches import Outcome, write_together
from storage_core.engine import Engine
from storage_core.engines.sqlite.database import SqliteDatabase
from storage_core.operations import Write
from storage_core.threads import Seat
from tests.storage_core.facades import listed


@pytest.fixture
async def storage(location: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(location) as storage:
        yield storage


@pytest.fixture
def store(storage: AsyncStorage) -> AsyncStore:
    return storage.workspace("acme")


async def outcome(work: Awaitable[Any]) -> Any:
    """What became of `work`: its result, or the type of its error."""
    try:
        return await work
    except StorageError as error:
        return type(error)


async def test_of_500_writes_at_once_those_that_fail_fail_alone(store: AsyncStore) -> None:
    await store.save("taken", "kept")
    await store.set("bytes", b"kept")
    kinds: list[tuple[Callable[[int], Awaitable[Any]], Any]] = [
        (lambda n: store.save(f"save {n}", n, if_revision=0), None),
        (lambda n: store.save("taken", n, if_revision=0), ConflictError),
        (lambda n: store.set(f"set {n}", b"%d" % n), None),
        (lambda n: store.save(f"nan {n}", math.nan), InvalidValueError),
        (lambda n: store.save(f"{n}" * 2000, n), InvalidNameError),
        (lambda n: store.rename(f"missing {n}", "new"), KeyNotFoundError),
        (lambda n: store.delete(f"missing {n}"), False),
        (lambda n: store.save_many({f"many {n}": n, "taken": "kept"}), None),
        (lambda n: store.rename("bytes", "taken"), ConflictError),
        (lambda n: store.expire("missing", 5), KeyNotFoundError),
    ]
    works = [(n, *kinds[n % len(kinds)]) for n in range(500)]
    outcomes = await asyncio.gather(*(outcome(work(n)) for n, work, _ in works))
    assert outcomes == [n if n % 10 == 0 else expected for n, _, expected in works]
    expected_keys = {"taken", "bytes"} | {
        f"{('save', '', 'set')[n % 10]} {n}" for n in range(500) if n % 10 in (0, 2)
    }
    assert set(await listed(store.keys())) == expected_keys | {f"many {n}" for n in range(7, 500, 10)}
    assert await store.load("taken") == "kept"


async def test_writes_keep_the_order_in_which_they_were_made(
    storage: AsyncStorage, store: AsyncStore
) -> None:
    await asyncio.gather(*(store.save("key", number) for number in range(300)))
    assert await store.load("key") == 299
    assert [change.revision async for change in storage.changes(0)] == [*range(1, 301)]


async def test_a_task_reads_what_it_has_written(store: AsyncStore) -> None:
    async def work(number: int) -> None:
        for count in range(20):
            await store.save(str(number), count)
            assert await store.load(str(number)) == count
            await store.delete(str(number))
            assert not await store.exists(str(number))

    await asyncio.gather(*(work(number) for number in range(20)))


async def test_writes_that_arrive_while_one_is_in_flight_share_a_transaction(
    store: AsyncStore, location: Path
) -> None:
    await store.save("key", 0)
    with closing(sqlite3.connect(location)) as observer:
        before = commits(observer)
        await asyncio.gather(*(store.save(str(number), number) for number in range(200)))
        frames = commits(observer) - before
    assert 1 <= frames <= 20, "one each would have been 200"


def commits(observer: sqlite3.Connection) -> int:
    """How many frames of the write-ahead log end a transaction."""
    (path,) = (row[2] for row in observer.execute("PRAGMA database_list"))
    log = Path(f"{path}-wal").read_bytes()[32:]
    return sum(any(log[start + 4 : start + 8]) for start in range(0, len(log), 4096 + 24))


async def test_a_read_never_returns_what_a_neighbour_has_not_committed(
    storage: AsyncStorage, store: AsyncStore
) -> None:
    await store.save("key", "committed")
    seen: list[Any] = []
    writing, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(engine: Engine) -> None:
        engine.delete(store.scope, "key", None)
        loop.call_soon_threadsafe(writing.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()

    slowly = asyncio.ensure_future(storage._connections.write(Write(slow)))
    await writing.wait()
    seen += [await store.load("key"), await store.exists("key"), await listed(store.keys())]
    seen += [await store.load_many(["key"]), await store.load_text("key")]
    go_on.set()
    await slowly
    assert seen == ["committed", True, ["key"], {"key": "committed"}, '"committed"']
    assert await store.load("key") is None


async def test_a_reader_does_not_wait_for_a_writer_that_waits_for_a_lock(
    store: AsyncStore, location: Path
) -> None:
    await store.save("key", 1)
    await store.set("large", bytes(100_000))
    with closing(sqlite3.connect(location, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.ensure_future(store.save("key", 2))
        await asyncio.sleep(0)
        assert await store.load("key") == 1
        assert await store.get("large") == bytes(100_000)
        assert await listed(store.keys()) == ["key", "large"]
        assert not writing.done()
        other.execute("COMMIT")
        await writing
    assert await store.load("key") == 2


class BusyReader:
    """What the reader of the loop's own thread is while SQLite mends its log: nothing can be read at once."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def busy(*_: object) -> None:
            raise BusyError(name)

        return busy


async def test_what_cannot_be_read_at_once_is_read_aside(
    storage: AsyncStorage, store: AsyncStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.save("key", 1)
    with monkeypatch.context() as patch:
        patch.setattr(storage._connections, "_inline", Seat(cast(Any, BusyReader)))
        assert await store.load("key") == 1
        assert await store.exists("key")
        assert (await anext(storage.watch(since=0))).key == "key"
        following = storage.watch()
        assert await store.update("key", lambda value: value + 1) == 2
    told = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0)
    await store.save("later", 1)
    assert (await told).key == "later"


async def test_a_batch_that_cannot_begin_fails_as_a_whole_and_the_next_goes_well(location: Path) -> None:
    async with AsyncStorage(location, timeout=0) as storage:
        store = storage.workspace("acme")
        await store.save("key", 1)
        with closing(sqlite3.connect(location, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            outcomes = await asyncio.gather(*(outcome(store.save(str(n), n)) for n in range(10)))
        assert outcomes == [BusyError] * 10
        await store.save("key", 2)
        assert await listed(store.keys()) == ["key"]


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancelled_write_has_happened_or_not_and_the_next_goes_well(
    storage: AsyncStorage, store: AsyncStore, steps: int
) -> None:
    await store.save_many({"left": 0, "right": 0})
    writes = [
        asyncio.ensure_future(store.save_many({"left": number, "right": number})) for number in range(1, 20)
    ]
    for _ in range(steps):
        await asyncio.sleep(0)
    for write in writes[::2]:
        write.cancel()
    done = await asyncio.gather(*writes, return_exceptions=True)
    assert done[1::2] == [None] * 9
    pair = await store.load_many(["left", "right"])
    assert pair["left"] == pair["right"]
    await store.save("left", "next")
    assert await store.load("left") == "next"
    assert await storage.check() == []


async def test_a_write_that_is_cancelled_while_it_waits_has_written_nothing(store: AsyncStore) -> None:
    await store.clear()  # so that the storage is open
    writes = [asyncio.ensure_future(store.save(str(number), number)) for number in range(3)]
    await asyncio.sleep(0)  # all are handed over, none is on its way
    writes[1].cancel()
    await asyncio.gather(*writes, return_exceptions=True)
    assert await listed(store.keys()) == ["0", "2"]


async def test_a_cancelled_update_lets_the_next_one_go_on(store: AsyncStore) -> None:
    updates = [asyncio.ensure_future(store.update("count", lambda count: count + 1, 0)) for _ in range(20)]
    await asyncio.sleep(0)
    for update in updates[:19]:
        update.cancel()
    await asyncio.gather(*updates, return_exceptions=True)
    assert await store.load("count") == await updates[-1]


async def test_cancelling_whoever_opens_the_storage_leaves_it_usable(location: Path) -> None:
    storage = AsyncStorage(location)
    first = asyncio.ensure_future(storage.workspace("acme").save("key", 1))
    second = asyncio.ensure_future(storage.workspace("acme").save("key", 2))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert await storage.workspace("acme").load("key") == 2
    await storage.close()


async def test_close_writes_or_refuses_what_is_in_flight_and_never_hangs(location: Path) -> None:
    storage = AsyncStorage(location)
    store = storage.workspace("acme")
    await store.save("key", 0)
    writes = [asyncio.ensure_future(outcome(store.save(str(n), n))) for n in range(600)]
    await asyncio.sleep(0)
    await storage.close()
    outcomes = await asyncio.gather(*writes)
    assert set(outcomes) <= {*range(600), ClosedError}
    with Storage(location) as after:
        written = {int(key) for key in after.workspace("acme").keys() if key != "key"}
    assert written == {result for result in outcomes if result is not ClosedError}


def threads_of_storages() -> list[threading.Thread]:
    """The threads of storages that do not end."""
    threads = [thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name]
    for thread in threads:
        thread.join(timeout=60)  # closing has told it to end
    return [thread for thread in threads if thread.is_alive()]


@pytest.mark.parametrize("steps", range(8))
@pytest.mark.parametrize("verb", ["load", "save", "keys", "update"])
async def test_close_while_the_storage_is_being_opened_never_hangs_and_leaves_nothing_open(
    location: Path, steps: int, verb: str
) -> None:
    storage = AsyncStorage(location)
    store = storage.workspace("acme")
    works: dict[str, Callable[[], Awaitable[Any]]] = {
        "load": lambda: store.load("key"),
        "save": lambda: store.save("key", 1),
        "keys": lambda: listed(store.keys()),
        "update": lambda: store.update("key", lambda value: value),
    }
    works_under_way = [asyncio.ensure_future(outcome(works[verb]())) for _ in range(3)]
    for _ in range(steps):
        await asyncio.sleep(0)
    await storage.close()
    for result in await asyncio.gather(*works_under_way):
        assert result in (None, 1, [], ["key"], ClosedError)
    assert storage._connections.inline is None
    assert threads_of_storages() == []


async def test_closing_from_two_tasks_at_once_closes_once(location: Path) -> None:
    storage = AsyncStorage(location)
    await storage.workspace("acme").save("key", 1)
    await asyncio.gather(storage.close(), storage.close())
    await storage.close()


async def test_a_close_that_is_cancelled_goes_on(location: Path) -> None:
    storage = AsyncStorage(location)
    await storage.workspace("acme").save("key", 1)
    closing_it = asyncio.ensure_future(storage.close())
    await asyncio.sleep(0)
    closing_it.cancel()
    await asyncio.gather(closing_it, return_exceptions=True)
    await storage.close()
    assert [path.name for path in location.parent.iterdir()] == ["state.db"]


async def test_bytes_of_any_size_leave_the_loop_free(store: AsyncStore) -> None:
    data = bytes(30_000_000)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while not writing.done():
            turns += 1
            await asyncio.sleep(0)

    writing = asyncio.ensure_future(store.set("large", data))
    await count()
    assert turns > 50
    assert await store.get("large") == data


async def test_batches_are_limited_in_number_and_in_bytes(storage: AsyncStorage, store: AsyncStore) -> None:
    values = {str(number): bytes([number]) * 1_000_000 for number in range(30)}
    await asyncio.gather(*(store.set(key, value) for key, value in values.items()))
    assert await store.get_many(values) == values


@pytest.fixture
def engine(location: Path) -> Iterator[Engine]:
    database = SqliteDatabase(location)
    database.prepare()
    engine = database.connect()
    yield engine
    engine.close()


def test_a_write_that_breaks_off_in_the_middle_takes_nobody_with_it(engine: Engine) -> None:
    scope = Scope("acme")

    def good(key: str) -> Write[str]:
        def run(engine: Engine) -> str:
            engine.write(scope, key, Kind.BYTES, b"", None, None)
            return key

        return Write(run)

    def broken(engine: Engine) -> None:
        engine.write(scope, "half", Kind.BYTES, b"", None, None)
        raise ZeroDivisionError

    outcomes = write_together([good("a"), Write(broken), good("b")], engine)
    assert [outcome.result for outcome in outcomes] == ["a", None, "b"]
    with pytest.raises(ZeroDivisionError):
        outcomes[1].get()
    assert engine.keys(scope, "", None, 10) == ["a", "b"]
    assert len(engine.changes(0, 10)) == 2


def test_a_write_that_is_refused_does_not_make_its_neighbours_run_twice(engine: Engine) -> None:
    runs: list[str] = []

    def refused(engine: Engine) -> None:
        runs.append("refused")
        engine.write(Scope("acme"), "", Kind.BYTES, b"", None, None)

    def good(engine: Engine) -> None:
        runs.append("good")
        engine.write(Scope("acme"), "key", Kind.BYTES, b"", None, None)

    outcomes = write_together([Write(good), Write(refused), Write(good)], engine)
    assert [type(outcome.error) for outcome in outcomes] == [type(None), InvalidNameError, type(None)]
    assert runs == ["good", "refused", "good"]
    assert len(engine.changes(0, 10)) == 2


def test_an_outcome_is_a_result_or_an_error() -> None:
    assert Outcome(1).get() == 1
    with pytest.raises(ZeroDivisionError):
        Outcome(error=ZeroDivisionError()).get()
