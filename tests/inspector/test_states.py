"""Where there is nothing to browse, the window says what is and what to do, and leaves files as they are."""

import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from inspector.app import open_window
from inspector.views.main_window import MainWindow
from inspector.views.state_view import StateView
from storage_core import Scope, Storage
from tests.inspector.audit import faults
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

ACME = Scope("acme")
ANN = Scope("acme", "ann")
WRITING = ("NewKey", "Save", "Delete", "Rename", "Undo", "Redo")
HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    held.execute(statement).fetchall()
print("holding", flush=True)
sys.stdin.read()
"""
SIDECARS = {"state.db-wal", "state.db-shm"}
"""SQLite makes them to read a file, and cannot take them away where that is damaged."""

Open = Callable[..., Awaitable[Person]]


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.workspace("acme").save("theme", {"color": "dark"})
        storage.store(ANN).save_many({"todos": ["buy milk"], "visits": 3})
    return path


@pytest.fixture
async def show() -> AsyncIterator[Open]:
    """Opens a window, and closes all of them at the end."""
    windows: list[MainWindow] = []

    async def show(location: Path, *, read_only: bool = False) -> Person:
        windows.append(await open_window(location, read_only=read_only))
        await windows[-1].idle()
        return Person(windows[-1])

    yield show
    for window in windows:
        await window.shutdown()


@contextmanager
def held(location: Path, *statements: str) -> Iterator[None]:
    """Another process has done these statements, and waits, with its connection open."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(location), *statements],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "holding\n"
        yield
        other.communicate(timeout=60)


