"""The first fault of a JSON text: what it is and where."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.editors.text_json import find_fault

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_json_has_no_fault(value, indent, ascii_only):
    assert find_fault(json.dumps(value, indent=indent, ensure_ascii=ascii_only)) is None


@pytest.mark.parametrize(
    "text", ["22.00", "-0", "1e400", '{"a":1,"a":2}', '"\\ud800"', " [1]\r\n", "9" * 4300]
)
def test_unusual_json_has_no_fault(text):
    assert find_fault(text) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Line 1, column 1: a value is expected here, and there is none"),
        ('{"a": 1,\n "b": }', "Line 2, column 7: a value is expected here"),
        ('{"a": 1\n "b": 2}', 'Line 2, column 2: "," or the closing bracket is expected here'),
        ('{"a" 1}', 'Line 1, column 6: ":" is expected here'),
        ("{a: 1}", 'Line 1, column 2: a field name in double quotes or "}" is expected here'),
        ('["a', "Line 1, column 2: the text that starts here has no closing quote"),
        ('["a\nb"]', "Line 1, column 4: a control character inside text must be written as an escape"),
        ('["\\x"]', "Line 1, column 3: this backslash begins no escape that JSON knows"),
        ("1 2", "Line 1, column 3: the value is complete before this"),
        ('["NaN", NaN]', "Line 1, column 9: NaN is no JSON value"),
        ("[-Infinity]", "Line 1, column 2: -Infinity is no JSON value"),
        ("\ufeff1", "Line 1, column 1: a byte order mark is no part of JSON"),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(text, sentence):
    fault = find_fault(text)
    assert fault is not None
    assert fault.sentence(text) == sentence


def test_500_levels_are_json_and_501_are_not():
    assert find_fault("[" * 500 + "]" * 500) is None
    fault = find_fault("[" * 501 + "]" * 501)
    assert fault is not None
    assert fault.offset == 500


def test_10_000_levels_are_refused_without_recursion():
    fault = find_fault('{"a":' * 10_000 + "1" + "}" * 10_000)
    assert fault is not None
    assert "500 levels" in fault.reason


def test_brackets_inside_text_are_no_levels():
    assert find_fault(json.dumps(["[" * 2000, '"[' * 2000])) is None


def test_an_integer_of_4301_digits_is_refused_where_it_stands():
    digits = "9" * 4301
    fault = find_fault(f'["{digits}", 0.{digits}, {digits}e1, -{digits}]')
    assert fault is not None
    assert fault.offset == 4301 * 3 + 13


@pytest.mark.parametrize("inside", ["[" * 600, '\\"[' * 600, "\\\\", '\\\\\\"[[' * 300, "]" * 600])
def test_brackets_inside_of_text_are_no_levels(inside):
    text = f'[{"[1]," * 600}"{inside}"]'
    assert json.loads(text)
    assert find_fault(text) is None


@pytest.mark.parametrize("before", ["", '"\\\\", ', '"\\"", ', '"]]]]", ' * 3])
def test_the_level_that_is_one_too_many_is_found_behind_any_text(before):
    text = f"[{before}{'[' * 500}"
    fault = find_fault(text)
    assert fault is not None
    assert (fault.offset, "500 levels" in fault.reason) == (len(text) - 1, True)


@pytest.mark.parametrize("place", [0, 1, 4300, 4301, 9000])
def test_a_number_of_too_many_digits_is_found_wherever_it_stands(place):
    allowed, refused = (f'["{"x" * place}", {"7" * digits}]' for digits in (4300, 4301))
    assert find_fault(allowed) is None
    fault = find_fault(refused)
    assert fault is not None
    assert fault.offset == place + 5
