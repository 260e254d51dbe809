"""Where the keys that start with a prefix end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage_core import Scope
from storage_core.scope import after_prefix

LETTERS = st.sampled_from("ab\ud7fe\ud7ff\ue000\uffff\U0010ffff") | st.characters(exclude_categories=["Cs"])
TEXT = st.text(LETTERS, max_size=4)


@given(prefix=TEXT, key=TEXT)
def test_a_key_starts_with_a_prefix_where_it_lies_in_the_prefixs_range(prefix: str, key: str) -> None:
    end = after_prefix(prefix)
    data = key.encode()
    in_range = prefix.encode() <= data and (end is None or data < end.encode())
    assert in_range == key.startswith(prefix)


@pytest.mark.parametrize(
    ("prefix", "end"),
    [
        ("", None),
        ("a", "b"),
        ("az", "a{"),
        ("\ud7ff", "\ue000"),
        ("\U0010ffff", None),
        ("a\U0010ffff\U0010ffff", "b"),
    ],
)
def test_the_end_of_a_prefix_is_the_least_text_beyond_it(prefix: str, end: str | None) -> None:
    assert after_prefix(prefix) == end


def test_a_scope_is_a_value_that_says_whose_it_is() -> None:
    assert Scope("acme") == Scope("acme", None) != Scope("acme", "ann")
    assert len({Scope("acme"), Scope("acme"), Scope("acme", "ann")}) == 2
    assert (str(Scope("acme")), str(Scope("acme", "ann"))) == ("acme / Shared", "acme / ann")
