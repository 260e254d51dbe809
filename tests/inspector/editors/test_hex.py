"""The hex editor: every byte by keyboard, and nothing changed by looking."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton

from inspector.editors.hex import AS_HEX, HexEditor
from inspector.editors.hex_edit_view import HexEditView
from inspector.editors.hex_view import MOST_COPIED
from inspector.plain import PlainLabel

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def editor(qtbot):
    made = HexEditor()
    qtbot.addWidget(made)
    made.resize(760, 400)
    made.show()
    return made


def view(editor):
    return editor.findChild(HexEditView, "hexView")


def press(editor, *keys, modifier=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        QTest.keyClick(view(editor), key, modifier)


def type_in(editor, text):
    QTest.keyClicks(view(editor), text)


def status(editor):
    return editor.findChild(PlainLabel, "hexStatus").text()


@pytest.mark.parametrize("data", [b"", b"\x00\xff", bytes(range(256)) * 10])
def test_bytes_that_were_only_looked_at_come_back_as_the_very_object(editor, data):
    editor.load(data)
    press(editor, Qt.Key.Key_Down, Qt.Key.Key_Insert, Qt.Key.Key_PageDown)
    assert editor.data() is data
    assert not editor.is_modified()


def test_two_figures_overwrite_one_byte(editor):
    editor.load(b"abc")
    press(editor, Qt.Key.Key_Right)
    type_in(editor, "4A4b")
    assert editor.data() == b"aJK"
    assert view(editor).caret == 3


def test_one_figure_changes_the_upper_half_of_its_byte(editor):
    editor.load(b"\x12")
    type_in(editor, "f")
    assert editor.data() == b"\xf2"


def test_figures_typed_behind_the_end_add_bytes(editor):
    editor.load(b"a")
    press(editor, Qt.Key.Key_End)
    type_in(editor, "6263")
    assert editor.data() == b"abc"


def test_the_insert_key_lets_typed_bytes_push_the_others_on(editor):
    editor.load(b"ad")
    press(editor, Qt.Key.Key_Right, Qt.Key.Key_Insert)
    type_in(editor, "6263")
    assert editor.data() == b"abcd"
    assert editor.findChild(QPushButton, "hexMode").text() == "Insert"


def test_letters_are_typed_in_the_text_column(editor):
    editor.load(b"abc")
    press(editor, Qt.Key.Key_Tab)
    type_in(editor, "X~")
    assert editor.data() == b"X~c"


def test_tab_goes_through_both_columns_and_on(editor):
    editor.load(b"abc")
    view(editor).setFocus()
    press(editor, Qt.Key.Key_Tab)
    assert view(editor).in_text
    press(editor, Qt.Key.Key_Tab, modifier=SHIFT)
    assert not view(editor).in_text


def test_a_letter_in_the_hexadecimal_column_is_refused_with_a_reason(editor):
    editor.load(b"abc")
    type_in(editor, "x")
    assert "A to F" in status(editor)
    assert not editor.is_modified()


def test_delete_and_backspace_take_a_byte_or_the_selection(editor):
    editor.load(b"abcdef")
    press(editor, Qt.Key.Key_Delete)
    assert editor.data() == b"bcdef"
    press(editor, Qt.Key.Key_Right, Qt.Key.Key_Backspace)
    assert editor.data() == b"cdef"
    press(editor, Qt.Key.Key_Backspace)
    assert editor.data() == b"cdef"
    press(editor, Qt.Key.Key_Right, Qt.Key.Key_Right, modifier=SHIFT)
    press(editor, Qt.Key.Key_Delete)
    assert editor.data() == b"ef"


def test_typing_over_a_selection_replaces_it(editor):
    editor.load(b"abcdef")
    press(editor, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, modifier=SHIFT)
    type_in(editor, "5a")
    assert editor.data() == b"Zdef"


def test_copied_bytes_are_hexadecimal_for_others_and_exact_for_the_editor(editor):
    editor.load(b"\xff\x00\xfeabc")
    press(editor, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, modifier=SHIFT)
    press(editor, Qt.Key.Key_C, modifier=CONTROL)
    assert QApplication.clipboard().text() == "ff 00 fe"
    press(editor, Qt.Key.Key_End, modifier=CONTROL)
    press(editor, Qt.Key.Key_V, modifier=CONTROL)
    assert editor.data() == b"\xff\x00\xfeabc\xff\x00\xfe"


def test_cut_bytes_come_back_through_the_text_column_exactly(editor):
    editor.load(b"\xff\x00\xfeabc")
    press(editor, Qt.Key.Key_Tab)
    press(editor, Qt.Key.Key_A, modifier=CONTROL)
    press(editor, Qt.Key.Key_X, modifier=CONTROL)
    assert editor.data() == b""
    press(editor, Qt.Key.Key_V, modifier=CONTROL)
    assert editor.data() == b"\xff\x00\xfeabc"


def test_text_from_elsewhere_is_pasted_as_the_column_says(editor):
    editor.load(b"")
    QApplication.clipboard().setText("0xDE 0xAD")
    press(editor, Qt.Key.Key_V, modifier=CONTROL)
    assert editor.data() == b"\xde\xad"
    press(editor, Qt.Key.Key_Tab)
    QApplication.clipboard().setText("é")
    press(editor, Qt.Key.Key_V, modifier=CONTROL)
    assert editor.data() == b"\xde\xad\xc3\xa9"


def test_text_that_is_no_hexadecimal_is_not_pasted_into_that_column(editor):
    editor.load(b"abc")
    QApplication.clipboard().setText("hello")
    press(editor, Qt.Key.Key_V, modifier=CONTROL)
    assert "no hexadecimal" in status(editor)
    assert not editor.is_modified()


def test_a_selection_too_large_for_the_clipboard_is_neither_copied_nor_cut(editor):
    data = bytes(MOST_COPIED + 1)
    editor.load(data)
    QApplication.clipboard().setText("before")
    press(editor, Qt.Key.Key_A, modifier=CONTROL)
    press(editor, Qt.Key.Key_X, modifier=CONTROL)
    assert QApplication.clipboard().text() == "before"
    assert "Save the value to a file" in status(editor)
    assert editor.data() is data


def test_undo_and_redo_by_key_and_by_command(editor):
    data = b"abc"
    editor.load(data)
    heard = []
    editor.changed.connect(lambda: heard.append(editor.data()))
    press(editor, Qt.Key.Key_Delete)
    press(editor, Qt.Key.Key_Z, modifier=CONTROL)
    assert editor.data() is data
    assert editor.can_redo()
    editor.redo()
    assert editor.data() == b"bc"
    editor.undo()
    assert heard == [b"bc", b"abc", b"bc", b"abc"]
    assert not editor.can_undo()


def test_read_only_bytes_take_no_edit_by_any_way(editor):
    data = b"abc"
    editor.load(data, read_only=True)
    QApplication.clipboard().setText("ff")
    press(editor, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
    type_in(editor, "41")
    press(editor, Qt.Key.Key_V, modifier=CONTROL)
    press(editor, Qt.Key.Key_A, modifier=CONTROL)
    press(editor, Qt.Key.Key_X, modifier=CONTROL)
    assert editor.data() is data


def test_a_load_is_no_change_and_forgets_the_former_edits(editor):
    heard = []
    editor.load(b"abc")
    press(editor, Qt.Key.Key_Delete)
    editor.changed.connect(lambda: heard.append(1))
    editor.load(b"xyz")
    assert heard == []
    assert not editor.can_undo()


@pytest.mark.parametrize(
    ("keys", "caret"),
    [
        ([Qt.Key.Key_Right, Qt.Key.Key_Down], 17),
        ([Qt.Key.Key_Down, Qt.Key.Key_Up], 0),
        ([Qt.Key.Key_Up], 0),
        ([Qt.Key.Key_Left], 0),
        ([Qt.Key.Key_End], 15),
        ([Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Home], 16),
    ],
)
def test_the_caret_goes_where_the_keys_say(editor, keys, caret):
    editor.load(bytes(1000))
    press(editor, *keys)
    assert view(editor).caret == caret


def test_the_caret_stays_visible(editor):
    editor.load(bytes(100_000))
    press(editor, Qt.Key.Key_End, modifier=CONTROL)
    bar = view(editor).verticalScrollBar()
    assert bar.value() == bar.maximum()
    press(editor, Qt.Key.Key_Home, modifier=CONTROL)
    assert bar.value() == 0
    press(editor, Qt.Key.Key_PageDown)
    assert bar.value() <= view(editor).caret // 16 < bar.value() + view(editor).visible_rows()


def test_a_click_puts_the_caret_and_a_drag_selects(editor):
    editor.load(bytes(range(64)))
    port = view(editor).viewport()
    layout = view(editor).cell_layout
    inside = QPoint(10, 6)
    first = QPoint(layout.hex_x(2), layout.height) + inside
    last = QPoint(layout.hex_x(4), layout.height) + inside
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=first)
    assert view(editor).caret == 18
    QTest.mouseMove(port, last)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=last)
    assert view(editor).selection() == (18, 21)
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=QPoint(layout.text_x(0), 0) + inside)
    assert view(editor).in_text
    assert view(editor).caret == 0


@pytest.mark.parametrize(("text", "caret"), [("0x20", 32), ("33", 33), ("+5", 15)])
def test_control_g_goes_to_an_offset(editor, text, caret):
    editor.load(bytes(100))
    view(editor).go_to(10)
    press(editor, Qt.Key.Key_G, modifier=CONTROL)
    field = editor.findChild(QLineEdit, "hexOffset")
    field.setText(text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert view(editor).caret == caret


@pytest.mark.parametrize(("text", "reason"), [("0x65", "outside"), ("-11", "outside"), ("there", "a number")])
def test_an_offset_that_is_none_or_lies_outside_is_refused_with_a_reason(editor, text, reason):
    editor.load(bytes(100))
    view(editor).go_to(10)
    field = editor.findChild(QLineEdit, "hexOffset")
    field.setText(text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert reason in status(editor)
    assert view(editor).caret == 10


def found(editor, qtbot):
    qtbot.waitUntil(lambda: not editor.is_searching())
    return view(editor).selection(), editor.findChild(QLabel, "findCount").text()


def test_text_is_found_and_selected_and_found_again_around_the_end(editor, qtbot):
    editor.load(b"..Milk..milk..")
    editor.start_find()
    words = editor.findChild(QLineEdit, "findEdit")
    words.setText("milk")
    assert found(editor, qtbot) == ((2, 6), "At 0x2")
    QTest.keyClick(words, Qt.Key.Key_Return)
    assert found(editor, qtbot) == ((8, 12), "At 0x8")
    QTest.keyClick(words, Qt.Key.Key_Return)
    assert found(editor, qtbot) == ((2, 6), "At 0x2")
    QTest.keyClick(words, Qt.Key.Key_Return, SHIFT)
    assert found(editor, qtbot) == ((8, 12), "At 0x8")


def test_bytes_are_found_by_their_hexadecimal(editor, qtbot):
    editor.load(b"\x00\xde\xad")
    editor.start_find()
    editor.findChild(QComboBox, "findMode").setCurrentText(AS_HEX)
    words = editor.findChild(QLineEdit, "findEdit")
    words.setText("de a")
    assert found(editor, qtbot)[1] == "Not hexadecimal"
    words.setText("de ad")
    assert found(editor, qtbot) == ((1, 3), "At 0x1")


def test_nothing_found_is_said_after_all_of_50_mb_was_looked_through(editor, qtbot):
    data = bytes(50 * 1024 * 1024)
    editor.load(data)
    editor.start_find()
    editor.findChild(QLineEdit, "findEdit").setText("needle")
    assert editor.is_searching()
    assert found(editor, qtbot)[1] == "No match"
    assert editor.data() is data


def test_an_edit_ends_a_search_that_goes_on(editor):
    editor.load(bytes(50 * 1024 * 1024))
    editor.start_find()
    editor.findChild(QLineEdit, "findEdit").setText("needle")
    press(editor, Qt.Key.Key_Delete)
    assert not editor.is_searching()


def test_what_the_caret_is_on_is_told_to_assistive_tools(editor):
    editor.load(b"A")
    assert view(editor).accessibleName() == "Bytes of the value"
    assert view(editor).accessibleDescription() == "Offset 0x0, value 0x41, 65"
    press(editor, Qt.Key.Key_Right)
    assert view(editor).accessibleDescription() == "Offset 0x1, end"


def test_keys_for_the_bytes_do_not_reach_the_shortcuts_of_the_window(editor, qtbot):
    heard = []
    QShortcut("A", editor).activated.connect(lambda: heard.append("A"))
    QShortcut("Ctrl+Z", editor).activated.connect(lambda: heard.append("undo"))
    editor.load(b"bc")
    view(editor).setFocus()
    editor.activateWindow()
    type_in(editor, "a1")
    assert editor.data() == b"\xa1c"
    press(editor, Qt.Key.Key_Z, modifier=CONTROL)
    assert editor.data() == b"bc"
    assert heard == []


def test_where_it_is_narrow_rows_are_shorter_and_nothing_hangs_over(editor):
    editor.load(bytes(range(256)) * 40)
    view(editor).go_to(0x0C00)
    editor.resize(760, 400)
    assert view(editor).cell_layout.row == 16
    editor.resize(500, 400)
    assert view(editor).cell_layout.row == 8
    assert view(editor).horizontalScrollBar().maximum() == 0
    press(editor, Qt.Key.Key_Down)
    assert view(editor).caret == 0x0C08
    press(editor, Qt.Key.Key_End)
    assert view(editor).caret == 0x0C0F


def test_another_width_keeps_the_bytes_in_sight(editor):
    editor.load(bytes(range(256)) * 40)
    view(editor).verticalScrollBar().setValue(100)
    top = view(editor).place()[0]
    editor.resize(500, 400)
    assert view(editor).place()[0] == top
    editor.resize(760, 400)
    assert view(editor).place()[0] == top
