"""Text of unknown origin: shown as it is, never rendered, never invisible."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument

from inspector.plain import LONGEST_TOOLTIP, PlainLabel, plain_tooltip, visible, visible_key, without_mnemonic

HOSTILE = '<img src="file:///etc/hostname"><b>bold</b> &amp; &lt;i&gt;'
ESCAPED = re.compile(r"\\(?:([\\nrt0])|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))|␣|(.)", re.DOTALL)


def read_back(shown: str) -> str:
    """The text that looks like `shown`."""

    def character(match: re.Match[str]) -> str:
        named, *codes, plain = match.groups()
        if match[0] == "␣":
            return " "
        if named is not None:
            return {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"}[named]
        code = next((code for code in codes if code is not None), None)
        return plain if code is None else chr(int(code, 16))

    return ESCAPED.sub(character, shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("todos", "todos"),
        ("Zoë 键 🐱 <b>", "Zoë 键 🐱 <b>"),
        ("a\nb\r\tc\0", r"a\nb\r\tc\0"),
        ("\x1b[31m", r"\x1b[31m"),
        ("user\u202egnp.exe", r"user\u202egnp.exe"),
        ("a\u2028b\u00a0c", r"a\u2028b\xa0c"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\ufffe\ufdd0\U0010ffff\ufffc", r"\ufffe\ufdd0\U0010ffff\ufffc"),
        ("  key ", "␣␣key␣"),
        ("   ", "␣␣␣"),
        ("a ␣", r"a \u2423"),
        (r"C:\new", r"C:\\new"),
        (r"C:\data", r"C:\data"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_shown_as_an_escape(text, shown):
    assert visible(text) == shown


def test_a_joiner_stays_inside_words_and_emoji_and_shows_where_it_only_hides():
    assert visible("👩\u200d💻") == "👩\u200d💻"
    assert visible("می\u200cخواهم") == "می\u200cخواهم"
    assert visible("to\u200ddos") == r"to\u200ddos"
    assert visible("ключ\u200c") == r"ключ\u200c"


@given(
    st.text(alphabet=st.one_of(st.characters(codec=None), st.sampled_from("\\\\nrtux0 ␣\u200d\u202e\ud800")))
)
@example("\\\n")
@example("\\\\n")
@example("\\ ")
@example(r"\x41 \u0041 \U00000041 \n \r \t \0")
def test_no_two_texts_look_the_same(text):
    assert read_back(visible(text)) == text


def test_a_megabyte_of_blanks_is_shown_at_once():
    assert visible("a" + " " * 1_000_000 + "b") == "a" + " " * 1_000_000 + "b"


def test_a_tooltip_shows_markup_as_text_and_keeps_line_breaks_and_blanks(qapp):
    document = QTextDocument()
    document.setHtml(plain_tooltip(f"{HOSTILE}\n  second  line"))
    assert document.toPlainText() == f"{HOSTILE}\n  second  line"


def test_a_tooltip_ends_somewhere_and_an_empty_text_has_none():
    assert plain_tooltip("x" * 10_000).count("x") < LONGEST_TOOLTIP
    assert "…" in plain_tooltip("x" * 10_000)
    assert plain_tooltip("") == ""


def test_an_ampersand_in_a_menu_is_no_mnemonic():
    assert without_mnemonic("R&D && more") == "R&&D &&&& more"


def test_a_label_shows_markup_as_text(qtbot):
    label = PlainLabel(HOSTILE)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == HOSTILE
    assert label.sizeHint().width() >= label.fontMetrics().horizontalAdvance(HOSTILE)


def test_an_eliding_label_is_cut_to_its_width_and_tells_the_whole_in_its_tooltip(qtbot):
    key = "conversations/2026/11/<b>abc</b>"
    label = PlainLabel(key, elide=Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.resize(120, 26)
    label.grab()
    shown = label.shown_text()
    assert shown.startswith("con")
    assert "…" in shown
    assert shown.endswith(">")
    assert label.fontMetrics().horizontalAdvance(shown) <= 120
    assert label.toolTip() == plain_tooltip(key)
    assert label.text() == key
    assert label.minimumSizeHint().width() < 60


def test_an_eliding_label_with_room_for_everything_has_the_tooltip_that_it_was_given(qtbot):
    label = PlainLabel("todos", elide=Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.setToolTip(plain_tooltip("The key"))
    label.resize(200, 26)
    label.grab()
    assert label.shown_text() == "todos"
    assert label.toolTip() == plain_tooltip("The key")


def test_the_empty_key_has_a_name_and_a_long_one_loses_its_middle():
    assert visible_key("") == "(empty key)"
    assert visible_key("a\nb") == "a\\nb"
    assert visible_key("k" * 100) == "k" * 100
    assert visible_key("abcdefghij" * 10, 9) == "abcd…ghij"
    assert visible_key("abc", 3) == "abc"
