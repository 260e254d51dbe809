"""All of it goes without a mouse, and everything that takes the keyboard says what it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

from inspector import theme
from inspector.app import open_window
from inspector.assets import resource
from storage_core import Scope, Storage
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

pytestmark = pytest.mark.usefixtures("its_look")

ANN = Scope("acme", "ann")
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROLS = (
    QAbstractButton | QAbstractItemView | QAbstractSpinBox | QComboBox | QLineEdit | QPlainTextEdit | QTabBar
)


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.workspace("acme").save("theme", "dark")
        storage.store(ANN).save_many({"profile": {"name": "Ann", "age": 41}, "visits": 3})
        storage.store(ANN).set("logo.png", b"\x89PNG\r\n\x1a\n")
        storage.store(ANN).set("notes", b"buy milk")
    return path


@pytest.fixture
async def person(location: Path) -> AsyncIterator[Person]:
    window = await open_window(location)
    window.activateWindow()
    await window.idle()
    yield Person(window)
    await window.shutdown()


async def where_the_keyboard_is(person: Person) -> QWidget:
    if QApplication.activeWindow() is None:
        person.window.activateWindow()  # which a window manager does when a dialog has gone
        await person.sees(lambda: QApplication.activeWindow() is person.window)
    focus = QApplication.focusWidget()
    assert focus is not None
    return focus


async def press(
    person: Person, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key where the keyboard is now."""
    focus = await where_the_keyboard_is(person)
    QTest.keyClick(focus, key, modifiers)
    await person.window.idle()


async def write(person: Person, text: str) -> None:
    QTest.keyClicks(await where_the_keyboard_is(person), text)
    await person.window.idle()


async def test_a_whole_session_without_the_mouse(person: Person, location: Path) -> None:
    ann = Elsewhere(location, ANN)
    # To the tree, and down to a user.
    while QApplication.focusWidget() is not person.tree:
        await press(person, Qt.Key.Key_F6)
    for _ in range(10):
        if person.tree.currentIndex() == person.scope_row(ANN):
            break
        await press(person, Qt.Key.Key_Right)
        await press(person, Qt.Key.Key_Down)
    assert person.place().startswith("acme / ann")
    # To the keys, and to one of them.
    await press(person, Qt.Key.Key_F6)
    assert QApplication.focusWidget() is person.table
    await press(person, Qt.Key.Key_End)
    await press(person, Qt.Key.Key_Home)
    await write(person, "pro")
    while person.current_key() != "profile":
        await press(person, Qt.Key.Key_Down)
    # Into the value: the second field is the age.
    await press(person, Qt.Key.Key_F6)
    assert person.window.value.isAncestorOf(QApplication.focusWidget())
    for _ in range(20):
        if QApplication.focusWidget().accessibleName() == "$.age":
            break
        await press(person, Qt.Key.Key_Tab)
    await press(person, Qt.Key.Key_A, CTRL)
    await write(person, "42")
    await press(person, Qt.Key.Key_S, CTRL)
    assert ann.reads("profile") == '{"name":"Ann","age":42}'
    # Another name for it.
    await press(person, Qt.Key.Key_F6, SHIFT)
    assert QApplication.focusWidget() is person.table
    await press(person, Qt.Key.Key_F2)
    assert QApplication.focusWidget() is not None
    await write(person, "about")
    await press(person, Qt.Key.Key_Return)
    assert person.dialogs() == []
    assert ann.reads("about") == '{"name":"Ann","age":42}'
    assert person.place() == "acme / ann / about"
    # A new key.
    await press(person, Qt.Key.Key_N, CTRL)
    await write(person, "aaa")
    await press(person, Qt.Key.Key_Return)
    assert ann.reads("aaa") == "{}"
    assert person.place() == "acme / ann / aaa"
    # Delete it, and take that back, and more.
    person.table.setFocus()
    await press(person, Qt.Key.Key_Delete)
    assert ann.reads("aaa") == "None"
    await press(person, Qt.Key.Key_Z, CTRL)
    assert ann.reads("aaa") == "{}"
    await press(person, Qt.Key.Key_Z, CTRL)
    assert ann.reads("aaa") == "None"
    await press(person, Qt.Key.Key_Z, CTRL)
    assert ann.reads("profile") == '{"name":"Ann","age":42}'
    await press(person, Qt.Key.Key_Z, CTRL)
    assert ann.reads("profile") == '{"name":"Ann","age":41}'


async def test_f6_goes_round_the_panes_and_back(person: Person) -> None:
    await person.go_to(ANN, "visits")
    window = person.window
    panes = [window.scopes, window.keys, window.value, window.activity]

    def here() -> int:
        return next(i for i, pane in enumerate(panes) if pane.isAncestorOf(QApplication.focusWidget()))

    start = here()
    for step in range(1, 9):
        await press(person, Qt.Key.Key_F6)
        assert here() == (start + step) % 4
    for step in range(1, 9):
        await press(person, Qt.Key.Key_F6, SHIFT)
        assert here() == (start - step) % 4


