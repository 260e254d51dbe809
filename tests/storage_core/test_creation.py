"""A storage comes into being: by many at once, out of nothing, through a death in the middle of it."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from storage_core import Storage, StorageNotFoundError
from tests.storage_core.children import Child
from tests.storage_core.conftest import OpenStorage


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_four_processes_make_one_new_storage_at_the_same_moment(
    tmp_path: Path, facade: str, rounds: int
) -> None:
    keys = ["a", "b", "c", "d"]
    with ExitStack() as stack:
        children = [stack.enter_context(Child("create", facade, key)) for key in keys]
        assert [child.line() for child in children] == ["ready"] * 4
        for number in range(rounds):
            location = tmp_path / f"new folder {number}" / "state.db"
            for child in children:
                child.tell(str(location))
            assert [child.line() for child in children] == ["made"] * 4
            with Storage(location) as storage:
                assert list(storage.workspace("acme").keys()) == keys
                assert storage.check() == []


@pytest.fixture(params=[0o000, 0o077], ids=["open to all", "open to nobody"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
async def test_nobody_else_can_read_the_files_of_a_storage_whatever_the_umask(
    tmp_path: Path, open_storage: OpenStorage
) -> None:
    async with open_storage() as storage:
        await storage.workspace("acme").save("secret", 1)
        await storage.backup(tmp_path / "backup.db")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("state.db", "state.db-wal", "state.db-shm", "backup.db"), 0o600)


async def test_folders_that_are_missing_are_made(tmp_path: Path, open_storage: OpenStorage) -> None:
    location = tmp_path / "not" / "there" / "yet" / "state.db"
    async with open_storage(location) as storage:
        assert await storage.workspace("acme").save("key", 1) == 1
    assert location.is_file()


async def test_a_zero_byte_file_is_a_new_storage(location: Path, open_storage: OpenStorage) -> None:
    location.touch()
    async with open_storage() as storage:
        assert await storage.workspaces() == []
        await storage.workspace("acme").save("key", 1)
    async with open_storage(read_only=True) as storage:
        assert await storage.workspace("acme").load("key") == 1


async def test_a_zero_byte_file_is_no_storage_to_read_and_stays_as_it_is(
    location: Path, open_storage: OpenStorage
) -> None:
    location.touch()
    with pytest.raises(StorageNotFoundError):
        await open_storage(read_only=True).workspaces()
    assert {path.name: path.read_bytes() for path in location.parent.iterdir()} == {"state.db": b""}


async def test_reading_where_nothing_is_makes_nothing(tmp_path: Path, open_storage: OpenStorage) -> None:
    with pytest.raises(StorageNotFoundError):
        await open_storage(tmp_path / "folder" / "state.db", read_only=True).workspaces()
    assert list(tmp_path.iterdir()) == []


def test_a_storage_says_what_it_is_to_other_tools(location: Path) -> None:
    with Storage(location) as storage:
        storage.workspace("acme").save("key", 1)
    with closing(sqlite3.connect(location)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"StCr"),)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def _killed_before(call: str, number: int, location: Path) -> bool:
    """Make a storage in a process that dies just before its so-many-th system call of that name."""
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    strace = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
    with Child("create", "sync", "a", through=strace) as child:
        child.line()
        child.tell(str(location))
        return child.line() == ""


@pytest.mark.parametrize("call", ["fdatasync", "unlink", pytest.param("pwrite64", marks=pytest.mark.slow)])
def test_a_storage_can_be_opened_wherever_its_making_was_killed(tmp_path: Path, call: str) -> None:
    number = 1
    while _killed_before(call, number, tmp_path / f"{number}.db"):
        with Storage(tmp_path / f"{number}.db") as storage:
            assert storage.check() == []
            storage.workspace("acme").save("key", 1)
        number += 1
    assert number > 1
