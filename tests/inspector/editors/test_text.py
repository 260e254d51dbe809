"""The text editor: what the person did not touch stays, and what is wrong is told."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QToolTip,
)

from inspector import theme
from inspector.editors.text import EDIT_LIMIT, MOST_LINES, NOT_TEXT, TOO_LARGE, TextEditor
from inspector.editors.text_gutter import Gutter
from inspector.editors.text_map import FOLD_WIDTH
from inspector.editors.text_view import MOST_INSERTED
from inspector.plain import PlainLabel

LINE_ENDS = ["\n", "\r\n", "\r", "\u2028", "\u2029"]
HIDDEN = ["\x00", "\x1b", "\u00a0", "\u202e", "\ufeff", "\ufdd0", "\ufffc"]
AWKWARD = st.sampled_from([*LINE_ENDS, *HIDDEN, "∅", "↩", "↲", "\ue000", "\U0001f600", "a", '"'])
TEXTS = st.lists(AWKWARD, max_size=30).map("".join)
SAME_WIDGETS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def editor(qtbot):
    made = TextEditor()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


@pytest.fixture
def json_editor(qtbot):
    made = TextEditor(json=True)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def field(editor):
    return editor.findChild(QPlainTextEdit, "textEdit")


def load_all(qtbot, editor, data, **how):
    """Load a long text, and wait until all of it is there."""
    editor.load(data, **how)
    assert field(editor).is_filling
    with qtbot.waitSignal(field(editor).filled):
        pass


def status(editor):
    return editor.findChild(PlainLabel, "textStatus").text()


def put_caret(editor, position, to=None):
    """Press the mouse at `position` and let it go at `to`."""
    for at, mode in ((position, QTextCursor.MoveMode.MoveAnchor), (to, QTextCursor.MoveMode.KeepAnchor)):
        if at is not None:
            cursor = field(editor).textCursor()
            cursor.setPosition(at, mode)
            field(editor).setTextCursor(cursor)


def paste(editor, text):
    QApplication.clipboard().setText(text)
    field(editor).paste()


def type_character(editor, character):
    """What a keyboard with that character sends; QTest's own keys end at Latin-1."""
    event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, character)
    QApplication.sendEvent(field(editor), event)


def press(editor, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(field(editor), key, modifier)


# What is looked at stays as it is.


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a\r\nb\nc\r",
        "nbsp\u00a0 ls\u2028 ps\u2029".encode(),
        b"nul\x00 esc\x1b",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"x" * 2_000_000,
    ],
)
def test_a_value_that_was_only_looked_at_comes_back_as_the_very_object(editor, data):
    editor.load(data)
    assert editor.data() is data
    assert not editor.is_modified()


@SAME_WIDGETS
@given(text=TEXTS)
def test_typing_at_the_end_leaves_every_byte_before_as_it_was(editor, text):
    data = text.encode()
    editor.load(data)
    field(editor).moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(field(editor), "x")
    assert editor.data() == data + b"x"


@SAME_WIDGETS
@given(text=TEXTS, place=st.integers(0, 60))
def test_typing_anywhere_adds_that_one_byte_and_undo_takes_it_away(editor, text, place):
    data = text.encode()
    editor.load(data)
    for _ in range(place % (len(text) + 1)):
        press(editor, Qt.Key.Key_Right)
    QTest.keyClicks(field(editor), "x")
    edited = editor.data()
    assert len(edited) == len(data) + 1
    assert any(edited == data[:at] + b"x" + data[at:] for at in range(len(data) + 1))

    editor.undo()
    assert editor.data() is data
    assert not editor.is_modified()


