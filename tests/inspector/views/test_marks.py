"""A value that others change while it is looked at is shown anew where one is, with what changed marked."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from inspector.editors.hex_view import HexView
from inspector.views.main_window import MainWindow
from inspector.views.marks import marks_between
from storage_core import Scope, Storage
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

BOB = Scope("acme", "bob")
LINES = [f'  "field {number:03}": {number}' for number in range(200)]
BEFORE = "{\n" + ",\n".join(LINES) + "\n}"
AFTER = BEFORE.replace('"field 150": 150', '"field 150": 151')


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.store(BOB).save_text("profile", BEFORE)
    return path


@pytest.fixture
async def person(window: MainWindow) -> Person:
    person = Person(window)
    await person.go_to(BOB, "profile")
    return person


def marked_text(person: Person) -> list[str]:
    """What has another ground in the text, but for the line of the caret."""
    edit = person.find(QPlainTextEdit, "textEdit")
    return [each.cursor.selectedText() for each in edit.extraSelections() if each.cursor.hasSelection()]


def says(person: Person, what: str) -> bool:
    return any(what in each.text() for each in person.window.value.findChildren(QLabel) if each.isVisible())


async def test_the_lines_that_changed_are_marked_and_the_place_stays(person: Person, location: Path) -> None:
    await person.open_tab("textPage")
    edit = person.find(QPlainTextEdit, "textEdit")
    edit.verticalScrollBar().setValue(140)
    Elsewhere(location, BOB).writes("profile", AFTER)
    await person.sees(lambda: '"field 150": 151' in edit.toPlainText())
    assert marked_text(person) == ['  "field 150": 151,']
    assert edit.verticalScrollBar().value() == 140
    assert says(person, "Somebody has changed it")
    QTest.keyClicks(edit, " ")
    assert marked_text(person) == []


async def test_the_bytes_that_changed_are_marked_and_the_caret_stays(person: Person, location: Path) -> None:
    await person.open_tab("hexPage")
    view = person.find(HexView, "hexView")
    view.go_to(2000)
    place, before = view.place(), view.viewport().grab().toImage()
    Elsewhere(location, BOB).writes("profile", BEFORE.replace('"field 100": 100', '"field 100": 109'))
    await person.sees(lambda: b'"field 100": 109' in person.window.value.data())
    assert view.place() == place
    changed = BEFORE.index('"field 100": 100') + len('"field 100": 10')
    assert view._changed == ((changed, changed + 1),)
    assert view.viewport().grab().toImage() != before


async def test_what_one_has_saved_oneself_is_no_news(person: Person, location: Path) -> None:
    await person.open_tab("textPage")
    QTest.keyClicks(person.find(QPlainTextEdit, "textEdit"), " ")
    await person.do("actionSave")
    assert Elsewhere(location, BOB).reads("profile") == " " + BEFORE
    assert marked_text(person) == []
    assert not says(person, "Somebody has changed it")


async def test_what_one_takes_back_oneself_is_no_news(person: Person, location: Path) -> None:
    await person.open_tab("textPage")
    QTest.keyClicks(person.find(QPlainTextEdit, "textEdit"), " ")
    await person.do("actionSave")
    await person.do("actionUndo")
    assert Elsewhere(location, BOB).reads("profile") == BEFORE
    assert marked_text(person) == []
    assert not says(person, "Somebody has changed it")
    await person.do("actionRedo")
    assert marked_text(person) == []
    assert not says(person, "Somebody has changed it")


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_every_byte_outside_of_the_marks_is_as_it_was_where_the_lengths_are_equal(
    before: bytes, after: bytes
) -> None:
    size = min(len(before), len(after))
    marks = marks_between(before[:size], after[:size])
    inside = {place for start, stop in marks.bytes for place in range(start, stop)}
    assert all(before[place] == after[place] for place in range(size) if place not in inside)


@given(st.lists(st.sampled_from("ab\n"), max_size=30), st.lists(st.sampled_from("ab\n"), max_size=30))
def test_the_marks_of_a_text_lie_in_it(before: list[str], after: list[str]) -> None:
    old, new = "".join(before), "".join(after)
    marks = marks_between(old.encode(), new.encode())
    assert all(0 <= start < stop <= len(new) + 1 for start, stop in marks.text)
    assert bool(marks.text) == (old != new)
