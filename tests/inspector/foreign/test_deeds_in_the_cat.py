"""Everything a person does to a Cat's values does what it says, and can be undone, byte by byte."""

import asyncio
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from inspector.app import open_window
from inspector.settings import Settings
from inspector.views.drafts_dialog import DraftsDialog
from storage_core import AsyncStorage, Scope
from storage_core.browse import Address
from tests.inspector.foreign.conftest import Sql
from tests.inspector.person import Person

SHARED = Scope("mycat")
ADMIN = Scope("mycat", "bace0701-15e3-5144-97c5-47487d543032")
BOB = Scope("mycat", "ef45d397-0411-5f5e-8940-9bdbdef3958b")


async def go(person: Person, scope: Scope, key: str) -> None:
    person.window.go_to(Address(scope, key))
    await person.window.idle()
    assert person.window.desk.address == Address(scope, key)


def shared(sql: Sql, key: str) -> list[tuple[object, str]]:
    return sql("SELECT value, typeof(value) FROM key_value_db WHERE key = ?", key)


def of(sql: Sql, scope: Scope, key: str) -> list[tuple[object, str]]:
    found = "SELECT value, typeof(value) FROM user_key_value_db WHERE user_id = ? AND key = ? ORDER BY rowid"
    return sql(found, scope.user, key)


def everything(sql: Sql) -> list[tuple[object, ...]]:
    """All that is stored, but for the ids of rows, which are new where a row is brought back."""
    users = sql("SELECT user_id, key, value, typeof(value) FROM user_key_value_db ORDER BY 1, 2, rowid")
    return sql("SELECT key, value, typeof(value) FROM key_value_db ORDER BY 1") + users


def said(person: Person, name: str) -> str:
    """What a bar says; empty where it is not there."""
    bar = person.find(QWidget, name)
    return bar.accessibleName() if bar.isVisible() else ""


def notice(person: Person) -> str:
    return "\n".join(label.text() for label in person.window.value.findChildren(QLabel) if label.isVisible())


async def test_what_would_be_mangled_is_said_before_it_is_saved_and_what_was_kept_is_shown(
    cat: Person, sql: Sql
) -> None:
    await go(cat, SHARED, "probe.neg")
    await cat.edit("$", "9.0")
    assert "9.0 will be kept as 9" in said(cat, "cautionBar")
    await cat.do("actionSave")
    assert shared(sql, "probe.neg") == [(9, "integer")]
    assert cat.field("$").text() == "9"
    assert "Kept as shown here, not as typed" in notice(cat)
    assert said(cat, "cautionBar") == ""
    assert not cat.window.value.is_edited()


async def test_a_save_that_was_kept_otherwise_is_undone_and_done_again(cat: Person, sql: Sql) -> None:
    await go(cat, SHARED, "probe.neg")
    for typed in ("9.0", "12"):
        await cat.edit("$", typed)
        await cat.do("actionSave")
    for expected in (9, -42):
        await cat.do("actionUndo")
        assert shared(sql, "probe.neg") == [(expected, "integer")]
        assert cat.field("$").text() == str(expected)
    await cat.do("actionRedo")
    assert shared(sql, "probe.neg") == [(9, "integer")]


async def test_what_is_kept_as_it_is_brings_no_caution(cat: Person) -> None:
    await go(cat, SHARED, "probe.neg")
    await cat.edit("$", "9.5")
    assert said(cat, "cautionBar") == ""
    await cat.edit("$", str(2**70))
    assert "will be kept as" in said(cat, "cautionBar")
    await cat.do("actionRevert")
    assert said(cat, "cautionBar") == ""


async def test_rows_of_one_key_that_are_many_are_told_and_deleted_all(cat: Person, sql: Sql) -> None:
    await go(cat, ADMIN, "counter")
    assert "22 rows" in said(cat, "notesBar")
    await cat.do("actionDelete")
    assert of(sql, ADMIN, "counter") == []
    await cat.do("actionUndo")
    assert of(sql, ADMIN, "counter") == [(1, "integer")]


async def test_more_notes_than_one_are_behind_a_button(cat: Person, sql: Sql) -> None:
    copied = "INSERT INTO user_key_value_db SELECT ?, 'NOT-A-UUID', key, value FROM user_key_value_db LIMIT 1"
    for id in ("1", "2"):
        sql(copied, id)
    scope = Scope("mycat", "NOT-A-UUID")
    await cat.sees(lambda: cat.scope_row(scope).isValid())
    await go(cat, scope, "prefs")
    more = cat.find(QPushButton, "moreNotes")
    assert more.text() == "1 more"
    assert "no UUID" in said(cat, "notesBar")
    await cat.click(more)
    shown = cat.find(QWidget, "notesBar").findChildren(QLabel)
    assert any("2 rows" in label.text() and label.isVisible() for label in shown)