@SAME_WIDGETS
@given(text=TEXTS, start=st.integers(0, 30), length=st.integers(0, 30))
def test_what_is_cut_and_pasted_back_is_the_same_text(editor, text, start, length):
    data = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    editor.load(data)
    for _ in range(start):
        press(editor, Qt.Key.Key_Right)
    for _ in range(length):
        press(editor, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    if field(editor).textCursor().hasSelection():
        field(editor).cut()
        field(editor).paste()
    assert editor.data() == data


def test_a_line_end_typed_into_a_file_with_crlf_is_crlf(editor):
    editor.load(b"a\r\nb\r\n")
    put_caret(editor, 1)
    press(editor, Qt.Key.Key_Return)
    assert editor.data() == b"a\r\n\r\nb\r\n"


def test_text_typed_at_the_end_of_a_line_goes_before_its_odd_line_end(editor):
    editor.load(b"a\nb\nc\r\nd")
    put_caret(editor, 4)
    press(editor, Qt.Key.Key_End)
    QTest.keyClicks(field(editor), "x")
    assert editor.data() == b"a\nb\ncx\r\nd"


def test_the_right_arrow_steps_over_an_odd_line_end_at_once(editor):
    editor.load(b"a\nb\nc\r\nd")
    put_caret(editor, 5)
    press(editor, Qt.Key.Key_Right)
    QTest.keyClicks(field(editor), "x")
    assert editor.data() == b"a\nb\nc\r\nxd"


@pytest.mark.parametrize(("key", "place"), [(Qt.Key.Key_Delete, 5), (Qt.Key.Key_Backspace, 7)])
def test_an_odd_line_end_is_deleted_as_one(editor, key, place):
    editor.load(b"a\nb\nc\r\nd")
    put_caret(editor, place)
    press(editor, key)
    assert editor.data() == b"a\nb\ncd"


def test_pasted_text_takes_the_line_ends_of_the_value(editor):
    editor.load(b"a\r\nb")
    put_caret(editor, 0)
    paste(editor, "1\n2\n")
    assert editor.data() == b"1\r\n2\r\na\r\nb"


def test_rich_text_is_pasted_as_its_plain_text(editor):
    editor.load(b"")
    mime = QMimeData()
    mime.setHtml("<b>bold</b>")
    mime.setText("bold")
    field(editor).insertFromMimeData(mime)
    assert editor.data() == b"bold"


def test_copied_text_holds_the_characters_and_not_their_stand_ins(editor):
    editor.load("a\u00a0b\x1b\u2028c".encode())
    field(editor).selectAll()
    field(editor).copy()
    assert QApplication.clipboard().text() == "a\u00a0b\x1b\u2028c"


def test_a_picture_that_is_typed_while_it_stands_for_something_stays_a_picture(editor):
    editor.load(b"\x00")
    type_character(editor, "∅")
    assert editor.data() == "∅\x00".encode()


def test_a_picture_that_was_typed_first_is_not_taken_for_what_is_pasted_next(editor):
    editor.load(b"")
    type_character(editor, "∅")
    mime = QMimeData()
    mime.setText("\x00")
    field(editor).insertFromMimeData(mime)
    assert editor.data() == "∅\x00".encode()


def test_a_byte_order_mark_that_was_cut_can_be_pasted_back(editor):
    editor.load("\ufeffa".encode())
    field(editor).selectAll()
    field(editor).cut()
    field(editor).paste()
    assert editor.data() == "\ufeffa".encode()


def test_more_than_a_text_field_can_take_is_not_pasted(editor):
    editor.load(b"abc")
    mime = QMimeData()
    mime.setText("x" * (MOST_INSERTED + 1))
    field(editor).insertFromMimeData(mime)
    assert "More than 1 MB" in status(editor)
    assert not editor.is_modified()


def test_typing_and_deleting_the_same_is_no_change(editor):
    editor.load(b"abc")
    QTest.keyClicks(field(editor), "x")
    press(editor, Qt.Key.Key_Backspace)
    assert not editor.is_modified()


def test_changed_comes_with_edits_and_never_with_a_load(editor, qtbot):
    heard = []
    editor.changed.connect(lambda: heard.append(editor.data()))
    editor.set_json(True)
    editor.load(b'{"a": 1}')
    QApplication.sendPostedEvents()
    editor.set_json(False)
    editor.set_json(True)
    theme.theme().changed.emit()
    assert heard == []
    QTest.keyClicks(field(editor), " ")
    assert heard == [b' {"a": 1}']
    editor.undo()
    assert heard[-1] == b'{"a": 1}'


def test_line_numbers_keep_the_face_of_the_text_in_another_look(qapp, qtbot):
    theme.apply(qapp, dark=False)
    editor = TextEditor()
    qtbot.addWidget(editor)
    editor.show()
    editor.load(b"a\nb")
    theme.apply(qapp, dark=True)
    gutter = editor.findChild(Gutter)
    assert gutter.font().family() == field(editor).font().family()
    assert gutter.width() == gutter.sizeHint().width() == field(editor).viewportMargins().left()
    theme.apply(qapp, dark=False)


def test_a_load_forgets_the_former_edits(editor):
    editor.load(b"a")
    QTest.keyClicks(field(editor), "x")
    assert editor.can_undo()
    editor.load(b"b")
    assert not editor.can_undo()
    assert not editor.can_redo()


def test_undone_edits_can_be_done_again(editor):
    editor.load(b"a")
    QTest.keyClicks(field(editor), "x")
    editor.undo()
    assert editor.can_redo()
    editor.redo()
    assert editor.data() == b"xa"


def test_read_only_text_takes_no_edit_by_any_way(editor):
    editor.load(b"a\x00b", read_only=True)
    QTest.keyClicks(field(editor), "x")
    type_character(editor, "∅")
    press(editor, Qt.Key.Key_Delete)
    paste(editor, "pasted")
    assert editor.data() == b"a\x00b"


# What cannot be held is said.


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"ok \xed\xa0\x80", b"\xc3"])
def test_bytes_that_are_no_text_are_shown_with_escapes_and_cannot_be_edited(editor, data):
    editor.load(data)
    QTest.keyClicks(field(editor), "x")
    assert "\\x" in field(editor).toPlainText()
    assert status(editor) == NOT_TEXT
    assert editor.data() is data


