"""Rows that no Cheshire Cat should have, and does: shown with a note, treated as the Cat does, never a failure."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage_core import AsyncStorage, ConflictError, CorruptError, Kind, Scope, Storage, raw
from storage_core.browse import Browser, Query
from storage_core.engine import transact
from storage_core.engines.cheshire_cat.database import CheshireCatDatabase
from storage_core.engines.cheshire_cat.reader import CatReader
from tests.foreign.cat_store import ADMIN, CatError, CatStore
from tests.storage_core.engines.cheshire_cat.cats import (
    OF_ADMIN,
    PROJECT,
    SHARED,
    cat,
    execute,
    location,
    project,
    rows,
    running_cat,
)
from tests.storage_core.facades import listed, revision_of

__all__ = ["cat", "location", "project", "running_cat"]  # fixtures

ROW = "INSERT INTO user_key_value_db (id, user_id, key, value) VALUES (?, ?, ?, ?)"
IDS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(6)]


@pytest.fixture
async def opened(location: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(location) as storage:
        await storage.scopes()
        yield storage


@pytest.fixture
def doubled(location: Path, cat: CatStore) -> None:
    """Three rows for one key of admin's, one for another, as saves of the Cat's at the same moment leave them."""
    execute(
        location,
        *((ROW, (IDS[number], ADMIN, "count", text)) for number, text in enumerate(["1", "2", "3"])),
        (ROW, (IDS[3], ADMIN, "other", "4")),
    )


def test_saves_of_the_cat_at_once_leave_several_rows_for_one_key(cat: CatStore, location: Path) -> None:
    cat.together(*(("save", ADMIN, "count", number) for number in range(20)))
    assert rows(location, "SELECT count(*) FROM user_key_value_db")[0][0] > 1
    with Storage(location) as storage:
        store = storage.store(OF_ADMIN)
        assert list(store.keys()) == ["count"]
        assert [entry.key for entry in store.entries()] == ["count"]
        assert [(info.scope, info.count) for info in storage.scopes()] == [(OF_ADMIN, 1)]
        assert store.load("count") == cat.load("count", ADMIN)


@pytest.mark.usefixtures("doubled")
async def test_several_rows_are_one_entry_whose_oldest_is_read_and_edited(
    storage: AsyncStorage, cat: CatStore, location: Path
) -> None:
    store = storage.store(OF_ADMIN)
    since = await storage.revision()
    assert await store.load("count") == cat.load("count", ADMIN) == 1
    assert await listed(storage.changes(since)) == []
    await store.save("count", 10, if_revision=await revision_of(store, "count"))
    assert cat.load("count", ADMIN) == 10
    found = rows(location, "SELECT id, value FROM user_key_value_db WHERE key = 'count' ORDER BY rowid")
    assert found == [(IDS[0], 10), (IDS[1], 2), (IDS[2], 3)]


@pytest.mark.usefixtures("doubled")
@pytest.mark.parametrize("way", ["delete", "delete_many", "clear", "overwrite", "move"])
async def test_no_older_row_comes_back_where_the_entry_is_deleted(
    storage: AsyncStorage, cat: CatStore, way: str
) -> None:
    store = storage.store(OF_ADMIN)
    if way == "delete":
        assert await store.delete("count")
    elif way == "delete_many":
        assert await store.delete_many(["count"]) == 1
    elif way == "clear":
        assert await store.clear("c") == 1
    elif way == "overwrite":
        await store.rename("other", "count", overwrite=True)
        assert await store.delete("count")
    else:
        await store.move("count", SHARED)
        assert cat.load("count") == 1
    assert not cat.exists("count", ADMIN)
    assert cat.load("count", ADMIN) is None


@pytest.mark.usefixtures("doubled")
async def test_a_rename_takes_all_rows_along(storage: AsyncStorage, cat: CatStore) -> None:
    await storage.store(OF_ADMIN).rename("count", "counted")
    assert (cat.load("counted", ADMIN), cat.exists("count", ADMIN)) == (1, False)


@pytest.mark.usefixtures("doubled")
async def test_an_older_row_that_the_cat_brings_back_is_a_change(
    storage: AsyncStorage, cat: CatStore
) -> None:
    store = storage.store(OF_ADMIN)
    revision = await revision_of(store, "count")
    assert cat.delete("count", ADMIN)
    assert cat.load("count", ADMIN) == await store.load("count") == 2
    with pytest.raises(ConflictError):
        await store.save("count", 9, if_revision=revision)


@pytest.mark.usefixtures("doubled")
async def test_several_rows_are_said_of_the_entry_and_of_the_database(opened: AsyncStorage) -> None:
    (note,) = await raw.notes(opened, OF_ADMIN, "count")
    assert note.startswith("The Cat has 3 rows for this key")
    assert await raw.notes(opened, OF_ADMIN, "other") == []
    (fault,) = await opened.check()
    assert fault == f"3 rows for one key, of which the Cat reads the oldest: 'count' of {OF_ADMIN}"


async def test_what_is_no_json_is_shown_and_can_be_mended(
    opened: AsyncStorage, cat: CatStore, location: Path
) -> None:
    broken = {"cut": b'{"a": [1,', "text": b"hello", "empty": b"", "latin": b'"\xe9"', "deep": b"[" * 50_000}
    for key, data in broken.items():
        execute(location, ("INSERT INTO key_value_db VALUES (?, CAST(? AS TEXT))", (key, data)))
    store = opened.store(SHARED)
    assert await listed(store.keys()) == sorted(broken)
    assert [(entry.key, entry.size) async for entry in store.entries()] == [
        (key, len(broken[key])) for key in sorted(broken)
    ]
    async with Browser(opened) as browser:
        assert len(await browser.listing(Query())) == len(broken)
        heads = await browser.heads([(SHARED, key) for key in broken], 100)
        assert heads == [data[:100] for data in broken.values()]
    assert len(await opened.check()) == len(broken)
    for key, data in broken.items():
        entry = await raw.read(opened, SHARED, key)
        assert entry is not None
        assert entry.data == data
        with pytest.raises(CatError):
            cat.load(key)
        with pytest.raises(CorruptError):
            await store.load(key)
        (note,) = await raw.notes(opened, SHARED, key)
        assert note.endswith("The Cat fails when it loads it.")
        with pytest.raises(ConflictError) as conflict:
            await store.save(key, 1, if_revision=entry.revision + 100)
        assert conflict.value.entry is not None
        await store.save(key, "mended", if_revision=entry.revision)
        assert cat.load(key) == "mended"
        assert await raw.notes(opened, SHARED, key) == []
    assert await opened.check() == []


async def test_what_only_python_takes_for_json_is_shown_and_said(opened: AsyncStorage, cat: CatStore) -> None:
    for key, value in {
        "nan": float("nan"),
        "infinity": float("inf"),
        "inside": [float("-inf")],
        "large": 10**400,
    }.items():
        cat.save(key, value)
        entry = await raw.read(opened, SHARED, key)
        assert entry is not None
        assert entry.data == json.dumps(cat.load(key)).encode()
        (note,) = await raw.notes(opened, SHARED, key)
        assert note.endswith("The Cat reads it, others may not.")
    assert len(await opened.check()) == 4


@pytest.mark.parametrize("user", [ADMIN.upper(), ADMIN.replace("-", ""), "ann", "None", "42"])
async def test_a_user_that_the_cat_cannot_see_is_a_scope_of_its_own_with_a_note(
    opened: AsyncStorage, cat: CatStore, location: Path, user: str
) -> None:
    cat.save("key", "seen", ADMIN)
    execute(location, (ROW, (IDS[0], user, "key", '"unseen"')))
    scope = Scope(PROJECT, user)
    assert [info.scope for info in await opened.scopes()] == sorted(
        [scope, OF_ADMIN], key=lambda of: of.user or ""
    )
    store = opened.store(scope)
    assert (await store.load("key"), cat.load("key", ADMIN)) == ("unseen", "seen")
    (note,) = await raw.notes(opened, scope, "key")
    assert note.startswith("The Cat cannot see this value")
    assert await raw.notes(opened, OF_ADMIN, "key") == []
    await store.save("key", "edited", if_revision=await revision_of(store, "key"))
    await store.rename("key", "renamed")
    assert (await store.load("renamed"), cat.load("key", ADMIN)) == ("edited", "seen")
    await store.move("renamed", OF_ADMIN)
    assert cat.load("renamed", ADMIN) == "edited"
    assert await listed(store.keys()) == []


async def test_a_row_without_an_id_is_shown_with_a_note(
    opened: AsyncStorage, cat: CatStore, location: Path
) -> None:
    execute(
        location, ("INSERT INTO user_key_value_db (user_id, key, value) VALUES (?, 'key', '1')", (ADMIN,))
    )
    with pytest.raises(CatError):
        cat.load("key", ADMIN)
    store = opened.store(OF_ADMIN)
    assert await store.load("key") == 1
    (note,) = await raw.notes(opened, OF_ADMIN, "key")
    assert note == "The Cat fails when it loads this: the id of its row, 'None', is no UUID."
    await store.save("key", 2)
    assert await store.delete("key")
    await store.save("key", 3)
    assert cat.load("key", ADMIN) == 3


async def test_names_that_are_no_text_are_left_alone_and_said(
    opened: AsyncStorage, cat: CatStore, location: Path
) -> None:
    cat.save("key", 1)
    cat.save("last", 1)
    execute(
        location,
        "INSERT INTO key_value_db VALUES (x'00ff', '1'), (CAST(x'6be9' AS TEXT), '2')",
        (ROW, (IDS[0], b"\xff", "key", "1")),
        (ROW, (IDS[1], "", "key", "1")),
    )
    assert await listed(opened.store(SHARED).keys()) == ["key", "last"]
    assert await listed(opened.store(SHARED).keys(limit=2)) == ["key", "last"]
    assert [info.scope for info in await opened.scopes()] == [SHARED]
    assert len(await opened.check()) == 4
    assert raw.left_out(opened) is None  # it says what there was at the opening
    async with AsyncStorage(location) as again:
        assert await again.workspaces() == [PROJECT]
        said = raw.left_out(again)
        assert said is not None
        assert said.startswith("4 rows are not shown, as their key or user is no text")
    assert await opened.store(SHARED).clear() == 2
    assert rows(location, "SELECT count(*) FROM key_value_db") == [(2,)]


@pytest.mark.parametrize(
    ("key", "value", "note"),
    [
        ("active_plugins", ["ui"], "which plugins are active"),
        ("installation_info", {"id": 1}, "identifies this installation"),
        ("settings_llms_openai", {"model": "x"}, "API keys among them are in plain text"),
        ("github_token", "gho_1", "a secret in plain text: its key says so"),
        ("oauth", {"github": {"access_token": "gho_1"}}, "a secret in plain text: access_token"),
    ],
)
async def test_what_the_cat_keeps_for_itself_and_secrets_are_marked(
    opened: AsyncStorage, cat: CatStore, key: str, value: Any, note: str
) -> None:
    cat.save(key, value)
    (found,) = await raw.notes(opened, SHARED, key)
    assert note in found


@pytest.mark.parametrize("value", [{"tokens": 12}, {"token": ""}, "a token is nothing", ["password"], 5])
async def test_what_only_speaks_of_secrets_is_not_marked(
    opened: AsyncStorage, cat: CatStore, value: Any
) -> None:
    cat.save("turns", value)
    assert await raw.notes(opened, SHARED, "turns") == []


async def test_there_is_nothing_to_note_where_nothing_is(opened: AsyncStorage) -> None:
    assert await raw.notes(opened, SHARED, "active_plugins") == []
    assert await raw.notes(opened, Scope("elsewhere"), "key") == []


async def test_admin_is_named_as_such_and_nobody_else(opened: AsyncStorage) -> None:
    assert raw.title(opened, OF_ADMIN) == "admin"
    assert raw.title(opened, SHARED) is None
    assert raw.title(opened, Scope(PROJECT, IDS[0])) is None


async def test_the_cat_sees_a_change_at_once_so_there_is_nothing_to_say_afterwards(
    opened: AsyncStorage, cat: CatStore
) -> None:
    cat.save("key", 1)
    await opened.store(SHARED).save("key", 2)
    assert cat.load("key") == 2
    assert raw.aftermath(opened, SHARED, "key") is None


def test_what_many_are_read_from_is_never_taken_for_newer_than_what_is_written_meanwhile(
    location: Path, cat: CatStore
) -> None:
    execute(location, "PRAGMA journal_mode = WAL")  # else nobody could commit while they are read
    cat.save("a", 1)
    cat.save("b", 1)
    database = CheshireCatDatabase(location)
    database.prepare()
    reader, engine = database.connect_reader(), database.connect()
    assert isinstance(reader, CatReader)
    since = reader.last_revision()
    written: list[bytes] = []

    def write_meanwhile(statement: str) -> None:
        if "'b'" in statement and not written:
            written.append(b"2")
            transact(engine, lambda engine: engine.write(SHARED, "b", Kind.JSON, b"2", None, None))

    reader._connection.set_trace_callback(write_meanwhile)
    found = reader.read_many(SHARED, ["a", "b"])
    reader._connection.set_trace_callback(None)
    assert found["b"][1] == b"2"
    assert [(change.key, change.revision) for change in reader.changes(since, 10)] == [("b", found["b"][3])]
    reader.close()
    engine.close()
