"""The table of keys goes where the person pointed last, whatever the window is about to select at that moment."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from inspector.app import open_window
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.gate import a_moment, hold
from tests.inspector.person import Person

ANN, BOB = Scope("acme", "ann"), Scope("acme", "bob")
PAST_THE_FIRST_PAGE = 500


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path, durability="process") as storage:
        storage.store(ANN).save_many({f"key {number:04}": number for number in range(PAST_THE_FIRST_PAGE)})
        storage.store(BOB).save_many({"profile": 1, "todos": 2, "zz": 3})
    return path


@pytest.fixture
async def person(location: Path) -> AsyncIterator[Person]:
    window = await open_window(location)
    await window.idle()
    person = Person(window)
    await person.choose_scope(BOB)
    yield person
    await window.shutdown()


def filter_keys(window: MainWindow, text: str) -> None:
    line = window.findChild(QLineEdit, "keyFilter")
    assert line is not None
    line.setText(text)


async def test_a_click_while_all_keys_are_listed_leaves_none_of_them_out(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    listing = hold(monkeypatch, window.keys._browsing, "_list_anew")
    person.press_row(person.tree, person.scope_row(ANN))
    await person.reaches(listing.reached.is_set)
    person.press_key("key 0003")
    await a_moment()
    listing.opened.set()
    await window.idle()
    assert window.desk.address == Address(ANN, "key 0003")
    assert person.current_key() == "key 0003"
    assert person.table.model().rowCount() == PAST_THE_FIRST_PAGE
    assert person.find(QLabel, "keyCount").text() == f"{PAST_THE_FIRST_PAGE} keys"


async def test_a_click_while_the_former_key_is_looked_for_is_what_counts(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    assert window.session is not None
    await person.choose_key("profile")
    looking = hold(monkeypatch, window.session.browser, "position", after=True)
    filter_keys(window, "o")
    await person.reaches(looking.reached.is_set)
    person.press_key("todos")
    await a_moment()
    looking.opened.set()
    await window.idle()
    assert window.desk.address == Address(BOB, "todos")
    assert person.current_key() == "todos"


async def test_a_key_that_is_gone_to_is_selected_also_where_a_row_comes_in_that_moment(
    person: Person, location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    assert window.session is not None
    looking = hold(monkeypatch, window.session.browser, "position", after=True)
    window.go_to(Address(BOB, "todos"))
    await person.reaches(looking.reached.is_set)
    Elsewhere(location, BOB).writes("aa", "1")
    await person.reaches(lambda: "aa" in person.keys())
    looking.opened.set()
    await window.idle()
    assert window.desk.address == Address(BOB, "todos")
    assert person.current_key() == "todos"


async def test_the_last_row_is_gone_to_also_where_a_row_comes_before_it_is_read(
    person: Person, location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    assert window.session is not None
    await person.choose_scope(ANN)
    reading = hold(monkeypatch, window.session.browser, "rows")
    person.table.setFocus()
    QTest.keyClick(person.table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    await person.reaches(reading.reached.is_set)
    Elsewhere(location, ANN).writes("aa", "1")
    await person.reaches(lambda: person.table.model().rowCount() == PAST_THE_FIRST_PAGE + 1)
    reading.opened.set()
    await window.idle()
    assert person.current_key() == f"key {PAST_THE_FIRST_PAGE - 1:04}"
    assert window.desk.address == Address(ANN, f"key {PAST_THE_FIRST_PAGE - 1:04}")


async def test_the_row_that_was_left_for_a_key_that_is_not_listed_can_be_gone_back_to(person: Person) -> None:
    window = person.window
    await person.choose_key("profile")
    filter_keys(window, "o")
    await window.idle()
    window.go_to(Address(BOB, "zz"))
    await window.idle()
    assert window.desk.address == Address(BOB, "zz")
    await person.choose_key("profile")
    assert window.desk.address == Address(BOB, "profile")


async def test_the_keyboard_alone_goes_nowhere_and_enter_in_the_filter_goes_to_the_first_match(
    person: Person,
) -> None:
    window = person.window
    await person.choose_key("profile")
    filter_keys(window, "z")
    await window.idle()
    line = person.find(QLineEdit, "keyFilter")
    for widget in (line, person.table, line):
        widget.setFocus()
        await window.idle()
    assert window.desk.address == Address(BOB, "profile")
    QTest.keyClick(line, Qt.Key.Key_Return)
    await window.idle()
    assert window.desk.address == Address(BOB, "zz")
    assert window.focusWidget() is person.table
