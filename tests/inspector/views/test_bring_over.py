"""Scopes are brought over into another storage from a dialog: looked at first, ended at any moment, and reported."""

import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QTableView,
    QWidget,
)

from inspector.app import open_window
from inspector.views import bring_over_report
from storage_core import Scope, Storage
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

ACME, ANN, BOB = Scope("acme"), Scope("acme", "ann"), Scope("acme", "bob")
MANY = 3_000
Kind = TypeVar("Kind", bound=QWidget)


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.store(ACME).set_many({"logo.png": b"\x89PNG", "flags": b'{"a": 1.0}'})
        storage.store(ANN).save_text("profile", '{ "price": 22.00 }')
        storage.store(ANN).save("todos", ["buy milk"], ttl=3600)
        storage.store(BOB).save("<img src=x>", 1)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A storage that another process uses: its own todos are there."""
    path = tmp_path / "other.db"
    with Storage(path) as storage:
        storage.store(ANN).save("todos", ["theirs"])
    return path


@pytest.fixture
async def person(location: Path) -> AsyncIterator[Person]:
    window = await open_window(location)
    window.resize(1024, 640)
    await window.idle()
    yield Person(window)
    await window.shutdown()


class Dialog:
    """The dialog that is open, and what a person finds in it."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.widget: QDialog = person.dialog("bringOverDialog")

    def find(self, kind: type[Kind], name: str) -> Kind:
        found = self.widget.findChild(kind, name)
        assert found is not None, name
        return found

    async def press(self, name: str) -> None:
        await self.person.click(self.find(QPushButton, name))

    def says(self, name: str) -> str:
        return self.find(QLabel, name).text()

    def lines(self) -> list[tuple[str, ...]]:
        """The rows of the report: outcome, key, whose, where it is there, why."""
        model = self.find(QTableView, "bringOverReport").model()
        return [
            tuple(model.index(row, column).data() for column in range(model.columnCount()))
            for row in range(model.rowCount())
        ]


async def opened(person: Person, target: Path) -> Dialog:
    await person.do("actionBringOver")
    dialog = Dialog(person)
    dialog.find(QLineEdit, "bringOverTarget").setText(str(target))
    await person.window.idle()
    return dialog


def everything(location: Path) -> dict[tuple[Scope, str], tuple[object, bool]]:
    with Storage(location, read_only=True) as storage:
        return {
            (info.scope, entry.key): (storage.store(info.scope).entry(entry.key).value, bool(entry.expires))
            for info in storage.scopes()
            for entry in storage.store(info.scope).entries()
        }


async def test_all_comes_over_into_a_new_storage_and_the_report_says_so(
    person: Person, location: Path, tmp_path: Path
) -> None:
    dialog = await opened(person, tmp_path / "new.db")
    assert dialog.says("bringOverCount") == "3 of 3 scopes, 5 keys"
    await dialog.press("bringOverRun")
    assert dialog.says("bringOverTitle") == "Brought over"
    assert dialog.says("bringOverSummary") == "5 copied"
    assert everything(tmp_path / "new.db") == everything(location)
    assert ("copied", "<img src=x>", "acme / bob", "", "") in dialog.lines()
    await dialog.press("bringOverReportClose")
    assert person.dialogs() == []


async def test_a_look_first_writes_nothing_and_foretells_what_is_then_done(
    person: Person, target: Path, tmp_path: Path
) -> None:
    dialog = await opened(person, target)
    dialog.find(QRadioButton, "bringOverKeepBoth").setChecked(True)
    before = everything(target)
    await dialog.press("bringOverLook")
    foretold = dialog.lines()
    assert ("kept beside", "todos", "acme / ann", "todos (2)", "") in foretold
    assert "Nothing was written" in dialog.says("bringOverSummary")
    assert everything(target) == before
    await dialog.press("bringOverRunNow")
    assert dialog.lines() == foretold
    after = everything(target)
    assert (after[ANN, "todos"], after[ANN, "todos (2)"]) == ((["theirs"], False), (["buy milk"], True))


