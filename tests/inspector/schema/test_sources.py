"""Schemas are found in a real storage and in files, and read with bounds."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from inspector.schema import MAX_SCHEMA, Origin, SchemaFile
from inspector.schema.sources import MOST_PUBLISHED, find
from storage_core import AsyncStorage, Scope, Storage
from storage_core.browse import Address

MAIN = Address(Scope("acme", "ann"), "settings_main")


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[AsyncStorage]:
    with Storage(tmp_path / "state.db") as written:
        written.workspace("acme").save("$schema:settings_*", {"title": "published"})
        written.workspace("beta").save("$schema:other_*", {"title": "beta's"})
        written.workspace("acme").user("ann").save("$schema:mine", {"title": "ann's"})
        written.workspace("acme").set("$schema:packed", b'{"title": "bytes"}')
    async with AsyncStorage(tmp_path / "state.db") as storage:
        yield storage


def a_file(folder: Path, text: str) -> str:
    path = folder / "schema.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


async def test_what_a_workspace_publishes_holds_for_its_shared_keys_and_its_users(
    storage: AsyncStorage,
) -> None:
    for scope in (MAIN.scope, Scope("acme")):
        found = await find(storage, Address(scope, "settings_main"), [])
        assert found is not None
        assert found.schema is not None
        assert found.schema.says == {"title": "published"}
    assert await find(storage, Address(Scope("beta", "ann"), "settings_main"), []) is None
    assert await find(storage, Address(Scope("acme", "ann"), "mine"), []) is None


async def test_a_schema_may_be_bytes(storage: AsyncStorage) -> None:
    found = await find(storage, Address(Scope("acme"), "packed"), [])
    assert found is not None
    assert found.schema is not None


async def test_a_file_counts_before_what_is_published_for_the_same_pattern(
    storage: AsyncStorage, tmp_path: Path
) -> None:
    path = a_file(tmp_path, '{"title": "file"}')
    found = await find(storage, MAIN, [SchemaFile("settings_*", path)])
    assert found is not None
    assert (found.rule.origin, found.rule.place) == (Origin.FILE, path)
    wider = await find(storage, MAIN, [SchemaFile("*", path)])
    assert wider is not None
    assert wider.rule.origin is Origin.STORAGE


async def test_the_same_text_is_not_read_again_and_another_one_is(storage: AsyncStorage) -> None:
    first = await find(storage, MAIN, [])
    assert await find(storage, MAIN, [], first) is first
    await storage.workspace("acme").save("$schema:settings_*", {"title": "newer"})
    newer = await find(storage, MAIN, [], first)
    assert newer is not None
    assert newer.schema is not None
    assert newer.schema.says == {"title": "newer"}


@pytest.mark.parametrize("text", ["[1]", '{"a":', '"' + "a" * MAX_SCHEMA + '"'])
async def test_a_file_that_is_no_schema_is_refused(storage: AsyncStorage, tmp_path: Path, text: str) -> None:
    found = await find(storage, MAIN, [SchemaFile("settings_main", a_file(tmp_path, text))])
    assert found is not None
    assert found.schema is None
    assert found.refusal


@pytest.mark.parametrize("path", ["/nowhere/schema.json", "/dev/zero", "/"])
async def test_what_is_no_file_is_refused(storage: AsyncStorage, path: str) -> None:
    found = await find(storage, MAIN, [SchemaFile("settings_main", path)])
    assert found is not None
    assert found.refusal == "There is no such file."


async def test_a_published_giant_is_not_read(storage: AsyncStorage) -> None:
    await storage.workspace("acme").save("$schema:big", {"description": "a" * MAX_SCHEMA})
    found = await find(storage, Address(Scope("acme"), "big"), [])
    assert found is not None
    assert "at most" in found.refusal


async def test_a_key_finds_its_own_schema_among_however_many(storage: AsyncStorage) -> None:
    acme = storage.workspace("acme")
    await acme.save_many({f"$schema:a{number:04}": {} for number in range(MOST_PUBLISHED)})
    await acme.save("$schema:zebra", {"title": json.dumps("last")})
    assert await find(storage, Address(Scope("acme"), "zebra"), []) is not None
    assert await find(storage, Address(Scope("acme"), "k" * 1024), []) is None
