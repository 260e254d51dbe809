"""The column of a Cheshire Cat makes of numbers what it likes: said before, shown after, and nothing else is."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage_core import AsyncStorage, Kind, Storage, raw
from tests.foreign.cat_store import CatStore
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.engines.cheshire_cat.cats import (
    PROJECT,
    SHARED,
    cat,
    execute,
    location,
    project,
    running_cat,
)

__all__ = ["cat", "location", "project", "running_cat"]  # fixtures

MANGLED = {
    "9.0": "9",
    "-0.0": "0",
    "-0": "0",
    "22.00": "22",
    "1e5": "100000",
    "1E400": "Infinity",
    str(2**63): "9.223372036854775807e+18",
    str(2**70): "1.1805916207174113e+21",
    str(10**400): "Infinity",
    " 9.0\n": "9",
    "2.50": "2.5",
}
KEPT = [
    "9",
    "-9",
    "3.14",
    str(2**63 - 1),
    str(-(2**63)),
    "0",
    '"9.0"',
    "[9.0]",
    '{"a": 1e5}',
    "true",
    "null",
    "0.1",
]

_numbers = st.integers() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
_values = st.recursive(
    st.none() | st.booleans() | _numbers | st.text(),
    lambda members: st.lists(members) | st.dictionaries(st.text(), members),
    max_leaves=10,
)


async def test_what_would_be_mangled_is_said_before_and_shown_after(
    storage: AsyncStorage, cat: CatStore
) -> None:
    store = storage.store(SHARED)
    for text, kept in MANGLED.items():
        await store.save_text("number", text)
        found = await store.load_text("number")
        assert found is not None
        assert json.loads(found) == json.loads(kept)
        assert found == json.dumps(cat.load("number"))


async def test_a_caution_says_what_is_kept(location: Path) -> None:
    async with AsyncStorage(location) as storage:
        await storage.scopes()
        for text in MANGLED:
            caution = raw.caution(storage, Kind.JSON, text.encode())
            await storage.store(SHARED).save_text("number", text)
            kept = await storage.store(SHARED).load_text("number")
            assert caution is not None
            assert caution.endswith(f"will be kept as {kept}.")
        for text in KEPT:
            assert raw.caution(storage, Kind.JSON, text.encode()) is None
            await storage.store(SHARED).save_text("value", text)
            assert await storage.store(SHARED).load_text("value") == text


async def test_a_caution_about_a_number_of_many_digits_is_short(location: Path) -> None:
    async with AsyncStorage(location) as storage:
        await storage.scopes()
        caution = raw.caution(storage, Kind.JSON, b"1" * 4_300)
        assert caution is not None
        assert len(caution) < 200


@pytest.mark.parametrize(
    "number", [9, 9.0, -0.0, 3.14, 2**63 - 1, 2**63, 2**70, 1e300, 5e-324, 10**400, 0.1 + 0.2]
)
async def test_what_the_cat_has_mangled_is_read_as_the_cat_reads_it(
    open_storage: OpenStorage, cat: CatStore, number: Any
) -> None:
    cat.save("number", number)
    loaded = await open_storage().store(SHARED).load("number")
    assert (type(loaded), loaded) == (type(cat.load("number")), cat.load("number"))


async def test_bytes_and_nothing_in_the_column_are_read_as_the_cat_reads_them(
    storage: AsyncStorage, cat: CatStore, location: Path
) -> None:
    execute(
        location,
        "CREATE TABLE ccat_global_key_value (key VARCHAR(1024), value JSON)",
        "INSERT INTO ccat_global_key_value VALUES ('nothing', NULL), ('bytes', CAST('{\"n\": 9.0}' AS BLOB))",
        "INSERT INTO key_value_db VALUES ('bytes', CAST('{\"n\": 9.0}' AS BLOB))",
    )
    store = storage.store(SHARED)
    assert await store.load("nothing", "default") is None
    assert await store.exists("nothing")
    assert await store.load("bytes") == cat.load("bytes") == {"n": 9.0}


@given(_values)
@example(9.0)
@example(2**63)
@example(5e-324)
@example(1.7976931348623157e308)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_value_without_a_caution_comes_back_from_the_cat_as_it_was(
    location: Path, cat: CatStore, value: Any
) -> None:
    with Storage(location) as storage:
        store = storage.workspace(PROJECT)
        store.save("value", value)
        text = json.dumps(value)
        caution = storage._open(lambda database: database.caution(Kind.JSON, text.encode()))
        loaded, theirs = store.load("value"), cat.load("value")
        assert (type(loaded), loaded) == (type(theirs), theirs)
        if caution is None:
            assert (type(theirs), theirs) == (type(value), value)
        else:
            assert caution.endswith(f"will be kept as {json.dumps(theirs)}.")
        cat.save("theirs", value)
        assert store.load("theirs") == cat.load("theirs") == theirs
