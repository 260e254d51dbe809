"""The file of a Cheshire Cat: known by what is inside, opened beside its Cat, and left as the Cat made it."""

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from storage_core import (
    AsyncStorage,
    BusyError,
    InvalidNameError,
    NotAStorageError,
    ReadOnlyError,
    Scope,
    Storage,
    StorageIOError,
    StorageMovedError,
    UnsupportedError,
    raw,
)
from storage_core.engines.cheshire_cat.tables import tables_in
from tests.foreign.cat_store import ADMIN, CatStore
from tests.storage_core.children import Child
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.engines.cheshire_cat.cats import (
    OF_ADMIN,
    PROJECT,
    SHARED,
    cat,
    execute,
    holding,
    location,
    project,
    rows,
    running_cat,
)
from tests.storage_core.facades import listed
from tests.storage_core.verbs import READS, WRITES

__all__ = ["cat", "location", "project", "running_cat"]  # fixtures

_SHARED = "(\"key\" VARCHAR(1024) PRIMARY KEY NOT NULL DEFAULT '', \"value\" JSON NOT NULL DEFAULT '{}')"
_USERS = (
    '("id" UUID PRIMARY KEY NOT NULL DEFAULT None, "user_id" UUID NOT NULL DEFAULT None,'
    " \"key\" VARCHAR(1024) NOT NULL DEFAULT '', \"value\" JSON NOT NULL DEFAULT '{}')"
)
SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"


def _state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        path.name: (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.iterdir()
    }


def test_a_cat_that_takes_its_lock_meanwhile_makes_it_busy_and_no_other_programs(location: Path) -> None:
    with closing(sqlite3.connect(location, timeout=0, isolation_level=None)) as looking:
        with closing(sqlite3.connect(location, isolation_level=None)) as holder:

            def take_the_lock(statement: str) -> None:
                if statement.startswith("SELECT rowid") and not holder.in_transaction:
                    holder.execute("BEGIN EXCLUSIVE")

            looking.set_trace_callback(take_the_lock)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                tables_in(looking, location)
            looking.set_trace_callback(None)
        assert tables_in(looking, location) is not None


@pytest.mark.parametrize(
    ("path", "workspace"),
    [
        ("felix/data/core/core.db", "felix"),
        ("felix/data/core/copy of core.db", "felix"),
        ("felix/core.db", "felix"),
        ("felix/core/core.db", "core"),
        ("ünï ☃/data/core/core.db", "ünï ☃"),
    ],
)
async def test_the_workspace_has_the_name_of_the_cats_project(
    tmp_path: Path, running_cat: CatStore, open_storage: OpenStorage, path: str, workspace: str
) -> None:
    at = tmp_path / path
    running_cat.open(at)
    running_cat.save("key", 1)
    assert await open_storage(at).workspaces() == [workspace]


async def test_a_link_leads_to_the_same_workspace(
    tmp_path: Path, location: Path, cat: CatStore, open_storage: OpenStorage
) -> None:
    cat.save("key", 1)
    link = tmp_path / "link.db"
    link.symlink_to(location)
    assert await open_storage(link).workspaces() == [PROJECT]


@pytest.mark.parametrize("name", ["key_value_db", "ccat_global_key_value"])
async def test_a_cat_without_users_is_known_by_either_name_of_its_table(
    location: Path, open_storage: OpenStorage, name: str
) -> None:
    location.unlink()
    execute(location, f"CREATE TABLE {name} {_SHARED}", f"INSERT INTO {name} VALUES ('key', '\"v\"')")
    storage = open_storage()
    assert await storage.store(SHARED).load("key") == "v"
    assert await storage.store(OF_ADMIN).load("key") is None
    assert await listed(storage.store(OF_ADMIN).keys()) == []
    with pytest.raises(UnsupportedError, match="start the Cat once"):
        await storage.store(OF_ADMIN).save("key", 1)
    with pytest.raises(UnsupportedError):
        await storage.store(SHARED).move("key", OF_ADMIN)
    await storage.store(SHARED).save("key", [2])
    assert rows(location, f"SELECT value FROM {name}") == [("[2]",)]


