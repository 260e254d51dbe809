"""Tree, table, breadcrumb and desk agree on where the person is, and that is where they pointed last."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit

from inspector.views import deeds
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address
from tests.inspector.gate import a_moment, hold
from tests.inspector.person import Person

ACME, BOB = Scope("acme"), Scope("acme", "bob")
CACHE = [f"cache:page:{number}" for number in range(5)]


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path, durability="process") as storage:
        storage.store(ACME).save_many({**dict.fromkeys(CACHE, 1), "zeta": 2})
        storage.store(BOB).save_many({"profile": {"age": 41}, "todos": [], "zz": 1})
    return path


@pytest.fixture
def person(window: MainWindow) -> Person:
    return Person(window)


def tree_is_at(window: MainWindow) -> tuple[Scope | None, str]:
    return window.scopes.scope, window.scopes.prefix


async def edit_and_save(person: Person) -> None:
    await person.go_to(BOB, "profile")
    await person.edit("$.age", "50")
    await person.do("actionSave")


async def test_a_click_while_something_is_undone_leads_there_in_the_end(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    await edit_and_save(person)
    await person.choose_key("zz")
    undoing = hold(monkeypatch, deeds, "read")
    person.action("actionUndo").trigger()
    await person.reaches(undoing.reached.is_set)
    person.press_key("todos")
    await a_moment()
    undoing.opened.set()
    await window.idle()
    assert window.desk.address == Address(BOB, "todos")
    assert person.current_key() == "todos"
    assert person.place() == "acme / bob / todos"


async def test_an_undo_leads_to_what_it_has_undone_whatever_was_on_its_way_before(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    await edit_and_save(person)
    listing = hold(monkeypatch, window.keys._browsing, "show")
    person.press_row(person.tree, person.scope_row(ACME))
    await person.reaches(listing.reached.is_set)
    person.action("actionUndo").trigger()
    await person.reaches(lambda: window.desk.address == Address(BOB, "profile"))
    await a_moment()
    listing.opened.set()
    await window.idle()
    assert person.place() == "acme / bob / profile"
    assert person.current_key() == "profile"
    assert tree_is_at(window) == (BOB, "")


async def test_a_row_that_goes_while_something_is_undone_leads_nobody_away_from_that(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    await person.go_to(BOB, "profile")
    await person.do("actionDelete")
    await window.desk.choose(None)  # as it is until the deleted row goes
    undoing = hold(monkeypatch, deeds, "read")
    person.action("actionUndo").trigger()
    await person.reaches(undoing.reached.is_set)
    window.keys.moved_on.emit(Address(BOB, "todos"))
    await a_moment()
    undoing.opened.set()
    await window.idle()
    assert window.desk.address == Address(BOB, "profile")
    assert person.current_key() == "profile"


async def test_a_rename_after_a_click_is_of_what_was_clicked(person: Person) -> None:
    await person.go_to(BOB, "profile")
    person.press_key("todos")
    person.action("actionRename").trigger()
    await person.window.idle()
    assert person.dialog("renameDialog").findChild(QLineEdit, "keyEdit").text() == "todos"
    await person.answer("renameDialog", "acceptButton")


async def test_going_to_a_key_of_the_group_that_is_shown_stays_in_the_group(
    window: MainWindow, person: Person
) -> None:
    await window.scopes.choose(ACME, "cache:")
    await window.idle()
    window.go_to(Address(ACME, "cache:page:1"))
    await window.idle()
    assert (tree_is_at(window), person.keys()) == ((ACME, "cache:"), CACHE)
    window.go_to(Address(ACME, "zeta"))
    await window.idle()
    assert (tree_is_at(window), person.keys()) == ((ACME, ""), [*CACHE, "zeta"])
    assert person.current_key() == "zeta"


async def test_an_edit_that_is_kept_leads_back_to_the_group_it_was_made_in(
    window: MainWindow, person: Person
) -> None:
    await window.scopes.choose(ACME, "cache:")
    await window.idle()
    await person.edit("$", "77")
    for elsewhere in (BOB, ACME):
        person.press_row(person.tree, person.scope_row(elsewhere))
        await window.idle()
        await person.answer("guardDialog", "keepEditingButton")
        assert (tree_is_at(window), person.keys()) == ((ACME, "cache:"), CACHE)


async def test_an_edit_that_is_kept_leads_back_also_where_keys_are_grouped_otherwise_by_now(
    window: MainWindow, person: Person
) -> None:
    await window.scopes.choose(ACME, "cache:")
    await window.idle()
    await person.edit("$", "77")
    window.scopes.set_delimiter(".")
    await window.idle()
    await person.answer("guardDialog", "keepEditingButton")
    person.press_row(person.tree, person.scope_row(BOB))
    await window.idle()
    await person.answer("guardDialog", "keepEditingButton")
    assert tree_is_at(window) == (ACME, "")
    assert person.place() == "acme / Shared / cache:page:0"


async def test_the_breadcrumb_names_the_key_also_where_a_group_begins_with_the_same(
    window: MainWindow, person: Person
) -> None:
    await person.go_to(ACME, "cache:page:0")
    await window.scopes.choose(ACME, "cache:")
    await window.idle()
    assert person.place() == "acme / Shared / cache:page:0"
    assert person.current_key() == "cache:page:0"