def contents(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, to the byte; None for a folder in it."""
    return {
        str(each.relative_to(folder)): None if each.is_dir() else each.read_bytes()
        for each in folder.rglob("*")
    }


def the_button(person: Person) -> QPushButton:
    """The one that the state offers beside copying its details."""
    (button,) = (
        each
        for each in person.window.state.findChildren(QPushButton)
        if each.isVisible() and each.property("primary")
    )
    return button


async def test_at_a_missing_path_nothing_is_made_until_the_person_says_so(show: Open, tmp_path: Path) -> None:
    missing = tmp_path / "not" / "there.db"
    person = await show(missing)
    assert person.state().startswith("There is no storage at this place")
    assert str(missing) in person.window.state.state().details
    assert contents(tmp_path) == {}
    await person.click(the_button(person))
    assert person.state().startswith("This storage is empty")
    assert missing.exists()


def _text(path: Path) -> None:
    path.write_text("<b>notes</b>\n" * 100)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE songs (name TEXT)")


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "file").write_bytes(b"x")


def _newer(path: Path) -> None:
    Storage(path).close()
    with Storage(path) as storage:
        storage.workspace("acme").save("key", 1)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _damaged(path: Path) -> None:
    with Storage(path) as storage:
        storage.workspace("acme").save_many({f"key {number}": "x" * 200 for number in range(500)})
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("make", "what", "button"),
    [
        (_text, "This is not a storage", "Open another…"),
        (_foreign, "This is not a storage", "Open another…"),
        (_folder, "This is not a storage", "Open another…"),
        (_newer, "This storage is of a newer version", "Try again"),
        (_damaged, "This storage is damaged", "Try again"),
    ],
)
async def test_what_cannot_be_opened_is_explained_and_left_as_it_is(
    show: Open, tmp_path: Path, make: Callable[[Path], None], what: str, button: str, read_only: bool
) -> None:
    path = tmp_path / "state.db"
    make(path)
    before = contents(tmp_path)
    person = await show(path, read_only=read_only)
    assert person.state().startswith(what)
    assert the_button(person).text() == button
    assert str(path) in person.window.state.state().details
    assert not any(person.action(f"action{name}").isEnabled() for name in WRITING)
    assert person.dialogs() == []
    assert faults(person.window) == []
    await person.window.shutdown()
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) <= SIDECARS


async def test_an_empty_storage_shows_what_somebody_writes_by_itself(show: Open, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    Storage(path).close()
    with Storage(path):
        pass
    person = await show(path)
    assert person.state().startswith("This storage is empty")
    assert the_button(person).text() == "New key…"
    Elsewhere(path, ANN).writes("todos", "[1]")
    await person.sees(lambda: person.keys() == ["todos"])
    assert person.state() == ""
    assert person.place() == "acme / ann / todos"


async def test_a_filter_without_a_match_says_so_and_a_button_clears_it(show: Open, location: Path) -> None:
    person = await show(location)
    await person.choose_scope(ANN)
    line = person.find(QLineEdit, "keyFilter")
    QTest.keyClicks(line, "nothing like this")
    await person.window.idle()
    (state,) = (each for each in person.window.keys.findChildren(StateView) if each.isVisible())
    assert state.accessibleName().startswith("No key matches the filter")
    (button,) = (each for each in state.findChildren(QPushButton) if each.isVisible())
    await person.click(button)
    assert line.text() == ""
    assert person.keys() == ["todos", "visits"]


async def test_a_value_that_is_deleted_meanwhile_says_so(show: Open, location: Path) -> None:
    person = await show(location)
    await person.go_to(ANN, "visits")
    Elsewhere(location, ANN).deletes("visits")
    await person.sees(lambda: person.keys() == ["todos"])
    (state,) = (each for each in person.window.value.findChildren(StateView) if each.isVisible())
    assert state.accessibleName().startswith("This key was deleted meanwhile")
    assert not person.action("actionSave").isEnabled()
    assert not person.action("actionRename").isEnabled()


@pytest.mark.slow
async def test_a_storage_that_another_program_holds_opens_when_it_is_free(show: Open, location: Path) -> None:
    with held(location, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"):
        person = await show(location)
        assert person.state().startswith("Another program holds this storage")
        assert the_button(person).text() == "Try again"
    await person.click(the_button(person))
    assert person.state() == ""
    await person.choose_scope(ANN)
    assert person.keys() == ["todos", "visits"]


@pytest.mark.slow
async def test_a_save_that_cannot_wait_any_longer_says_so_and_keeps_the_edit(
    show: Open, location: Path
) -> None:
    person = await show(location)
    await person.go_to(ANN, "visits")
    await person.edit("$", "4")
    with held(location, "BEGIN IMMEDIATE"):
        await person.do("actionSave")
        assert person.dialog("problemDialog").windowTitle() == "Not done"
        assert person.find(QWidget, "valueTabs").isVisible()
        assert person.field("$").text() == "4"
    await person.answer("problemDialog", "closeButton")
    await person.do("actionSave")
    assert Elsewhere(location, ANN).reads("visits") == "4"


async def test_read_only_shows_on_every_control_and_is_refused_below(show: Open, location: Path) -> None:
    person = await show(location, read_only=True)
    await person.go_to(ANN, "visits")
    assert not any(person.action(f"action{name}").isEnabled() for name in WRITING)
    assert person.field("$").isReadOnly()
    texts = [each.text() for each in person.window.findChildren(QLabel) if each.isVisible()]
    assert "Read-only" in texts
    assert "● Live · read-only" in texts
    QTest.keyClicks(person.field("$"), "7")
    QTest.keyClick(person.table, Qt.Key.Key_Delete)
    QTest.keyClick(person.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    await person.window.idle()
    # Also where a control had been forgotten:
    window = person.window
    window.start(window.deeds.delete(window.session, await window.keys.selected()))
    person.window.start(person.window.deeds.create(ANN, ""))
    person.window.start(person.window.desk.save())
    await person.window.idle()
    assert person.dialogs() == []
    assert Elsewhere(location, ANN).reads("visits") == "3"


async def test_the_switch_to_read_only_and_back_keeps_the_storage_open(show: Open, location: Path) -> None:
    person = await show(location)
    await person.do("actionReadOnly")
    await person.go_to(ANN, "visits")
    assert person.field("$").isReadOnly()
    await person.do("actionReadOnly")
    await person.go_to(ANN, "visits")
    assert not person.field("$").isReadOnly()


async def test_a_file_that_is_replaced_underneath_is_said_and_can_be_opened_anew(
    show: Open, location: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with Storage(other) as storage:
        storage.workspace("beta").save("new", True)
    person = await show(location)
    other.replace(location)
    await person.sees(lambda: person.state().startswith("The storage was replaced or deleted"))
    assert not any(person.action(f"action{name}").isEnabled() for name in WRITING)
    assert "Live" not in " ".join(label.text() for label in person.window.status.findChildren(QLabel))
    await person.click(the_button(person))
    assert person.state() == ""
    assert person.place().startswith("beta / Shared")


async def test_an_edit_survives_that_the_file_is_replaced_underneath(
    show: Open, location: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with Storage(other) as storage:
        storage.store(ANN).save("visits", 100)
    person = await show(location)
    await person.go_to(ANN, "visits")
    await person.edit("$", "4")
    other.replace(location)
    await person.sees(lambda: person.state().startswith("The storage was replaced or deleted"))
    await person.click(the_button(person))
    await person.answer("guardDialog", "keepEditingButton")
    assert person.field("$").isVisible()
    assert person.field("$").text() == "4"