async def test_notes_are_never_markup(cat: Person, sql: Sql) -> None:
    sql(
        "INSERT INTO user_key_value_db VALUES ('<b>no</b><img src=x>', ?, 'marked', '1')",
        BOB.user,
    )
    await cat.choose_scope(BOB)
    await cat.sees(lambda: "marked" in cat.keys())
    await go(cat, BOB, "marked")
    (label,) = (each for each in cat.find(QWidget, "notesBar").findChildren(QLabel) if "<b>" in each.text())
    assert label.textFormat().name == "PlainText"


@pytest.mark.parametrize("stored", ["{'single': 1}", "NaN", "plain words", '{"a": 1', ""])
async def test_a_row_that_is_no_json_is_shown_replaced_deleted_and_brought_back(
    cat: Person, sql: Sql, stored: str
) -> None:
    sql("INSERT INTO key_value_db VALUES ('broken', ?)", stored)
    await cat.sees(lambda: "broken" in cat.keys())
    await go(cat, SHARED, "broken")
    assert cat.tabs() == (["textPage", "hexPage"] if stored else cat.tabs())
    assert "JSON" in said(cat, "notesBar") or "empty" in said(cat, "notesBar").lower()
    cat.window.value.take_up_edit(b'{"whole": true}')
    await cat.do("actionSave")
    assert shared(sql, "broken") == [('{"whole": true}', "text")]
    await cat.do("actionUndo")
    assert shared(sql, "broken") == [(stored, "text")]
    await cat.do("actionDelete")
    assert shared(sql, "broken") == []
    await cat.do("actionUndo")
    assert shared(sql, "broken") == [(stored, "text")]


async def test_a_scope_is_deleted_and_brought_back_with_all_its_odd_keys(cat: Person, sql: Sql) -> None:
    sql("INSERT INTO key_value_db VALUES (?, '1'), ('two' || char(10) || 'lines', '[]')", "k" * 2_000)
    sql("INSERT INTO key_value_db VALUES ('broken', '{''a'': 1}')")
    await cat.sees(lambda: "two\\nlines" in cat.keys())
    before = everything(sql)
    await cat.choose_scope(SHARED)
    await cat.do("actionDeleteScope")
    await cat.answer("deleteDialog", "deleteButton")
    assert sql("SELECT key FROM key_value_db") == []
    await cat.do("actionUndo")
    # An infinite number comes back as what the Cat loads the same from.
    as_text = [
        ("probe.int_10_400", "Infinity", "text") if row[0] == "probe.int_10_400" else row for row in before
    ]
    assert everything(sql) == as_text
    await cat.do("actionRedo")
    assert sql("SELECT key FROM key_value_db") == []


async def test_a_row_that_cannot_be_brought_back_says_so_and_does_not_bar_the_way(
    cat: Person, sql: Sql
) -> None:
    sql("INSERT INTO key_value_db VALUES ('blob', X'ff00fe')")
    await cat.sees(lambda: "blob" in cat.keys())
    await go(cat, SHARED, "probe.zero")
    await cat.do("actionDelete")
    await go(cat, SHARED, "blob")
    assert "not UTF-8" in said(cat, "notesBar")
    await cat.do("actionDelete")
    assert shared(sql, "blob") == []
    await cat.do("actionUndo")
    assert "not UTF-8" in "".join(label.text() for label in cat.dialog("problemDialog").findChildren(QLabel))
    await cat.answer("problemDialog", "closeButton")
    await cat.do("actionUndo")
    assert shared(sql, "probe.zero") == [(0, "integer")]


@pytest.mark.parametrize("key", ["", "two\nlines", "k" * 2_000, " leading space"])
async def test_keys_of_all_kinds_are_moved_copied_and_brought_back(cat: Person, sql: Sql, key: str) -> None:
    sql("INSERT OR REPLACE INTO key_value_db VALUES (?, '[\"odd\"]')", key)
    await cat.window.keys.refresh()
    await go(cat, SHARED, key)
    await cat.do("actionCopyTo")
    dialog = cat.dialog("copyDialog")
    dialog.findChild(QLineEdit, "userEdit").setText(BOB.user)
    await cat.answer("copyDialog", "acceptButton")
    assert of(sql, BOB, key) == [('["odd"]', "text")]
    await cat.do("actionUndo")
    assert of(sql, BOB, key) == []
    await go(cat, SHARED, key)
    await cat.do("actionMoveTo")
    cat.dialog("moveDialog").findChild(QLineEdit, "userEdit").setText(BOB.user)
    await cat.answer("moveDialog", "acceptButton")
    assert (shared(sql, key), of(sql, BOB, key)) == ([], [('["odd"]', "text")])
    await cat.do("actionUndo")
    assert (shared(sql, key), of(sql, BOB, key)) == ([('["odd"]', "text")], [])


