"""From the window into a Cheshire Cat's database and out of it, beside the Cat that uses it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QLineEdit, QPushButton, QTableView

from inspector.app import open_window
from storage_core import Scope, Storage
from tests.foreign.cat_store import ADMIN, CatStore
from tests.inspector.person import Person
from tests.storage_core.engines.cheshire_cat.cats import PROJECT, cat, location, project, running_cat

__all__ = ["cat", "location", "project", "running_cat"]


@pytest.fixture
def busy(cat: CatStore) -> CatStore:
    """A Cat that has values."""
    cat.save("theirs", ["of the Cat"])
    cat.save("theirs", "of its admin", ADMIN)
    return cat


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.db"
    with Storage(path) as storage:
        storage.workspace("acme").save("settings", {"language": "en"})
        storage.workspace("acme").set("logo.png", b"\x89PNG")
    return path


async def opened(at: Path, target: Path) -> tuple[Person, QDialog]:
    window = await open_window(at)
    await window.idle()
    person = Person(window)
    await person.do("actionBringOver")
    dialog = person.dialog("bringOverDialog")
    dialog.findChild(QLineEdit, "bringOverTarget").setText(str(target))
    await window.idle()
    return person, dialog


@pytest.fixture
async def into_the_cat(ours: Path, busy: CatStore, location: Path) -> AsyncIterator[tuple[Person, QDialog]]:
    person, dialog = await opened(ours, location)
    yield person, dialog
    await person.window.shutdown()


@pytest.fixture
async def out_of_the_cat(
    busy: CatStore, location: Path, tmp_path: Path
) -> AsyncIterator[tuple[Person, QDialog]]:
    person, dialog = await opened(location, tmp_path / "new.db")
    yield person, dialog
    await person.window.shutdown()


def lines(dialog: QDialog) -> list[list[str]]:
    model = dialog.findChild(QTableView, "bringOverReport").model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


async def test_a_cats_one_workspace_is_offered_and_what_it_cannot_hold_is_said_before(
    into_the_cat: tuple[Person, QDialog], busy: CatStore
) -> None:
    person, dialog = into_the_cat
    note = dialog.findChild(QLabel, "bringOverNote")
    assert note.text() == "Cheshire Cat, with 1 workspace; it holds no bytes and no expiry"
    adopt = dialog.findChild(QPushButton, "bringOverAdopt")
    assert PROJECT in adopt.text()
    await person.click(adopt)
    assert not adopt.isVisible()
    await person.click(dialog.findChild(QPushButton, "bringOverLook"))
    there = f"{PROJECT} / Shared"
    foretold = [
        ["refused", "logo.png", "acme / Shared", there, "Cheshire Cat holds JSON alone, and these are bytes"],
        ["copied", "settings", "acme / Shared", there, ""],
    ]
    assert lines(dialog) == foretold
    assert not busy.exists("settings")
    await person.click(dialog.findChild(QPushButton, "bringOverRunNow"))
    assert lines(dialog) == foretold
    assert busy.load("settings") == {"language": "en"}
    assert busy.load("theirs") == ["of the Cat"]
    show = dialog.findChild(QComboBox, "bringOverShow")
    assert [show.itemText(number) for number in range(show.count())] == ["All 2", "Copied: 1", "Refused: 1"]


async def test_what_a_cat_has_saved_comes_into_a_new_storage(
    out_of_the_cat: tuple[Person, QDialog], busy: CatStore, tmp_path: Path
) -> None:
    person, dialog = out_of_the_cat
    table = dialog.findChild(QTableView, "bringOverScopes").model()
    shown = [table.index(row, 0).data() for row in range(table.rowCount())]
    assert shown == [f"{PROJECT} / Shared", f"{PROJECT} / {ADMIN} (admin)"]
    await person.click(dialog.findChild(QPushButton, "bringOverRun"))
    assert {line[0] for line in lines(dialog)} == {"copied"}
    with Storage(tmp_path / "new.db", read_only=True) as storage:
        assert storage.store(Scope(PROJECT)).load("theirs") == ["of the Cat"]
        assert storage.store(Scope(PROJECT, ADMIN)).load("theirs") == "of its admin"


async def test_into_a_cat_that_holds_nothing_yet_its_workspace_is_offered_too(
    ours: Path, cat: CatStore, location: Path
) -> None:
    person, dialog = await opened(ours, location)
    adopt = dialog.findChild(QPushButton, "bringOverAdopt")
    assert dialog.findChild(QLabel, "bringOverNote").text().startswith("Cheshire Cat, with 1 workspace")
    assert PROJECT in adopt.text()
    await person.click(adopt)
    await person.click(dialog.findChild(QPushButton, "bringOverRun"))
    assert cat.load("settings") == {"language": "en"}
    await person.window.shutdown()


async def test_where_nothing_would_be_written_only_other_choices_are_offered(
    into_the_cat: tuple[Person, QDialog],
) -> None:
    person, dialog = into_the_cat
    await person.click(dialog.findChild(QPushButton, "bringOverLook"))
    assert {line[0] for line in lines(dialog)} == {"refused"}
    run = dialog.findChild(QPushButton, "bringOverRunNow")
    assert not run.isEnabled()
    await person.click(dialog.findChild(QPushButton, "bringOverBack"))
    await person.click(dialog.findChild(QPushButton, "bringOverAdopt"))
    await person.click(dialog.findChild(QPushButton, "bringOverLook"))
    assert run.isEnabled()