@pytest.mark.parametrize("data", [b"a" * (EDIT_LIMIT + 1), b"\n" * (MOST_LINES + 1)])
def test_a_value_above_the_limits_shows_its_beginning_and_cannot_be_edited(editor, data):
    editor.load(data)
    assert status(editor) == TOO_LARGE
    assert field(editor).isReadOnly()


def test_text_without_a_free_stand_in_is_shown_with_escapes_and_kept(editor):
    data = ("".join(map(chr, range(0xE000, 0xF900))) + "∅\x00").encode()
    editor.load(data)
    assert "every character" in status(editor)
    assert field(editor).isReadOnly()
    assert editor.data() is data


def test_the_next_value_is_free_of_the_former_notice(editor):
    editor.load(b"\xff")
    editor.load(b"fine")
    assert status(editor) == ""
    QTest.keyClicks(field(editor), "x")
    assert editor.data() == b"xfine"


# Hostile text is text.


@pytest.mark.parametrize(
    "text",
    ["<img src='file:///etc/passwd'>", "\u202egnp.exe", "\ufffc", "\u0007\u001b[2J", "a\ufdd0b\ufdd1c"],
)
def test_hostile_text_is_shown_as_characters(editor, text):
    editor.load(text.encode())
    shown = field(editor).document().toRawText()
    assert not set(shown) & set("\u202e\ufffc\u0007\u001b\ufdd0")
    assert len(shown) == len(text)
    assert editor.data() == text.encode()


def test_1_mb_on_one_line_is_folded_and_edited_as_one_line(qtbot, json_editor):
    data = b'["' + b"x" * 1_000_000 + b'"]'
    load_all(qtbot, json_editor, data)
    lines = field(json_editor).document().toRawText().split("\u2029")
    assert max(map(len, lines)) <= FOLD_WIDTH + 1
    put_caret(json_editor, 2 * FOLD_WIDTH)
    QTest.keyClicks(field(json_editor), "y")
    assert len(json_editor.data()) == len(data) + 1
    assert json_editor.data().count(b"\n") == 0
    assert json_editor.problem() == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_End])
def test_no_key_at_a_fold_breaks_the_line(editor, key):
    editor.load(b"x" * 10_000)
    put_caret(editor, FOLD_WIDTH if key != Qt.Key.Key_Backspace else FOLD_WIDTH + 2)
    press(editor, key)
    QTest.keyClicks(field(editor), "y")
    assert b"\n" not in editor.data()
    assert editor.data().count(b"y") == 1


def test_10_000_levels_are_shown_and_the_fault_is_told(json_editor):
    json_editor.load(b"[" * 10_000 + b"]" * 10_000)
    assert "500 levels" in json_editor.problem()
    assert json_editor.data().count(b"[") == 10_000


