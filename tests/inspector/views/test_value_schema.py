"""A value in a real window has the schema that is published or in a file, and is checked as it is edited."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QPushButton, QWidget

from inspector.app import open_window
from inspector.plain import PlainLabel
from inspector.schema import SchemaFile
from inspector.settings import Settings
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address
from tests.inspector.audit import faults
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

SHARED, ANN = Scope("acme"), Scope("acme", "ann")
SETTINGS = '{ "mode": "fast", "retries": 3, "price": 22.00 }'
SCHEMA = {
    "properties": {
        "mode": {"enum": ["fast", "careful"], "description": "How careful it is."},
        "retries": {"type": "integer", "maximum": 5},
    },
    "required": ["mode"],
}


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        acme, ann = storage.workspace("acme"), storage.store(ANN)
        acme.save("$schema:settings_*", SCHEMA)
        acme.save("$schema:broken", {"type": "bla"})
        acme.set("$schema:torn", b'{"type":')
        acme.save("$schema:away", {"$ref": "http://127.0.0.1:9/schema.json"})
        acme.save(
            "$schema:endless", {"patternProperties": {"^(a+)+$": {}}, "properties": {"b": {"maximum": 1}}}
        )
        acme.save("$schema:evil", {"title": "<img src=x>", "description": "\u202e<b>", "minimum": 10})
        for key in ("settings_main", "broken", "torn", "away"):
            ann.save_text(key, SETTINGS)
        ann.save("endless", {"a" * 60 + "!": 1, "b": 2})
        ann.save("evil", 1)
        ann.save("todos", [])
        storage.workspace("beta").save("settings_main", {"mode": "none"})
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "inspector.ini")


@pytest.fixture
async def window(location: Path, settings: Settings) -> AsyncIterator[MainWindow]:
    window = await open_window(location, settings=settings)
    window.activateWindow()
    await window.idle()
    yield window
    await window.shutdown()


@pytest.fixture
def person(window: MainWindow) -> Person:
    return Person(window)


def help_of(person: Person) -> str:
    label = person.find(PlainLabel, "schemaHelp")
    return label.text() if label.isVisible() else ""


def issues(person: Person) -> str:
    button = person.find(QPushButton, "schemaIssues")
    return button.text() if button.isVisible() else ""


def advice(person: Person) -> str:
    label = person.find(PlainLabel, "saveAdvice")
    return label.text() if label.isVisible() else ""


def save_button(person: Person) -> QPushButton:
    (found,) = (
        each
        for each in person.window.value.findChildren(QPushButton)
        if each.text().replace("&", "") == "Save"
    )
    return found


def stored(location: Path, scope: Scope, key: str) -> str | None:
    with Storage(location, read_only=True) as storage:
        return storage.store(scope).load_text(key)


async def test_a_published_schema_is_used_and_the_value_stays_as_it_is(
    person: Person, location: Path
) -> None:
    await person.go_to(ANN, "settings_main")
    assert help_of(person) == "Schema for settings_*, published as $schema:settings_*"
    box = person.window.value.form.reveal("$.mode")
    assert isinstance(box, QComboBox)
    assert help_of(person) == "How careful it is."
    assert issues(person) == ""
    assert not person.window.value.is_edited()
    assert stored(location, ANN, "settings_main") == SETTINGS


async def test_another_workspace_has_schemas_of_its_own(person: Person) -> None:
    await person.go_to(Scope("beta"), "settings_main")
    assert help_of(person) == ""
    assert not person.find(QWidget, "schemaBar").isVisible()


async def test_what_an_edit_breaks_is_told_before_the_save_which_stays_possible(
    person: Person, location: Path
) -> None:
    await person.go_to(ANN, "settings_main")
    await person.edit("$.retries", "9")
    assert issues(person) == "1 place breaks the schema"
    assert advice(person) == ""  # said once, just above
    assert save_button(person).accessibleDescription() == "1 place breaks the schema"
    assert help_of(person).startswith("This is above the most, 5.")
    await person.do("actionSave")
    assert stored(location, ANN, "settings_main") == SETTINGS.replace("3", "9", 1)
    assert issues(person) == "1 place breaks the schema"
    await person.do("actionUndo")
    assert stored(location, ANN, "settings_main") == SETTINGS
    assert issues(person) == ""


async def test_the_guard_says_what_breaks_the_schema(person: Person, location: Path) -> None:
    await person.go_to(ANN, "settings_main")
    await person.edit("$.retries", "9")
    await person.choose_key("todos")
    sentences = [label.text() for label in person.dialog("guardDialog").findChildren(QLabel)]
    assert any("1 place breaks the schema. Save it, or discard" in text for text in sentences)
    await person.answer("guardDialog", "saveButton")
    assert stored(location, ANN, "settings_main") == SETTINGS.replace("3", "9", 1)


async def test_the_text_page_tells_the_same_count(person: Person) -> None:
    await person.go_to(ANN, "settings_main")
    await person.open_tab("textPage")
    assert advice(person) == ""
    text = person.find(QPlainTextEdit, "textEdit")
    text.selectAll()
    text.insertPlainText('{"mode": "x", "retries": 9.5}')
    await person.window.idle()
    assert advice(person) == "2 places break the schema"
    await person.open_tab("formPage")
    assert issues(person) == "2 places break the schema"
    assert isinstance(person.window.value.form.reveal("$.mode"), QComboBox)


async def test_a_newer_schema_is_taken_up_while_the_value_is_open_and_edited(
    person: Person, location: Path
) -> None:
    plugin = Elsewhere(location, SHARED)
    await person.go_to(ANN, "settings_main")
    await person.edit("$.retries", "4")
    plugin.writes("$schema:settings_*", '{"properties": {"retries": {"maximum": 1}}}')
    await person.sees(lambda: issues(person) == "1 place breaks the schema")
    assert person.field("$.retries").text() == "4"
    assert person.field("$.mode").text() == "fast"
    plugin.deletes("$schema:settings_*")
    await person.sees(lambda: not person.find(QWidget, "schemaBar").isVisible())
    assert advice(person) == ""
    assert person.field("$.retries").text() == "4"


async def test_a_value_that_a_plugin_writes_is_checked_anew(person: Person, location: Path) -> None:
    await person.go_to(ANN, "settings_main")
    Elsewhere(location, ANN).writes("settings_main", '{"mode": "other", "retries": 9}')
    await person.sees(lambda: issues(person) == "2 places break the schema")


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("broken", "It is not a valid schema: at /type"),
        ("torn", "It is not JSON"),
        ("away", "outside, and is never fetched"),
    ],
)
async def test_a_broken_schema_is_told_in_one_line_and_the_value_edited_without_it(
    person: Person, location: Path, key: str, why: str
) -> None:
    await person.go_to(ANN, key)
    assert help_of(person).startswith(f"The schema for {key} is not used.")
    assert why in help_of(person)
    await person.edit("$.retries", "9")
    assert (issues(person), advice(person)) == ("", "")
    await person.do("actionSave")
    assert stored(location, ANN, key) == SETTINGS.replace("3", "9", 1)
    assert why in help_of(person)


async def test_a_check_that_would_take_for_ever_is_given_up_and_the_rest_goes_on(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person.window._value_features.schema._checker, "_seconds", 0.5)
    await person.go_to(ANN, "endless")
    assert "Checking takes too long" in help_of(person)
    await person.edit("$.b", "7")
    assert advice(person) == ""
    assert "at most 1" in person.field("$.b").accessibleDescription()
    await person.do("actionSave")


async def test_leaving_a_value_does_not_wait_for_its_check(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, schema = person.window, person.window._value_features.schema
    monkeypatch.setattr(schema._checker, "_seconds", 3600)
    window.go_to(Address(ANN, "endless"))
    async with asyncio.timeout(60):
        while not schema._is_checking:
            await asyncio.sleep(0.001)
        window.go_to(Address(ANN, "settings_main"))
        await window.idle()
    assert help_of(person) == "Schema for settings_*, published as $schema:settings_*"
    await person.edit("$.retries", "9")
    assert issues(person) == "1 place breaks the schema"


async def test_hostile_titles_stay_text_everywhere_in_the_window(person: Person) -> None:
    await person.go_to(ANN, "evil")
    assert issues(person) == "1 place breaks the schema"
    assert faults(person.window) == []


async def test_a_file_of_the_persons_own_counts_and_is_remembered(
    person: Person, settings: Settings, tmp_path: Path, location: Path
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"properties": {"retries": {"maximum": 2}}}), encoding="utf-8")
    settings.schema_files = [SchemaFile("settings_*", str(path))]
    await person.go_to(ANN, "settings_main")
    assert help_of(person) == f"Schema for settings_*, file {path}"
    assert issues(person) == "1 place breaks the schema"
    path.write_text("{}", encoding="utf-8")
    await person.do("actionRefresh")
    assert issues(person) == ""
    path.unlink()
    await person.do("actionRefresh")
    assert "There is no such file." in help_of(person)


async def test_what_is_missing_is_added_and_saved_with_the_rest_untouched(
    person: Person, location: Path
) -> None:
    await person.go_to(Scope("acme"), "$schema:settings_*")
    assert not person.find(QWidget, "schemaBar").isVisible()
    with Storage(location) as storage:
        storage.store(ANN).save_text("settings_new", '{\n  "retries": 2\n}')
    await person.choose_scope(ANN)
    await person.sees(lambda: "settings_new" in person.keys())
    await person.choose_key("settings_new")
    await person.click(person.find(QPushButton, "schemaAdd"))
    assert issues(person) == ""
    await person.do("actionSave")
    assert stored(location, ANN, "settings_new") == '{\n  "retries": 2,\n  "mode": "fast"\n}'


async def test_what_is_said_above_save_is_whole_in_the_smallest_window(
    person: Person, location: Path
) -> None:
    person.window.resize(1024, 640)
    await person.go_to(ANN, "settings_main")
    await person.edit("$.retries", "9")
    await person.open_tab("textPage")
    Elsewhere(location, ANN).writes("settings_main", "{}")
    notice, said = person.find(PlainLabel, "valueNotice"), person.find(PlainLabel, "saveAdvice")
    await person.sees(lambda: notice.text() == "Somebody has changed it meanwhile: saving will ask")
    assert advice(person) == "1 place breaks the schema"
    for label in (notice, said):
        assert label.isVisible()
        assert label.height() >= label.heightForWidth(label.width()) > 0
        assert label.geometry().right() < person.window.value.width()
