"""Exact text and what a text widget holds of it: there and back without loss."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.editors.text_map import FOLD_WIDTH, TextMap, line_and_column

LINE_ENDS = ["\n", "\r\n", "\r", "\u2028", "\u2029"]
HIDDEN = ["\x00", "\x1b", "\x85", "\u202e", "\u2066", "\ufeff", "\ufdd0", "\ufffc"]
PICTURES = ["∅", "↩", "↓", "↲", "↴", "⇐", "\ue000"]
AWKWARD = st.sampled_from([*LINE_ENDS, *HIDDEN, *PICTURES, "\u00a0", "\U0001f600", "e\u0301", "a", '"', "\t"])
TEXTS = st.one_of(
    st.lists(AWKWARD, max_size=40).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)


@given(TEXTS)
def test_every_text_comes_back_exactly(text):
    mapping = TextMap(text)
    assert mapping.exact(mapping.shown(text)) == text


@given(TEXTS)
def test_what_is_shown_holds_nothing_that_qt_would_change_or_hide(text):
    shown = TextMap(text).shown(text)
    assert not set(shown) & set("\r\u2028\u2029\x00\x1b\x85\u202e\u2066\ufeff\ufdd0\ufffc")


@given(TEXTS, TEXTS, st.integers(0, 100))
def test_pasting_at_a_line_start_changes_nothing_before_or_after_it(text, pasted, line):
    mapping = TextMap(text)
    lines = mapping.shown(text).split("\n")
    at = len("".join(f"{one}\n" for one in lines[: line % len(lines)]))
    shown = "\n".join(lines)
    before, after = mapping.exact(shown[:at]), mapping.exact(shown[at:])

    edited = mapping.exact(shown[:at] + mapping.pasted(pasted) + shown[at:])

    assert edited.startswith(before)
    assert edited.endswith(after)


@given(TEXTS, TEXTS)
def test_pasted_text_arrives_as_it_is_but_with_the_line_ends_of_its_new_place(text, pasted):
    mapping = TextMap(text)
    arrived = mapping.exact(mapping.pasted(pasted))
    ends = pasted.replace("\r\n", "\n").replace("\r", "\n")
    assert arrived == ends.replace("\n", mapping.line_end)


@pytest.mark.parametrize(
    ("text", "line_end"),
    [("a\r\nb\r\nc\n", "\r\n"), ("a\nb", "\n"), ("a\rb\rc\n", "\r"), ("plain", "\n"), ("a\u2028b", "\n")],
)
def test_the_most_frequent_line_end_is_the_plain_line_break(text, line_end):
    assert TextMap(text).line_end == line_end


def test_another_line_end_is_marked_where_it_stands():
    assert TextMap("a\nb\nc\r\nd").shown("a\nb\nc\r\nd") == "a\nb\nc↲\nd"


def test_a_control_character_is_shown_as_its_picture_unless_the_text_has_that_picture():
    assert TextMap("a\x00").shown("a\x00") == "a∅"
    assert TextMap("∅\x00").shown("∅\x00") == "∅\ue000"


def test_a_picture_that_is_pasted_later_stays_a_picture():
    mapping = TextMap("\x00")
    shown = mapping.shown("\x00") + mapping.pasted("∅")
    assert mapping.exact(shown) == "\x00∅"


def test_a_picture_that_was_typed_is_never_taken_as_a_stand_in():
    mapping = TextMap("abc")
    mapping.keep("∅")
    assert mapping.exact("abc∅" + mapping.pasted("\x00")) == "abc∅\x00"


def test_a_long_line_is_folded_and_comes_back_in_one_piece():
    text = '"' + "x" * 1_000_000 + '"\n'
    mapping = TextMap(text)
    shown = mapping.shown(text)
    assert max(map(len, shown.split("\n"))) <= FOLD_WIDTH + 1
    assert mapping.exact(shown) == text


def test_a_lone_surrogate_from_the_clipboard_becomes_a_replacement_character():
    mapping = TextMap("")
    assert mapping.exact(mapping.pasted("a\ud800b")) == "a\ufffdb"


def test_a_text_without_a_free_stand_in_is_refused():
    text = "".join(map(chr, range(0xE000, 0xF900))) + "∅\x00"
    with pytest.raises(ValueError, match="every character"):
        TextMap(text).shown(text)


def test_a_stand_in_explains_itself():
    mapping = TextMap("\u202e")
    assert mapping.explain(mapping.shown("\u202e")) == "U+202E right-to-left override"
    assert mapping.explain("a") == ""


@pytest.mark.parametrize(
    ("offset", "place"), [(0, (1, 1)), (2, (2, 1)), (5, (3, 1)), (6, (3, 2)), (8, (4, 1))]
)
def test_a_place_is_counted_over_every_kind_of_line_end(offset, place):
    assert line_and_column("a\nb\r\nc\u2028d", offset - (offset > 6)) == place


@given(TEXTS)
def test_a_place_in_the_exact_text_is_found_in_what_is_shown(text):
    mapping = TextMap(text)
    shown = mapping.shown(text)
    inside_a_break = {match.start() + 1 for match in re.finditer("\r\n", text)}
    for offset in set(range(len(text) + 1)) - inside_a_break:
        assert mapping.exact(shown[: mapping.shown_offset(shown, offset)]) == text[:offset]
