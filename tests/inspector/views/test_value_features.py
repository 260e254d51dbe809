"""What surrounds the value: its changes before a save, readings, large values, files, drafts, a session's end."""

import asyncio
import gzip
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QWidget,
)

from inspector import drafts
from inspector.app import open_window
from inspector.drafts import Draft, Drafts
from inspector.editors.hex_view import HexView
from inspector.settings import Settings
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.gate import hold
from tests.inspector.person import Person

ANN = Scope("acme", "ann")
PROFILE = '{ "name": "Ann", "price": 22.00, "age": 41 }'
LARGE = bytes(range(256)) * 12_000


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        ann = storage.store(ANN)
        ann.save_text("profile", PROFILE)
        ann.set("packed", gzip.compress(b"hello from inside"))
        ann.set("large", LARGE)
        ann.save("todos", [])
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "config" / "inspector.ini")


@pytest.fixture
async def window(location: Path) -> AsyncIterator[MainWindow]:
    window = await open_window(location)
    await window.idle()
    yield window
    await window.shutdown()


@pytest.fixture
def person(window: MainWindow) -> Person:
    return Person(window)


# Changes.


async def test_the_exact_difference_is_shown_before_the_save_and_goes_with_it(person: Person) -> None:
    await person.go_to(ANN, "profile")
    toggle, changes = person.find(QPushButton, "changesToggle"), person.find(QWidget, "changesView")
    assert not toggle.isVisible()
    await person.edit("$.age", "42")
    await person.click(toggle)
    assert changes.isVisible()
    assert toggle.text() == "Changes (1)"
    shown = person.find(QPlainTextEdit, "changesText").toPlainText()
    assert "41" in shown
    assert "42" in shown
    await person.edit("$.price", "23")
    assert toggle.text() == "Changes (2)"
    await person.do("actionSave")
    assert not changes.isVisible()
    assert not toggle.isVisible()


# Readings.


async def test_packed_bytes_can_be_read_and_nothing_is_written(person: Person, location: Path) -> None:
    await person.go_to(ANN, "packed")
    await person.open_tab("readingsPage")
    box, text = person.find(QComboBox, "readingBox"), person.find(QPlainTextEdit, "readingText")
    box.setCurrentIndex(box.findText("gzip"))
    assert text.toPlainText() == "hello from inside"
    assert text.isReadOnly()
    await person.open_tab("hexPage")
    assert not person.window.value.is_edited()


async def test_lines_that_were_read_stand_as_far_in_as_they_do(person: Person, location: Path) -> None:
    with Storage(location) as storage:
        storage.store(ANN).set("packed", gzip.compress(b'{\n  "a": 1 \n}'))
    await person.go_to(ANN, "packed")
    await person.open_tab("readingsPage")
    box, text = person.find(QComboBox, "readingBox"), person.find(QPlainTextEdit, "readingText")
    box.setCurrentIndex(box.findText("gzip"))
    assert text.toPlainText() == '{\n  "a": 1␣\n}'


# Large values and files.


async def choose_file(person: Person, dialog: str, path: Path) -> None:
    found = person.dialog(dialog)
    assert isinstance(found, QFileDialog)
    found.fileSelected.emit(str(path))
    found.accept() if not path.exists() else found.done(1)
    await person.window.idle()


async def test_a_large_value_is_shown_a_part_at_a_time(person: Person) -> None:
    await person.go_to(ANN, "large")
    assert person.tabs() == ["largePage"]
    assert person.find(QWidget, "largeHex").isVisible()
    assert "3,072,000 B" in person.find(QWidget, "largeStatus").text()
    assert not person.window.value.is_edited()


async def test_a_value_of_any_size_goes_to_a_file_and_comes_back_from_one(
    person: Person, location: Path, tmp_path: Path
) -> None:
    await person.go_to(ANN, "large")
    target = tmp_path / "out.bin"
    await person.click(person.find(QPushButton, "largeSave"))
    await choose_file(person, "exportDialog", target)
    assert target.read_bytes() == LARGE
    assert target.stat().st_mode & 0o777 == 0o600

    source = tmp_path / "in.bin"
    source.write_bytes(b"new" * 700_000)
    await person.click(person.find(QPushButton, "largeReplace"))
    await choose_file(person, "importDialog", source)
    with Storage(location, read_only=True) as storage:
        assert storage.store(ANN).get("large") == b"new" * 700_000
    await person.do("actionUndo")
    with Storage(location, read_only=True) as storage:
        assert storage.store(ANN).get("large") == LARGE


