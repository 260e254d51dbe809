"""Dify's folder while plugins write in it, in place: seen soon, read whole, and never taken for what it was."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage_core import AsyncStorage, BusyError, ConflictError, Storage
from storage_core.engines.dify import marks as dify_marks
from storage_core.engines.dify.files import digest_of
from storage_core.engines.dify.marks import Marks
from storage_core.location import open_database
from storage_core.query import Address
from tests.foreign.dify_daemon import TENANT, Daemon, numbered
from tests.foreign.environments import PROJECT
from tests.storage_core.engines.dify.folder import GMAIL, PLUGIN, plugin_folder
from tests.storage_core.facades import first


@contextmanager
def _writing(folder: Path, key: str, count: int, size: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that writes values in place, as the daemon does."""
    arguments = [str(folder), str(count), "hjlarry/storage", key, str(size)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.foreign.dify_daemon", *arguments],
        cwd=PROJECT,
    ) as process:
        yield process
        assert process.wait(timeout=120) == 0


def _is_whole(value: bytes) -> bool:
    number = int(value.partition(b";")[0])
    return value == numbered(number, len(value))


def _read_while_written(folder: Path, count: int, size: int) -> int:
    """How many values were read while another process wrote them; each has to be one of those, whole."""
    Daemon(folder, "hjlarry/storage").set("hot", numbered(0, size))
    reads = 0
    with Storage(folder) as storage, _writing(folder, "hot", count, size) as process:
        store = storage.store(PLUGIN)
        while process.poll() is None:
            try:
                value = store.get("hot")
            except BusyError:
                continue
            assert value is not None
            assert value != b"", "no empty value was ever written"
            assert _is_whole(value), f"torn: {len(value)} bytes"
            reads += 1
    return reads


def test_no_value_is_read_half_written(folder: Path) -> None:
    assert _read_while_written(folder, 150, 200) > 3


@pytest.mark.slow
@pytest.mark.parametrize("size", [60, 5_000, 400_000])
def test_no_value_is_read_half_written_for_long(folder: Path, size: int) -> None:
    assert _read_while_written(folder, 2_000, size) > 20


@pytest.mark.slow
def test_what_both_write_without_looking_is_always_one_of_them_whole(folder: Path) -> None:
    wrote = 0
    with Storage(folder, durability="process") as storage, _writing(folder, "hot", 2_000, 3_000) as process:
        store = storage.store(PLUGIN)
        while process.poll() is None:
            store.set("hot", numbered(10**9 + wrote, 3_000))
            wrote += 1
            value = Daemon(folder, "hjlarry/storage").get("hot")
            assert value == b"" or _is_whole(value) or len(value) < 3_000
    assert wrote > 100
    assert _is_whole(Daemon(folder, "hjlarry/storage").get("hot"))


def test_a_value_that_is_written_without_a_pause_is_refused_and_not_guessed(
    folder: Path,
) -> None:
    path = plugin_folder(folder) / "hot"
    path.write_bytes(b"x" * 100_000)
    ended = threading.Event()

    def write() -> None:
        size = 0
        with path.open("r+b", buffering=0) as file:
            while not ended.is_set():
                size += 1
                file.seek(0)
                file.write(b"%d;" % size * 10_000)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with Storage(folder, timeout=0) as storage:
            store = storage.store(PLUGIN)
            with pytest.raises(BusyError, match="without a pause"):
                store.get("hot")
    finally:
        ended.set()
        writer.join()


def test_a_value_that_is_being_written_is_nothing_odd(folder: Path) -> None:
    with _writing(folder, "counter", 800, 100) as process, Storage(folder) as storage:
        found: set[str] = set()
        while process.poll() is None:
            found.update(storage.check())
    assert found == set()


