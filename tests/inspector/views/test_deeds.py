"""Everything a person does to keys and scopes does what it says, can be undone, and is the same from the keyboard."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, QSignalBlocker, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
)

from inspector import actions
from inspector.app import open_window
from inspector.views import deeds, progress
from storage_core import Scope, Storage
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.gate import hold
from tests.inspector.person import PATIENCE, Person

ANN, BOB = Scope("acme", "ann"), Scope("acme", "bob")
PROFILE = '{ "price": 22.00 }'


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.store(ANN).save_text("profile", PROFILE)
        storage.store(ANN).set("raw", b"\x00\xff")
        storage.store(BOB).save_many({f"key:{number:03}": number for number in range(150)})
    return path


@pytest.fixture
async def person(location: Path) -> AsyncIterator[Person]:
    window = await open_window(location)
    await window.idle()
    person = Person(window)
    await person.go_to(ANN, "profile")
    yield person
    await window.shutdown()


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def fill(dialog: QDialog, **texts: str) -> None:
    for name, text in texts.items():
        dialog.findChild(QLineEdit, f"{name}Edit").setText(text)


async def accept(person: Person, name: str) -> None:
    await person.answer(name, "acceptButton")


async def test_a_copy_in_another_scope_keeps_every_byte_and_can_be_undone(
    person: Person, location: Path
) -> None:
    await person.do("actionCopyTo")
    fill(person.dialog("copyDialog"), user="carl", key="copy")
    await accept(person, "copyDialog")
    carl = Elsewhere(location, Scope("acme", "carl"))
    assert (carl.reads("copy"), Elsewhere(location, ANN).reads("profile")) == (PROFILE, PROFILE)
    assert person.place() == "acme / carl / copy"
    await person.do("actionUndo")
    assert carl.reads("copy") == "None"


async def test_a_move_to_another_scope_goes_along_and_can_be_undone(person: Person, location: Path) -> None:
    await person.do("actionMoveTo")
    fill(person.dialog("moveDialog"), user="")
    await accept(person, "moveDialog")
    assert person.place() == "acme / Shared / profile"
    assert Elsewhere(location, ANN).reads("profile") == "None"
    await person.do("actionUndo")
    assert Elsewhere(location, ANN).reads("profile") == PROFILE


@pytest.mark.parametrize(
    ("action", "dialog"), [("actionMoveTo", "moveDialog"), ("actionCopyTo", "copyDialog")]
)
async def test_a_place_that_is_taken_is_left_as_it_is_and_another_asked_for(
    person: Person, location: Path, action: str, dialog: str
) -> None:
    await person.do(action)
    fill(person.dialog(dialog), user="bob", key="key:001")
    await accept(person, dialog)
    again = person.dialog(dialog)
    assert any("key:001 is taken" in label.text() for label in again.findChildren(QLabel))
    assert [again.findChild(QLineEdit, f"{name}Edit").text() for name in ("user", "key")] == [
        "bob",
        "key:001",
    ]
    assert Elsewhere(location, BOB).reads("key:001") == "1"
    assert Elsewhere(location, ANN).reads("profile") == PROFILE
    fill(again, key="free")
    await accept(person, dialog)
    assert Elsewhere(location, BOB).reads("free") == PROFILE


async def test_after_a_deletion_the_key_that_is_shown_is_selected(person: Person) -> None:
    await person.go_to(BOB, "key:001")
    await person.do("actionDelete")
    await person.sees(lambda: "key:001" not in person.keys())
    (selected,) = person.table.selectionModel().selectedRows()
    assert person.place() == f"acme / bob / {selected.data()}"
    assert person.current_key() == selected.data()


async def test_the_place_where_it_is_cannot_be_chosen(person: Person) -> None:
    await person.do("actionMoveTo")
    dialog = person.dialog("moveDialog")
    assert not dialog.findChild(QPushButton, "acceptButton").isEnabled()
    dialog.reject()
    await person.window.idle()


async def test_an_expiry_is_set_alone_and_undone(person: Person, location: Path) -> None:
    await person.do("actionExpiry")
    dialog = person.dialog("expiryDialog")
    dialog.findChild(QRadioButton, "inButton").setChecked(True)
    dialog.findChild(QLineEdit, "amountEdit").setText("90")
    dialog.findChild(QComboBox, "unitBox").setCurrentIndex(1)
    await accept(person, "expiryDialog")
    with Storage(location, read_only=True) as storage:
        entry = storage.store(ANN).entry("profile")
        assert storage.store(ANN).load_text("profile") == PROFILE
    left = entry.expires - datetime.now(UTC)
    assert timedelta(minutes=85) < left <= timedelta(minutes=90)
    await person.do("actionUndo")
    with Storage(location, read_only=True) as storage:
        assert storage.store(ANN).entry("profile").expires is None


async def test_a_lifetime_that_is_none_is_refused(person: Person) -> None:
    await person.do("actionExpiry")
    dialog = person.dialog("expiryDialog")
    dialog.findChild(QRadioButton, "inButton").setChecked(True)
    accept_button = dialog.findChild(QPushButton, "acceptButton")
    for text in ("0", "-1", "nan", "inf", "1e400", "soon", ""):
        dialog.findChild(QLineEdit, "amountEdit").setText(text)
        assert not accept_button.isEnabled(), text
    dialog.findChild(QLineEdit, "amountEdit").setText("0.5")
    assert accept_button.isEnabled()
    dialog.reject()
    await person.window.idle()


async def test_a_scope_is_deleted_after_saying_how_many_and_comes_back_whole(
    person: Person, location: Path
) -> None:
    await person.choose_scope(BOB)
    with Storage(location) as storage:
        storage.store(BOB).expire("key:007", 3600)
        before = {
            entry.key: (entry.kind, entry.size, entry.expires) for entry in storage.store(BOB).entries()
        }
    await person.window.idle()
    await person.do("actionDeleteScope")
    said = " ".join(label.text() for label in person.dialog("deleteDialog").findChildren(QLabel))
    assert "all 150 keys" in said
    assert "acme" in said
    await person.answer("deleteDialog", "deleteButton")
    await person.sees(lambda: person.window.toast.isVisible())
    with Storage(location, read_only=True) as storage:
        assert list(storage.store(BOB).keys()) == []
        assert storage.store(ANN).exists("profile")
    await person.do("actionUndo")
    with Storage(location, read_only=True) as storage:
        entries = {
            entry.key: (entry.kind, entry.size, entry.expires) for entry in storage.store(BOB).entries()
        }
        assert entries == before
        assert storage.store(BOB).load("key:149") == 149
    await person.do("actionRedo")
    with Storage(location, read_only=True) as storage:
        assert list(storage.store(BOB).keys()) == []


async def test_an_undo_of_a_deleted_scope_asks_before_it_overwrites_and_brings_back_the_rest(
    person: Person, location: Path
) -> None:
    await person.choose_scope(BOB)
    await person.do("actionDeleteScope")
    await person.answer("deleteDialog", "deleteButton")
    bob = Elsewhere(location, BOB)
    bob.writes("key:003", '"theirs"')
    await person.do("actionUndo")
    await person.answer("overwriteDialog", "keepTheirsButton")
    assert (bob.reads("key:003"), bob.reads("key:004")) == ('"theirs"', "4")
    await person.do("actionUndo")
    await person.answer("overwriteDialog", "overwriteButton")
    assert bob.reads("key:003") == "3"


async def test_an_edit_before_a_deleted_scope_can_be_undone_after_it(person: Person, location: Path) -> None:
    await person.go_to(BOB, "key:005")
    await person.edit("$", "55")
    await person.do("actionSave")
    await person.do("actionDeleteScope")
    await person.answer("deleteDialog", "deleteButton")
    await person.do("actionUndo")
    await person.do("actionUndo")
    assert person.dialogs() == []
    assert Elsewhere(location, BOB).reads("key:005") == "5"


async def test_many_selected_keys_are_deleted_only_when_confirmed(person: Person, location: Path) -> None:
    await person.choose_scope(BOB)
    person.window.keys.table.selectAll()
    await person.do("actionDelete")
    person.dialog("deleteDialog").reject()
    await person.window.idle()
    with Storage(location, read_only=True) as storage:
        assert len(list(storage.store(BOB).keys())) == 150 > deeds.ASK_BEFORE_DELETING


async def test_what_is_copied_can_be_pasted_into_code(person: Person, location: Path) -> None:
    await person.do("actionCopyKey")
    assert clipboard() == "profile"
    await person.do("actionCopyPath")
    assert clipboard() == "acme / ann / profile"
    await person.do("actionCopyValue")
    assert clipboard() == PROFILE
    await person.do("actionCopyCode")
    assert clipboard() == 'await user.load("profile")'
    await person.do("actionCopySyncCode")
    assert clipboard() == 'storage.workspace("acme").user("ann").load("profile")'
    with Storage(location, read_only=True) as storage:
        assert eval(clipboard(), {"storage": storage}) == {"price": 22.0}


async def test_rows_are_copied_as_a_table(person: Person) -> None:
    await person.choose_scope(BOB)
    person.window.keys.table.selectAll()
    await person.do("actionCopyTable")
    lines = clipboard().split("\n")
    assert lines[0] == "key\tkind\tsize\tupdated\texpires"
    assert len(lines) == 151
    assert lines[1].startswith("key:000\tJSON\t1\t")


@pytest.mark.parametrize("keys", [(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier), (Qt.Key.Key_Menu,)])
async def test_the_menu_of_a_key_opens_from_the_keyboard(person: Person, keys: tuple) -> None:
    person.window.activateWindow()
    person.window.keys.table.setFocus()
    QTest.keyClick(person.window.keys.table, *keys)
    await person.window.idle()
    (menu,) = (each for each in person.window.findChildren(QMenu, "contextMenu") if each.isVisible())
    names = [action.objectName() for action in menu.actions()]
    assert {"actionCopyKey", "actionMoveTo", "actionExpiry", "actionDelete", "actionExport"} <= set(names)
    menu.close()
    await person.window.idle()


async def press_cancel_when_it_shows(person: Person) -> None:
    """Press Cancel as soon as progress is to be seen, and wait for the end."""
    async with asyncio.timeout(PATIENCE):
        while not (shown := [each for each in person.dialogs() if each.objectName() == "progressDialog"]):
            await asyncio.sleep(0.001)
    QTest.mouseClick(shown[0].findChild(QPushButton, "cancelButton"), Qt.MouseButton.LeftButton)
    await person.window.idle()


async def test_the_undo_of_a_large_deletion_shows_its_progress_and_can_be_ended(
    person: Person, location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "APPEARS_AFTER", 0)
    many = Scope("acme", "many")

    def count() -> int:
        with Storage(location, read_only=True) as storage:
            return sum(1 for _ in storage.store(many).keys())

    with Storage(location) as storage:
        storage.store(many).save_many({f"{number:05}": number for number in range(3_000)})
    await person.sees(lambda: person.scope_row(many).isValid())
    await person.choose_scope(many)
    await person.do("actionDeleteScope")
    await person.answer("deleteDialog", "deleteButton")
    assert count() == 0

    person.action("actionUndo").trigger()
    await press_cancel_when_it_shows(person)
    back = count()
    assert back < 3_000
    assert "Undo goes on" in person.window.toast.accessibleName()
    assert person.action("actionUndo").text().replace("&", "") == "Undo deletion of 3,000 keys"
    await person.do("actionUndo")
    assert count() == 3_000

    person.action("actionRedo").trigger()
    await press_cancel_when_it_shows(person)
    assert 0 < count() <= 3_000
    assert "Undo takes back" in person.window.toast.accessibleName()
    await person.do("actionUndo")
    assert count() == 3_000


async def test_what_was_deleted_is_offered_back_only_while_it_is_what_undo_would_bring(
    person: Person, location: Path
) -> None:
    await person.do("actionDelete")
    assert person.window.toast.isVisible()
    await person.go_to(BOB, "key:000")
    assert person.window.toast.isVisible()
    await person.edit("$", "7")
    await person.do("actionSave")
    assert not person.window.toast.isVisible()


async def test_nothing_is_offered_back_of_a_storage_that_is_open_no_more(
    person: Person, tmp_path: Path
) -> None:
    with Storage(tmp_path / "other.db") as storage:
        storage.store(ANN).save("other", 1)
    await person.do("actionDelete")
    assert person.window.toast.isVisible()
    await person.window.open(tmp_path / "other.db")
    await person.window.idle()
    assert not person.window.toast.isVisible()


async def test_a_dialog_that_asks_anew_leads_to_what_was_refused(person: Person) -> None:
    await person.do("actionCopyTo")
    fill(person.dialog("copyDialog"), user="bob", key="key:000")
    await accept(person, "copyDialog")
    again = person.dialog("copyDialog")
    key = again.findChild(QLineEdit, "keyEdit")
    assert again.focusWidget() is key
    assert key.selectedText() == "key:000"


async def test_what_is_typed_while_the_key_is_being_deleted_stays_as_an_edit(
    person: Person, location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleting = hold(monkeypatch, actions, "read")
    person.action("actionDelete").trigger()
    await person.reaches(deleting.reached.is_set)
    field = person.field("$.price")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "7")
    deleting.opened.set()
    await person.window.idle()
    assert Elsewhere(location, ANN).reads("profile") == "None"
    assert person.window.value.data() == b'{ "price": 7 }'
    await person.do("actionSave")
    await person.answer("conflictDialog", "takeMineButton")
    assert Elsewhere(location, ANN).reads("profile") == '{ "price": 7 }'


async def test_a_time_that_passes_while_it_is_being_chosen_deletes_nothing(
    person: Person, location: Path
) -> None:
    await person.do("actionExpiry")
    dialog = person.dialog("expiryDialog")
    dialog.findChild(QRadioButton, "atButton").setChecked(True)
    time = dialog.findChild(QDateTimeEdit, "timeEdit")
    with QSignalBlocker(time):  # as if it had been chosen a minute ago
        time.setDateTime(QDateTime.currentDateTime().addSecs(-10))
    await accept(person, "expiryDialog")
    assert "This time has passed" in " ".join(each.text() for each in dialog.findChildren(QLabel))
    dialog.reject()
    await person.window.idle()
    assert Elsewhere(location, ANN).reads("profile") == PROFILE


async def test_an_undo_asks_anew_where_somebody_writes_while_it_is_being_decided(
    person: Person, location: Path
) -> None:
    await person.edit("$.price", "7")
    await person.do("actionSave")
    ann = Elsewhere(location, ANN)
    ann.writes("profile", '"theirs"')
    await person.do("actionUndo")
    ann.writes("profile", '"newer"')
    await person.answer("overwriteDialog", "overwriteButton")
    assert ann.reads("profile") == '"newer"'
    await person.answer("overwriteDialog", "overwriteButton")
    assert ann.reads("profile") == PROFILE


async def test_an_undo_that_has_become_impossible_does_not_bar_the_way_to_those_before(
    person: Person, location: Path
) -> None:
    await person.edit("$.price", "7")
    await person.do("actionSave")
    await person.do("actionRename")
    fill(person.dialog("renameDialog"), key="renamed")
    await accept(person, "renameDialog")
    ann = Elsewhere(location, ANN)
    ann.deletes("renamed")
    ann.writes("profile", '{ "price": 7 }')
    await person.do("actionUndo")
    await person.answer("overwriteDialog", "overwriteButton")
    await person.answer("problemDialog", "closeButton")
    await person.do("actionUndo")
    await person.answer("overwriteDialog", "overwriteButton")
    assert ann.reads("profile") == PROFILE
