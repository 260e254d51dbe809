"""Lines in which nothing is invisible, and pairs of them in which what differs is marked."""

import pytest

from inspector.compare.spans import Line, alike_at_start, clipped, outdented, pair, seen, text_of


def marked(line: Line) -> str:
    return "".join(span.text for span in line if span.marked)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", ""), (" a b", " a b"), ("a \t", "a·→"), ("a\tb", "a\\tb"),
     ("a\u202eb", "a\\u202eb"), ("\ud800", "\\ud800")],
)  # fmt: skip
def test_ordinary_blanks_stand_as_they_are_and_all_else_that_hides_is_shown(text, shown):
    assert text_of(seen(text)) == shown


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("a b c", "a x c", "b", "x"),
        ("aa", "aaa", "", "a"),
        ("a", "a ", "", "·"),
        ("a", "b ", "a", "b·"),
        ("", "", "", ""),
    ],
)
def test_what_differs_in_a_pair_is_marked(before, after, gone, come):
    assert tuple(map(marked, pair(before, after))) == (gone, come)


def test_a_blank_before_what_differs_is_no_end_of_a_line():
    assert [text_of(line) for line in pair("a b", "a c")] == ["a b", "a c"]


def test_a_pair_can_be_told_as_different_throughout():
    assert tuple(map(marked, pair("true", "false", whole=True))) == ("true", "false")


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8])
def test_how_far_two_are_alike(count):
    assert alike_at_start("x" * count + "a", "x" * count + "b") == count
    assert alike_at_start(b"x" * count, b"x" * (count + 3)) == count


def test_what_is_cut_off_is_counted():
    assert clipped("x" * 2_240) == "x" * 240 + "… 2,000 more"
    assert clipped("x" * 240) == "x" * 240


def test_a_piece_of_a_document_loses_the_indent_of_its_place():
    assert outdented('{\n      "a": 1\n    }') == ["{", '  "a": 1', "}"]
    assert outdented("1") == ["1"]