async def test_a_new_key_where_the_cat_would_never_look_is_asked_for_anew(cat: Person, sql: Sql) -> None:
    await cat.choose_scope(SHARED)
    await cat.do("actionNewKey")
    dialog = cat.dialog("newKeyDialog")
    dialog.findChild(QLineEdit, "userEdit").setText("bob")
    dialog.findChild(QLineEdit, "keyEdit").setText("fresh")
    dialog.findChild(QComboBox, "kindBox").setCurrentText("JSON list")
    await cat.answer("newKeyDialog", "acceptButton")
    again = cat.dialog("newKeyDialog")
    assert any("UUID" in label.text() for label in again.findChildren(QLabel))
    assert again.findChild(QLineEdit, "keyEdit").text() == "fresh"
    assert again.focusWidget() is again.findChild(QLineEdit, "userEdit")
    again.findChild(QLineEdit, "userEdit").setText(BOB.user)
    await cat.answer("newKeyDialog", "acceptButton")
    assert of(sql, BOB, "fresh") == [("[]", "text")]
    assert cat.place() == f"mycat / {BOB.user} / fresh"


async def test_what_another_writes_meanwhile_is_never_overwritten(cat: Person, sql: Sql) -> None:
    await go(cat, BOB, "visits")
    await cat.edit("$", "15")
    sql("UPDATE user_key_value_db SET value = '99' WHERE user_id = ? AND key = 'visits'", BOB.user)
    await cat.do("actionSave")
    assert "99" in cat.dialog("conflictDialog").findChild(QPlainTextEdit, "theirsView").toPlainText()
    assert of(sql, BOB, "visits") == [(99, "integer")]
    await cat.answer("conflictDialog", "takeMineButton")
    assert of(sql, BOB, "visits") == [(15, "integer")]
    await cat.do("actionUndo")
    assert of(sql, BOB, "visits") == [(99, "integer")]


async def test_an_undo_over_what_another_has_written_asks_first(cat: Person, sql: Sql) -> None:
    await go(cat, BOB, "visits")
    await cat.edit("$", "15")
    await cat.do("actionSave")
    sql("UPDATE user_key_value_db SET value = '99' WHERE user_id = ? AND key = 'visits'", BOB.user)
    await cat.do("actionUndo")
    await cat.answer("overwriteDialog", "keepTheirsButton")
    assert of(sql, BOB, "visits") == [(99, "integer")]


