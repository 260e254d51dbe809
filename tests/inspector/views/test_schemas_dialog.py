"""A person says which file holds the schema of which keys, and it is so at once and at the next start."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QTableWidget

from inspector.app import open_window
from inspector.plain import PlainLabel
from inspector.schema import SchemaFile
from inspector.settings import Settings
from inspector.views.main_window import MainWindow
from storage_core import Scope
from tests.inspector.audit import faults
from tests.inspector.person import Person

ANN = Scope("acme", "ann")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "inspector.ini")


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "profile <b>.json"
    path.write_text(json.dumps({"properties": {"city": {"maxLength": 2}}}), encoding="utf-8")
    return path


@pytest.fixture
async def remembering(location: Path, settings: Settings) -> AsyncIterator[MainWindow]:
    window = await open_window(location, settings=settings)
    await window.idle()
    yield window
    await window.shutdown()


async def open_dialog(person: Person) -> None:
    await person.do("actionSchemas")


async def choose(person: Person, pattern: str, path: Path) -> None:
    """Type the pattern, press the button, and pick the file in the dialog that comes."""
    line = person.find(QLineEdit, "schemaPattern")
    line.setText(pattern)
    await person.click(person.find(QPushButton, "schemaChooseButton"))
    dialog = person.dialog("schemaFileDialog")
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    await person.window.idle()


def listed(person: Person) -> list[tuple[str, str]]:
    table = person.find(QTableWidget, "schemasTable")
    return [(table.item(row, 0).text(), table.item(row, 1).text()) for row in range(table.rowCount())]


def issues(person: Person) -> str:
    button = person.find(QPushButton, "schemaIssues")
    return button.text() if button.isVisible() else ""


async def test_a_file_is_given_used_at_once_remembered_and_taken_away(
    remembering: MainWindow, settings: Settings, schema: Path
) -> None:
    person = Person(remembering)
    await person.go_to(ANN, "profile")
    await open_dialog(person)
    assert person.find(QLineEdit, "schemaPattern").text() == "profile"
    await choose(person, "prof*", schema)
    assert listed(person) == [("prof*", str(schema))]
    assert issues(person) == "1 place breaks the schema"
    assert faults(remembering) == []
    assert Settings(settings.path).schema_files == [SchemaFile("prof*", str(schema))]
    person.find(QTableWidget, "schemasTable").selectRow(0)
    await person.answer("schemasDialog", "schemaRemoveButton")
    assert (listed(person), issues(person)) == ([], "")
    await person.answer("schemasDialog", "closeButton")
    assert Settings(settings.path).schema_files == []


async def test_a_pattern_has_one_file(remembering: MainWindow, schema: Path, tmp_path: Path) -> None:
    person = Person(remembering)
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")
    await open_dialog(person)
    for pattern, path in (("b*", schema), ("a*", schema), ("b*", other)):
        await choose(person, pattern, path)
    assert listed(person) == [("a*", str(schema)), ("b*", str(other))]
    await person.answer("schemasDialog", "closeButton")


async def test_without_settings_a_schema_holds_as_long_as_the_window(
    window: MainWindow, schema: Path
) -> None:
    person = Person(window)
    await person.go_to(ANN, "profile")
    await open_dialog(person)
    await choose(person, "profile", schema)
    await person.answer("schemasDialog", "closeButton")
    assert issues(person) == "1 place breaks the schema"
    await open_dialog(person)
    assert listed(person) == [("profile", str(schema))]
    await person.answer("schemasDialog", "closeButton")


@pytest.mark.parametrize(("text", "why"), [("{", "not JSON"), ("3", "an object"), (None, "no such file")])
async def test_a_file_that_holds_no_schema_is_not_taken(
    remembering: MainWindow, settings: Settings, tmp_path: Path, text: str | None, why: str
) -> None:
    person, path = Person(remembering), tmp_path / "bad.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    await open_dialog(person)
    await choose(person, "a*", path)
    assert listed(person) == []
    assert why in person.find(PlainLabel, "schemasSaid").text()
    assert settings.schema_files == []
    await person.answer("schemasDialog", "closeButton")


async def test_nothing_can_be_chosen_for_no_keys_nor_removed_from_nothing(remembering: MainWindow) -> None:
    person = Person(remembering)
    await open_dialog(person)
    person.find(QLineEdit, "schemaPattern").clear()
    assert not person.find(QPushButton, "schemaChooseButton").isEnabled()
    assert not person.find(QPushButton, "schemaRemoveButton").isEnabled()
    await person.answer("schemasDialog", "closeButton")
