"""Every dialog and menu: named for assistive tools, opened with the keyboard in it, and left by Escape unharmed."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QWidget,
)

from inspector.app import open_window
from inspector.settings import Settings
from inspector.views.progress import ProgressDialog
from storage_core import Scope, Storage
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person
from tests.inspector.test_keyboard import nameless_in

ANN = Scope("acme", "ann")
PROFILE = '{"name":"Ann","age":41}'


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.workspace("acme").save("$schema:profile", {"properties": {"age": {"maximum": 30}}})
        storage.store(ANN).save_text("profile", PROFILE)
        storage.store(ANN).save_many({"visits": 3, "api_key": "milk-and-honey"})
        storage.store(ANN).set("logo.png", b"\x89PNG\r\n\x1a\n")
    return path


@pytest.fixture
async def person(location: Path, tmp_path: Path) -> AsyncIterator[Person]:
    window = await open_window(location, settings=Settings(tmp_path / "inspector.ini"))
    window.activateWindow()
    await window.idle()
    person = Person(window)
    await person.go_to(ANN, "profile")
    yield person
    await window.shutdown()


def by(name: str) -> Callable[[Person, Path], Awaitable[None]]:
    """The dialog that a command opens."""

    async def trigger(person: Person, location: Path) -> None:
        person.action(f"action{name}").trigger()
        await person.window.idle()

    return trigger


async def guard(person: Person, location: Path) -> None:
    await person.edit("$.age", "42")
    person.window.go_to(person.window.desk.address._replace(key="visits"))
    await person.window.idle()


async def conflict(person: Person, location: Path) -> None:
    await person.edit("$.age", "42")
    Elsewhere(location, ANN).writes("profile", '{"name":"Anna","age":41}')
    person.action("actionSave").trigger()
    await person.reaches(lambda: person.dialogs() and person.dialogs()[0].merged is not None)
    Elsewhere(location, ANN).writes("profile", PROFILE)


async def fault(person: Person, location: Path) -> None:
    person.window.report(RuntimeError("nobody foresaw this"))


async def report(person: Person, location: Path) -> None:
    await by("BringOver")(person, location)
    person.find(QLineEdit, "bringOverTarget").setText(str(location.with_name("other.db")))
    await person.window.idle()
    await person.click(person.find(QPushButton, "bringOverLook"))


async def progress(person: Person, location: Path) -> None:
    ProgressDialog(person.window, "Deleting", 10).open()


OPENED = {
    name: by(name)
    for name in (
        *("NewKey", "Rename", "MoveTo", "CopyTo", "Expiry", "Schemas", "DeleteScope", "BringOver"),
        *("Open", "OpenFolder", "Export", "Import"),
    )
} | {each.__name__: each for each in (guard, conflict, fault, report, progress)}


@pytest.mark.parametrize("opener", OPENED.values(), ids=OPENED)
async def test_a_dialog_is_named_holds_the_keyboard_and_goes_by_escape(
    person: Person, location: Path, opener: Callable[[Person, Path], Awaitable[None]]
) -> None:
    await opener(person, location)
    await person.window.idle()
    (dialog,) = person.dialogs()
    ours = not dialog.inherits("QFileDialog")  # what Qt has made is Qt's to name
    if ours:
        assert nameless_in(dialog) | set(unnamed_bars(dialog)) == set()
        assert clashing(mnemonics(dialog)) == []
    keyboard = dialog.focusWidget()
    assert keyboard is not None
    assert keyboard.isEnabled()
    QTest.keyClick(keyboard, Qt.Key.Key_Escape)
    await person.window.idle()
    assert person.dialogs() == []
    assert Elsewhere(location, ANN).reads("profile") == PROFILE


async def test_no_two_things_in_sight_answer_the_same_alt_key(person: Person) -> None:
    menus = [first_mnemonic(action.text()) for action in person.window.menuBar().actions()]
    person.window.search.begin(None)
    for key in ("profile", "api_key", "logo.png"):
        await person.go_to(ANN, key)
        for page in person.tabs():
            await person.open_tab(page)
            assert clashing([*menus, *mnemonics(person.window)]) == [], (key, page)


async def test_no_two_commands_of_a_menu_answer_the_same_key(person: Person) -> None:
    for action in person.window.menuBar().actions():
        menu = action.menu()
        assert isinstance(menu, QMenu)
        assert clashing([first_mnemonic(each.text()) for each in menu.actions()]) == [], menu.title()


async def test_every_command_can_be_reached_without_a_mouse(person: Person) -> None:
    """By keys of its own, or from a menu of the menu bar."""
    in_menus: set[QAction] = set()
    menus = [action.menu() for action in person.window.menuBar().actions()]
    while menus:
        menu = menus.pop()
        assert isinstance(menu, QMenu)
        in_menus |= set(menu.actions())
        menus += [action.menu() for action in menu.actions() if action.menu()]
    commands = [each for each in person.window.actions() if each.objectName().startswith("action")]
    assert len(commands) > 30
    unreachable = [each.objectName() for each in commands if not each.shortcuts() and each not in in_menus]
    assert unreachable == ["actionTheme"]  # whose menu has one command for each look


def mnemonics(parent: QWidget) -> Iterator[str]:
    """The letters that lead to what is in sight, with Alt."""
    for each in parent.findChildren(QWidget):
        is_label = isinstance(each, QLabel) and each.buddy() is not None
        if each.isVisible() and (is_label or isinstance(each, QAbstractButton)):
            yield first_mnemonic(each.text())


def first_mnemonic(text: str) -> str:
    found = re.search("&([^& ])", text.replace("&&", ""))
    return found[1].lower() if found else ""


def clashing(letters: object) -> list[str]:
    return [letter for letter, count in Counter(letters).items() if letter and count > 1]


def unnamed_bars(dialog: QDialog) -> Iterator[str]:
    for bar in dialog.findChildren(QProgressBar):
        if bar.isVisible() and not bar.accessibleName():
            yield f"a bar in {dialog.objectName()}"
