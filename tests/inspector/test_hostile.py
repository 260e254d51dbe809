"""Names and values that somebody stored to harm who looks at them are shown as what they are, in every view."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QDialog, QLabel, QTabWidget, QWidget

from inspector.app import open_window
from inspector.plain import visible, visible_key
from inspector.views.dialogs import LONGEST_KEY
from storage_core import Change, Scope, Storage, StorageError
from storage_core.browse import Address
from tests.inspector import hostile
from tests.inspector.audit import faults
from tests.inspector.person import Person

ACME = Scope("acme")
VALUES = Scope("acme", "values")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the planted files are, which nobody may open."""
    planted = tmp_path / "planted"
    planted.mkdir()
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    assert image.save(str(planted / f"{hostile.PLANTED}.png"))
    return planted


@pytest.fixture
def location(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "state <img src=x>&\u202e.db"
    with Storage(path, durability="process") as storage:
        acme = storage.workspace("acme")
        acme.save_many({key: {"ok": 1} for key in hostile.keys(folder).values()})
        for name in hostile.names(folder).values():
            acme.user(name).save("key", 1)
            storage.workspace(name).save("key", 1)
        values = acme.user("values")
        for what, text in hostile.json_texts(folder).items():
            values.save_text(what, text)
        values.set_many(hostile.blobs(folder))
    return path


@pytest.fixture
async def person(location: Path, folder: Path) -> AsyncIterator[Person]:
    """Somebody who looks at the storage; nothing may be written, opened or made by that."""
    before = _written(location)
    window = await open_window(location)
    await window.idle()
    yield Person(window)
    await window.shutdown()
    assert _written(location) == before
    assert [each.name for each in folder.iterdir()] == [f"{hostile.PLANTED}.png"]


def _written(location: Path) -> list[Change]:
    with Storage(location, read_only=True) as storage:
        return list(storage.changes(0))


def shown_texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


def test_the_audit_finds_what_would_be_rendered(qapp: object) -> None:
    window = QWidget()
    bad = QLabel("<img src=x>", window)
    assert len(faults(window)) == 1
    bad.setTextFormat(Qt.TextFormat.PlainText)
    assert faults(window) == []
    bad.setToolTip("<b>x</b>")
    assert len(faults(window)) == 1
    bad.setToolTip('<qt><p style="white-space:pre-wrap">&lt;b&gt;</p></qt>')
    assert faults(window) == []
    bad.setText("a\u202eb")
    assert len(faults(window)) == 1


async def test_keys_are_shown_as_text_wherever_they_appear(person: Person, folder: Path) -> None:
    await person.choose_scope(ACME)
    for key in hostile.keys(folder).values():
        await person.choose_key(key)
        assert person.current_key() == visible(key)
        assert person.place() == f"acme / Shared / {visible(key)}"
        assert visible(key) in shown_texts(person.window.value)
        assert not person.action("actionSave").isEnabled()
    assert faults(person.window) == []


@pytest.mark.slow
async def test_users_and_workspaces_are_shown_as_text(person: Person, folder: Path) -> None:
    for name in hostile.names(folder).values():
        for scope in (Scope("acme", name), Scope(name)):
            person.window.go_to(Address(scope, "key"))
            await person.window.idle()
            user = "Shared" if scope.user is None else visible(scope.user)
            assert person.place() == f"{visible(scope.workspace)} / {user} / key"
    assert faults(person.window) == []


@pytest.mark.qt_log_ignore("JFIF revision", "contains no image", "This plugin does not support")
async def test_values_are_shown_on_every_page_and_never_written(person: Person, folder: Path) -> None:
    await person.choose_scope(VALUES)
    stored = {what: text.encode() for what, text in hostile.json_texts(folder).items()} | hostile.blobs(
        folder
    )
    for what, data in stored.items():
        await person.choose_key(what)
        assert person.window.value.entry is not None
        assert person.window.value.entry.data == data
        for page in person.tabs():
            await person.open_tab(page)
            assert person.find(QTabWidget, "valueTabs").currentWidget().objectName() == page
            assert not person.window.value.is_edited(), (what, page)
            assert not person.action("actionSave").isEnabled(), (what, page)
            if person.window.value.editor() is not None:
                assert person.window.value.data() is person.window.value.entry.data, (what, page)
        assert faults(person.window.value) == [], what
        assert person.window.findChildren(QDialog) == [], what
    assert faults(person.window) == []


@pytest.mark.slow
async def test_an_edit_of_one_field_changes_that_field_alone(location: Path, folder: Path) -> None:
    window = await open_window(location)
    await window.idle()
    person = Person(window)
    await person.choose_scope(VALUES)
    for what, text in hostile.json_texts(folder).items():
        if '"ok": 1' in text:
            await person.choose_key(what)
            await person.open_tab("formPage")
            await person.edit("$.ok", "2")
            await person.do("actionSave")
            with Storage(location, read_only=True) as storage:
                saved = storage.store(VALUES).load_text(what)
            assert saved == text.replace('"ok": 1', '"ok": 2'), what
    await window.shutdown()


@pytest.mark.parametrize(
    "what",
    [
        "image behind a closed tag",
        "bidi override",
        *(pytest.param(what, marks=pytest.mark.slow) for what in ("mnemonic", "line breaks", "long")),
    ],
)
async def test_questions_messages_and_menus_show_a_key_as_text(
    location: Path, folder: Path, what: str
) -> None:
    key = hostile.keys(folder)[what]
    window = await open_window(location)
    await window.idle()
    person = Person(window)
    await person.go_to(ACME, key)
    await person.edit("$.ok", "2")

    person.window.start(window.desk.may_leave())
    await window.idle()
    assert visible_key(key, LONGEST_KEY) in " ".join(shown_texts(person.dialog("guardDialog")))
    assert faults(window) == []
    await person.answer("guardDialog", "discardButton")

    for name, dialog in (("actionRename", "renameDialog"), ("actionNewKey", "newKeyDialog")):
        await person.do(name)
        assert faults(window) == []
        person.dialog(dialog).reject()
        await window.idle()

    await person.do("actionDelete")
    assert visible(key) in " ".join(shown_texts(window.toast))
    assert visible(key)[:100].replace("&", "&&") in person.action("actionUndo").text()
    assert faults(window) == []
    await person.do("actionUndo")

    window.report(StorageError(f"{key} cannot be read"))
    assert f"{visible(key)} cannot be read" in shown_texts(person.dialog("problemDialog"))
    assert faults(window) == []
    await window.shutdown()


async def test_a_file_is_named_as_text_in_the_title_the_status_and_the_state(
    person: Person, location: Path, tmp_path: Path
) -> None:
    assert person.window.windowTitle().startswith(visible(location.name))
    assert "\u202e" not in person.window.windowTitle()
    assert f"{visible(location.name)} · SQLite" in shown_texts(person.window.status)
    missing = tmp_path / "<b>&\u202e"
    await person.window.open(missing)
    assert visible(str(missing)) in person.window.state.state().details
    assert faults(person.window) == []
    assert not missing.exists()


@pytest.mark.parametrize("broken", [b'{"ok": \xff', b"", b"no JSON", b"[" * 10_000, b"\xef\xbb\xbf1"])
async def test_json_that_another_program_has_broken_is_shown_and_hides_no_other(
    tmp_path: Path, broken: bytes
) -> None:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.workspace("acme").save_many({"a": 1, "broken": 2, "c": 3})
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE entries SET value = ? WHERE key = 'broken'", (broken,))
    window = await open_window(path)
    await window.idle()
    person = Person(window)
    assert person.keys() == ["a", "broken", "c"]
    await person.choose_key("broken")
    assert person.dialogs() == []
    for page in person.tabs():
        await person.open_tab(page)
        assert window.value.data() == broken
        assert not person.action("actionSave").isEnabled()
    await person.choose_key("c")
    assert person.field("$").text() == "3"
    assert faults(window) == []
    await window.shutdown()
