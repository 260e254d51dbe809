"""What an earlier run has left is offered while the window is still opening, or is opening something else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from inspector.app import open_window
from inspector.settings import Settings
from inspector.views.main_window import MainWindow
from storage_core import Scope
from tests.inspector.gate import a_moment, hold
from tests.inspector.person import Person

ANN = Scope("acme", "ann")


@pytest.fixture
async def settings(location: Path, tmp_path: Path) -> Settings:
    """Those of a run that ended with an edit that was not saved."""
    path = tmp_path / "settings.ini"
    window = await open_window(location, settings=Settings(path))
    await window.idle()
    person = Person(window)
    await person.go_to(ANN, "profile")
    await person.edit("$.city", "Linz")
    await window.shutdown()
    return Settings(path)


@pytest.fixture
async def window(settings: Settings) -> AsyncIterator[MainWindow]:
    """A window that has opened nothing yet."""
    window = MainWindow(settings)
    window.show()
    yield window
    await window.shutdown()


async def test_an_edit_that_is_restored_before_all_scopes_are_counted_stays_on_the_desk(
    window: MainWindow, location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(window)
    counting = hold(monkeypatch, window.scopes, "refresh")
    window.start(window.open(location))
    await person.reaches(counting.reached.is_set)
    await person.reaches(person.dialogs)
    restore = person.dialog("draftsDialog").findChild(QPushButton, "restoreButton")
    QTest.mouseClick(restore, Qt.MouseButton.LeftButton)
    await person.reaches(window.value.is_edited)
    await a_moment()
    counting.opened.set()
    await window.idle()
    assert person.dialogs() == []
    assert person.place() == "acme / ann / profile"
    assert person.current_key() == "profile"
    assert b"Linz" in window.value.data()


async def test_what_is_offered_is_no_longer_when_another_storage_is_to_be_opened(
    window: MainWindow, location: Path, tmp_path: Path
) -> None:
    person = Person(window)
    await window.open(location)
    await person.sees(person.dialogs)
    person.dialog("draftsDialog")
    await window.open(tmp_path / "nothing.db")
    await window.idle()
    assert person.dialogs() == []
