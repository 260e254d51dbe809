"""The verbs for many keys at once, on both facades: all or nothing."""

import math
from collections.abc import Iterator
from typing import Any

import pytest

from storage_core import AsyncStore, InvalidNameError, InvalidValueError, KindError
from tests.storage_core.facades import listed, revision_of


async def test_save_many_saves_each_value_with_a_revision_of_its_own(store: AsyncStore) -> None:
    await store.save("b", "old")
    await store.save_many({"c": [3], "a": None, "b": {"n": 2}})
    assert await store.load_many(["a", "b", "c"]) == {"a": None, "b": {"n": 2}, "c": [3]}
    revisions = [await revision_of(store, key) for key in "abc"]
    assert sorted(revisions) == [2, 3, 4]


async def test_set_many_sets_each_value_with_a_revision_of_its_own(store: AsyncStore) -> None:
    await store.save("b", "old")
    await store.set_many({"c": b"3", "a": b"", "b": bytearray(b"2")})
    assert await store.get_many(["a", "b", "c"]) == {"a": b"", "b": b"2", "c": b"3"}
    assert sorted([await revision_of(store, key) for key in "abc"]) == [2, 3, 4]


async def test_save_many_and_set_many_clear_the_expiry(store: AsyncStore) -> None:
    await store.save_many({"a": 1, "b": 1})
    await store.expire("a", 60)
    await store.expire("b", 60)
    await store.save_many({"a": 2})
    await store.set_many({"b": b"2"})
    assert [entry.expires async for entry in store.entries()] == [None, None]


@pytest.mark.parametrize("values", [{"a": 1, "b": math.nan}, {"a": 1, "b\0": 2}, {"a": 1, 2: 3}])
async def test_save_many_writes_nothing_where_anything_is_wrong_with_one(
    store: AsyncStore, values: dict[str, Any]
) -> None:
    await store.save("a", "kept")
    with pytest.raises((InvalidValueError, InvalidNameError)):
        await store.save_many(values)
    assert await listed(store.keys()) == ["a"]
    assert await store.load("a") == "kept"
    assert await revision_of(store, "a") == 1


async def test_set_many_writes_nothing_where_anything_is_wrong_with_one(store: AsyncStore) -> None:
    text: Any = "text"
    with pytest.raises(InvalidValueError):
        await store.set_many({"a": b"1", "b": text})
    with pytest.raises(InvalidNameError):
        await store.set_many({"a": b"1", "": b"2"})
    assert await listed(store.keys()) == []


async def test_load_many_and_get_many_give_the_keys_that_are_set_in_the_order_asked_for(
    store: AsyncStore,
) -> None:
    await store.save_many({"a": 1, "b": None, "c": 3})
    await store.set_many({"x": b"1", "y": b""})
    assert list((await store.load_many(["c", "missing", "b", "a", "c"])).items()) == [
        ("c", 3),
        ("b", None),
        ("a", 1),
    ]
    assert list((await store.get_many(["y", "missing", "x"])).items()) == [("y", b""), ("x", b"1")]


async def test_a_wrong_kind_among_many_raises_kind_error(store: AsyncStore) -> None:
    await store.save("json", 1)
    await store.set("bytes", b"1")
    with pytest.raises(KindError, match="bytes"):
        await store.load_many(["json", "bytes"])
    with pytest.raises(KindError, match="json"):
        await store.get_many(["bytes", "json"])


async def test_delete_many_tells_how_many_there_were(store: AsyncStore) -> None:
    await store.save_many({"a": 1, "b": 2, "c": 3})
    await store.set("d", b"")
    assert await store.delete_many(["a", "d", "missing", "a"]) == 2
    assert await listed(store.keys()) == ["b", "c"]
    assert await store.delete_many(["a"]) == 0


async def test_delete_many_deletes_nothing_where_one_cannot_be_a_key(store: AsyncStore) -> None:
    await store.save_many({"a": 1, "b": 2})
    with pytest.raises(InvalidNameError):
        await store.delete_many(["a", "b", ""])
    assert await listed(store.keys()) == ["a", "b"]


async def test_clear_deletes_the_scope_or_a_prefix_of_it_and_tells_how_many(store: AsyncStore) -> None:
    ann = store.user("ann")
    await ann.save("a/1", 1)
    await store.save_many({"a": 1, "a/1": 2, "a/2": 3, "b": 4})
    await store.set("a/3", b"")
    assert await store.clear("a/") == 3
    assert await listed(store.keys()) == ["a", "b"]
    assert await store.clear() == 2
    assert await store.clear() == 0
    assert await listed(ann.keys()) == ["a/1"]


async def test_nothing_among_many_is_nothing(store: AsyncStore) -> None:
    await store.save("key", 1)
    await store.save_many({})
    await store.set_many({})
    assert await store.load_many([]) == {}
    assert await store.get_many([]) == {}
    assert await store.delete_many([]) == 0
    assert await revision_of(store, "key") == 1


async def test_keys_may_come_from_any_iterable_and_are_read_once(store: AsyncStore) -> None:
    def keys() -> Iterator[str]:
        yield from "abc"

    await store.save_many({"a": 1, "b": 2})
    assert await store.load_many(keys()) == {"a": 1, "b": 2}
    assert await store.load_many({"a": "a dict is its keys"}) == {"a": 1}
    assert await store.delete_many(keys()) == 2


async def test_ten_thousand_at_once(store: AsyncStore) -> None:
    values = {f"{number:05}": number for number in range(10_000)}
    await store.save_many(values)
    assert await store.load_many([*values, "missing"]) == values
    assert await store.delete_many(values) == 10_000