async def test_a_look_at_a_storage_that_is_not_there_yet_does_not_make_it(
    person: Person, tmp_path: Path
) -> None:
    dialog = await opened(person, tmp_path / "new.db")
    await dialog.press("bringOverLook")
    assert dialog.says("bringOverSummary") == "5 copied. Nothing was written"
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("choice", "outcome", "todos"),
    [("bringOverSkip", "skipped", ["theirs"]), ("bringOverReplace", "replaced", ["buy milk"])],
)
async def test_a_key_that_is_taken_is_skipped_or_replaced_as_chosen(
    person: Person, target: Path, choice: str, outcome: str, todos: list[str]
) -> None:
    dialog = await opened(person, target)
    dialog.find(QRadioButton, choice).setChecked(True)
    await dialog.press("bringOverRun")
    assert {line[1]: line[0] for line in dialog.lines()}["todos"] == outcome
    assert everything(target)[ANN, "todos"][0] == todos
    show = dialog.find(QComboBox, "bringOverShow")
    show.setCurrentIndex(show.findText(f"{outcome.capitalize()}: 1"))
    assert [line[1] for line in dialog.lines()] == ["todos"]
    assert dialog.says("bringOverWhy") == dialog.lines()[0][4]


async def test_scopes_are_chosen_and_renamed_from_the_keyboard(
    person: Person, target: Path, tmp_path: Path
) -> None:
    dialog = await opened(person, tmp_path / "new.db")
    table = dialog.find(QTableView, "bringOverScopes")
    table.setFocus()
    table.selectRow(2)
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert dialog.says("bringOverCount") == "2 of 3 scopes, 4 keys"
    table.selectAll()
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "beta")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await person.window.idle()
    await dialog.press("bringOverRun")
    assert sorted({str(scope) for scope, _ in everything(tmp_path / "new.db")}) == [
        "beta / Shared",
        "beta / ann",
    ]
    assert ("copied", "todos", "acme / ann", "beta / ann", "") in dialog.lines()


async def test_what_the_target_is_is_said_as_soon_as_it_is_named(
    person: Person, target: Path, tmp_path: Path
) -> None:
    dialog = await opened(person, target)
    assert dialog.says("bringOverNote") == "A storage with 1 workspace"
    dialog.find(QLineEdit, "bringOverTarget").setText(str(tmp_path / "new.db"))
    await person.window.idle()
    assert "a new storage is made" in dialog.says("bringOverNote")
    dialog.find(QLineEdit, "bringOverTarget").setText(str(tmp_path))
    await person.window.idle()
    assert str(tmp_path) in dialog.says("bringOverNote")
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["other.db", "state.db"]


async def test_a_name_that_cannot_be_one_is_refused_and_said_to_be(person: Person, tmp_path: Path) -> None:
    dialog = await opened(person, tmp_path / "new.db")
    table = dialog.find(QTableView, "bringOverScopes")
    assert not table.model().setData(table.model().index(0, 2), "x" * 300)
    assert "256" in dialog.says("bringOverNote")
    assert table.model().index(0, 2).data() == "acme"


async def test_nothing_can_be_begun_without_a_target_or_a_scope(person: Person, tmp_path: Path) -> None:
    dialog = await opened(person, tmp_path / "new.db")
    buttons = [dialog.find(QPushButton, name) for name in ("bringOverLook", "bringOverRun")]
    assert all(button.isEnabled() for button in buttons)
    await dialog.press("bringOverNone")
    assert not any(button.isEnabled() for button in buttons)
    await dialog.press("bringOverAll")
    assert all(button.isEnabled() for button in buttons)
    dialog.find(QLineEdit, "bringOverTarget").setText("  ")
    assert not any(button.isEnabled() for button in buttons)


async def test_bytes_that_are_json_become_json_where_that_is_chosen(person: Person, tmp_path: Path) -> None:
    dialog = await opened(person, tmp_path / "new.db")
    dialog.find(QCheckBox, "bringOverAsJson").setChecked(True)
    await dialog.press("bringOverRun")
    assert ("copied", "flags", "acme / Shared", "", "as JSON") in dialog.lines()
    assert Elsewhere(tmp_path / "new.db", ACME).reads("flags") == '{"a": 1.0}'


