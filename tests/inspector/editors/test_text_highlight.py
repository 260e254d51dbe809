"""Colours of JSON text: read from what the layout of each line holds."""

import pytest
from PySide6.QtGui import QTextDocument

from inspector import theme
from inspector.editors.text_highlight import LONGEST_LINE, TextHighlighter
from inspector.editors.text_view import HIGHLIGHT_LIMIT, TextView


@pytest.fixture
def document(qapp):
    return QTextDocument()


def coloured(document, block=0):
    """The coloured parts of a line, with the token of the colour that each has."""
    names = {getattr(theme.current(), name).lower(): name for name in ("accent", "green", "amber", "red")}
    line = document.findBlockByNumber(block)
    raw = line.text().encode("utf-16-le")
    return [
        (raw[2 * part.start : 2 * (part.start + part.length)].decode("utf-16-le"), names[colour(part)])
        for part in line.layout().formats()
    ]


def colour(part):
    return part.format.foreground().color().name()


def highlighted(document, text, *, json=True, stand_ins="", fold=""):
    document.setPlainText(text)
    made = TextHighlighter(document)
    made.json = json
    made.set_stand_ins(stand_ins, fold)
    made.rehighlight()
    return made


def test_names_texts_and_plain_values_differ(document):
    highlighted(document, '{"na\\"me" : "te:xt", "n": -1.5e3, "t": [true, null]}')
    assert coloured(document) == [
        ('"na\\"me"', "accent"),
        ('"te:xt"', "green"),
        ('"n"', "accent"),
        ("-1.5e3", "amber"),
        ('"t"', "accent"),
        ("true", "amber"),
        ("null", "amber"),
    ]


def test_characters_outside_the_basic_plane_do_not_shift_the_colours(document):
    highlighted(document, '["\U0001f600", 1]')
    assert coloured(document) == [('"\U0001f600"', "green"), ("1", "amber")]


def test_text_that_is_no_json_has_no_colours_but_for_its_stand_ins(document):
    highlighted(document, '"a∅" 1', json=False, stand_ins="∅")
    assert coloured(document) == [("∅", "red")]


def test_a_text_that_goes_on_after_a_fold_keeps_its_colour(document):
    highlighted(document, '["ab↴\ncd↴\nef", 1]', stand_ins="↴", fold="↴")
    assert coloured(document, 1)[0] == ("cd", "green")
    assert coloured(document, 2) == [('ef"', "green"), ("1", "amber")]


def test_a_text_without_its_closing_quote_does_not_colour_the_next_line(document):
    highlighted(document, '["ab\n1]')
    assert coloured(document, 1) == [("1", "amber")]


def test_a_line_that_is_too_long_is_left_alone(document):
    highlighted(document, "1" * (LONGEST_LINE + 1) + "\n1")
    assert coloured(document, 0) == []
    assert coloured(document, 1) == [("1", "amber")]


def test_colours_follow_the_theme(document, qapp):
    made = highlighted(document, "1")
    shown = theme.theme()
    before, was_dark = colour(document.firstBlock().layout().formats()[0]), shown.dark
    shown.dark = not was_dark
    made.follow_theme()
    after = colour(document.firstBlock().layout().formats()[0])
    shown.dark = was_dark
    assert before != after


@pytest.mark.parametrize(("size", "coloured_at_all"), [(1000, True), (HIGHLIGHT_LIMIT, False)])
def test_a_large_text_is_shown_without_colours(qtbot, size, coloured_at_all):
    view = TextView()
    qtbot.addWidget(view)
    view.show_exact('["a"]\n' * (size // 6 + 1), json=True)
    view.highlighter.rehighlight()
    assert bool(view.document().firstBlock().layout().formats()) == coloured_at_all
