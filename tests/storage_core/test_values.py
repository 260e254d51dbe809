"""What lies in the file for a value, and what is made of a value that should not lie there."""

from typing import Any

import pytest

from storage_core import CorruptError, InvalidValueError
from storage_core.values import SIZE_LIMIT, checked_size, decode, encode


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"b": [1, 2.0, None], "a": True}, b'{"b":[1,2.0,null],"a":true}'),
        ("é😀\u2028", '"é😀\u2028"'.encode()),
        ("é\ud800", b'"\\u00e9\\ud800"'),
        ("\0\x1f", b'"\\u0000\\u001f"'),
    ],
)
def test_json_is_stored_compact_in_utf_8_and_escaped_only_where_it_must_be(value: Any, data: bytes) -> None:
    assert encode(value) == data


@pytest.mark.parametrize("data", [b"", b"[", b"nul", b'"\xff"', b"1 2", b"9" * 4301])
def test_what_is_not_json_where_json_should_be_is_damage(data: bytes) -> None:
    with pytest.raises(CorruptError):
        decode(data)


def test_white_space_around_a_value_does_no_harm() -> None:
    assert decode(b" \r\n[1]\t") == [1]


def test_a_row_holds_the_largest_value_with_the_longest_key() -> None:
    class Bytes(bytes):
        """Bytes that only say how many they are."""

        def __len__(self) -> int:
            return self.size

        size = 0

    data = Bytes()
    data.size = SIZE_LIMIT
    assert checked_size(data) is data
    data.size += 1
    with pytest.raises(InvalidValueError, match="up to 999,991,808"):
        checked_size(data)
    assert SIZE_LIMIT + 4 * 1024 + 100 < 1_000_000_000
