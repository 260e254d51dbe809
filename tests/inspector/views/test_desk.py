"""No edit is lost and nobody is overwritten, whoever writes at the worst moment: a real second process does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from inspector.app import open_window
from inspector.views.main_window import MainWindow
from storage_core import AsyncStorage, Scope, Storage
from storage_core.browse import Address
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

SCOPE = Scope("acme", "ann")
PROFILE = '{ "name": "Ann", "price": 22.00, "age": 41 }'


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        ann = storage.store(SCOPE)
        ann.save_text("profile", PROFILE)
        ann.save("todos", [{"text": "buy milk"}])
        storage.workspace("acme").save("theme", "dark")
    return path


@pytest.fixture
def elsewhere(location: Path) -> Elsewhere:
    return Elsewhere(location, SCOPE)


@pytest.fixture
async def window(location: Path) -> AsyncIterator[MainWindow]:
    window = await open_window(location)
    await window.idle()
    yield window
    await window.shutdown()


@pytest.fixture
async def person(window: MainWindow) -> Person:
    person = Person(window)
    await person.go_to(SCOPE, "profile")
    return person


async def edit_while_somebody_writes(person: Person, elsewhere: Elsewhere, theirs: str) -> None:
    await person.edit("$.age", "42")
    elsewhere.writes("profile", theirs)
    await person.do("actionSave")


def shown_in(person: Person, name: str) -> str:
    return person.dialog("conflictDialog").findChild(QPlainTextEdit, name).toPlainText()


async def test_a_conflict_shows_base_theirs_and_mine_and_writes_nothing_yet(
    person: Person, elsewhere: Elsewhere
) -> None:
    theirs = PROFILE.replace("41", "50")
    await edit_while_somebody_writes(person, elsewhere, theirs)
    assert "41" in shown_in(person, "baseView")
    assert "50" in shown_in(person, "theirsView")
    assert "42" in shown_in(person, "mineView")
    assert elsewhere.reads("profile") == theirs
    await person.answer("conflictDialog", "keepEditingButton")


async def test_to_keep_editing_keeps_the_edit_and_the_next_save_asks_again(
    person: Person, elsewhere: Elsewhere
) -> None:
    theirs = PROFILE.replace("41", "50")
    await edit_while_somebody_writes(person, elsewhere, theirs)
    await person.answer("conflictDialog", "keepEditingButton")
    assert person.field("$.age").text() == "42"
    assert person.action("actionSave").isEnabled()
    await person.do("actionSave")
    await person.answer("conflictDialog", "keepEditingButton")
    assert elsewhere.reads("profile") == theirs


async def test_taking_theirs_shows_theirs_and_writes_nothing(person: Person, elsewhere: Elsewhere) -> None:
    theirs = PROFILE.replace("41", "50")
    await edit_while_somebody_writes(person, elsewhere, theirs)
    await person.answer("conflictDialog", "takeTheirsButton")
    assert person.field("$.age").text() == "50"
    assert not person.window.value.is_edited()
    assert elsewhere.reads("profile") == theirs


async def test_taking_mine_writes_over_theirs_and_undo_brings_theirs_back(
    person: Person, elsewhere: Elsewhere
) -> None:
    theirs = PROFILE.replace("41", "50")
    await edit_while_somebody_writes(person, elsewhere, theirs)
    await person.answer("conflictDialog", "takeMineButton")
    assert elsewhere.reads("profile") == PROFILE.replace("41", "42")
    await person.do("actionUndo")
    assert elsewhere.reads("profile") == theirs


async def test_a_merge_takes_both_to_the_byte_where_they_do_not_touch(
    person: Person, elsewhere: Elsewhere
) -> None:
    await edit_while_somebody_writes(person, elsewhere, PROFILE.replace("22.00", "23.50"))
    await person.answer("conflictDialog", "mergeButton")
    assert elsewhere.reads("profile") == '{ "name": "Ann", "price": 23.50, "age": 42 }'
    assert person.field("$.price").text() == "23.50"


async def test_a_write_while_the_conflict_is_being_decided_is_not_overwritten_either(
    person: Person, elsewhere: Elsewhere
) -> None:
    await edit_while_somebody_writes(person, elsewhere, PROFILE.replace("41", "50"))
    newest = PROFILE.replace("41", "60")
    elsewhere.writes("profile", newest)
    await person.answer("conflictDialog", "takeMineButton")
    assert elsewhere.reads("profile") == newest
    assert "60" in shown_in(person, "theirsView")
    await person.answer("conflictDialog", "takeMineButton")
    assert elsewhere.reads("profile") == PROFILE.replace("41", "42")


async def test_what_was_deleted_meanwhile_is_recreated_with_the_edit(
    person: Person, elsewhere: Elsewhere
) -> None:
    await person.edit("$.age", "42")
    elsewhere.deletes("profile")
    await person.do("actionSave")
    assert not person.dialog("conflictDialog").findChild(QPushButton, "mergeButton").isVisible()
    assert elsewhere.reads("profile") == "None"
    await person.answer("conflictDialog", "takeMineButton")
    assert elsewhere.reads("profile") == PROFILE.replace("41", "42")


async def test_what_was_deleted_meanwhile_stays_deleted_where_the_edit_is_discarded(
    person: Person, elsewhere: Elsewhere
) -> None:
    await person.edit("$.age", "42")
    elsewhere.deletes("profile")
    await person.do("actionSave")
    await person.answer("conflictDialog", "takeTheirsButton")
    assert elsewhere.reads("profile") == "None"
    assert person.window.value.entry is None


async def test_somebody_who_writes_the_very_same_is_no_conflict(person: Person, elsewhere: Elsewhere) -> None:
    await edit_while_somebody_writes(person, elsewhere, PROFILE.replace("41", "42"))
    assert person.dialogs() == []
    assert not person.window.value.is_edited()


async def test_an_undo_over_a_newer_value_asks_first_and_keeps_theirs(
    person: Person, elsewhere: Elsewhere
) -> None:
    await person.edit("$.age", "42")
    await person.do("actionSave")
    elsewhere.writes("profile", '"theirs"')
    await person.sees(lambda: not person.window.value.is_edited())
    await person.do("actionUndo")
    await person.answer("overwriteDialog", "keepTheirsButton")
    assert elsewhere.reads("profile") == '"theirs"'


# The ways out.


async def leave_by_another_key(person: Person) -> None:
    await person.choose_key("todos")


async def leave_by_another_scope(person: Person) -> None:
    await person.choose_scope(Scope("acme"))


async def leave_by_deleting(person: Person) -> None:
    await person.do("actionDelete")


async def leave_by_read_only(person: Person) -> None:
    await person.do("actionReadOnly")


async def leave_by_quitting(person: Person) -> None:
    person.window.close()
    await person.window.idle()


async def leave_by_another_file(person: Person) -> None:
    person.window.start(person.window.open(person.window.location.parent / "other.db"))
    await person.window.idle()


async def leave_by_going_to(person: Person) -> None:
    person.window.go_to(Address(SCOPE, "todos"))
    await person.window.idle()


async def leave_by_renaming(person: Person) -> None:
    await person.do("actionRename")


WAYS_OUT = [
    leave_by_another_key,
    leave_by_another_scope,
    leave_by_deleting,
    leave_by_read_only,
    leave_by_quitting,
    leave_by_another_file,
    leave_by_going_to,
    leave_by_renaming,
]


@pytest.mark.parametrize("leave", WAYS_OUT)
async def test_every_way_out_asks_and_keep_editing_changes_nothing(
    person: Person, elsewhere: Elsewhere, leave
) -> None:
    await person.edit("$.age", "42")
    await leave(person)
    await person.answer("guardDialog", "keepEditingButton")
    assert person.field("$.age").text() == "42"
    assert person.place() == "acme / ann / profile"
    assert person.current_key() == "profile"
    assert person.window.isVisible()
    assert not person.action("actionReadOnly").isChecked()
    assert elsewhere.reads("profile") == PROFILE
    await person.do("actionSave")
    assert elsewhere.reads("profile") == PROFILE.replace("41", "42")


async def test_what_was_discarded_on_a_way_out_that_was_not_taken_is_neither_shown_nor_saved(
    person: Person, elsewhere: Elsewhere
) -> None:
    await person.edit("$.age", "42")
    await person.do("actionRename")
    await person.answer("guardDialog", "discardButton")
    person.dialog("renameDialog").reject()
    await person.window.idle()
    assert person.field("$.age").text() == "41"
    await person.edit("$.name", "Eve")
    await person.do("actionSave")
    assert elsewhere.reads("profile") == PROFILE.replace("Ann", "Eve")


async def test_a_refresh_keeps_the_edit(person: Person, elsewhere: Elsewhere) -> None:
    await person.edit("$.age", "42")
    await person.do("actionRefresh")
    assert person.field("$.age").text() == "42"
    await person.do("actionSave")
    assert elsewhere.reads("profile") == PROFILE.replace("41", "42")


async def test_a_filter_that_hides_the_key_keeps_the_edit(person: Person, elsewhere: Elsewhere) -> None:
    await person.edit("$.age", "42")
    person.find(QWidget, "keyFilter").setText("todos")
    await person.sees(lambda: person.keys() == ["todos"])
    assert person.window.value.is_edited()
    await person.do("actionSave")
    assert elsewhere.reads("profile") == PROFILE.replace("41", "42")


async def test_a_save_from_the_guard_that_conflicts_stays_until_it_is_decided(
    person: Person, elsewhere: Elsewhere
) -> None:
    await person.edit("$.age", "42")
    elsewhere.writes("profile", PROFILE.replace("41", "50"))
    await person.choose_key("todos")
    await person.answer("guardDialog", "saveButton")
    await person.answer("conflictDialog", "keepEditingButton")
    assert person.current_key() == "profile"
    assert person.field("$.age").text() == "42"


def type_at_once(person: Person, path: str, text: str) -> None:
    """Type into a field within this very step of the loop."""
    field = person.field(path)
    field.setText(text)
    field.textEdited.emit(text)


async def test_what_is_typed_while_a_newer_value_is_being_read_stays(
    person: Person, elsewhere: Elsewhere
) -> None:
    person.window.live.stop()
    elsewhere.writes("profile", PROFILE.replace("41", "50"))
    refreshing = person.window.start(person.window.desk.refresh())
    await asyncio.sleep(0)  # it is reading now
    type_at_once(person, "$.age", "42")
    await refreshing
    assert person.field("$.age").text() == "42"
    await person.do("actionSave")
    await person.answer("conflictDialog", "keepEditingButton")


async def test_what_is_typed_while_another_value_is_being_read_is_asked_about(
    person: Person, elsewhere: Elsewhere
) -> None:
    person.window.start(person.window.desk.choose(Address(SCOPE, "todos")))
    await asyncio.sleep(0)  # it is reading now
    type_at_once(person, "$.age", "42")
    await person.window.idle()
    await person.answer("guardDialog", "keepEditingButton")
    assert person.field("$.age").text() == "42"


async def test_what_is_typed_while_the_edit_is_being_saved_stays_an_edit_of_what_is_saved(
    person: Person, elsewhere: Elsewhere
) -> None:
    await person.edit("$.age", "42")
    saving = person.window.start(person.window.desk.save())
    await asyncio.sleep(0)  # it is writing now
    type_at_once(person, "$.age", "43")
    await saving
    await person.window.idle()
    assert elsewhere.reads("profile") == PROFILE.replace("41", "42")
    assert person.field("$.age").text() == "43"
    await person.do("actionSave")
    assert person.dialogs() == []
    assert elsewhere.reads("profile") == PROFILE.replace("41", "43")


async def test_a_save_that_is_cancelled_is_remembered_all_the_same(
    person: Person, elsewhere: Elsewhere
) -> None:
    await person.edit("$.age", "42")
    saving = person.window.start(person.window.desk.save())
    await asyncio.sleep(0)  # it is writing now
    saving.cancel()
    await person.window.idle()
    assert elsewhere.reads("profile") == PROFILE.replace("41", "42")
    assert person.window.session.history.to_undo is not None


async def test_read_only_refuses_below_the_interface_as_well(location: Path) -> None:
    window = await open_window(location, read_only=True)
    try:
        person = Person(window)
        await person.go_to(SCOPE, "profile")
        for name in (
            "Save",
            "Delete",
            "Rename",
            "NewKey",
            "MoveTo",
            "CopyTo",
            "Expiry",
            "DeleteScope",
            "Import",
        ):
            assert not person.action(f"action{name}").isEnabled(), name
        await window.deeds.delete(window.session, [window.desk.address])
        await window.deeds.create(SCOPE, "")
        await window.deeds.set_expiry()
        assert person.dialogs() == []
        with Storage(location, read_only=True) as storage:
            assert storage.store(SCOPE).load_text("profile") == PROFILE
        assert isinstance(window.session.storage, AsyncStorage)
    finally:
        await window.shutdown()


async def test_read_only_shows_on_every_control_that_writes(location: Path) -> None:
    window = await open_window(location, read_only=True)
    try:
        person = Person(window)
        await person.go_to(SCOPE, "profile")
        assert person.field("$.age").isReadOnly() or not person.field("$.age").isEnabled()
        person.find(QWidget, "keyFilter").setText("no such key")
        await person.sees(lambda: window.keys.model.count == 0)
        offered = [each.text() for each in window.keys.findChildren(QPushButton) if each.isVisible()]
        assert "New key…" not in offered
        await window.scopes.choose(SCOPE)
    finally:
        await window.shutdown()
