"""The questions that are asked in a dialog: built here, opened without blocking, answered as awaited values."""

import asyncio
import traceback
from enum import Enum

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.plain import PlainLabel, visible
from inspector.tasks import asking
from storage_core import StorageError

WIDEST_SENTENCE = 460
DETAILS_HEIGHT = 160
LONGEST_KEY = 160
"""Characters of a key in a sentence: a longer one would be a wall of letters."""


async def answer(dialog: QDialog) -> int:
    """Open `dialog` and return its result once the person has closed it. The dialog is gone afterwards.

    Nothing is blocked meanwhile: a nested event loop inside a coroutine would wedge the other tasks.
    """
    closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    dialog.finished.connect(lambda result: None if closed.done() else closed.set_result(result))
    dialog.open()
    try:
        with asking():
            return await closed
    finally:
        dialog.close()
        dialog.deleteLater()


def resize_within_screen(dialog: QDialog, width: int, height: int) -> None:
    """Give `dialog` that size, or as much of it as there is on its screen."""
    dialog.resize(QSize(width, height).boundedTo(dialog.screen().availableSize()))


class Choice(Enum):
    """What a person answers when an edit would be lost."""

    SAVE = 2
    DISCARD = 1
    KEEP_EDITING = 0


class QuestionDialog(QDialog):
    """One sentence of what is the matter, one of what follows, and buttons of which Escape is the safe one."""

    def __init__(self, parent: QWidget, name: str, title: str, what: str, then: str = "") -> None:
        super().__init__(parent)
        self.said = [what, then]
        self.setObjectName(name)
        self.setWindowTitle(title)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 20, 20, 16)
        self._column.setSpacing(8)
        self._add_sentence(what).setFont(theme.title_font())
        if then:
            self._add_sentence(then)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        self._column.addSpacing(8)
        self._column.addLayout(self._buttons)

    def add_button(
        self, text: str, result: int, *, name: str, primary: bool = False, danger: bool = False
    ) -> None:
        """A button that closes the dialog with `result`; the primary one answers Enter too."""
        button = QPushButton(text)
        button.setObjectName(name)
        button.setProperty("primary", primary)
        button.setProperty("danger", danger)
        button.setDefault(primary)
        button.setAutoDefault(primary)
        button.clicked.connect(lambda: self.done(result))
        self._buttons.addWidget(button)

    def add_details(self, details: str) -> None:
        """Text to read and to copy, between the sentences and the buttons."""
        self.said.append(details)
        shown = QPlainTextEdit(details, readOnly=True, tabChangesFocus=True)
        shown.setFont(theme.mono_font())
        shown.setAccessibleName("Details")
        shown.setMinimumHeight(DETAILS_HEIGHT)
        self._column.insertWidget(self._column.count() - 2, shown)

    def _add_sentence(self, text: str) -> PlainLabel:
        sentence = PlainLabel(text)
        sentence.setWordWrap(True)
        sentence.setMinimumWidth(320)
        sentence.setMaximumWidth(WIDEST_SENTENCE)
        self._column.addWidget(sentence)
        return sentence


def guard_dialog(parent: QWidget, key: str, fault: str, advice: str = "") -> QuestionDialog:
    """Asked before an edit would be lost; `fault` says why it cannot be saved, `advice` what speaks against it."""
    then = f"It cannot be saved as it stands: {fault}" if fault else "Save it, or discard what you changed?"
    if advice and not fault:
        then = f"{advice}. {then}"
    dialog = QuestionDialog(parent, "guardDialog", "Not saved", f"{key} has an edit that is not saved.", then)
    dialog.add_button("&Discard", Choice.DISCARD.value, name="discardButton", danger=True)
    dialog.add_button(
        "&Keep editing", Choice.KEEP_EDITING.value, name="keepEditingButton", primary=bool(fault)
    )
    if not fault:
        dialog.add_button("&Save", Choice.SAVE.value, name="saveButton", primary=True)
    return dialog


def delete_dialog(parent: QWidget, what: str, then: str) -> QuestionDialog:
    """Asked before many keys or a whole scope are deleted."""
    dialog = QuestionDialog(parent, "deleteDialog", "Delete", what, then)
    dialog.add_button("&Cancel", QDialog.DialogCode.Rejected.value, name="cancelButton")
    dialog.add_button("&Delete", QDialog.DialogCode.Accepted.value, name="deleteButton", danger=True)
    return dialog


def overwrite_dialog(parent: QWidget, what: str, then: str) -> QuestionDialog:
    """Asked where doing as told would overwrite what somebody else wrote meanwhile."""
    dialog = QuestionDialog(parent, "overwriteDialog", "Changed meanwhile", what, then)
    dialog.add_button("&Overwrite", QDialog.DialogCode.Accepted.value, name="overwriteButton", danger=True)
    dialog.add_button(
        "&Keep theirs", QDialog.DialogCode.Rejected.value, name="keepTheirsButton", primary=True
    )
    return dialog


def show_problem(parent: QWidget, error: BaseException) -> None:
    """Say what went wrong, without waiting; what a dialog that is open says already is not said again."""
    dialog = problem_dialog(parent, error)
    others = parent.findChildren(QuestionDialog, dialog.objectName())
    if any(other.isVisible() and other.said == dialog.said for other in others):
        dialog.deleteLater()
    else:
        dialog.open()


def problem_dialog(parent: QWidget, error: BaseException) -> QuestionDialog:
    """Says what went wrong; what nobody foresaw comes with its traceback, to be copied into a report."""
    if isinstance(error, StorageError):
        dialog = QuestionDialog(parent, "problemDialog", "Not done", visible(str(error)))
    else:
        then = "Nothing that was saved is lost. Please report it, with these details."
        dialog = QuestionDialog(parent, "problemDialog", "A fault of ours", "Something went wrong.", then)
        dialog.add_details("".join(traceback.format_exception(error)))
    dialog.add_button("&Close", QDialog.DialogCode.Rejected.value, name="closeButton", primary=True)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog
