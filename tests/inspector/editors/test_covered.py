"""A secret behind a cover: it is in no widget, it is not painted, and it comes back as it was."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget

from inspector.editors.cover import HAS_SECRET, IS_SECRET
from inspector.editors.covered import Covered
from inspector.editors.hex import HexEditor
from inspector.editors.image import ImageEditor
from inspector.editors.text import TextEditor
from inspector.masking import masked_text

PROFILE = b'{"name": "Ann", "password": "hunter2"}'


@pytest.fixture
def cover(qtbot):
    def make(editor, stand_in=None):
        made = Covered(editor, stand_in)
        made.asked_to_show.connect(made.uncover)
        qtbot.addWidget(made)
        made.resize(600, 300)
        made.show()
        return made

    return make


def pixels(widget: QWidget) -> bytes:
    image = widget.grab().toImage()
    return bytes(image.constBits())


def show_button(page: QWidget) -> QPushButton:
    (found,) = (each for each in page.findChildren(QPushButton, "showSecretButton") if each.isVisible())
    return found


def held(page: QWidget) -> str:
    return "\n".join(each.toPlainText() for each in page.findChildren(QPlainTextEdit))


@pytest.mark.parametrize(("kind", "name"), [(TextEditor, "textEdit"), (HexEditor, "hexView")])
def test_what_is_painted_tells_nothing_of_a_secret_before_it_is_asked_for(cover, kind, name):
    pages = cover(kind()), cover(kind())
    for page, secret in zip(pages, (b"hunter2", b"another"), strict=True):
        page.hide_value(secret, IS_SECRET)
        assert not page.findChild(QWidget, name).isVisible()
        assert secret.decode() not in held(page)
    assert pixels(pages[0]) == pixels(pages[1])
    for page in pages:
        QTest.mouseClick(show_button(page), Qt.MouseButton.LeftButton)
        assert page.findChild(QWidget, name).isVisible()
    assert pixels(pages[0]) != pixels(pages[1])


def test_an_image_is_covered_as_well(cover, encoded):
    pages = cover(ImageEditor()), cover(ImageEditor())
    pages[0].hide_value(encoded("PNG", 20, 20, (255, 0, 0)), IS_SECRET)
    pages[1].hide_value(encoded("PNG", 20, 20, (0, 0, 255)), IS_SECRET)
    assert pixels(pages[0]) == pixels(pages[1])


def test_the_same_object_comes_back_covered_and_uncovered(cover):
    page = cover(TextEditor(json=True), masked_text)
    page.hide_value(PROFILE, HAS_SECRET, whole=False)
    assert page.data() is PROFILE
    assert not page.is_modified()
    page.uncover()
    assert page.data() is PROFILE
    assert not page.is_modified()


def test_the_text_around_a_secret_can_be_read_but_neither_taken_nor_changed(cover):
    page = cover(TextEditor(json=True), masked_text)
    page.hide_value(PROFILE, HAS_SECRET, whole=False)
    text = page.findChild(QPlainTextEdit, "maskedText")
    assert text.isVisible()
    assert text.toPlainText() == '{"name": "Ann", "password": "••••"}'
    QGuiApplication.clipboard().setText("before")
    text.setFocus()
    QTest.mouseDClick(text.viewport(), Qt.MouseButton.LeftButton)
    QTest.keySequence(text, "Ctrl+A")
    QTest.keySequence(text, "Ctrl+C")
    QTest.keyClicks(text, "x")
    assert QGuiApplication.clipboard().text() == "before"
    assert text.toPlainText() == '{"name": "Ann", "password": "••••"}'
    assert page.data() is PROFILE


def test_a_long_text_around_a_secret_cannot_be_selected_either_and_stays_where_one_is(cover, qtbot):
    page = cover(TextEditor(json=True), masked_text)
    lines = b",\n".join(b'"field %d": %d' % (number, number) for number in range(2_000))
    page.hide_value(b'{"password": "hunter2",\n' + lines + b"}", HAS_SECRET, whole=False)
    text = page.findChild(QPlainTextEdit, "maskedText")
    with qtbot.waitSignal(text.filled):
        pass
    assert text.textInteractionFlags() == Qt.TextInteractionFlag.NoTextInteraction
    text.verticalScrollBar().setValue(1_500)
    with qtbot.waitSignal(text.filled):
        changed = b'{"password": "another",\n' + lines + b"}"
        page.hide_value(changed, HAS_SECRET, whole=False, keep_place=True)
    assert text.verticalScrollBar().value() == 1_500
    assert text.toPlainText().startswith('{"password": "••••",\n"field 0"')


def test_the_keyboard_shows_it_and_is_then_in_the_editor(cover):
    page = cover(TextEditor(json=True), masked_text)
    page.hide_value(PROFILE, HAS_SECRET, whole=False)
    page.start_find()
    assert page.focusWidget() is show_button(page)
    QTest.keyClick(show_button(page), Qt.Key.Key_Space)
    edit = page.findChild(QPlainTextEdit, "textEdit")
    assert page.focusWidget() is edit
    QTest.keyClicks(edit, " ")
    assert page.data() == b" " + PROFILE
    page.undo()
    assert page.data() is PROFILE


def test_what_was_shown_is_forgotten_when_the_next_value_is_hidden(cover):
    page = cover(TextEditor())
    page.load(b"hunter2")
    page.hide_value(b"another", IS_SECRET)
    assert held(page).strip() == ""
    assert IS_SECRET in [each.text() for each in page.findChildren(QLabel)]
    page.load(b"open")
    assert page.findChild(QPlainTextEdit, "textEdit").toPlainText() == "open"


def test_why_it_cannot_be_saved_is_known_behind_the_cover_too(cover):
    page = cover(TextEditor(json=True))
    page.hide_value(b'{"password": ', HAS_SECRET, problem="Line 1, column 14: a value is expected here")
    assert page.problem().startswith("Line 1")