async def test_a_target_that_is_no_storage_is_left_as_it_is_and_can_be_mended(
    person: Person, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_bytes(b"Ring the plumber. " * 100)
    dialog = await opened(person, notes)
    await dialog.press("bringOverRun")
    assert "notes.txt" in dialog.says("bringOverNote")
    assert notes.read_bytes() == b"Ring the plumber. " * 100
    dialog.find(QLineEdit, "bringOverTarget").setText(str(tmp_path / "no folder" / "new.db"))
    await dialog.press("bringOverRun")
    assert "no such folder" in dialog.says("bringOverNote")
    assert not (tmp_path / "no folder").exists()
    dialog.find(QLineEdit, "bringOverTarget").setText(str(tmp_path / "new.db"))
    await dialog.press("bringOverRun")
    assert dialog.says("bringOverSummary") == "5 copied"


async def test_the_storage_that_is_open_is_no_target_unless_scopes_get_other_names(
    person: Person, location: Path
) -> None:
    dialog = await opened(person, location)
    await dialog.press("bringOverRun")
    assert "storage that is open" in dialog.says("bringOverNote")
    model = dialog.find(QTableView, "bringOverScopes").model()
    for row in range(model.rowCount()):
        assert model.setData(model.index(row, 2), "copy of acme")
    await dialog.press("bringOverRun")
    assert dialog.says("bringOverSummary") == "5 copied"
    assert Elsewhere(location, Scope("copy of acme", "ann")).reads("profile") == '{ "price": 22.00 }'


@pytest.fixture
def large(location: Path) -> Path:
    with Storage(location) as storage:
        storage.store(BOB).set_many({f"{number:05}": b"x" * 2_000 for number in range(MANY)})
    return location


async def begun(person: Person, target: Path) -> Dialog:
    """A bringing over that is in the middle."""
    dialog = await opened(person, target)
    dialog.find(QPushButton, "bringOverRun").click()
    await person.reaches(lambda: re.match("[1-9].* of 3,00", dialog.says("bringOverSummary")))
    return dialog


async def test_cancel_ends_it_with_every_entry_whole_and_says_what_was_not_reached(
    large: Path, person: Person, tmp_path: Path
) -> None:
    dialog = await begun(person, tmp_path / "new.db")
    assert dialog.find(QPushButton, "bringOverCancel").hasFocus()
    dialog.find(QPushButton, "bringOverCancel").click()
    await person.window.idle()
    assert dialog.says("bringOverTitle") == "Cancelled"
    lines = dialog.lines()
    copied = {line[1] for line in lines if line[0] == "copied"}
    assert {line[0]: line[4] for line in lines} == {"copied": "", "not reached": "cancelled"}
    assert len(lines) == MANY + 5
    found = everything(tmp_path / "new.db")
    assert {key for _, key in found} == copied
    assert all(found[BOB, key][0] == b"x" * 2_000 for _, key in found if key.isdigit())
    await dialog.press("bringOverBack")
    await dialog.press("bringOverRun")
    assert everything(tmp_path / "new.db") == everything(large)


async def test_closed_while_it_runs_the_dialog_ends_it_first(
    large: Path, person: Person, tmp_path: Path
) -> None:
    dialog = await begun(person, tmp_path / "new.db")
    QTest.keyClick(dialog.widget, Qt.Key.Key_Escape)
    await person.sees(lambda: not person.dialogs())
    with Storage(tmp_path / "new.db") as storage:
        assert 0 < sum(info.count for info in storage.scopes()) < MANY
        assert storage.check() == []
    assert person.action("actionBringOver").isEnabled()


async def test_the_window_closed_while_it_runs_ends_it_first(
    large: Path, person: Person, tmp_path: Path
) -> None:
    await begun(person, tmp_path / "new.db")
    await person.window.shutdown()
    with Storage(tmp_path / "new.db") as storage:
        assert 0 < sum(info.count for info in storage.scopes()) < MANY
        assert storage.check() == []


async def test_another_storage_opened_while_it_runs_ends_it(
    large: Path, person: Person, target: Path, tmp_path: Path
) -> None:
    await begun(person, tmp_path / "new.db")
    await person.window.open(target)
    await person.sees(lambda: not person.dialogs())
    assert 0 < len(everything(tmp_path / "new.db")) < MANY


async def test_a_target_that_a_plugin_is_writing_at_this_moment_loses_nothing_of_it(
    large: Path, person: Person, target: Path
) -> None:
    program = (
        "import sys\nfrom storage_core import ConflictError, Storage\n"
        "with Storage(sys.argv[1], timeout=60) as storage:\n"
        "    store = storage.workspace('acme').user('bob')\n"
        f"    for number in reversed(range({MANY})):\n"
        "        try: store.set(f'{number:05}', b'theirs', if_revision=0)\n"
        "        except ConflictError: continue\n"
        "        print(f'{number:05}', flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(target)], stdout=subprocess.PIPE, text=True
    ) as plugin:
        first = plugin.stdout.readline().strip()
        dialog = await opened(person, target)
        await dialog.press("bringOverRun")
        theirs = {first, *plugin.stdout.read().split()}
    found = everything(target)
    outcomes = {line[1]: line[0] for line in dialog.lines() if line[1].isdigit()}
    assert {key for key, outcome in outcomes.items() if outcome == "skipped"} == theirs
    assert all(found[BOB, key][0] == (b"theirs" if key in theirs else b"x" * 2_000) for key in outcomes)


async def test_a_target_that_is_put_away_in_the_middle_stops_it_with_the_report_so_far(
    large: Path, person: Person, tmp_path: Path
) -> None:
    dialog = await begun(person, tmp_path / "new.db")
    (tmp_path / "new.db").rename(tmp_path / "away.db")
    await person.window.idle()
    assert dialog.says("bringOverTitle") == "Stopped"
    assert "new.db" in dialog.says("bringOverFault")
    assert {line[0] for line in dialog.lines()} == {"copied", "not reached"}


async def test_the_report_is_copied_and_saved_as_text_and_as_json(
    person: Person, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = await opened(person, target)
    await dialog.press("bringOverRun")
    await dialog.press("bringOverCopy")
    copied = QGuiApplication.clipboard().text()
    assert "skipped        acme / ann / todos: taken: another value is there" in copied
    for name in ("report.txt", "report.jsonl"):
        dialog.find(QPushButton, "bringOverSave").click()
        await person.window.idle()
        chooser = dialog.widget.findChild(QFileDialog, "bringOverSaveDialog")
        chooser.fileSelected.emit(str(tmp_path / name))
        chooser.accept()
        await person.window.idle()
    assert (tmp_path / "report.txt").read_text() == copied + "\n"
    lines = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert lines[0]["counts"] == {"copied": 4, "skipped": 1}
    assert len(lines) == 6
    monkeypatch.setattr(bring_over_report, "MOST_LINES_TO_COPY", 3)
    await dialog.press("bringOverBack")
    await dialog.press("bringOverRun")
    assert not dialog.find(QPushButton, "bringOverCopy").isEnabled()


async def test_every_control_is_reached_with_tab_and_nothing_is_rendered_or_cut(
    person: Person, target: Path
) -> None:
    dialog = await opened(person, target)
    reached = set()
    for _ in range(20):
        focus = dialog.widget.focusWidget()
        reached.add(focus.objectName())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert {
        *("bringOverTarget", "bringOverChoose", "bringOverScopes", "bringOverAll", "bringOverNone"),
        *("bringOverSkip", "bringOverAsJson", "bringOverClose", "bringOverLook", "bringOverRun"),
    } <= reached
    await dialog.press("bringOverRun")
    assert dialog.widget.width() <= 1024
    assert dialog.widget.height() <= 640
    for label in dialog.widget.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText
    for button in dialog.widget.findChildren(QPushButton):
        assert not button.isVisible() or button.width() >= button.sizeHint().width()


async def test_from_the_command_to_the_report_without_the_mouse(person: Person, tmp_path: Path) -> None:
    person.window.activateWindow()
    QTest.keyClick(
        person.window,
        Qt.Key.Key_B,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    await person.window.idle()
    dialog = Dialog(person)
    QTest.keyClicks(dialog.widget.focusWidget(), str(tmp_path / "new.db"))
    QTest.keyClick(dialog.widget.focusWidget(), Qt.Key.Key_Return)
    await person.window.idle()
    assert dialog.says("bringOverTitle") == "What would be done"
    assert not (tmp_path / "new.db").exists()
    QTest.keyClick(dialog.widget.focusWidget(), Qt.Key.Key_Return)
    await person.window.idle()
    assert dialog.says("bringOverTitle") == "Brought over"
    QTest.keyClick(dialog.widget.focusWidget(), Qt.Key.Key_Escape)
    await person.window.idle()
    assert person.dialogs() == []
    assert len(everything(tmp_path / "new.db")) == 5


async def test_an_edit_that_is_not_saved_is_asked_about_first(person: Person) -> None:
    await person.go_to(ANN, "profile")
    await person.edit("$.price", "23.00")
    await person.do("actionBringOver")
    await person.answer("guardDialog", "saveButton")
    dialog = Dialog(person)
    assert dialog.widget.isVisible()
    assert "23.00" in Elsewhere(person.window.session.location, ANN).reads("profile")


async def test_a_dialog_that_is_closed_right_after_a_name_is_typed_is_no_trouble(
    person: Person, tmp_path: Path
) -> None:
    await person.do("actionBringOver")
    dialog = Dialog(person)
    dialog.find(QLineEdit, "bringOverTarget").setText(str(tmp_path / "new.db"))
    dialog.widget.reject()
    await person.window.idle()
    assert person.dialogs() == []


async def test_the_command_given_twice_opens_one_dialog(person: Person) -> None:
    person.action("actionBringOver").trigger()
    await person.do("actionBringOver")
    Dialog(person).widget.reject()
    await person.window.idle()
    assert person.dialogs() == []