@pytest.mark.parametrize("name", ["user_key_value_db", "ccat_user_key_value"])
async def test_a_cat_without_shared_values_is_known_by_either_name_of_its_table(
    location: Path, open_storage: OpenStorage, name: str
) -> None:
    location.unlink()
    execute(location, f"CREATE TABLE {name} {_USERS}")
    storage = open_storage()
    await storage.store(OF_ADMIN).save("key", "v")
    assert [info.scope for info in await storage.scopes()] == [OF_ADMIN]
    assert await storage.store(SHARED).load("key") is None
    with pytest.raises(UnsupportedError, match="start the Cat once"):
        await storage.store(SHARED).save("key", 1)


async def test_tables_of_other_names_are_known_by_their_columns_where_both_are_there(
    location: Path, open_storage: OpenStorage
) -> None:
    location.unlink()
    execute(location, f'CREATE TABLE "a ""b" {_SHARED}', f"CREATE TABLE people {_USERS}")
    storage = open_storage()
    await storage.store(SHARED).save("key", "x" * 100_000)
    await storage.store(OF_ADMIN).save("key", 2)
    assert rows(location, 'SELECT length(value) FROM "a ""b"') == [(100_002,)]
    assert rows(location, "SELECT user_id, value FROM people") == [(ADMIN, 2)]


NOT_A_CATS = {
    "other columns": ["CREATE TABLE key_value_db (key TEXT, value TEXT)"],
    "other names, one of both": [f"CREATE TABLE settings {_SHARED}"],
    "other names, more columns": [f"CREATE TABLE a {_SHARED}", f"CREATE TABLE b {_USERS[:-1]}, more TEXT)"],
    "a view": [f"CREATE TABLE t {_SHARED}", "CREATE VIEW key_value_db AS SELECT key, value FROM t"],
    "rows without numbers": [f"CREATE TABLE key_value_db {_SHARED} WITHOUT ROWID"],
    "another encoding": ["PRAGMA encoding = 'UTF-16'", f"CREATE TABLE key_value_db {_SHARED}"],
}


@pytest.mark.parametrize("which", NOT_A_CATS)
async def test_what_only_looks_like_a_cats_is_refused_and_left_as_it_is(
    tmp_path: Path, open_storage: OpenStorage, which: str
) -> None:
    location = tmp_path / "data" / "core" / "core.db"
    location.parent.mkdir(parents=True)
    execute(location, *NOT_A_CATS[which])
    before = _state(location.parent)
    with pytest.raises(NotAStorageError, match="another program"):
        await open_storage(location).workspaces()
    assert _state(location.parent) == before


async def test_an_empty_file_where_a_cat_keeps_its_database_is_a_new_storage(
    tmp_path: Path, open_storage: OpenStorage
) -> None:
    location = tmp_path / "data" / "core" / "core.db"
    location.parent.mkdir(parents=True)
    location.touch()
    storage = open_storage(location)
    await storage.workspace("acme").save("key", 1)
    assert storage.capabilities.system == "storage_core"


@pytest.mark.parametrize("read_only", [True, False])
async def test_reading_everything_writes_nothing_and_leaves_nothing_beside(
    location: Path, cat: CatStore, open_storage: OpenStorage, read_only: bool
) -> None:
    cat.save("json", 1)
    cat.save("json", 1, ADMIN)
    before = _state(location.parent)
    async with open_storage(read_only=read_only) as storage:
        for name, read in READS.items():
            if name not in ("backup", "changes"):  # those of before it was opened are not known
                await read(storage, storage.store(SHARED))
        assert _state(location.parent) == before
    assert _state(location.parent) == before


@pytest.mark.parametrize("verb", WRITES)
async def test_a_storage_that_is_opened_to_be_read_takes_no_write(
    location: Path, open_storage: OpenStorage, cat: CatStore, verb: str
) -> None:
    cat.save("json", 1)
    before = _state(location.parent)
    async with open_storage(read_only=True) as storage:
        with pytest.raises(ReadOnlyError):
            await WRITES[verb](storage, storage.store(SHARED))
    assert _state(location.parent) == before


async def test_neither_the_schema_nor_the_journal_nor_other_tables_are_ever_changed(
    location: Path, open_storage: OpenStorage, cat: CatStore
) -> None:
    execute(
        location, "CREATE TABLE chat_db (id UUID, messages JSON)", "INSERT INTO chat_db VALUES ('a', '[]')"
    )
    before = rows(location, SCHEMA)
    async with open_storage() as storage:
        await storage.store(SHARED).save("key", [1])
        await storage.store(SHARED).move("key", OF_ADMIN)
        await storage.store(OF_ADMIN).clear()
    assert rows(location, SCHEMA) == before
    for pragma, value in {"journal_mode": "delete", "user_version": 0, "application_id": 0}.items():
        assert rows(location, f"PRAGMA {pragma}") == [(value,)]
    assert rows(location, "SELECT * FROM chat_db") == [("a", "[]")]
    assert sorted(path.name for path in location.parent.iterdir()) == ["core.db"]