async def test_a_file_that_is_not_json_does_not_become_a_json_value(
    person: Person, location: Path, tmp_path: Path
) -> None:
    await person.go_to(ANN, "profile")
    source = tmp_path / "broken.json"
    source.write_text('{"name": ')
    await person.do("actionImport")
    await choose_file(person, "importDialog", source)
    assert person.dialog("problemDialog").isVisible()
    await person.answer("problemDialog", "closeButton")
    assert Elsewhere(location, ANN).reads("profile") == PROFILE


async def test_what_somebody_wrote_while_the_file_was_chosen_is_asked_about(
    person: Person, location: Path, tmp_path: Path
) -> None:
    await person.go_to(ANN, "profile")
    await person.do("actionImport")
    source = tmp_path / "mine.json"
    source.write_text('"mine"')
    with Storage(location) as storage:
        person.window.live.stop()
        storage.store(ANN).save("profile", "theirs")
    await choose_file(person, "importDialog", source)
    await person.answer("overwriteDialog", "keepTheirsButton")
    assert Elsewhere(location, ANN).reads("profile") == '"theirs"'


# Drafts.


async def edited_and_killed(location: Path, settings: Settings) -> None:
    """An inspector that ends in the middle of an edit."""
    window = await open_window(location, settings=settings)
    person = Person(window)
    await window.idle()
    await person.go_to(ANN, "profile")
    await person.edit("$.age", "42")
    await window.shutdown()


@pytest.fixture
async def restarted(location: Path, settings: Settings) -> AsyncIterator[Person]:
    await edited_and_killed(location, settings)
    window = await open_window(location, settings=settings)
    await window.idle()
    yield Person(window)
    await window.shutdown()


def drafts_in(settings: Settings) -> list[str]:
    folder = settings.path.parent / "drafts"
    return [name for name in os.listdir(folder) if name.endswith(".draft")] if folder.exists() else []


async def test_an_edit_that_was_not_saved_is_offered_at_the_next_start_and_saved_from_there(
    restarted: Person, location: Path, settings: Settings
) -> None:
    await restarted.answer("draftsDialog", "restoreButton")
    assert restarted.field("$.age").text() == "42"
    assert restarted.window.value.is_edited()
    assert Elsewhere(location, ANN).reads("profile") == PROFILE
    await restarted.do("actionSave")
    assert Elsewhere(location, ANN).reads("profile") == PROFILE.replace("41", "42")
    assert drafts_in(settings) == []


async def test_a_restored_edit_of_what_was_changed_since_leads_to_the_conflict(
    location: Path, settings: Settings
) -> None:
    await edited_and_killed(location, settings)
    elsewhere = Elsewhere(location, ANN)
    elsewhere.writes("profile", PROFILE.replace("22.00", "23.00"))
    window = await open_window(location, settings=settings)
    try:
        await window.idle()
        person = Person(window)
        await person.answer("draftsDialog", "restoreButton")
        await person.do("actionSave")
        await person.answer("conflictDialog", "mergeButton")
        assert elsewhere.reads("profile") == PROFILE.replace("22.00", "23.00").replace("41", "42")
    finally:
        await window.shutdown()


async def test_a_draft_goes_when_its_edit_is_saved_or_discarded(location: Path, settings: Settings) -> None:
    window = await open_window(location, settings=settings)
    try:
        await window.idle()
        person = Person(window)
        await person.go_to(ANN, "profile")
        await person.edit("$.age", "42")
        assert len(drafts_in(settings)) == 1
        await person.do("actionRevert")
        assert drafts_in(settings) == []
        await person.edit("$.age", "43")
        assert len(drafts_in(settings)) == 1
        await person.do("actionSave")
        assert drafts_in(settings) == []
    finally:
        await window.shutdown()


async def edit_the_large_value(person: Person) -> None:
    await person.go_to(ANN, "large")
    await person.click(person.find(QPushButton, "largeOpen"))
    QTest.keyClicks(person.find(HexView, "hexView"), "ff")
    await person.window.idle()


async def test_an_edit_of_a_large_value_is_kept_offered_and_saved_too(
    location: Path, settings: Settings
) -> None:
    edited = b"\xff" + LARGE[1:]
    window = await open_window(location, settings=settings)
    await window.idle()
    await edit_the_large_value(Person(window))
    assert len(drafts_in(settings)) == 1
    await window.shutdown()
    window = await open_window(location, settings=settings)
    try:
        await window.idle()
        restarted = Person(window)
        await restarted.answer("draftsDialog", "restoreButton")
        assert restarted.find(HexView, "hexView").isVisible()
        assert window.value.is_edited()
        assert len(drafts_in(settings)) == 1
        await restarted.do("actionSave")
        assert drafts_in(settings) == []
        with Storage(location, read_only=True) as storage:
            assert storage.store(ANN).get("large") == edited
    finally:
        await window.shutdown()


