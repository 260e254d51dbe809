"""Backups and checks of a storage, on both facades."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage_core import AsyncStorage, InvalidValueError, Storage, StorageIOError
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.facades import listed


async def test_a_backup_is_a_private_storage_with_everything_in_it(
    open_storage: OpenStorage, tmp_path: Path
) -> None:
    storage = open_storage()
    await storage.workspace("acme").save_many({f"{number:04}": number for number in range(2000)})
    target = tmp_path / "backup.db"
    await storage.backup(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not target.with_name("backup.db-wal").exists()
    copy = open_storage(str(target))
    assert await listed(copy.workspace("acme").entries()) == await listed(storage.workspace("acme").entries())
    assert await listed(copy.changes(0)) == await listed(storage.changes(0))
    assert await copy.check() == []
    await copy.workspace("acme").save("new", 1)


async def test_a_backup_refuses_a_target_that_is_there(open_storage: OpenStorage, tmp_path: Path) -> None:
    storage = open_storage()
    await storage.workspace("acme").save("key", 1)
    target = tmp_path / "backup.db"
    target.write_bytes(b"precious")
    with pytest.raises(StorageIOError, match="overwrites nothing"):
        await storage.backup(target)
    assert target.read_bytes() == b"precious"
    with pytest.raises(StorageIOError):
        await storage.backup(storage.location)
    with pytest.raises(StorageIOError, match="cannot be made"):
        await storage.backup(tmp_path / "missing" / "backup.db")
    assert await storage.workspace("acme").load("key") == 1


@pytest.mark.parametrize("path", ["", None, 1, "a\0b"])
async def test_a_backup_needs_a_path(
    open_storage: OpenStorage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: Any
) -> None:
    monkeypatch.setenv("STORAGE_CORE", str(tmp_path / "default.db"))
    with pytest.raises(InvalidValueError, match="target of a backup"):
        await open_storage().backup(path)
    assert not (tmp_path / "default.db").exists()


async def test_a_backup_taken_while_others_write_is_one_consistent_state(
    open_storage: OpenStorage, tmp_path: Path
) -> None:
    storage = open_storage(durability="process")
    store = storage.workspace("acme")
    await store.set("ballast", bytes(3_000_000))
    done = asyncio.Event()

    async def write() -> None:
        number = 0
        while not done.is_set() or number < 20:
            number += 1
            await store.save_many({"left": number, "right": number})
            await asyncio.sleep(0)

    writing = asyncio.ensure_future(write())
    for count in range(5):
        await asyncio.sleep(0)
        await storage.backup(tmp_path / f"{count}.db")
    done.set()
    await writing
    for count in range(5):
        with Storage(tmp_path / f"{count}.db") as copy:
            pair = copy.workspace("acme").load_many(["left", "right"])
            assert copy.check() == []
            assert len(set(pair.values())) <= 1


async def test_check_finds_nothing_wrong_with_a_sound_storage(
    open_storage: OpenStorage, tmp_path: Path
) -> None:
    storage = open_storage()
    assert await storage.check() == []
    await storage.workspace("acme").save_many({"a": {"\ud800": 2**70}, "b": [1e300]})
    await storage.workspace("acme").set("c", b"not JSON")
    assert await storage.check() == []


async def test_check_says_what_is_wrong(storage: AsyncStorage, location: Path) -> None:
    await storage.workspace("acme").user("ann").save("key", "é")
    with closing(sqlite3.connect(location, isolation_level=None)) as other:
        other.execute("UPDATE entries SET value = X'5B'")
    (fault,) = await storage.check()
    assert fault == "not JSON: 'key' of acme / ann"
    with closing(sqlite3.connect(location, isolation_level=None)) as other:
        other.execute("UPDATE entries SET scope = 99")
    (fault,) = await storage.check()
    assert "belongs to no scope" in fault