async def test_a_write_of_the_cats_that_was_cut_off_is_rolled_back_where_writing_is_allowed(
    location: Path, open_storage: OpenStorage, cat: CatStore
) -> None:
    cat.save("key", "before")
    _cut_off(location)
    before = _state(location.parent)
    with pytest.raises(ReadOnlyError, match="start the Cat, or open it for writing"):
        await open_storage(read_only=True).workspaces()
    assert _state(location.parent) == before
    storage = open_storage()
    assert await storage.store(SHARED).load("key") == "before"
    assert cat.load("key") == "before"


async def test_a_write_of_the_cats_may_be_cut_off_while_the_storage_is_open(
    location: Path, open_storage: OpenStorage, cat: CatStore
) -> None:
    cat.save("key", "before")
    storage = open_storage()
    assert await storage.store(SHARED).load("key") == "before"
    _cut_off(location)
    assert await storage.store(SHARED).load("key") == "before"
    assert await listed(storage.store(SHARED).keys()) == ["key"]
    await storage.store(SHARED).save("key", "after")
    assert cat.load("key") == "after"


def _cut_off(location: Path) -> None:
    """Leave the journal of a transaction whose process was killed, half of it already in the database."""
    filling = (
        "INSERT INTO key_value_db SELECT 'new' || value, json_quote(hex(zeroblob(2000))) FROM"
        " json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]')"
    )
    statements = ("PRAGMA cache_size = 1", "BEGIN", "UPDATE key_value_db SET value = '\"torn\"'", filling)
    with Child("hold", location, *statements) as child:
        assert child.line() == "holding"
        child.kill()
    assert (
        location.with_name("core.db-journal").read_bytes().startswith(b"\xd9\xd5\x05\xf9")
    )  # it is to be used


async def test_a_storage_can_be_opened_and_read_while_its_cat_is_in_a_transaction(
    location: Path, open_storage: OpenStorage, cat: CatStore
) -> None:
    cat.save("key", "before")
    with holding(location, "BEGIN IMMEDIATE", "UPDATE key_value_db SET value = '\"during\"'"):
        storage = open_storage(timeout=0.01)
        assert await storage.store(SHARED).load("key") == "before"
        with pytest.raises(BusyError):
            await storage.store(SHARED).save("key", "ours")
    await storage.store(SHARED).save("key", "ours")
    assert cat.load("key") == "ours"


async def test_whoever_holds_it_for_longer_than_the_timeout_makes_it_busy(
    location: Path, open_storage: OpenStorage, cat: CatStore
) -> None:
    cat.save("key", "before")
    storage = open_storage(timeout=0.01)
    store = storage.store(SHARED)
    assert await store.load("key") == "before"
    with holding(location, "BEGIN", "SELECT * FROM key_value_db"), pytest.raises(BusyError):
        await store.save("key", "ours")  # somebody reads, so nobody can commit
    with holding(location, "BEGIN EXCLUSIVE"):
        for refused in (store.load("key"), store.save("key", "ours"), listed(store.keys()), storage.scopes()):
            with pytest.raises(BusyError):
                await refused
        with pytest.raises(BusyError):
            await storage.backup(location.with_name("backup.db"))
        with pytest.raises(BusyError):
            await open_storage(timeout=0.01).workspaces()
    assert await store.load("key") == cat.load("key") == "before"
    assert not location.with_name("backup.db").exists()
    await store.save("key", "ours", if_revision=(await store.entry("key")).revision)  # type: ignore[union-attr]
    assert cat.load("key") == "ours"


async def test_a_watch_that_begins_while_nobody_can_read_tells_of_what_comes_then(
    location: Path, cat: CatStore
) -> None:
    cat.save("key", "before")
    async with AsyncStorage(location, timeout=0.01) as storage:
        since = await storage.revision()
        with holding(location, "BEGIN EXCLUSIVE"):
            watch = storage.watch(since)
            waiting = asyncio.ensure_future(anext(watch))
            await asyncio.wait([waiting], timeout=0.3)
            assert not waiting.done()
        cat.save("key", "after")
        assert (await asyncio.wait_for(waiting, 60)).key == "key"
        await watch.aclose()