@pytest.mark.parametrize("way_out", ["actionSave", "actionRevert"])
async def test_a_large_edit_that_is_settled_while_its_draft_is_written_leaves_none(
    location: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, way_out: str
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    keep = Drafts.keep

    def slow_keep(drafts: Drafts, draft: Draft, **given: Any) -> bool:
        begun.set()
        assert go_on.wait(30)
        return keep(drafts, draft, **given)

    window = await open_window(location, settings=settings)
    try:
        await window.idle()
        person = Person(window)
        monkeypatch.setattr(Drafts, "keep", slow_keep)
        await person.go_to(ANN, "large")
        await person.click(person.find(QPushButton, "largeOpen"))
        QTest.keyClicks(person.find(HexView, "hexView"), "ff")
        await person.reaches(begun.is_set)
        person.action(way_out).trigger()
        await person.reaches(lambda: not window.value.is_edited())
        go_on.set()
        await window.idle()
        assert drafts_in(settings) == []
    finally:
        go_on.set()
        await window.shutdown()


async def test_an_edit_that_is_too_large_for_a_draft_says_so(
    location: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "LARGEST", 1_000_000)
    window = await open_window(location, settings=settings)
    try:
        await window.idle()
        person = Person(window)
        await edit_the_large_value(person)
        assert drafts_in(settings) == []
        assert any("No draft can be kept of this edit" in each.text() for each in window.findChildren(QLabel))
    finally:
        await window.shutdown()


async def test_drafts_that_are_discarded_are_not_offered_again(restarted: Person, settings: Settings) -> None:
    await restarted.answer("draftsDialog", "discardButton")
    assert restarted.dialogs() == []
    assert drafts_in(settings) == []


# The end of the session.


class Manager:
    """Stands for the session manager, which only a desktop can make."""

    def __init__(self, *, interaction: bool) -> None:
        self._interaction = interaction
        self.cancelled = False

    def allowsInteraction(self) -> bool:
        return self._interaction

    def release(self) -> None:
        assert self._interaction

    def cancel(self) -> None:
        self.cancelled = True


async def test_the_end_of_the_session_waits_for_an_answer_where_it_may(person: Person) -> None:
    await person.go_to(ANN, "profile")
    manager = Manager(interaction=True)
    person.window._value_features.session_end.answer(manager)
    assert not manager.cancelled
    await person.edit("$.age", "42")
    person.window._value_features.session_end.answer(manager)
    assert manager.cancelled
    await person.window.idle()
    await person.answer("guardDialog", "keepEditingButton")
    assert person.field("$.age").text() == "42"


async def test_the_end_of_the_session_asks_once_however_often_it_is_announced(person: Person) -> None:
    await person.go_to(ANN, "profile")
    await person.edit("$.age", "42")
    person.window.close()
    for _ in range(3):
        person.window._value_features.session_end.answer(Manager(interaction=True))
    await person.window.idle()
    await person.answer("guardDialog", "keepEditingButton")
    assert person.dialogs() == []


async def test_the_end_of_the_session_leaves_a_draft_where_nobody_may_be_asked(
    location: Path, settings: Settings
) -> None:
    window = await open_window(location, settings=settings)
    try:
        await window.idle()
        person = Person(window)
        await person.go_to(ANN, "profile")
        field = person.field("$.age")
        field.setText("42")
        field.textEdited.emit("42")
        manager = Manager(interaction=False)
        window._value_features.session_end.answer(manager)
        assert len(drafts_in(settings)) == 1
        assert not manager.cancelled
    finally:
        await window.shutdown()


async def test_a_reading_that_comes_late_does_not_stand_where_another_value_is_shown(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await person.go_to(ANN, "packed")
    reading = hold(monkeypatch, asyncio, "to_thread", after=True)
    tabs = person.find(QTabWidget, "valueTabs")
    tabs.setCurrentWidget(person.find(QWidget, "readingsPage"))
    await person.reaches(reading.reached.is_set)
    monkeypatch.setattr(asyncio, "to_thread", reading.call)
    person.press_key("todos")
    await person.reaches(lambda: person.window.desk.address == Address(ANN, "todos"))
    reading.opened.set()
    await person.window.idle()
    assert person.find(QPlainTextEdit, "readingText").toPlainText() == ""
