"""Laying JSON out: white space between tokens changes and nothing else does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.editors.text_format import compact_json, format_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
LAYOUTS = st.sampled_from([(None, (", ", ": ")), (None, (",", ":")), (4, (",", " : ")), ("\t", (",", ": "))])


@given(VALUES, LAYOUTS, st.booleans())
def test_formatting_gives_what_the_standard_library_would_lay_out(value, layout, ascii_only):
    indent, separators = layout
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii_only)
    assert format_json(text) == json.dumps(value, indent=2, ensure_ascii=ascii_only)


@given(VALUES, LAYOUTS)
def test_compacting_undoes_formatting(value, layout):
    indent, separators = layout
    compact = json.dumps(value, separators=(",", ":"))
    assert compact_json(json.dumps(value, indent=indent, separators=separators)) == compact
    assert compact_json(format_json(compact)) == compact


@pytest.mark.parametrize(
    "text", ['{"b":22.00,"a":1e5,"b":-0}', '["\\u00e9\\/", "  a : b , [ ] "]', "[1E+400,0.10]", '"\\ud800"']
)
def test_number_text_order_duplicates_and_escapes_stay(text):
    spaced = format_json(text)
    for token in text.replace("{", ",").replace("[", ",").strip(",]}").split(","):
        assert token.replace(":", ": ") in spaced or token in spaced
    assert compact_json(spaced) == compact_json(text)


def test_formatting_puts_each_field_and_item_on_a_line():
    assert format_json('{"a":[1,{}],"b":[]}') == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'


@pytest.mark.parametrize("lay_out", [format_json, compact_json])
def test_a_final_line_break_stays_and_is_never_added(lay_out):
    assert lay_out("[1]\n").endswith("]\n")
    assert lay_out("[1]\r\n", "\r\n").endswith("]\r\n")
    assert lay_out("[1]").endswith("]")


def test_formatting_uses_the_line_end_it_is_given():
    assert format_json("[1]\r\n", "\r\n") == "[\r\n  1\r\n]\r\n"
