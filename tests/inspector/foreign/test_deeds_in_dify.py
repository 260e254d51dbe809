"""Everything a person does to the values of Dify's plugins does what it says, and can be undone, byte by byte."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from inspector.app import open_window
from inspector.settings import Settings
from inspector.views import progress
from inspector.views.drafts_dialog import DraftsDialog
from inspector.views.state_view import StateView
from storage_core import Scope
from storage_core.browse import Address
from tests.inspector.person import Person

TENANT = "6d4f1a5e-0f0b-4c6b-9a55-0b5a1c3f7e21"
PLUGIN, GMAIL = Scope(TENANT, "hjlarry/storage"), Scope(TENANT, "langgenius/gmail_trigger")
CACHE = f"plugin_daemon:persistence:cache:{TENANT}:hjlarry/storage:"


async def go(person: Person, scope: Scope, key: str) -> None:
    person.window.go_to(Address(scope, key))
    await person.window.idle()
    assert person.window.desk.address == Address(scope, key)


def files(persistence: Path) -> dict[str, bytes]:
    """All that is stored, by its path."""
    found = (path for path in persistence.rglob("*") if path.is_file())
    return {str(path.relative_to(persistence / TENANT)): path.read_bytes() for path in found}


def bar(person: Person) -> str:
    """What is said after a change; empty where nothing is."""
    found = person.find(QWidget, "aftermathBar")
    return found.accessibleName() if found.isVisible() else ""


async def copied(person: Person) -> list[str]:
    await person.click(person.find(QPushButton, "copyCacheKey"))
    return QGuiApplication.clipboard().text().splitlines()


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


@pytest.fixture
def value(persistence: Path) -> Iterator[Path]:
    """The file of the value at user_data."""
    return persistence / TENANT / "hjlarry" / "storage" / "user_data"


async def test_a_save_says_that_dify_may_not_see_it_and_hands_over_the_key_to_delete(
    dify: Person, value: Path
) -> None:
    await go(dify, PLUGIN, "user_data")
    assert bar(dify) == ""
    await dify.edit("$.age", "31")
    await dify.do("actionSave")
    assert b'"age": 31' in value.read_bytes()
    assert "up to 5 minutes" in bar(dify)
    assert "plugin_daemon" not in bar(dify)
    assert await copied(dify) == [f"{CACHE}user_data"]


async def test_undoing_is_a_change_too_and_brings_every_byte_back(
    dify: Person, value: Path, persistence: Path
) -> None:
    before = files(persistence)
    await go(dify, PLUGIN, "user_data")
    await dify.edit("$.age", "31")
    await dify.do("actionSave")
    dify.window.aftermath.forget()
    await dify.do("actionUndo")
    assert files(persistence) == before
    assert await copied(dify) == [f"{CACHE}user_data"]


async def test_a_move_is_a_change_of_two_places(dify: Person, persistence: Path) -> None:
    await go(dify, PLUGIN, "counter")
    await dify.do("actionMoveTo")
    dialog = dify.dialog("moveDialog")
    dialog.findChild(QLineEdit, "userEdit").setText("langgenius/gmail_trigger")
    dialog.findChild(QLineEdit, "keyEdit").setText("deep/counter")
    await dify.answer("moveDialog", "acceptButton")
    assert "langgenius/gmail_trigger/deep/counter" in files(persistence)
    assert "hjlarry/storage/counter" not in files(persistence)
    assert len(await copied(dify)) == 2
    await dify.do("actionUndo")
    assert "hjlarry/storage/counter" in files(persistence)


async def test_the_bar_goes_with_its_storage_and_when_it_is_dismissed(
    dify: Person, persistence: Path
) -> None:
    await go(dify, PLUGIN, "counter")
    await dify.do("actionDelete")
    assert bar(dify)
    (close,) = (
        each for each in dify.find(QWidget, "aftermathBar").children() if each.property("text") == "×"
    )
    await dify.click(close)
    assert bar(dify) == ""
    await dify.do("actionUndo")
    assert bar(dify)
    await dify.window.open(persistence)
    assert bar(dify) == ""


async def test_a_plugins_values_are_deleted_and_brought_back(dify: Person, persistence: Path) -> None:
    before = files(persistence)
    await dify.choose_scope(PLUGIN)
    await dify.do("actionDeleteScope")
    assert "hjlarry/storage" in texts(dify.dialog("deleteDialog"))
    await dify.answer("deleteDialog", "deleteButton")
    assert not any(path.startswith("hjlarry") for path in files(persistence))
    assert "12 keys" in bar(dify)
    assert len(await copied(dify)) == 12
    await dify.do("actionUndo")
    assert files(persistence) == before


async def test_a_key_where_others_lie_below_is_refused_and_asked_for_anew(
    dify: Person, persistence: Path
) -> None:
    before = files(persistence)
    await dify.choose_scope(PLUGIN)
    await dify.do("actionNewKey")
    dify.dialog("newKeyDialog").findChild(QLineEdit, "keyEdit").setText("a/../b")
    await dify.answer("newKeyDialog", "acceptButton")
    again = dify.dialog("newKeyDialog")
    assert "a/../b" in texts(again)
    assert again.findChild(QLineEdit, "keyEdit").text() == "a/../b"
    again.findChild(QLineEdit, "keyEdit").setText("notes/first")
    again.findChild(QComboBox, "kindBox").setCurrentText("Bytes that are a JSON object")
    await dify.answer("newKeyDialog", "acceptButton")
    assert files(persistence) == before | {"hjlarry/storage/notes/first": b"{}"}
    assert "formPage" in dify.tabs()


async def test_a_key_that_is_a_folder_of_others_is_not_made(dify: Person, persistence: Path) -> None:
    before = files(persistence)
    await dify.choose_scope(PLUGIN)
    await dify.do("actionNewKey")
    dify.dialog("newKeyDialog").findChild(QLineEdit, "keyEdit").setText("conversations/2026")
    await dify.answer("newKeyDialog", "acceptButton")
    shown = " ".join(texts(each) for each in dify.dialogs()) + dify.window.toast.accessibleName()
    assert "conversations/2026" in shown
    assert files(persistence) == before


async def test_a_file_of_another_sort_is_told_in_the_place_of_its_value(
    dify: Person, persistence: Path, value: Path
) -> None:
    os.symlink(value, value.with_name("link"))
    await dify.choose_scope(PLUGIN)
    await dify.do("actionRefresh")
    await dify.sees(lambda: "link" in dify.keys())
    dify.window.go_to(Address(PLUGIN, "link"))
    await dify.window.idle()
    (state,) = (each for each in dify.window.value.findChildren(StateView) if each.isVisible())
    assert "symbolic link" in state.state().details
    assert dify.current_key() == "link"
    assert value.exists()


async def test_a_write_made_meanwhile_is_never_overwritten(dify: Person, value: Path) -> None:
    await go(dify, PLUGIN, "user_data")
    await dify.edit("$.age", "31")
    theirs = value.read_bytes().replace(b"30", b"99")
    value.write_bytes(theirs)
    await dify.do("actionSave")
    assert "99" in dify.dialog("conflictDialog").findChild(QPlainTextEdit, "theirsView").toPlainText()
    assert value.read_bytes() == theirs
    await dify.answer("conflictDialog", "takeMineButton")
    assert b'"age": 31' in value.read_bytes()


async def test_a_draft_is_compared_by_what_it_is_based_on(
    persistence: Path, value: Path, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "settings" / "inspector.ini")
    window = await open_window(persistence, settings=settings)
    await window.idle()
    person = Person(window)
    await go(person, PLUGIN, "user_data")
    await person.edit("$.age", "31")
    await window.shutdown()
    (value.parent / "another").write_bytes(b"1")
    window = await open_window(persistence, settings=settings)
    person = Person(window)
    await person.sees(lambda: window.findChildren(DraftsDialog))
    await person.answer("draftsDialog", "restoreButton")
    assert "Somebody has written" not in texts(window.value)
    await person.do("actionSave")
    assert b'"age": 31' in value.read_bytes()
    await window.shutdown()


async def test_code_and_path_are_as_difys_plugins_write_them(dify: Person) -> None:
    await go(dify, PLUGIN, "user_data")
    await dify.do("actionCopyCode")
    assert QGuiApplication.clipboard().text() == 'self.session.storage.get("user_data")'
    await dify.do("actionCopyPath")
    assert QGuiApplication.clipboard().text() == f"{TENANT} / hjlarry/storage / user_data"


async def test_read_only_nothing_is_offered_and_nothing_changes(persistence: Path) -> None:
    def stats() -> dict[str, tuple[int, int]]:
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in persistence.rglob("*")}

    before, stored = stats(), files(persistence)
    window = await open_window(persistence, read_only=True)
    await window.idle()
    person = Person(window)
    await go(person, GMAIL, "wecom_msg_sub_0")
    for name in ("NewKey", "Save", "Delete", "Rename", "MoveTo", "CopyTo", "Expiry", "DeleteScope", "Undo"):
        assert not person.action(f"action{name}").isEnabled(), name
    await person.click_row(person.tree, window.scopes.model.workspace_index(TENANT))
    assert window.keys._state.state().button == ""
    await window.shutdown()
    assert (stats(), files(persistence)) == (before, stored)


@pytest.mark.parametrize(
    ("action", "dialog", "key"),
    [
        ("actionMoveTo", "moveDialog", "counter/x"),
        ("actionCopyTo", "copyDialog", "conversations"),
        ("actionRename", "renameDialog", "a/../b"),
    ],
)
async def test_a_place_that_is_refused_is_asked_for_anew_with_what_was_typed(
    dify: Person, persistence: Path, action: str, dialog: str, key: str
) -> None:
    before = files(persistence)
    await go(dify, PLUGIN, "user_data")
    await dify.do(action)
    dify.dialog(dialog).findChild(QLineEdit, "keyEdit").setText(key)
    await dify.answer(dialog, "acceptButton")
    again = dify.dialog(dialog)
    assert key in texts(again)
    assert again.findChild(QLineEdit, "keyEdit").text() == key
    assert again.focusWidget() is again.findChild(QLineEdit, "keyEdit")
    assert files(persistence) == before
    again.findChild(QLineEdit, "keyEdit").setText("elsewhere")
    await dify.answer(dialog, "acceptButton")
    assert files(persistence)["hjlarry/storage/elsewhere"] == before["hjlarry/storage/user_data"]
    assert dify.dialogs() == []


async def test_nothing_goes_on_once_the_window_is_shut_down(persistence: Path) -> None:
    window = await open_window(persistence)
    await window.idle()
    await Person(window).click_row(Person(window).tree, window.scopes.model.workspace_index(TENANT))
    await window.shutdown()
    assert window.tasks.is_idle


async def test_a_first_key_that_cannot_be_read_is_chosen_and_says_why(persistence: Path, value: Path) -> None:
    link = value.with_name("a_link")
    link.symlink_to("elsewhere")
    window = await open_window(persistence)
    await window.idle()
    person = Person(window)
    (state,) = (each for each in window.value.findChildren(StateView) if each.isVisible())
    assert person.current_key() == "a_link"
    assert state.state().what == "This value cannot be read"
    assert "symbolic link" in state.state().details
    assert person.dialogs() == []
    link.unlink()
    link.write_bytes(b"12")
    await person.do("actionRefresh")
    assert not state.isVisible()
    await window.shutdown()


async def test_what_was_deleted_is_named_above_the_bar_and_does_not_cover_it(dify: Person) -> None:
    dify.window.resize(1024, 640)
    await go(dify, PLUGIN, "counter")
    await dify.do("actionDelete")
    shown, toast = dify.find(QWidget, "aftermathBar"), dify.window.toast
    assert toast.accessibleName() == "Deleted: counter"
    await dify.sees(lambda: toast.geometry().bottom() < shown.mapTo(dify.window, QPoint(0, 0)).y())


async def test_a_deletion_that_was_ended_tells_of_the_keys_that_are_gone_alone(
    dify: Person, persistence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "APPEARS_AFTER", 0)
    folder = persistence / TENANT / "hjlarry" / "storage"
    for number in range(400):
        (folder / f"many-{number:03}").write_bytes(b"1")
    await dify.do("actionRefresh")
    before = files(persistence)
    await dify.choose_scope(PLUGIN)
    dify.action("actionDeleteScope").trigger()
    await dify.window.idle()
    dify.dialog("deleteDialog").findChild(QPushButton, "deleteButton").click()
    await dify.reaches(lambda: any(each.objectName() == "progressDialog" for each in dify.dialogs()))
    dify.dialog("progressDialog").reject()
    await dify.window.idle()
    gone = {path.removeprefix("hjlarry/storage/") for path in before.keys() - files(persistence).keys()}
    assert 0 < len(gone) < len(before)
    assert {key.removeprefix(CACHE) for key in await copied(dify)} <= gone


async def test_of_very_many_keys_only_the_first_can_be_copied_and_the_bar_says_so(dify: Person) -> None:
    said = [f"It has a copy: plugin_daemon:{number}" for number in range(200)]
    shown = dify.window.aftermath
    shown.say(said, of=1_000)
    assert shown.accessibleName() == "It has a copy. So it is with all keys that were changed."
    assert dify.find(QPushButton, "copyCacheKey").text() == "&Copy the first 200 Redis keys"