async def test_a_change_that_could_not_be_committed_was_never_made(
    location: Path, open_storage: OpenStorage, cat: CatStore
) -> None:
    cat.save("key", "before")
    storage = open_storage(timeout=0.01)
    store = storage.store(SHARED)
    entry = await store.entry("key")
    assert entry is not None
    with holding(location, "BEGIN", "SELECT * FROM key_value_db"), pytest.raises(BusyError):
        await store.save("key", "ours")
    assert await store.entry("key") == entry
    assert await listed(storage.changes(entry.revision)) == []


async def test_a_backup_is_a_private_database_of_the_cats(
    location: Path, tmp_path: Path, open_storage: OpenStorage, cat: CatStore
) -> None:
    cat.save("key", {"a": 1})
    cat.save("large", "x" * 10_000_000)
    cat.save("key", 3.5, ADMIN)
    backup = tmp_path / "backup.db"
    storage = open_storage()
    await storage.backup(backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert rows(backup, SCHEMA) == rows(location, SCHEMA)
    cat.save("key", "later")
    with pytest.raises(StorageIOError, match="overwrites nothing"):
        await storage.backup(backup)
    cat.open(backup)
    assert (cat.load("key"), cat.load("key", ADMIN), len(cat.load("large"))) == ({"a": 1}, 3.5, 10_000_000)


async def test_a_backup_is_one_state_although_somebody_writes_all_the_time(
    location: Path, tmp_path: Path, cat: CatStore
) -> None:
    cat.save("large", "x" * 30_000_000)
    with Child("write_pairs", location) as writer, Storage(location) as storage:
        assert writer.line() == "writing"
        for number in range(3):
            storage.backup(tmp_path / f"{number}.db")
        writer.kill()
    for number in range(3):
        pair = rows(
            tmp_path / f"{number}.db", "SELECT value FROM key_value_db WHERE key IN ('left', 'right')"
        )
        assert pair[0] == pair[1]


async def test_check_finds_nothing_wrong_with_a_sound_database(
    open_storage: OpenStorage, cat: CatStore
) -> None:
    cat.save("key", [1])
    cat.save("large", "x" * 100_000)
    assert await open_storage().check() == []


async def test_check_says_what_is_damaged(location: Path, open_storage: OpenStorage, cat: CatStore) -> None:
    for number in range(200):
        cat.save(f"key {number}", "x" * 500)
    storage = open_storage()
    await storage.workspaces()
    with closing(sqlite3.connect(location)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name LIKE '%autoindex_key%'"
        ).fetchone()
    with location.open("r+b") as file:
        file.seek((page - 1) * 4096 + 100)
        file.write(b"\xff" * 2000)
    assert await storage.check() != []


@pytest.mark.parametrize("move", ["deleted", "replaced"])
async def test_a_file_that_was_moved_is_neither_written_nor_watched(
    location: Path, open_storage: OpenStorage, cat: CatStore, move: str
) -> None:
    cat.save("key", "before")
    async with open_storage() as storage, AsyncStorage(location) as watching:
        store = storage.store(SHARED)
        assert await store.load("key") == "before"
        told = watching.watch(await watching.revision())
        if move == "replaced":
            other = location.with_name("other.db")
            await storage.backup(other)
            os.replace(other, location)
        else:
            location.unlink()
        content = location.read_bytes() if location.exists() else None
        for refused in (store.save("key", "ours"), store.delete("key"), storage.scopes()):
            with pytest.raises(StorageMovedError):
                await refused
        with pytest.raises(StorageMovedError):
            await anext(told)
        assert (location.read_bytes() if location.exists() else None) == content


async def test_a_database_with_a_write_ahead_log_stays_one(
    location: Path, open_storage: OpenStorage, cat: CatStore
) -> None:
    execute(location, "PRAGMA journal_mode = WAL")
    cat.save("key", "theirs")
    async with open_storage() as storage:
        assert await storage.store(SHARED).load("key") == "theirs"
        await storage.store(SHARED).save("key", "ours")
    assert cat.load("key") == "ours"
    assert rows(location, "PRAGMA journal_mode") == [("wal",)]


async def test_a_title_or_caution_is_known_once_it_is_open(location: Path) -> None:
    async with AsyncStorage(location) as storage:
        assert raw.title(storage, OF_ADMIN) == "admin"
        with pytest.raises(InvalidNameError):
            await storage.store(Scope("elsewhere")).save("key", 1)