def test_a_value_that_becomes_a_folder_while_it_is_opened_is_gone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now = os.open

    def too_late(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == "counter" and dir_fd is not None:
            daemon.delete("counter")
            daemon.set("counter/below", b"1")
        return open_now(path, flags, mode, dir_fd=dir_fd)

    with Storage(folder) as storage:
        daemon = Daemon(folder, "hjlarry/storage")
        daemon.set("counter", b"young: its content is looked at")
        monkeypatch.setattr(os, "open", too_late)
        storage.scopes()
        monkeypatch.undo()
        assert list(storage.store(PLUGIN).keys("counter")) == ["counter/below"]


def test_an_empty_file_is_a_value_once_it_stays_so(folder: Path) -> None:
    Daemon(folder, "hjlarry/storage").set("just/emptied", b"")
    with Storage(folder) as storage:
        assert storage.store(PLUGIN).get("just/emptied") == b""


def test_what_was_written_from_here_is_read_at_once_and_again(folder: Path) -> None:
    with Storage(folder) as storage:
        store = storage.store(PLUGIN)
        for number in range(20):
            store.set("counter", b"%d" % number)
            entry = store.entry("counter")
            assert entry is not None
            assert entry.value == b"%d" % number
            store.set("counter", b"again", if_revision=entry.revision)


def test_a_write_of_the_same_size_right_after_the_look_is_never_overwritten(folder: Path) -> None:
    daemon = Daemon(folder, "hjlarry/storage")
    with Storage(folder, durability="process") as storage:
        store = storage.store(PLUGIN)
        for _ in range(20):
            store.set("counter", b"1")
            entry = store.entry("counter")
            assert entry is not None
            daemon.set("counter", b"2")
            with pytest.raises(ConflictError):
                store.set("counter", b"3", if_revision=entry.revision)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "file"
    file.write_bytes(b"one")
    return file


class Clock:
    """The clocks that marks look at, as they would be so many seconds later."""

    def __init__(self, started: int) -> None:
        self.now = started

    def time_ns(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.now / 1e9


ADDRESS = Address(PLUGIN, "counter")


def _mark(marks: Marks, status: os.stat_result, content: bytes, known: bytes | None = None) -> bytes:
    return marks.of(ADDRESS, status, known, lambda: digest_of(content))


def test_two_writes_within_one_tick_of_the_clock_have_two_marks(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, marks = file.stat(), Marks()
    clock = Clock(status.st_ctime_ns + 1_000_000)
    monkeypatch.setattr(dify_marks, "time", clock)
    first_mark = _mark(marks, status, b"one")
    assert _mark(marks, status, b"one", first_mark) == first_mark
    clock.now += 1_000_000
    second_mark = _mark(marks, status, b"two", first_mark)
    assert second_mark != first_mark
    clock.now += 10_000_000_000
    third_mark = _mark(marks, status, b"six", second_mark)
    assert third_mark not in (first_mark, second_mark)


def test_a_mark_stays_the_same_when_the_file_grows_old(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, marks = file.stat(), Marks()
    clock = Clock(status.st_ctime_ns + 1_000_000)
    monkeypatch.setattr(dify_marks, "time", clock)
    mark = _mark(marks, status, b"one")
    for _ in range(3):
        clock.now += 10_000_000_000
        assert _mark(marks, status, b"one", mark) == mark
    read = []
    marks.of(ADDRESS, status, mark, lambda: read.append(1) or b"")
    assert read == []


def test_an_old_file_is_not_read_for_its_mark(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = file.stat()
    monkeypatch.setattr(dify_marks, "time", Clock(status.st_ctime_ns + 10_000_000_000))
    read = []
    mark = Marks().of(ADDRESS, status, None, lambda: read.append(1) or b"")
    assert (read, mark) == ([], Marks().of(ADDRESS, status, None, lambda: b"other"))


async def test_a_watch_tells_of_each_write_and_delete_of_a_plugin(folder: Path) -> None:
    daemon = Daemon(folder, "langgenius/gmail_trigger")
    async with AsyncStorage(folder) as storage:
        watch = storage.watch(await storage.revision())
        await storage.store(PLUGIN).set("counter", b"mine")
        assert [change.key for change in await first(1, watch)] == ["counter"]
        daemon.set("new", b"theirs")
        (change,) = await first(1, watch)
        assert (change.scope, change.key, change.size, change.deleted) == (GMAIL, "new", 6, False)
        daemon.delete("new")
        (change,) = await first(1, watch)
        assert (change.scope, change.key, change.deleted) == (GMAIL, "new", True)
        await watch.aclose()


def test_changes_that_are_asked_for_are_those_of_now_also_where_somebody_else_follows_them(
    folder: Path,
) -> None:
    database = open_database(folder, read_only=True, timeout=1, durability="power")
    reader = database.connect_reader()
    version = reader.version()
    assert reader.changes(version, 10) == []
    assert reader.version() == version  # who follows has nothing to ask for
    Daemon(folder, "hjlarry/storage").set("counter", b"new")
    assert [change.key for change in reader.changes(version, 10)] == ["counter"]
    reader.close()


async def test_two_storages_in_one_process_see_each_others_writes_at_once(folder: Path) -> None:
    async with AsyncStorage(folder) as one, AsyncStorage(folder) as other:
        for number in range(20):
            await one.store(PLUGIN).set("counter", b"%d" % number)
            assert await other.store(PLUGIN).get("counter") == b"%d" % number
            await other.store(PLUGIN).set(f"made/{number:02}", b"")
            assert [key async for key in one.store(PLUGIN).keys(f"made/{number:02}")] == [f"made/{number:02}"]


async def test_the_loop_goes_on_while_a_large_storage_is_looked_at(folder: Path) -> None:
    base = plugin_folder(folder) / "many"
    base.mkdir()
    for number in range(10_000):
        (base / str(number)).touch()
    async with AsyncStorage(folder) as storage:
        turns = 0
        looking = asyncio.ensure_future(storage.scopes())
        while not looking.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 5
        assert sum(info.count for info in looking.result()) == 10_000 + 18
        assert storage._connections.database.look_every >= 0.25
    assert TENANT in os.listdir(folder)
