"""No edit is ever lost: each way out of one asks, and Save, Discard and Keep editing do what they say."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from inspector.app import open_window
from storage_core import Scope, Storage
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

ANN = Scope("acme", "ann")
BOB = Scope("acme", "bob")
Step = Callable[[Person], Awaitable[None]]


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.store(ANN).save_many({"profile": {"name": "Ann", "price": 1}, "visits": 3, "zoo": []})
        storage.store(BOB).save("visits", 8)
    with Storage(tmp_path / "other.db") as storage:
        storage.workspace("other").save("key", 1)
    return path


@pytest.fixture
async def person(location: Path, qapp: QApplication) -> AsyncIterator[Person]:
    """Somebody in the middle of an edit."""
    qapp.setQuitOnLastWindowClosed(False)  # else Qt ends the event loop of the test with the window
    window = await open_window(location)
    await window.idle()
    person = Person(window)
    await person.go_to(ANN, "visits")
    await person.edit("$", "4")
    yield person
    await window.shutdown()


def stored(location: Path, key: str = "visits") -> object:
    with Storage(location, read_only=True) as storage:
        return storage.store(ANN).load(key)


def last_revision(location: Path) -> int:
    with Storage(location, read_only=True) as storage:
        return list(storage.changes(0))[-1].revision


async def _other_key_by_mouse(person: Person) -> None:
    await person.choose_key("zoo")


async def _other_key_by_keyboard(person: Person) -> None:
    person.table.setFocus()
    QTest.keyClick(person.table, Qt.Key.Key_Down)
    await person.window.idle()


async def _other_scope(person: Person) -> None:
    await person.choose_scope(BOB)


async def _workspace_in_the_breadcrumb(person: Person) -> None:
    person.window.tool_row.breadcrumb.scope_asked.emit(Scope("acme"))
    await person.window.idle()


async def _jump(person: Person) -> None:
    await person.click_row(person.window.activity.table, _row_of_activity(person, BOB, "visits"))


def _row_of_activity(person: Person, scope: Scope, key: str) -> QModelIndex:
    model = person.window.activity.model
    (row,) = (
        row
        for row in range(model.rowCount())
        if (model.change(row).scope, model.change(row).key) == (scope, key)
    )
    return model.index(row, 0)


async def _other_file(person: Person) -> None:
    person.window.start(person.window.open(person.window.location.with_name("other.db")))
    await person.window.idle()


async def _read_only(person: Person) -> None:
    await person.do("actionReadOnly")


async def _new_key(person: Person) -> None:
    await person.do("actionNewKey")


async def _rename(person: Person) -> None:
    await person.do("actionRename")


async def _delete(person: Person) -> None:
    await person.do("actionDelete")


async def _close(person: Person) -> None:
    person.window.close()
    await person.window.idle()


def _is_at(place: str) -> Callable[[Person], bool]:
    return lambda person: person.place() == place


@dataclass(frozen=True)
class Way:
    """A way out of an edit, and how one sees that it was gone."""

    go: Step
    is_gone: Callable[[Person], object]
    after: object = 4  # what is stored at the end where the edit is saved first


WAYS = {
    "another key by mouse": Way(_other_key_by_mouse, _is_at("acme / ann / zoo")),
    "another key by keyboard": Way(_other_key_by_keyboard, _is_at("acme / ann / zoo")),
    "another scope": Way(_other_scope, _is_at("acme / bob / visits")),
    "the breadcrumb": Way(
        _workspace_in_the_breadcrumb, lambda person: person.place().startswith("acme / Shared")
    ),
    "the activity": Way(_jump, _is_at("acme / bob / visits")),
    "another file": Way(_other_file, _is_at("other / Shared / key")),
    "read-only": Way(_read_only, lambda person: person.window.session.read_only),
    "a new key": Way(_new_key, lambda person: person.dialog("newKeyDialog")),
    "a rename": Way(_rename, lambda person: person.dialog("renameDialog")),
    "a deletion": Way(_delete, lambda person: person.keys() == ["profile", "zoo"], after=None),
    "closing": Way(_close, lambda person: person.has_left),
}
QUICKLY = ("another key by mouse", "another file", "a deletion", "closing")  # one of each kind of going on


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_keep_editing_stays_with_the_edit_where_it_is(person: Person, location: Path, way: Way) -> None:
    await way.go(person)
    await person.answer("guardDialog", "keepEditingButton")
    assert person.dialogs() == []
    assert person.window.isVisible()
    assert person.field("$").text() == "4"
    assert person.window.value.is_edited()
    assert person.place() == "acme / ann / visits"
    assert person.current_key() == "visits"
    assert person.tree.currentIndex() == person.scope_row(ANN)
    assert not person.action("actionReadOnly").isChecked()
    assert stored(location) == 3
    await person.do("actionSave")
    assert stored(location) == 4


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(way, id=name, marks=() if name in QUICKLY else pytest.mark.slow)
        for name, way in WAYS.items()
    ],
)
async def test_discard_goes_on_and_writes_nothing(person: Person, location: Path, way: Way) -> None:
    await way.go(person)
    await person.answer("guardDialog", "discardButton")
    await person.sees(lambda: way.is_gone(person))
    assert stored(location) == (None if way.after is None else 3)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_save_saves_and_then_goes_on(person: Person, location: Path, way: Way) -> None:
    await way.go(person)
    await person.answer("guardDialog", "saveButton")
    await person.sees(lambda: way.is_gone(person))
    assert stored(location) == way.after


async def test_escape_is_to_keep_editing(person: Person, location: Path) -> None:
    await person.choose_key("zoo")
    QTest.keyClick(person.dialog("guardDialog"), Qt.Key.Key_Escape)
    await person.window.idle()
    assert person.dialogs() == []
    assert person.field("$").text() == "4"
    assert person.current_key() == "visits"


async def test_a_filter_that_hides_the_key_keeps_its_edit(person: Person, location: Path) -> None:
    line = person.find(QLineEdit, "keyFilter")
    QTest.keyClicks(line, "zoo")
    await person.window.idle()
    assert person.keys() == ["zoo"]
    assert person.dialogs() == []
    assert person.field("$").text() == "4"
    assert person.window.value.is_edited()
    line.clear()
    await person.window.idle()
    await person.do("actionSave")
    assert stored(location) == 4


async def test_refresh_keeps_the_edit(person: Person, location: Path) -> None:
    QTest.keyClick(person.window, Qt.Key.Key_F5)
    await person.window.idle()
    assert person.dialogs() == []
    assert person.field("$").text() == "4"


async def test_no_way_out_asks_where_nothing_was_edited(person: Person, location: Path) -> None:
    await person.do("actionRevert")
    for go in (_other_key_by_mouse, _other_scope, _read_only, _other_file):
        await go(person)
        assert person.dialogs() == []
    assert stored(location) == 3


async def test_an_edit_that_cannot_be_saved_offers_no_save(person: Person, location: Path) -> None:
    await person.edit("$", "4x")
    assert not person.action("actionSave").isEnabled()
    await person.choose_key("zoo")
    assert person.dialog("guardDialog").findChild(QPushButton, "saveButton") is None
    await person.answer("guardDialog", "keepEditingButton")
    assert person.field("$").text() == "4x"


async def test_two_clicks_on_save_write_once(person: Person, location: Path) -> None:
    (save,) = (each for each in person.window.value.findChildren(QPushButton) if each.text() == "&Save")
    before = last_revision(location)
    QTest.mouseClick(save, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(save, Qt.MouseButton.LeftButton)
    await person.window.idle()
    assert (stored(location), last_revision(location)) == (4, before + 1)
    assert person.dialogs() == []


async def test_save_by_keyboard_twice_writes_once(person: Person, location: Path) -> None:
    before = last_revision(location)
    for _ in range(2):
        QTest.keyClick(person.field("$"), Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    await person.window.idle()
    assert (stored(location), last_revision(location)) == (4, before + 1)
    assert person.dialogs() == []


async def test_what_is_typed_while_saving_is_an_edit_of_what_was_saved(
    person: Person, location: Path
) -> None:
    person.action("actionSave").trigger()
    QTest.keyClicks(person.field("$"), "2")
    await person.window.idle()
    assert stored(location) in (4, 42)
    assert person.window.value.data() == b"42"
    if person.window.value.is_edited():
        await person.do("actionSave")
    assert stored(location) == 42


async def test_many_ways_out_at_once_ask_one_question(person: Person, location: Path) -> None:
    person.window.close()
    person.window.close()
    person.window.start(person.window.open(location.with_name("other.db")))
    await person.window.idle()
    assert len(person.dialogs()) == 1
    while person.dialogs():
        await person.answer("guardDialog", "keepEditingButton")
    assert person.field("$").text() == "4"
    assert person.place() == "acme / ann / visits"
    assert stored(location) == 3


async def test_the_end_of_the_session_asks_before_an_edit_is_lost(person: Person, location: Path) -> None:
    event = QCloseEvent()
    QApplication.sendEvent(person.window, event)
    assert event.type() == QEvent.Type.Close
    assert not event.isAccepted()
    await person.window.idle()
    await person.answer("guardDialog", "keepEditingButton")
    assert person.window.isVisible()
    assert person.field("$").text() == "4"


async def test_keep_editing_holds_also_when_somebody_wrote_meanwhile(person: Person, location: Path) -> None:
    await person.choose_key("zoo")
    Elsewhere(location, ANN).writes("visits", "100")
    await person.answer("guardDialog", "saveButton")
    person.dialog("conflictDialog").reject()
    await person.window.idle()
    assert person.field("$").text() == "4"
    assert person.place() == "acme / ann / visits"
    assert stored(location) == 100
