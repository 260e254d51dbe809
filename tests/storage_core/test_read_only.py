"""A storage that is only read: nothing of it changes, and others' writes are seen, also where none can write."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage_core import ReadOnlyError, Storage
from tests.storage_core.children import Child, said_by
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.verbs import READS, VERBS, WRITES, fill

NOBODY = 65534
"""Who reads; root, who may write everywhere, becomes this user in a process of its own. Others are nobody enough."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can enter; pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """For as long as we write; in between, nobody can."""
    folder.chmod(0o755)
    yield
    folder.chmod(0o555)


async def _filled(open_storage: OpenStorage, location: Path) -> None:
    async with open_storage(location) as storage:
        await fill(storage.workspace("acme"))
    location.chmod(0o644)


@pytest.mark.parametrize("verb", WRITES)
async def test_no_write_is_taken_by_a_storage_that_is_opened_to_be_read(
    location: Path, open_storage: OpenStorage, verb: str
) -> None:
    await _filled(open_storage, location)
    before = location.read_bytes(), location.stat().st_mtime_ns
    async with open_storage(read_only=True) as storage:
        with pytest.raises(ReadOnlyError):
            await WRITES[verb](storage, storage.workspace("acme"))
    assert (location.read_bytes(), location.stat().st_mtime_ns) == before


async def test_reading_everything_changes_nothing_in_the_file(
    location: Path, open_storage: OpenStorage
) -> None:
    await _filled(open_storage, location)
    before = location.read_bytes(), location.stat().st_mtime_ns
    async with open_storage(read_only=True) as storage:
        for verb in READS.values():
            await verb(storage, storage.workspace("acme"))
    assert (location.read_bytes(), location.stat().st_mtime_ns) == before


async def test_a_reader_takes_no_lock_that_a_writer_needs(
    location: Path, facade: str, open_storage: OpenStorage, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    async with open_storage() as storage:
        await fill(storage.workspace("acme"))
        await storage.workspace("acme").save("key", 1)
        strace = ["strace", "-f", "-e", "trace=fcntl", "-o", str(trace)]
        said = said_by("ask_everything", facade, location, '{"read_only": true}', "{}", through=strace)
    assert said == [*(f"{name} done" for name in READS), "threads 1"]
    locked = re.findall(r"F_SETLK.*l_type=F_WRLCK.*l_start=(\d+)", trace.read_text())
    assert "120" not in locked  # the byte that writers lock, in the index of the log
    assert re.search(r"F_SETLK.*l_type=F_RDLCK", trace.read_text())


@pytest.mark.parametrize("log", [False, True], ids=["closed", "in use"])
async def test_everything_can_be_read_where_nothing_can_be_written(
    folder: Path, facade: str, open_storage: OpenStorage, log: bool
) -> None:
    location = folder / "state.db"
    await _filled(open_storage, location)
    async with open_storage(location) as writer:
        if log:
            await writer.workspace("acme").save("key", 1)
        with _writable(folder):
            pass
        names = sorted(os.listdir(folder))
        said = said_by(
            "ask_everything", facade, location, '{"read_only": true}', json.dumps({"user": NOBODY})
        )
        assert sorted(os.listdir(folder)) == names
        folder.chmod(0o755)
    reads = [f"{name} done" for name in READS if name != "backup"]  # there is no room for one in that folder
    assert said == [*reads, "backup ReadOnlyError", "threads 1"]


async def test_a_log_that_cannot_be_read_is_said_to_be_there(
    folder: Path, facade: str, open_storage: OpenStorage
) -> None:
    location = folder / "state.db"
    await _filled(open_storage, location)
    with Child("write_until_killed", "sync", location, 0) as child:
        assert child.line() == "0"
        child.kill()
    (folder / "state.db-shm").unlink()
    folder.chmod(0o555)
    before = sorted(os.listdir(folder))
    said = said_by("ask_everything", facade, location, '{"read_only": true}', json.dumps({"user": NOBODY}))
    assert said == [*(f"{name} StorageIOError" for name in READS), "threads 1"]
    assert sorted(os.listdir(folder)) == before
    folder.chmod(0o755)
    with Storage(location) as storage:
        assert storage.workspace("acme").load("0") == 0


async def test_what_is_written_later_is_seen_where_nothing_can_be_written(folder: Path, facade: str) -> None:
    location = folder / "state.db"
    with Storage(location) as storage:
        storage.workspace("acme").save("key", "first")
    location.chmod(0o644)
    folder.chmod(0o555)
    with Child("follow", facade, location, NOBODY) as reader:

        def found() -> str:
            reader.tell()
            return reader.line()

        assert reader.line() == "ready"
        assert found() == "first"
        with _writable(folder), Storage(location) as storage:
            storage.workspace("acme").save("key", "written and closed")
        assert found() == "written and closed"
        with Storage(location) as storage:
            with _writable(folder):
                storage.workspace("acme").save("key", "written and still open")
            assert found() == "written and still open"
            storage.workspace("acme").save("key", "written again")
            assert found() == "written again"
            folder.chmod(0o755)
        folder.chmod(0o555)
        assert found() == "written again"
        with _writable(folder), Storage(location) as storage:
            storage.workspace("acme").save("key", "written at last")
        assert found() == "written at last"


@pytest.mark.parametrize(
    ("place", "error"),
    [("folder", "ReadOnlyError"), ("missing", "ReadOnlyError"), ("unreadable", "StorageIOError")],
)
async def test_what_may_not_be_written_says_so_and_stays_as_it_is(
    folder: Path, facade: str, open_storage: OpenStorage, place: str, error: str
) -> None:
    location = folder / "state.db"
    if place != "missing":
        await _filled(open_storage, location)
    if place == "unreadable":
        location.chmod(0)
    folder.chmod(0o555)
    before = sorted(os.listdir(folder))
    said = said_by("ask_everything", facade, location, "{}", json.dumps({"user": NOBODY}))
    assert said == [*(f"{name} {error}" for name in VERBS), "threads 1"]
    assert sorted(os.listdir(folder)) == before


async def test_a_file_that_may_not_be_written_can_be_read_and_not_written(
    folder: Path, facade: str, open_storage: OpenStorage
) -> None:
    location = folder / "state.db"
    await _filled(open_storage, location)
    content = location.read_bytes()
    location.chmod(0o444)
    folder.chmod(0o777)
    said = said_by("ask_everything", facade, location, "{}", json.dumps({"user": NOBODY}))
    reads, writes = [f"{name} done" for name in READS], [f"{name} ReadOnlyError" for name in WRITES]
    assert said == [*reads, *writes, "threads 1"]
    assert location.read_bytes() == content
