"""The offer of edits that were not saved when an inspector ended."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableWidget, QWidget

from inspector.drafts import Draft
from inspector.views.dialogs import answer
from inspector.views.drafts_dialog import DraftChoice, DraftsDialog
from storage_core import Kind, Scope
from storage_core.browse import Address


def draft(key: str, size: int, minutes: int) -> Draft:
    at = datetime.now(UTC) - timedelta(minutes=minutes, seconds=5)
    return Draft(Path("state.db"), Address(Scope("acme", "ann"), key), Kind.JSON, 3, b"{}", bytes(size), at)


@pytest.fixture
def drafts() -> list[Draft]:
    return [draft("todos", 212, 2), draft("<img src=x>\n\u202e", 41_000, 90), draft("k" * 1024, 7, 3000)]


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def dialog(window, drafts) -> DraftsDialog:
    return DraftsDialog(window, drafts)


def table(dialog: DraftsDialog) -> QTableWidget:
    return dialog.findChild(QTableWidget, "draftsTable")


def button(dialog: DraftsDialog, name: str) -> QPushButton:
    return dialog.findChild(QPushButton, name)


def texts(dialog: DraftsDialog) -> list[list[str]]:
    shown = table(dialog)
    return [[shown.item(row, column).text() for column in range(4)] for row in range(shown.rowCount())]


def test_each_draft_shows_its_key_whose_it_is_its_age_and_its_size(dialog):
    assert dialog.objectName() == "draftsDialog"
    assert texts(dialog)[0] == ["todos", "acme / ann", "2 min ago", "212 B"]
    assert texts(dialog)[1][2:] == ["1 h ago", "41 KB"]


def test_hostile_keys_are_shown_as_text(dialog):
    assert texts(dialog)[1][0] == "<img src=x>\\n\\u202e"
    assert "&lt;img src=x&gt;" in table(dialog).item(1, 0).toolTip()
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in dialog.findChildren(QLabel))


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("restoreButton", DraftChoice.RESTORE),
        ("discardButton", DraftChoice.DISCARD),
        ("laterButton", DraftChoice.LATER),
    ],
)
async def test_the_answer_is_about_the_chosen_draft(dialog, drafts, name, choice):
    table(dialog).selectRow(1)
    answered = asyncio.ensure_future(answer(dialog))
    await asyncio.sleep(0)
    chosen = dialog.chosen()
    button(dialog, name).click()
    assert DraftChoice(await answered) is choice
    assert chosen == [drafts[1]]


async def test_escape_decides_later_and_enter_restores_the_newest(window, drafts, qtbot):
    for key, choice in ((Qt.Key.Key_Escape, DraftChoice.LATER), (Qt.Key.Key_Return, DraftChoice.RESTORE)):
        asked = DraftsDialog(window, drafts)
        answered = asyncio.ensure_future(answer(asked))
        await asyncio.sleep(0)
        assert asked.chosen() == drafts[:1]
        qtbot.keyClick(asked, key)
        assert DraftChoice(await answered) is choice


def test_one_is_restored_at_a_time_and_any_number_discarded(dialog, drafts):
    table(dialog).selectAll()
    assert dialog.chosen() == drafts
    assert not button(dialog, "restoreButton").isEnabled()
    assert button(dialog, "discardButton").text() == "&Discard 3"
    table(dialog).clearSelection()
    assert not button(dialog, "restoreButton").isEnabled()
    assert not button(dialog, "discardButton").isEnabled()