async def test_tab_goes_from_pane_to_pane_in_reading_order_and_round(person: Person) -> None:
    await person.go_to(ANN, "visits")
    window = person.window
    person.find(QLineEdit, "scopeFilter").setFocus()
    order: list[QWidget] = []
    while QApplication.focusWidget() not in order:
        order.append(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    panes = [window.scopes, window.keys, window.value, window.activity]
    visited = [next((i for i, pane in enumerate(panes) if pane.isAncestorOf(each)), None) for each in order]
    assert [place for place in dict.fromkeys(visited) if place is not None] == [0, 1, 2, 3]
    assert QApplication.focusWidget() is order[0]
    assert all(each.isVisible() and each.isEnabled() for each in order)


async def test_every_control_says_what_it_is(person: Person) -> None:
    nameless: set[str] = set()
    for key in ("profile", "visits", "logo.png", "notes"):
        await person.go_to(ANN, key)
        for page in person.tabs():
            await person.open_tab(page)
            nameless |= nameless_in(person.window)
    for name, dialog in (("actionNewKey", "newKeyDialog"), ("actionRename", "renameDialog")):
        await person.do(name)
        nameless |= nameless_in(person.dialog(dialog))
        person.dialog(dialog).reject()
        await person.window.idle()
    assert nameless == set()


def nameless_in(parent: QWidget) -> set[str]:
    """The controls in sight that neither bear a text nor a name for assistive tools."""
    return {
        f"{type(each).__name__} {each.objectName()} in {each.parentWidget().objectName()}"
        for each in parent.findChildren(QWidget)
        if isinstance(each, CONTROLS) and each.isVisible() and not _is_named(each)
    }


def _is_named(control: QWidget) -> bool:
    if control.objectName().startswith("qt_") or isinstance(control, QScrollBar | QHeaderView):
        return True  # parts of a control, which Qt names
    if isinstance(control.parentWidget(), QLineEdit | QComboBox | QTabBar):
        return True
    if isinstance(control, QAbstractButton) and control.text().strip("…×+- "):
        return True
    return bool(control.accessibleName()) or isinstance(control, QTabBar)


async def test_escape_closes_every_dialog_and_changes_nothing(person: Person, location: Path) -> None:
    await person.go_to(ANN, "visits")
    for key, modifiers in ((Qt.Key.Key_N, CTRL), (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier)):
        person.table.setFocus()
        await press(person, key, modifiers)
        assert len(person.dialogs()) == 1
        await press(person, Qt.Key.Key_Escape)
        assert person.dialogs() == []
    assert Elsewhere(location, ANN).reads("visits") == "3"


async def test_tab_goes_through_the_form_as_it_is_read_and_out_of_it_again(person: Person) -> None:
    await person.go_to(ANN, "profile")
    form = person.find(QWidget, "formView")
    form.setFocus()
    walked = []
    while form.isAncestorOf(focus := await where_the_keyboard_is(person)) or focus is form:
        walked.append(focus.accessibleName())
        await press(person, Qt.Key.Key_Tab)
    assert walked == ["Fields", "$.name", "$.age"]
    assert person.window.activity.isAncestorOf(focus)
    await press(person, Qt.Key.Key_Backtab, SHIFT)
    assert QApplication.focusWidget() is form
    for key, modifiers, name in (
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, "$.age"),
        (Qt.Key.Key_Backtab, SHIFT, "$.name"),
        (Qt.Key.Key_Backtab, SHIFT, "Fields"),
    ):
        await press(person, key, modifiers)
        assert QApplication.focusWidget().accessibleName() == name
    await press(person, Qt.Key.Key_Backtab, SHIFT)
    assert QApplication.focusWidget() in person.find(QWidget, "formBar").findChildren(QWidget)


@pytest.mark.parametrize(("key", "page"), [("profile", "hexPage"), ("logo.png", "imagePage")])
async def test_where_the_keyboard_is_has_a_frame_all_round(person: Person, key: str, page: str) -> None:
    with Storage(person.window.location) as storage:
        storage.store(ANN).set("logo.png", resource("sample/logo.png").read_bytes())
    await person.go_to(ANN, key)
    await person.do("actionRefresh")
    view = (await person.open_tab(page)).findChild(QWidget, "hexView" if page == "hexPage" else "imageView")
    theme.apply(QApplication.instance(), dark=False)
    view.setFocus()
    image = view.grab().toImage()
    sides = [(0, image.height() // 2), (image.width() // 2, 0), (image.width() // 2, image.height() - 1)]
    assert {image.pixelColor(*place).name().upper() for place in sides} == {theme.LIGHT.accent}