async def test_many_keys_are_deleted_and_those_that_fail_are_told(cat: Person, sql: Sql) -> None:
    """A trigger of the database refuses one row: the others are deleted, and can be brought back."""
    await cat.choose_scope(BOB)
    before = everything(sql)
    sql(
        "CREATE TRIGGER refuse BEFORE DELETE ON user_key_value_db WHEN old.key = 'profile'"
        " BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    cat.table.selectAll()
    await cat.do("actionDelete")
    assert cat.dialog("problemDialog")
    await cat.answer("problemDialog", "closeButton")
    left = sql("SELECT key FROM user_key_value_db WHERE user_id = ?", BOB.user)
    assert left == [("profile",)]
    sql("DROP TRIGGER refuse")
    await cat.do("actionUndo")
    assert sorted(map(repr, everything(sql))) == sorted(map(repr, before))


async def test_the_search_finds_in_values_and_leads_there(cat: Person) -> None:
    await cat.do("actionSearch")
    cat.window.search.edit.setText("comprare latte 2")
    results = cat.window.search.model
    await cat.sees(lambda: results.rowCount())
    where = {results.index(row, 0).data() for row in range(results.rowCount())}
    assert f"mycat / {BOB.user}" in where


async def test_read_only_nothing_is_offered_and_nothing_changes(core_db: Path) -> None:
    bytes_before, stat = core_db.read_bytes(), core_db.stat()
    window = await open_window(core_db, read_only=True)
    await window.idle()
    person = Person(window)
    await go(person, BOB, "todos")
    for name in ("NewKey", "Save", "Delete", "Rename", "MoveTo", "CopyTo", "Expiry", "DeleteScope", "Undo"):
        assert not person.action(f"action{name}").isEnabled(), name
    assert "Read-only" in notice(person)
    await window.shutdown()
    assert (core_db.read_bytes(), core_db.stat().st_mtime_ns) == (bytes_before, stat.st_mtime_ns)
    assert [each.name for each in core_db.parent.iterdir()] == ["core.db"]


@pytest.fixture
async def left(core_db: Path, tmp_path: Path) -> Settings:
    """Settings of a run that ended with an edit of Bob's visits that was not saved."""
    settings = Settings(tmp_path / "settings" / "inspector.ini")
    window = await open_window(core_db, settings=settings)
    await window.idle()
    person = Person(window)
    await go(person, BOB, "visits")
    await person.edit("$", "15")
    await window.shutdown()
    return settings


async def _restored(core_db: Path, settings: Settings) -> Person:
    window = await open_window(core_db, settings=settings)
    person = Person(window)
    await person.sees(lambda: window.findChildren(DraftsDialog))
    await person.answer("draftsDialog", "restoreButton")
    return person


async def test_a_draft_is_saved_where_the_value_is_still_what_it_was(
    core_db: Path, left: Settings, sql: Sql
) -> None:
    sql("INSERT INTO key_value_db VALUES ('another', '1')")  # so that revisions are counted otherwise
    person = await _restored(core_db, left)
    assert "Somebody has written" not in notice(person)
    await person.do("actionSave")
    assert of(sql, BOB, "visits") == [(15, "integer")]
    await person.window.shutdown()


@pytest.mark.parametrize(
    "statement", ["UPDATE user_key_value_db SET value = 99", "DELETE FROM user_key_value_db"]
)
async def test_a_draft_of_what_is_another_value_by_now_asks(
    core_db: Path, left: Settings, sql: Sql, statement: str
) -> None:
    sql(f"{statement} WHERE user_id = ? AND key = 'visits'", BOB.user)
    person = await _restored(core_db, left)
    assert "Somebody has written" in notice(person)
    before = of(sql, BOB, "visits")
    await person.do("actionSave")
    assert person.dialog("conflictDialog")
    assert of(sql, BOB, "visits") == before
    await person.answer("conflictDialog", "takeMineButton")
    assert of(sql, BOB, "visits") == [(15, "integer")]
    await person.window.shutdown()


async def test_a_selection_of_rows_is_what_is_deleted(cat: Person, sql: Sql) -> None:
    await cat.choose_scope(SHARED)
    model, selection = cat.table.model(), cat.table.selectionModel()
    for key in ("(empty key)", "Theme"):
        row = cat.keys().index(key)
        selection.select(
            model.index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    await asyncio.sleep(0)
    await cat.do("actionDelete")
    assert (shared(sql, ""), shared(sql, "Theme")) == ([], [])
    assert shared(sql, "theme") != []
    await cat.do("actionUndo")
    assert shared(sql, "") == [('"empty key"', "text")]


async def test_a_caution_on_a_secret_gives_nothing_of_it_away(cat: Person, sql: Sql) -> None:
    sql("INSERT INTO key_value_db VALUES ('pin_token', '1')")
    await cat.sees(lambda: "pin_token" in cat.keys())
    await go(cat, SHARED, "pin_token")
    cat.window.value.take_up_edit(b"4711.0")
    assert said(cat, "cautionBar") == "This would not be kept exactly as it is."
    await cat.do("actionRevert")


async def test_the_view_goes_on_after_another_program_has_locked_everybody_out(
    core_db: Path, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.session.AsyncStorage", partial(AsyncStorage, timeout=0.05))
    window = await open_window(core_db)
    person = Person(window)
    with closing(sqlite3.connect(core_db, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")  # before anything was asked about changes
        other.execute("INSERT INTO key_value_db VALUES ('held', '1')")
        await person.sees(person.dialogs)
        other.execute("COMMIT")
    for dialog in person.dialogs():
        dialog.reject()
    sql("INSERT INTO key_value_db VALUES ('later', '1')")
    await person.sees(lambda: {"held", "later"} <= set(person.keys()))
    await window.shutdown()


async def test_the_first_key_of_a_cat_that_holds_nothing_is_made_in_its_workspace(
    core_db: Path, sql: Sql
) -> None:
    for table in ("key_value_db", "user_key_value_db"):
        sql(f"DELETE FROM {table}")
    window = await open_window(core_db)
    await window.idle()
    person = Person(window)
    await person.do("actionNewKey")
    dialog = person.dialog("newKeyDialog")
    assert dialog.findChild(QLineEdit, "workspaceEdit").text() == "mycat"
    dialog.findChild(QLineEdit, "keyEdit").setText("first")
    await person.answer("newKeyDialog", "acceptButton")
    assert shared(sql, "first") == [("{}", "text")]
    await window.shutdown()