def test_1e400_is_kept_as_it_is_written(json_editor):
    json_editor.load(b"[1e400]")
    json_editor.format()
    assert json_editor.data() == b"[\n  1e400\n]"


# JSON.


def test_the_fault_is_told_with_its_place_as_the_person_types(json_editor):
    json_editor.load(b'{"a": 1,\n "b": 2}')
    assert status(json_editor) == ""
    put_caret(json_editor, 16)
    press(json_editor, Qt.Key.Key_Backspace)
    assert status(json_editor) == "Line 2, column 7: a value is expected here"
    assert json_editor.problem() == status(json_editor)
    json_editor.undo()
    assert json_editor.problem() == status(json_editor) == ""


def test_a_fault_in_long_text_is_told_when_typing_pauses_and_known_before_on_demand(qtbot, json_editor):
    load_all(qtbot, json_editor, json.dumps(["x" * 100] * 2000).encode())
    put_caret(json_editor, 0)
    with qtbot.waitSignals([json_editor.changed, json_editor.changed]):
        press(json_editor, Qt.Key.Key_Delete)
    assert json_editor.problem().startswith("Line 1, column 103: the value is complete")
    json_editor.undo()
    json_editor.settle()
    assert json_editor.problem() == ""
    put_caret(json_editor, 0)
    press(json_editor, Qt.Key.Key_Delete)
    json_editor.settle()
    assert json_editor.problem().startswith("Line 1, column 103: the value is complete")


def test_text_that_is_not_meant_as_json_has_no_problem(editor):
    editor.load(b"{not json")
    assert editor.problem() == ""
    editor.set_json(True)
    assert editor.problem().startswith("Line 1, column 2")
    editor.set_json(False)
    assert editor.problem() == ""


def test_format_and_compact_are_edits_that_can_be_undone(json_editor):
    data = b'{"b":22.00, "a":[1e5 ,-0],"b":"\\u00e9"}\r\n'
    json_editor.load(data)
    json_editor.findChild(QPushButton, "textFormat").click()
    assert json_editor.data() == (
        b'{\r\n  "b": 22.00,\r\n  "a": [\r\n    1e5,\r\n    -0\r\n  ],\r\n  "b": "\\u00e9"\r\n}\r\n'
    )
    json_editor.findChild(QPushButton, "textCompact").click()
    assert json_editor.data() == b'{"b":22.00,"a":[1e5,-0],"b":"\\u00e9"}\r\n'
    json_editor.undo()
    json_editor.undo()
    assert json_editor.data() is data


def test_format_is_not_offered_for_what_is_not_json(json_editor):
    json_editor.load(b"{")
    assert not json_editor.findChild(QPushButton, "textFormat").isEnabled()
    json_editor.load(b"{}", read_only=True)
    assert not json_editor.findChild(QPushButton, "textFormat").isEnabled()
    json_editor.load(b"{}")
    assert json_editor.findChild(QPushButton, "textFormat").isEnabled()


def test_long_text_with_a_fault_is_not_laid_out_before_typing_pauses(json_editor):
    json_editor.load(json.dumps(["x" * 100] * 2000).encode())
    put_caret(json_editor, 5)
    QTest.keyClicks(field(json_editor), '"')
    edited = json_editor.data()
    json_editor.format()
    assert json_editor.data() == edited


def test_text_that_is_no_json_is_never_laid_out(editor, json_editor):
    for one, data, read_only in (
        (editor, b"[ ]", False),
        (json_editor, b"[ ]", True),
        (json_editor, b'[ "]', False),
    ):
        one.load(data, read_only=read_only)
        one.compact()
        assert one.data() is data


# Finding.


def find(editor, words):
    editor.findChild(QLineEdit, "findEdit").setText(words)


def count(editor):
    return editor.findChild(QLabel, "findCount").text()


def selected(editor):
    cursor = field(editor).textCursor()
    return cursor.selectionStart(), cursor.selectionEnd()


