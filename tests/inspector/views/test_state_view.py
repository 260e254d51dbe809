"""The pane that says why there is nothing to see."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from inspector import theme
from inspector.views.state_view import State, StateView
from inspector.views.states import state_of
from storage_core import StorageIOError

NOT_A_STORAGE = State(
    "broken",
    "notes.txt is not a storage.",
    "Open another file, or make a new storage.",
    "Open…",
    "the file starts with 23 20 4e 6f\nnothing was changed",
)


@pytest.fixture(autouse=True)
def light(qapp):
    """Start and end every test in the light look."""
    theme.apply(qapp, dark=False)
    yield
    theme.apply(qapp, dark=False)


@pytest.fixture
def view(qtbot):
    view = StateView(NOT_A_STORAGE)
    qtbot.addWidget(view)
    view.resize(640, 420)
    return view


def button(view: StateView, text: str) -> QPushButton:
    (found,) = (each for each in view.findChildren(QPushButton) if each.text() == text)
    return found


def shown_texts(view: StateView) -> list[str]:
    return [each.text() for each in view.findChildren(QLabel) if each.isVisibleTo(view) and each.text()]


def test_it_says_what_is_and_what_to_do(view):
    assert view.objectName() == "stateView"
    assert view.state() is NOT_A_STORAGE
    assert shown_texts(view) == [NOT_A_STORAGE.what, NOT_A_STORAGE.todo]
    assert view.accessibleName() == f"{NOT_A_STORAGE.what} {NOT_A_STORAGE.todo}"
    assert view.findChild(QPlainTextEdit).toPlainText() == NOT_A_STORAGE.details
    assert view.findChild(QPlainTextEdit).isReadOnly()


def test_its_button_asks(view, qtbot):
    with qtbot.waitSignal(view.asked):
        qtbot.mouseClick(button(view, "Open…"), Qt.MouseButton.LeftButton)


def test_the_keyboard_reaches_the_button(view):
    view.setFocus()
    assert view.window().focusWidget() is button(view, "Open…")


def test_the_details_can_be_copied(view, qtbot):
    qtbot.mouseClick(button(view, "Copy details"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == NOT_A_STORAGE.details


def test_what_a_state_lacks_is_not_shown(view):
    view.set_state(State("search", "No key matches."))
    assert shown_texts(view) == ["No key matches."]
    assert not any(each.isVisibleTo(view) for each in view.findChildren(QPushButton))
    assert not view.findChild(QPlainTextEdit).isVisibleTo(view)


def test_names_and_errors_are_never_rendered(view):
    hostile = '<img src="file:///etc/hostname"><h1>x</h1>'
    view.set_state(State("broken", hostile, hostile, hostile, hostile))
    assert all(
        each.textFormat() == Qt.TextFormat.PlainText for each in view.findChildren(QLabel) if each.text()
    )
    assert shown_texts(view) == [hostile, hostile]
    assert view.findChild(QPlainTextEdit).toPlainText() == hostile


def test_the_picture_follows_the_look(view, qapp):
    def colours() -> set[str]:
        (picture,) = (each for each in view.findChildren(QLabel) if not each.pixmap().isNull())
        image = picture.pixmap().toImage()
        pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        return {pixel.name().upper() for pixel in pixels if pixel.alpha() == 255}

    assert colours() == {theme.LIGHT.second_text}
    theme.apply(qapp, dark=True)
    assert colours() == {theme.DARK.second_text}


@pytest.mark.parametrize("width", [640, 280])
def test_the_details_are_all_in_sight_without_scrolling(view, qtbot, width):
    view.set_state(State("broken", "No.", "Try.", "Open…", "/a/long/path/" * 6 + ": open the whole of it"))
    view.resize(width, 420)
    view.show()
    qtbot.waitExposed(view)
    details = view.findChild(QPlainTextEdit)
    assert details.document().size().height() > 1
    qtbot.waitUntil(lambda: details.verticalScrollBar().maximum() == 0)


def test_rows_stay_on_their_lines(view, qtbot):
    view.set_state(State("key", "Two.", "", "", "one " * 40 + "\n" + "two " * 40, rows=True))
    view.resize(280, 420)
    view.show()
    qtbot.waitExposed(view)
    details = view.findChild(QPlainTextEdit)
    assert [details.document().findBlockByNumber(n).lineCount() for n in (0, 1)] == [1, 1]
    qtbot.waitUntil(lambda: details.verticalScrollBar().maximum() == 0)


def test_details_name_the_file_and_the_error_on_lines_of_their_own():
    state = state_of(StorageIOError("disk I/O error"), Path("/data/state.db"))
    assert state.details == "/data/state.db\ndisk I/O error"
    state = state_of(StorageIOError("/data/state.db: disk I/O error"), Path("/data/state.db"))
    assert state.details == "/data/state.db: disk I/O error"
