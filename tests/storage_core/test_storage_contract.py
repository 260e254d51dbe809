"""Opening, closing and looking after a storage, on both facades."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage_core import (
    AsyncStore,
    BusyError,
    ClosedError,
    InvalidValueError,
    ReadOnlyError,
    Scope,
    Storage,
    StorageNotFoundError,
)
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.facades import listed


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_with_opens_and_closes(open_storage: OpenStorage, location: Path) -> None:
    async with open_storage() as storage:
        assert location.exists()
        await storage.workspace("acme").save("key", 1)
    with pytest.raises(ClosedError):
        await storage.workspace("acme").load("key")


async def test_the_first_use_opens_and_not_the_constructor(open_storage: OpenStorage, location: Path) -> None:
    storage = open_storage()
    store = storage.workspace("acme").user("ann")
    assert not location.exists()
    assert await store.load("key") is None
    assert location.exists()


async def test_what_was_written_is_there_when_opened_anew(open_storage: OpenStorage) -> None:
    async with open_storage() as storage:
        await storage.workspace("acme").save("key", [1])
        await storage.workspace("acme").user("ann").set("key", b"2")
    async with open_storage() as storage:
        assert await storage.workspace("acme").load("key") == [1]
        assert await storage.workspace("acme").user("ann").get("key") == b"2"


async def test_closing_twice_does_no_harm(open_storage: OpenStorage) -> None:
    unopened, opened = open_storage(), open_storage()
    await opened.workspace("acme").save("key", 1)
    for storage in (unopened, opened):
        await storage.close()
        await storage.close()


async def test_every_use_after_close_raises_closed_error(open_storage: OpenStorage, tmp_path: Path) -> None:
    storage = open_storage()
    store = storage.workspace("acme")
    await store.save("key", 1)
    await storage.close()
    uses: list[Any] = [
        *(store.set("key", b""), store.get("key"), store.save("key", 1), store.load("key")),
        *(store.save_text("key", "1"), store.load_text("key"), store.exists("key"), store.delete("key")),
        *(store.update("key", lambda value: value), store.entry("key"), listed(store.keys())),
        *(listed(store.entries()), store.save_many({"key": 1}), store.set_many({"key": b""})),
        *(store.load_many(["key"]), store.get_many(["key"]), store.delete_many(["key"]), store.clear()),
        *(store.rename("key", "new"), store.move("key", Scope("other")), store.expire("key", 1)),
        *(storage.workspaces(), storage.scopes(), listed(storage.changes(0)), storage.check()),
        *(storage.backup(tmp_path / "backup.db"), storage.__aenter__()),
    ]
    for use in uses:
        with pytest.raises(ClosedError, match="open a new one"):
            await use
    assert not (tmp_path / "backup.db").exists()


async def test_a_listing_that_was_begun_ends_with_closed_error_when_the_storage_is_closed(
    open_storage: OpenStorage,
) -> None:
    storage = open_storage()
    await storage.workspace("acme").save_many({f"{number:05}": 0 for number in range(1500)})
    keys = storage.workspace("acme").keys()
    await anext(keys)
    await storage.close()
    with pytest.raises(ClosedError):
        await listed(keys)


async def test_a_missing_folder_is_made(open_storage: OpenStorage, tmp_path: Path) -> None:
    at = tmp_path / "not" / "there" / "state.db"
    await open_storage(at).workspace("acme").save("key", 1)
    assert at.exists()


async def test_the_file_and_its_companions_are_private(open_storage: OpenStorage, location: Path) -> None:
    umask = os.umask(0)
    try:
        storage = open_storage()
        await storage.workspace("acme").save("key", 1)
        assert [mode(path) for path in sorted(location.parent.iterdir())] == [0o600] * 3
        assert sorted(path.name for path in location.parent.iterdir()) == [
            "state.db",
            "state.db-shm",
            "state.db-wal",
        ]
    finally:
        os.umask(umask)


async def test_nothing_but_the_file_is_left_after_close(open_storage: OpenStorage, location: Path) -> None:
    storage = open_storage()
    store = storage.workspace("acme")
    await store.save("key", 1)
    await listed(store.keys())
    await storage.close()
    assert [path.name for path in location.parent.iterdir()] == ["state.db"]


async def test_a_zero_byte_file_is_a_new_storage(open_storage: OpenStorage, location: Path) -> None:
    location.touch()
    await open_storage().workspace("acme").save("key", 1)
    assert await open_storage().workspace("acme").load("key") == 1


@pytest.mark.parametrize(
    "name",
    [
        "with space.db",
        "100%.db",
        "what?.db",
        "a#b.db",
        "état 😀.db",
        "a&mode=memory",
        ":memory:",
        "\udcff.db",
    ],
)
async def test_any_name_of_a_file_will_do(open_storage: OpenStorage, tmp_path: Path, name: str) -> None:
    await open_storage(tmp_path / name).workspace("acme").save("key", 1)
    assert await open_storage(str(tmp_path / name)).workspace("acme").load("key") == 1
    assert (tmp_path / name).exists()


async def test_a_relative_location_is_the_same_file_wherever_the_process_goes(
    open_storage: OpenStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    storage = open_storage("state.db")
    await storage.workspace("acme").load("key")
    monkeypatch.chdir(tmp_path / "elsewhere")
    await storage.workspace("acme").save("key", 1)
    assert await storage.workspace("acme").load("key") == 1
    assert await listed(storage.workspace("acme").keys()) == ["key"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_the_default_storage_is_named_by_the_environment(
    open_storage: OpenStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_CORE", str(tmp_path / "named.db"))
    storage = open_storage(None)
    await storage.workspace("acme").save("key", 1)
    assert storage.location == tmp_path / "named.db"
    assert (tmp_path / "named.db").exists()


async def test_the_default_storage_is_else_in_the_platforms_data_folder(
    open_storage: OpenStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_CORE", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    storage = open_storage(None)
    await storage.workspace("acme").save("key", 1)
    assert tmp_path in storage.location.parents
    assert storage.location.exists()


async def test_options_that_cannot_be_are_refused(open_storage: OpenStorage) -> None:
    broken: dict[str, list[Any]] = {
        "timeout": [-1, "5", None, True, float("nan"), float("inf"), -(10**5000)],
        "durability": ["full", "", None, [], 1],
        "at": ["", 1, b"state.db", "a\0b", "\ud800.db", []],
    }
    for option, values in broken.items():
        for value in values:
            with pytest.raises(InvalidValueError):
                open_storage(**{option: value})


async def test_a_missing_file_opened_read_only_is_not_found_and_nothing_is_made(
    open_storage: OpenStorage, tmp_path: Path
) -> None:
    storage = open_storage(tmp_path / "not" / "there.db", read_only=True)
    with pytest.raises(StorageNotFoundError):
        await storage.workspace("acme").load("key")
    (tmp_path / "empty.db").touch()
    with pytest.raises(StorageNotFoundError):
        await open_storage(tmp_path / "empty.db", read_only=True).workspaces()
    assert [path.name for path in tmp_path.iterdir()] == ["empty.db"]
    assert (tmp_path / "empty.db").stat().st_size == 0


async def test_a_storage_that_was_not_found_can_be_used_when_it_has_come(
    open_storage: OpenStorage, location: Path
) -> None:
    reader = open_storage(read_only=True)
    with pytest.raises(StorageNotFoundError):
        await reader.workspaces()
    with Storage(location) as writer:
        writer.workspace("acme").save("key", 1)
    assert await reader.workspaces() == ["acme"]


async def test_a_read_only_storage_reads_everything_and_writes_nothing(
    open_storage: OpenStorage, location: Path
) -> None:
    with Storage(location) as writer:
        writer.workspace("acme").save("key", [1], ttl=1000)
    before = location.read_bytes()
    storage = open_storage(read_only=True)
    store = storage.workspace("acme")
    assert (storage.read_only, open_storage().read_only) == (True, False)
    assert await store.load("key") == [1]
    assert await listed(store.keys()) == ["key"]
    assert len(await listed(storage.changes(0))) == 1
    assert await storage.check() == []
    writes: list[Any] = [
        *(store.set("key", b""), store.save("key", 1), store.save_text("key", "1"), store.delete("key")),
        *(store.update("key", lambda value: value), store.save_many({"key": 1}), store.clear()),
        *(store.set_many({"key": b""}), store.delete_many(["key"]), store.rename("key", "new")),
        *(store.move("key", Scope("other")), store.expire("key", None), store.delete("missing")),
    ]
    for write in writes:
        with pytest.raises(ReadOnlyError):
            await write
    await storage.close()
    assert location.read_bytes() == before


async def test_a_read_only_storage_sees_what_others_write(open_storage: OpenStorage, location: Path) -> None:
    with Storage(location) as writer:
        writer.workspace("acme").save("key", 1)
        store = open_storage(read_only=True).workspace("acme")
        assert await store.load("key") == 1
        writer.workspace("acme").save("key", 2)
        assert await store.load("key") == 2
        assert await listed(store.keys()) == ["key"]


@pytest.mark.parametrize(("durability", "synchronous"), [("power", 2), ("process", 1)])
async def test_durability_is_what_sqlite_is_told(
    open_storage: OpenStorage, facade: str, durability: str, synchronous: int
) -> None:
    storage: Any = open_storage(durability=durability)
    await storage.workspace("acme").save("key", 1)

    def asked(engine: Any) -> Any:
        return engine._connection.execute("PRAGMA synchronous").fetchone()

    if facade == "sync":
        found = asked(storage._original._writer)
    else:
        found = await storage._connections._writer.run(asked)
    assert found == (synchronous,)


async def test_a_writer_waits_up_to_timeout_for_another_and_then_raises_busy_error(
    open_storage: OpenStorage, location: Path
) -> None:
    store = open_storage(timeout=0.05).workspace("acme")
    await store.save("key", 1)
    with closing(sqlite3.connect(location, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match="try again"):
            await store.save("key", 2)
        assert await store.load("key") == 1  # no reader waits
        assert await listed(store.keys()) == ["key"]
    await store.save("key", 3)
    assert await store.load("key") == 3


async def test_no_reader_sees_what_another_process_has_not_committed(
    store: AsyncStore, location: Path
) -> None:
    await store.save("key", 1)
    with closing(sqlite3.connect(location, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM entries")
        assert await store.load("key") == 1
        assert await store.exists("key")
        assert await listed(store.keys()) == ["key"]
