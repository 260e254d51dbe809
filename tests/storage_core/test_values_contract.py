"""What a value may be, and how it comes back, on both facades."""

import array
import asyncio
import enum
import json
import math
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from storage_core import AsyncStore, InvalidValueError
from tests.storage_core.facades import listed


class Colour(enum.IntEnum):
    RED = 1


class Point(NamedTuple):
    x: int
    y: int


def nested(levels: int, inner: Any = None) -> Any:
    """A list of so many levels."""
    value = [] if inner is None else [inner]
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.fixture
def any_number_of_digits() -> Iterator[None]:
    """An interpreter that was told to convert integers of any length."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(limit)


@pytest.mark.parametrize(
    "value",
    [
        *(9, -9, 0, 9.0, -0.0, 1e300, 5e-324, 0.1, 2**70, -(2**70), True, False, None),
        *("", "text", "é", "😀", "\0", "\x7f", "\u2028", "\ufeff", '"\\/'),
        *("\ud800", "\udfff", "a\ud83d", "\ude00\ud83d"),
        *([], {}, [[]], [{}], {"": ""}, {"a": {"b": [1, None, True]}}, {"\ud800": "\udc00 "}, {"\0": 1}),
    ],
)  # fmt: skip
async def test_a_json_value_comes_back_as_it_was_with_the_same_types(store: AsyncStore, value: Any) -> None:
    await store.save("key", value)
    loaded = await store.load("key")
    assert (type(loaded), repr(loaded)) == (type(value), repr(value))
    await store.save_many({"key": [value]})
    assert repr(await store.load_many(["key"])) == repr({"key": [value]})


async def test_objects_keep_the_order_of_their_keys(store: AsyncStore) -> None:
    await store.save("key", {"b": 1, "a": 2, "": 3})
    assert list(await store.load("key")) == ["b", "a", ""]


async def test_tuples_become_lists_and_subclasses_what_json_has(store: AsyncStore) -> None:
    await store.save("key", ((), Point(1, 2), Colour.RED, {"t": (1,)}))
    loaded = await store.load("key")
    assert loaded == [[], [1, 2], 1, {"t": [1]}]
    assert type(loaded[2]) is int


async def test_scalar_keys_become_strings_as_json_has_them(store: AsyncStore) -> None:
    value = {1: "int", 1.5: "float", None: "none", False: "bool", -(2**70): "big", "s": "str"}
    await store.save("key", value)
    assert await store.load("key") == json.loads(json.dumps(value))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"items": [1, 2, 3, {"price": math.nan}]}, "$.items[3].price: NaN is not JSON"),
        (math.inf, "$: Infinity is not JSON"),
        ([-math.inf], "$[0]: -Infinity is not JSON"),
        ({math.nan: 1}, "$: as a key, NaN is not JSON"),
        ({"a": {1: "x", "1": "y"}}, "$.a: the keys 1 and '1' would both become '1'"),
        ([{True: 1, "true": 2}], "$[0]: the keys True and 'true' would both become 'true'"),
        ({None: 1, "null": 2}, "$: the keys None and 'null' would both become 'null'"),
        ({"a b": [object()]}, '$["a b"][0]: object is not JSON'),
        ({"set": {1, 2}}, "$.set: set is not JSON"),
        ([b"bytes"], "$[0]: bytes is not JSON"),
        ({(1, 2): 3}, "$: as a key, tuple is not JSON"),
        ([1, 10**4300], "$[1]: an integer of more than 4,300 digits"),
        ({"n": -(10**4300)}, "$.n: an integer of more than 4,300 digits"),
        ({10**4300: 1}, "$: as a key, an integer of more than 4,300 digits"),
        (["\ud83d\ude00"], "$[0]: a pair of surrogates in two halves would become one character"),
        ({"\ud83d\ude00": 1}, "$: as a key, a pair of surrogates in two halves would become one character"),
    ],
)
async def test_what_json_cannot_say_is_refused_with_the_path_of_what_offends(
    store: AsyncStore, value: Any, message: str
) -> None:
    await store.save("key", "kept")
    with pytest.raises(InvalidValueError) as refused:
        await store.save("key", value)
    assert str(refused.value) == message
    with pytest.raises(InvalidValueError) as refused:
        await store.save_many({"key": 1, "other": value})
    assert message in str(refused.value)
    with pytest.raises(InvalidValueError):
        await store.update("key", lambda _: value)
    assert await store.load_many(["key", "other"]) == {"key": "kept"}


async def test_a_long_path_leaves_its_middle_out(store: AsyncStore) -> None:
    with pytest.raises(InvalidValueError) as refused:
        await store.save("key", nested(400, math.nan))
    assert str(refused.value) == f"${'[0]' * 10} ... {'[0]' * 10}: NaN is not JSON"


async def test_500_levels_are_stored_and_501_refused(store: AsyncStore) -> None:
    await store.save("key", nested(500))
    assert await store.load("key") == nested(500)
    await store.save("key", nested(500, "a scalar is no level"))
    with pytest.raises(InvalidValueError, match="more than 500 levels"):
        await store.save("key", nested(501))
    await store.save_text("key", "[" * 500 + "]" * 500)
    with pytest.raises(InvalidValueError, match="more than 500 levels"):
        await store.save_text("key", "[" * 501 + "]" * 501)
    assert await store.load("key") == nested(500)


async def test_100_000_levels_are_refused_without_a_crash(store: AsyncStore) -> None:
    value: Any = {}
    for _ in range(100_000):
        value = [value, value]
    with pytest.raises(InvalidValueError, match="more than 500 levels"):
        await store.save("key", value)
    with pytest.raises(InvalidValueError, match="more than 500 levels"):
        await store.save_text("key", "[" * 100_000 + "]" * 100_000)
    with pytest.raises(InvalidValueError, match="more than 500 levels"):
        await store.save_text("key", '{"a":' * 100_000 + "1" + "}" * 100_000)
    assert not await store.exists("key")


async def test_cycles_are_refused_with_the_path_to_where_they_close(store: AsyncStore) -> None:
    members: dict[str, Any] = {"a": [1]}
    members["a"].append(members)
    with pytest.raises(InvalidValueError) as refused:
        await store.save("key", members)
    assert str(refused.value) == "$.a[1]: a cycle is not JSON"


async def test_cycles_that_branch_are_refused_too(store: AsyncStore) -> None:
    left: list[Any] = []
    right = [left, left]
    left += [right, right, right]
    with pytest.raises(InvalidValueError, match="a cycle is not JSON"):
        await store.save("key", {"root": [left, right]})


async def test_the_same_value_twice_is_no_cycle(store: AsyncStore) -> None:
    shared = {"a": [1]}
    await store.save("key", [shared, {"b": shared}, shared["a"]])
    assert await store.load("key") == [{"a": [1]}, {"b": {"a": [1]}}, [1]]


async def test_integers_of_4300_digits_are_stored_and_of_4301_refused(store: AsyncStore) -> None:
    for value in (10**4300 - 1, 1 - 10**4300):
        await store.save("key", value)
        assert await store.load("key") == value
        await store.save_text("key", str(value))
        assert await store.load("key") == value
        with pytest.raises(InvalidValueError, match="an integer of more than 4,300 digits"):
            await store.save("key", value * 10)
        with pytest.raises(InvalidValueError, match="an integer of more than 4,300 digits"):
            await store.save_text("key", f"{value}0")


@pytest.mark.usefixtures("any_number_of_digits")
async def test_the_limit_of_digits_does_not_depend_on_the_interpreters_own(store: AsyncStore) -> None:
    with pytest.raises(InvalidValueError, match=r"\$\[0\]: an integer of more than 4,300 digits"):
        await store.save("key", [10**4300])
    with pytest.raises(InvalidValueError, match=r"\$\[0\]: an integer of more than 4,300 digits"):
        await store.save_text("key", f"[1{'0' * 4300}]")
    await store.save("key", "9" * 5000)
    await store.save_text("key", f'[0.{"1" * 5000}, "{"1" * 5000}"]')
    assert await store.load("key") == [float(f"0.{'1' * 5000}"), "1" * 5000]


async def test_a_value_is_saved_and_loaded_from_deep_inside_the_callers_stack(store: AsyncStore) -> None:
    async def at_depth(depth: int) -> Any:
        if depth:
            return await at_depth(depth - 1)
        await store.save("key", nested(500))
        return await store.load("key")

    assert await at_depth(600) == nested(500)


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "[1,]", "{'a': 1}", "nul", "01", "1 2", "NaN", "[-Infinity]", '"\n"', '"\\x"', "\ufeff1", "[1]\0"],
)  # fmt: skip
async def test_save_text_refuses_what_is_not_json(store: AsyncStore, text: str) -> None:
    with pytest.raises(InvalidValueError, match="not JSON"):
        await store.save_text("key", text)
    assert not await store.exists("key")


async def test_save_text_says_where_the_json_is_broken(store: AsyncStore) -> None:
    with pytest.raises(InvalidValueError, match="not JSON: line 2, column 6: Expecting value"):
        await store.save_text("key", '{\n"a": }')
    with pytest.raises(InvalidValueError, match="character 1 is half of a surrogate pair"):
        await store.save_text("key", '"\ud800"')
    with pytest.raises(InvalidValueError, match="JSON text must be a str, not bytes"):
        await store.save_text("key", b"1")  # type: ignore[arg-type]  # what a caller may get wrong


@pytest.mark.parametrize(
    "text",
    [
        "22.00",
        "1e5",
        "1E400",
        "-0",
        " [ ] \r\n",
        '{"a":1,"a":2}',
        '"\\ud83d\\ude00"',
        '"\\ud800"',
        "1" * 4300,
    ],
)
async def test_text_is_stored_verbatim(store: AsyncStore, text: str) -> None:
    await store.save_text("key", text)
    assert await store.load_text("key") == text
    entry = await store.entry("key")
    assert entry is not None
    assert entry.size == len(text)
    assert repr(entry.value) == repr(json.loads(text)) == repr(await store.load("key"))


@pytest.mark.parametrize(
    "value",
    [b"abc", bytearray(b"abc"), memoryview(b"abc"), memoryview(b"axbxc")[::2], array.array("B", b"abc")],
)
async def test_set_takes_anything_bytes_like(store: AsyncStore, value: Any) -> None:
    await store.set("key", value)
    assert await store.get("key") == b"abc"
    await store.set_many({"key": value})
    assert await store.get("key") == b"abc"


def released() -> memoryview:
    view = memoryview(b"abc")
    view.release()
    return view


@pytest.mark.parametrize("value", ["text", 1, None, [1, 2], object(), {"a": b""}, released()])
async def test_set_refuses_what_is_not_bytes_like(store: AsyncStore, value: Any) -> None:
    with pytest.raises(InvalidValueError, match="set stores bytes"):
        await store.set("key", value)
    with pytest.raises(InvalidValueError):
        await store.set_many({"other": b"", "key": value})
    assert await listed(store.keys()) == []


async def test_bytes_are_copied_at_the_call(store: AsyncStore) -> None:
    value = bytearray(b"before")
    writing = asyncio.ensure_future(store.set("key", value))
    await asyncio.sleep(0)  # now it runs, and has not ended where it runs on another thread
    value[:] = b"after!"
    await writing
    assert await store.get("key") == b"before"


async def test_json_is_encoded_at_the_call(store: AsyncStore) -> None:
    value = ["before"]
    writing = asyncio.ensure_future(store.save("key", value))
    await asyncio.sleep(0)
    value[0] = "after"
    await writing
    assert await store.load("key") == ["before"]


async def test_what_is_loaded_is_the_callers_own(store: AsyncStore) -> None:
    await store.save("key", ["stored"])
    (await store.load("key")).append("changed")
    assert await store.load("key") == ["stored"]


@pytest.mark.parametrize("size", [64 * 1024, 64 * 1024 + 1, 5_000_000])
async def test_values_of_any_size_come_back_whole(store: AsyncStore, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    await store.set("bytes", data)
    await store.save("json", "é" * (size // 2))
    assert await store.get("bytes") == data
    assert await store.load("json") == "é" * (size // 2)
    entry = await store.entry("bytes")
    assert entry is not None
    assert (entry.size, entry.value) == (size, data)


async def test_a_broken_mapping_of_values_is_refused(store: AsyncStore) -> None:
    for values in ([("key", 1)], None, "key"):
        with pytest.raises(InvalidValueError, match="a mapping of keys to values"):
            await store.save_many(values)  # type: ignore[arg-type]  # what a caller may get wrong
        with pytest.raises(InvalidValueError, match="a mapping of keys to values"):
            await store.set_many(values)  # type: ignore[arg-type]