def test_control_f_opens_the_search_and_escape_closes_it(editor):
    editor.load(b"abc")
    press(editor, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    words = editor.findChild(QLineEdit, "findEdit")
    assert words.isVisible()
    assert not editor.findChild(QLineEdit, "replaceEdit").isVisible()
    QTest.keyClick(words, Qt.Key.Key_Escape)
    assert not words.isVisible()


def test_matches_are_counted_and_enter_steps_through_them_and_around(editor):
    editor.load("One \U0001f600 one\none".encode())
    editor.start_find()
    find(editor, "one")
    assert count(editor) == "3 matches"
    words = editor.findChild(QLineEdit, "findEdit")
    places = []
    for _ in range(4):
        QTest.keyClick(words, Qt.Key.Key_Return)
        places.append(selected(editor))
    assert places == [(0, 3), (7, 10), (11, 14), (0, 3)]
    QTest.keyClick(words, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert selected(editor) == (11, 14)
    assert count(editor) == "3 of 3"


def test_case_can_be_made_to_matter(editor):
    editor.load(b"One one")
    editor.start_find()
    find(editor, "one")
    editor.findChild(QToolButton, "findCase").click()
    assert count(editor) == "1 match"


def test_what_is_not_there_is_said_not_to_match(editor):
    editor.load(b"abc")
    editor.start_find()
    find(editor, "[a-z]")
    assert count(editor) == "No match"


def test_a_match_across_a_fold_is_found(editor):
    editor.load(b"x" * (FOLD_WIDTH - 2) + b"needle" + b"x" * 5000)
    editor.start_find()
    find(editor, "needle")
    assert count(editor) == "1 match"


def test_the_selected_word_is_what_is_looked_for(editor):
    editor.load(b"milk and milk")
    put_caret(editor, 0, 4)
    editor.start_find()
    assert editor.findChild(QLineEdit, "findEdit").text() == "milk"
    assert count(editor) == "1 of 2"


def test_a_search_in_long_text_follows_what_was_typed_meanwhile(qtbot, editor):
    load_all(qtbot, editor, b"needle " + b"x" * 100_000)
    editor.start_find()
    find(editor, "needle")
    put_caret(editor, 0)
    QTest.keyClicks(field(editor), "12345")
    QTest.keyClick(editor.findChild(QLineEdit, "findEdit"), Qt.Key.Key_Return)
    assert selected(editor) == (5, 11)


def test_one_match_is_replaced_and_the_next_is_selected(editor):
    editor.load(b"a b a\r\n")
    editor.start_replace()
    find(editor, "a")
    editor.findChild(QLineEdit, "replaceEdit").setText("long")
    replace = editor.findChild(QPushButton, "replaceOne")
    replace.click()
    assert selected(editor) == (0, 1)
    replace.click()
    assert editor.data() == b"long b a\r\n"
    assert selected(editor) == (7, 8)


def test_all_matches_are_replaced_as_one_edit_and_nothing_else_changes(editor):
    data = "a\u00a0a\r\na\x00\n\U0001f600a\u2028".encode()
    editor.load(data)
    editor.start_replace()
    find(editor, "a")
    editor.findChild(QLineEdit, "replaceEdit").setText("b\U0001f600")
    editor.findChild(QPushButton, "replaceAll").click()
    assert editor.data() == data.replace(b"a", "b\U0001f600".encode())
    editor.undo()
    assert editor.data() is data


def test_read_only_text_can_be_searched_but_not_replaced(editor):
    editor.load(b"abc", read_only=True)
    editor.start_replace()
    find(editor, "b")
    assert count(editor) == "1 match"
    assert not editor.findChild(QLineEdit, "replaceEdit").isVisible()


# What is shown beside it.


def test_folded_rows_and_numbers_of_lines_agree(editor):
    editor.load(b"first\n" + b"x" * 9000 + b"\nlast")
    view = field(editor)
    assert [view.line_number(block) for block in range(view.blockCount())] == [1, 2, 2, 2, 3]


@pytest.mark.parametrize(
    ("text", "position", "place"),
    [
        ("a\nbc", 3, "Line 2, column 2"),
        ("\U0001f600\U0001f600x", 4, "Line 1, column 3"),
        ("a\n" + "x" * 5000, 2 + FOLD_WIDTH + 2, f"Line 2, column {FOLD_WIDTH + 1:,}"),
    ],
)
def test_the_place_of_the_caret_is_told(editor, text, position, place):
    editor.load(text.encode())
    put_caret(editor, position)
    assert editor.findChild(PlainLabel, "textPlace").text() == place


@pytest.mark.qt_log_ignore("does not support raise")
def test_an_odd_character_is_explained_where_the_pointer_is(editor):
    editor.load("\u202e".encode())
    port = field(editor).viewport()
    place = field(editor).cursorRect().center() + QPoint(2, 0)
    QApplication.sendEvent(port, QHelpEvent(QEvent.Type.ToolTip, place, port.mapToGlobal(place)))
    assert "U+202E right-to-left override" in QToolTip.text()
    QToolTip.hideText()


def test_the_text_and_its_controls_have_names_for_assistive_tools(editor):
    assert field(editor).accessibleName() == "Text of the value"
    assert editor.findChild(QLineEdit, "findEdit").accessibleName() == "Find"


# Long text, which is filled in a part at a time.

LONG = "".join(
    f'{{"number": {number}, "text": "é\u00a0\\u00e9\x00"}}\r\n\n' for number in range(20_000)
).encode()


def test_a_long_text_is_there_to_the_last_character_before_it_can_be_edited(qtbot, editor):
    editor.load(LONG)
    assert field(editor).isReadOnly()
    assert status(editor).startswith("The text is being loaded")
    QTest.keyClicks(field(editor), "x")
    assert editor.data() is LONG
    assert not editor.is_modified()
    with qtbot.waitSignal(field(editor).filled):
        pass
    assert field(editor).exact_text().encode() == LONG
    assert (status(editor), field(editor).isReadOnly(), editor.can_undo()) == ("", False, False)
    assert field(editor).textCursor().position() == 0
    QTest.keyClicks(field(editor), "x")
    assert editor.data() == b"x" + LONG
    editor.undo()
    assert editor.data() is LONG


def test_no_edit_is_told_of_while_a_long_text_is_filled_in(qtbot, editor):
    told = []
    editor.changed.connect(lambda: told.append(editor.data()))
    load_all(qtbot, editor, LONG)
    assert told == []


def test_a_long_text_that_is_read_only_stays_so(qtbot, editor):
    load_all(qtbot, editor, LONG, read_only=True)
    QTest.keyClicks(field(editor), "x")
    assert editor.data() is LONG


def test_a_value_that_is_loaded_meanwhile_takes_the_place_of_a_long_text(qtbot, editor):
    editor.load(LONG)
    editor.load(b"short")
    QTest.qWait(1)
    assert field(editor).toPlainText() == "short"
    QTest.keyClicks(field(editor), "x")
    assert editor.data() == b"xshort"


def test_the_fault_of_a_long_text_is_told_once_all_is_there(qtbot, json_editor):
    data = b"[" + b"1,\n" * 30_000 + b"]"
    load_all(qtbot, json_editor, data)
    assert status(json_editor).startswith(("Line 30,000, column 2: ", "Line 30,001, column 1: "))


def test_a_search_goes_through_all_of_a_long_text(qtbot, editor):
    editor.start_find()
    find(editor, "needle")
    load_all(qtbot, editor, b"x\n" * 40_000 + b"needle")
    QTest.keyClick(editor.findChild(QLineEdit, "findEdit"), Qt.Key.Key_Return)
    assert selected(editor) == (80_000, 80_006)


def test_a_long_text_is_coloured_as_a_short_one_is(qtbot, json_editor):
    load_all(qtbot, json_editor, b"[\n" + b'"text",\n' * 10_000 + b"1]")
    block = field(json_editor).document().findBlockByNumber(9_000)
    assert [(each.start, each.length) for each in block.layout().formats()] == [(0, 6)]


def test_every_match_is_marked_where_it_comes_into_sight(editor):
    editor.load(b"".join(b"needle %d\n" % number for number in range(2_000)))
    editor.start_find()
    find(editor, "needle")
    view = field(editor)

    def marked():
        return {each.cursor.blockNumber() for each in view.extraSelections() if each.cursor.hasSelection()}

    assert {0, 1, 2} <= marked()
    assert len(marked()) < 100
    view.verticalScrollBar().setValue(1_500)
    assert {1_500, 1_501, 1_502} <= marked()
    assert len(marked()) < 100
    editor.resize(600, 800)
    assert {1_500, 1_501, 1_520} <= marked()
