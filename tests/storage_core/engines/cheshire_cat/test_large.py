"""Large values of a Cheshire Cat: read whole, in parts or not at all, and never taken for what they were before."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage_core import (
    AsyncStorage,
    ConflictError,
    Kind,
    Storage,
    raw,
)
from storage_core.browse import Browser
from storage_core.engine import Engine
from storage_core.operations import Write
from tests.foreign.cat_store import CatStore
from tests.storage_core.engines.cheshire_cat.cats import (
    PROJECT,
    SHARED,
    cat,
    location,
    project,
    running_cat,
)

__all__ = ["cat", "location", "project", "running_cat"]  # fixtures


async def test_a_large_value_is_read_whole_and_in_parts_and_told_when_it_changes(
    location: Path, cat: CatStore
) -> None:
    text = "".join(f"{number:07}," for number in range(100_000))
    async with AsyncStorage(location) as storage, Browser(storage) as browser:
        store = storage.store(SHARED)
        await store.save("large", text)
        data = f'"{text}"'.encode()
        assert await store.load("large") == cat.load("large") == text
        small = await raw.read(storage, SHARED, "large", size_limit=1_000)
        assert small is not None
        assert (small.data, small.size) == (None, len(data))
        parts = [
            await browser.chunk(SHARED, "large", start, 300_000) for start in range(0, len(data), 300_000)
        ]
        assert b"".join(part.data for part in parts if part is not None) == data
        assert {(part.size, part.revision) for part in parts if part is not None} == {
            (len(data), small.revision)
        }
        cat.save("large", text + "!")
        changed = await browser.chunk(SHARED, "large", 5, 10)
        assert changed is not None
        assert (changed.data, changed.size) == (data[5:15], len(data) + 1)
        assert changed.revision > small.revision
        with pytest.raises(ConflictError):
            await store.save("large", "ours", if_revision=small.revision)
        await store.save("large", text, if_revision=changed.revision)
        assert await store.delete("large")
        assert await browser.chunk(SHARED, "large", 0, 10) is None


@pytest.mark.slow
def test_a_value_of_100_megabytes_is_edited_and_read_in_parts_while_the_cat_goes_on(
    location: Path, cat: CatStore
) -> None:
    text = "0123456789" * 10_000_000
    with Storage(location) as storage:
        store = storage.workspace(PROJECT)
        store.save("huge", text)
        revision = store.entry("huge").revision  # type: ignore[union-attr]
        assert [entry.size for entry in store.entries()] == [len(text) + 2]
        assert store.exists("huge")
        cat.save("other", 1)
        assert len(cat.load("huge")) == len(text)
        reader = storage._open(lambda database: database.connect_browser())
        with closing(reader):
            for start in range(0, 100_000_000, 10_000_000):
                part = reader.chunk(SHARED, "huge", start + 1, 10)
                assert part is not None
                assert (part.data, part.size, part.revision) == (b"0123456789", len(text) + 2, revision)
                cat.save("other", start)
        store.rename("huge", "renamed", if_revision=revision)
        assert store.load("renamed") == text
        assert store.delete("renamed")
        assert not cat.exists("renamed")


def test_within_a_transaction_its_own_changes_are_read(location: Path, cat: CatStore) -> None:
    cat.save("key", "x" * 100_000)

    def change(engine: Engine) -> list[Any]:
        found: list[Any] = [engine.read_small(SHARED, "key", 10)]
        engine.write(SHARED, "key", Kind.JSON, b'"' + b"y" * 200_000 + b'"', None, None)
        found += [engine.read_small(SHARED, "key", 10), engine.read(SHARED, "key")]
        engine.delete(SHARED, "key", None)
        return [*found, engine.read_small(SHARED, "key", 10), engine.keys(SHARED, "", None, 10)]

    with Storage(location) as storage:
        before, small, whole, deleted, keys = storage._write(Write(change))
        assert (before[1], before[2]) == (None, 100_002)
        assert (small[1], small[2], small[3]) == (None, 200_002, before[3] + 1)
        assert (whole[1][:2], whole[3]) == (b'"y', before[3] + 1)
        assert (deleted, keys) == (None, [])
    assert not cat.exists("key")


@pytest.mark.parametrize("value", [5, "small", "x" * 70_000])
async def test_what_is_in_the_place_of_a_large_value_now_is_read_as_what_it_is(
    location: Path, cat: CatStore, value: Any
) -> None:
    cat.save("key", "x" * 200_000)
    async with AsyncStorage(location) as storage, Browser(storage) as browser:
        before = await browser.chunk(SHARED, "key", 1, 5)
        assert before is not None
        assert before.data == b"xxxxx"
        cat.save("key", value)
        text = json.dumps(value).encode()
        chunk = await browser.chunk(SHARED, "key", 0, 1_000)
        assert chunk is not None
        assert (chunk.data, chunk.size) == (text[:1_000], len(text))
        small = await raw.read(storage, SHARED, "key", size_limit=100_000)
        assert small is not None
        assert (small.data, small.size) == (text, len(text))
        assert await browser.heads([(SHARED, "key")], 3) == [text[:3]]
