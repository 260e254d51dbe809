"""Values keep every digit on their way from a document to a check."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.lossless import Document
from inspector.schema.exact import source_of, value_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read(text: str) -> object:
    return value_of(Document.parse(text.encode()).root)


@given(VALUES)
def test_what_json_reads_is_read_alike_and_written_back(value: object) -> None:
    text = json.dumps(value)
    assert read(text) == value
    assert json.loads(source_of(read(text)) or "") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22.00", Decimal("22.00")),
        ("0.1", Decimal("0.1")),
        ("1180591620717411303424", 2**70),
        ("1e5", Decimal("1e5")),
        ("-0", 0),
        ("1e-400", Decimal("1e-400")),
        ("9" * 5000, Decimal("9" * 5000)),
    ],
)
def test_numbers_are_exact(text: str, value: int | Decimal) -> None:
    found = read(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["1e99999999999999999999999", "-1e99999999999999999999999"])
def test_a_number_beyond_all_bounds_is_the_largest_that_there_is(text: str) -> None:
    found = read(text)
    assert isinstance(found, Decimal)
    assert found.copy_abs() > 10**1000
    assert (found < 0) == text.startswith("-")


def test_a_number_too_small_to_say_is_not_made_zero_and_a_zero_stays_one() -> None:
    assert read("1e-99999999999999999999999") != 0
    assert read("0.0e99999999999999999999999") == 0


def test_of_members_with_one_name_the_last_counts() -> None:
    assert read('{"a": 1, "b": 2, "a": 3}') == {"a": 3, "b": 2}


def test_what_is_nested_deeply_is_read_and_has_no_short_text() -> None:
    deep = read("[" * 500 + "]" * 500)
    assert source_of(deep) is None
    assert source_of({"price": Decimal("22.00"), "tags": ["ä"]}) == '{"price": 22.00, "tags": ["ä"]}'
