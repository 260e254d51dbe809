"""Whatever a person does to keys is taken back and done again to the byte, one deed after the other."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QRadioButton

from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from tests.inspector.person import Person

ANN, BOB = Scope("acme", "ann"), Scope("acme", "bob")
State = dict[tuple[Scope, str], tuple[object, ...]]
Deed = Callable[[Person, Path], Awaitable[None]]


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.store(ANN).save_text("profile", '{ "price": 22.00 }', ttl=3600)
        storage.store(ANN).set("plugin", b'{ "price": 22.00,\r\n "n": 1e5 }')
        storage.store(BOB).save_many({f"key:{number:03}": number for number in range(40)})
    return path


@pytest.fixture
async def person(window: MainWindow) -> Person:
    person = Person(window)
    await person.go_to(ANN, "profile")
    return person


def state(location: Path) -> State:
    """All that is stored, but for revisions and times of writing."""
    with Storage(location, read_only=True) as storage:
        found: State = {}
        for info in storage.scopes():
            store = storage.store(info.scope)
            for listed in store.entries():
                entry = store.entry(listed.key)
                assert entry is not None
                text = store.load_text(listed.key) if entry.kind.name == "JSON" else entry.value
                found[info.scope, listed.key] = (entry.kind, text, entry.expires)
        return found


async def fill(person: Person, action: str, name: str, **texts: str) -> None:
    await person.do(action)
    dialog = person.dialog(name)
    for field, text in texts.items():
        edit = dialog.findChild(QLineEdit, f"{field}Edit")
        assert edit is not None, field
        edit.setText(text)
    await person.answer(name, "acceptButton")


async def edit(person: Person, folder: Path) -> None:
    await person.edit("$.price", "23.50")
    await person.do("actionSave")


async def edit_bytes(person: Person, folder: Path) -> None:
    await person.choose_key("plugin")
    await edit(person, folder)


async def create(person: Person, folder: Path) -> None:
    await fill(person, "actionNewKey", "newKeyDialog", key="made here")


async def rename(person: Person, folder: Path) -> None:
    await fill(person, "actionRename", "renameDialog", key="another")


async def move(person: Person, folder: Path) -> None:
    await fill(person, "actionMoveTo", "moveDialog", user="bob")


async def copy(person: Person, folder: Path) -> None:
    await fill(person, "actionCopyTo", "copyDialog", user="carl")


async def expire(person: Person, folder: Path) -> None:
    await person.do("actionExpiry")
    dialog = person.dialog("expiryDialog")
    dialog.findChild(QRadioButton, "inButton").setChecked(True)
    dialog.findChild(QLineEdit, "amountEdit").setText("90")
    dialog.findChild(QComboBox, "unitBox").setCurrentIndex(1)
    await person.answer("expiryDialog", "acceptButton")


async def delete_one(person: Person, folder: Path) -> None:
    await person.do("actionDelete")


async def delete_many(person: Person, folder: Path) -> None:
    await person.choose_scope(BOB)
    person.window.keys.table.selectAll()
    await person.do("actionDelete")
    await person.answer("deleteDialog", "deleteButton")


async def delete_scope(person: Person, folder: Path) -> None:
    await person.do("actionDeleteScope")
    await person.answer("deleteDialog", "deleteButton")


async def replace_from_file(person: Person, folder: Path) -> None:
    source = folder / "new.json"
    source.write_text('[ "new" ]')
    await person.do("actionImport")
    dialog = person.dialog("importDialog")
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(source))
    dialog.done(QFileDialog.DialogCode.Accepted.value)
    await person.window.idle()


DEEDS: list[Deed] = [
    edit, edit_bytes, create, rename, move, copy, expire, delete_one, delete_many, delete_scope,
    replace_from_file,
]  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS, ids=[deed.__name__ for deed in DEEDS])
async def test_every_deed_is_taken_back_and_done_again_to_the_byte(
    person: Person, location: Path, deed: Deed
) -> None:
    before = state(location)
    await deed(person, location.parent)
    after = state(location)
    assert after != before
    for _ in range(2):
        await person.do("actionUndo")
        assert state(location) == before
        await person.do("actionRedo")
        assert state(location) == after
    assert person.dialogs() == []


async def test_bytes_that_hold_json_are_edited_in_the_form_and_stay_bytes(
    person: Person, location: Path
) -> None:
    await person.choose_key("plugin")
    assert person.tabs()[0] == "formPage"
    await person.edit("$.n", "2e5")
    await person.do("actionSave")
    with Storage(location, read_only=True) as storage:
        assert storage.store(ANN).get("plugin") == b'{ "price": 22.00,\r\n "n": 2e5 }'


async def test_bytes_that_hold_json_are_merged_by_field(person: Person, location: Path) -> None:
    await person.choose_key("plugin")
    await person.edit("$.n", "2e5")
    with Storage(location) as storage:
        storage.store(ANN).set("plugin", b'{ "price": 9.90,\r\n "n": 1e5 }')
    await person.do("actionSave")
    await person.sees(lambda: person.dialog("conflictDialog").merged is not None)
    await person.answer("conflictDialog", "mergeButton")
    with Storage(location, read_only=True) as storage:
        assert storage.store(ANN).get("plugin") == b'{ "price": 9.90,\r\n "n": 2e5 }'
