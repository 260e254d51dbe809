"""The questions that are asked in a dialog: built here, opened without blocking, answered as awaited values."""

import asyncio
import traceback
from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.actions import Stored
from inspector.plain import PlainLabel, visible
from storage_core import InvalidNameError, Kind, Scope, StorageError
from storage_core.browse import Address
from storage_core.scope import checked_key

WIDEST_SENTENCE = 460
DETAILS_HEIGHT = 160


async def answer(dialog: QDialog) -> int:
    """Open `dialog` and return its result once the person has closed it. The dialog is gone afterwards.

    Nothing is blocked meanwhile: a nested event loop inside a coroutine would wedge the other tasks.
    """
    closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    dialog.finished.connect(lambda result: None if closed.done() else closed.set_result(result))
    dialog.open()
    try:
        return await closed
    finally:
        dialog.close()
        dialog.deleteLater()


class Choice(Enum):
    """What a person answers when an edit would be lost."""

    SAVE = 2
    DISCARD = 1
    KEEP_EDITING = 0


class QuestionDialog(QDialog):
    """One sentence of what is the matter, one of what follows, and buttons of which Escape is the safe one."""

    def __init__(self, parent: QWidget, name: str, title: str, what: str, then: str = "") -> None:
        super().__init__(parent)
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


def guard_dialog(parent: QWidget, key: str, fault: str) -> QuestionDialog:
    """Asked before an edit would be lost; `fault` says why it cannot be saved, where it cannot."""
    then = f"It cannot be saved as it stands: {fault}" if fault else "Save it, or discard what you changed?"
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


class _NameDialog(QDialog):
    """Asks for a place: fields with a line for what is wrong, and a button that waits until all is right."""

    def __init__(self, parent: QWidget, name: str, title: str, button: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self._fields = QFormLayout()
        self._fields.setVerticalSpacing(8)
        self._fields.setHorizontalSpacing(12)
        self._fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._fault = PlainLabel()
        self._fault.setProperty("tone", "red")
        self._fault.setWordWrap(True)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self._accept = QPushButton(button)
        self._accept.setObjectName("acceptButton")
        self._accept.setProperty("primary", True)
        self._accept.setDefault(True)
        self._accept.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addLayout(self._fields)
        column.addWidget(self._fault)
        column.addLayout(buttons)
        self.setMinimumWidth(420)

    def _line(self, label: str, text: str, name: str) -> QLineEdit:
        line = QLineEdit(text)
        line.setObjectName(name)
        line.setAccessibleName(label.replace("&", ""))
        line.textChanged.connect(self._check)
        self._fields.addRow(label, line)
        return line

    def _check(self) -> None:
        fault = self._find_fault()
        self._fault.setText(fault)
        self._accept.setEnabled(not fault)

    def _find_fault(self) -> str:
        raise NotImplementedError


class NewKeyDialog(_NameDialog):
    """Asks where a new value goes and what it is to begin with."""

    _BEGINNINGS = (
        ("JSON object", Stored(Kind.JSON, b"{}")),
        ("JSON list", Stored(Kind.JSON, b"[]")),
        ("JSON text", Stored(Kind.JSON, b'""')),
        ("JSON number", Stored(Kind.JSON, b"0")),
        ("JSON yes or no", Stored(Kind.JSON, b"false")),
        ("JSON null", Stored(Kind.JSON, b"null")),
        ("Bytes", Stored(Kind.BYTES, b"")),
    )

    def __init__(self, parent: QWidget, scope: Scope | None, prefix: str) -> None:
        super().__init__(parent, "newKeyDialog", "New key", "&Create")
        self._workspace = self._line("&Workspace", scope.workspace if scope else "", "workspaceEdit")
        self._user = self._line("&User", (scope.user or "") if scope else "", "userEdit")
        self._user.setPlaceholderText("Shared: for all users of the workspace")
        self._key = self._line("&Key", prefix, "keyEdit")
        self._kind = QComboBox()
        self._kind.setObjectName("kindBox")
        self._kind.setAccessibleName("Kind")
        for title, _ in self._BEGINNINGS:
            self._kind.addItem(title)
        self._fields.addRow("K&ind", self._kind)
        (self._key if scope else self._workspace).setFocus()
        self._check()
        self._fault.setText("")

    def address(self) -> Address:
        """The place that was asked for; raises InvalidNameError where a name in it cannot be one."""
        return Address(Scope(self._workspace.text(), self._user.text() or None), self._key.text())

    def beginning(self) -> Stored:
        return self._BEGINNINGS[self._kind.currentIndex()][1]

    def _find_fault(self) -> str:
        return _fault_of(self._workspace.text(), self._user.text(), self._key.text())


class RenameDialog(_NameDialog):
    """Asks for another key for a value."""

    def __init__(self, parent: QWidget, address: Address) -> None:
        super().__init__(parent, "renameDialog", "Rename", "&Rename")
        self._address = address
        self._key = self._line("New &key", address.key, "keyEdit")
        self._as_shown = self._key.text()  # a line cannot show every key as it is
        self._key.selectAll()
        self._key.setFocus()
        self._check()

    def target(self) -> Address:
        """The place that was asked for; the very same one where nothing was typed."""
        if self._key.text() == self._as_shown:
            return self._address
        return Address(self._address.scope, self._key.text())

    def _find_fault(self) -> str:
        if self._key.text() == self._as_shown:
            return ""
        return _fault_of(self._address.scope.workspace, self._address.scope.user or "", self._key.text())


def _fault_of(workspace: str, user: str, key: str) -> str:
    """What is wrong with the names of a place, as a sentence; empty where nothing is."""
    try:
        Scope(workspace, user or None)
        checked_key(key)
    except InvalidNameError as error:
        return str(error)
    return ""
