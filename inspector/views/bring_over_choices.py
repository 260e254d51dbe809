"""The page that asks what is to be brought over: into which storage, which scopes, what where a key is taken."""

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from inspector.bringing import Found, Request
from inspector.models.scope_choices import Column, ScopeChoices
from inspector.plain import PlainLabel, visible, without_mnemonic
from inspector.views.rows import as_rows
from storage_core import Scope
from storage_core.transfer import IfTaken

_NAME_WIDTH = 180
_KEYS_WIDTH = 80
_IF_TAKEN = (
    (IfTaken.SKIP, "S&kip it", "bringOverSkip"),
    (IfTaken.REPLACE, "&Replace what is there", "bringOverReplace"),
    (IfTaken.KEEP_BOTH, "Keep b&oth", "bringOverKeepBoth"),
)


class ChoicesPage(QWidget):
    """`named` is emitted when another target is named, `asked` when a dry run (True) or the real one is."""

    named = Signal()
    asked = Signal(bool)

    def __init__(self, choices: ScopeChoices, folder: Path, *, bytes_possible: bool) -> None:
        super().__init__()
        self._choices = choices
        self._folder = folder
        self._only_workspace: str | None = None
        choices.setParent(self)
        self.target = QLineEdit()
        self.target.setObjectName("bringOverTarget")
        self.target.setAccessibleName("Into the storage at")
        self.target.setPlaceholderText("The file of a storage; where there is none, a new one is made")
        self._note = PlainLabel()
        self._note.setObjectName("bringOverNote")
        self._note.setWordWrap(True)
        self._adopt = _button("", "bringOverAdopt")
        self._adopt.hide()
        self._count = PlainLabel()
        self._count.setObjectName("bringOverCount")
        self._count.setProperty("tone", "second")
        self._table = _ScopeTable(choices)
        self._if_taken = QButtonGroup(self)
        self._as_json = QCheckBox("Make &JSON of bytes that are JSON")
        self._as_json.setObjectName("bringOverAsJson")
        self._as_json.setEnabled(bytes_possible)
        self.look = _button("&Look first", "bringOverLook")
        self.run = _button("&Bring over", "bringOverRun")
        self.run.setProperty("primary", True)
        self.close_button = _button("Close", "bringOverClose")
        self._lay_out()
        self.target.textChanged.connect(self._show_choice)
        self.target.textChanged.connect(self._forget_target)
        self._adopt.clicked.connect(self._name_workspaces)
        choices.chosen_changed.connect(self._show_choice)
        choices.refused.connect(lambda why: self.say(why, "red"))
        self.look.clicked.connect(lambda: self.asked.emit(True))
        self.run.clicked.connect(lambda: self.asked.emit(False))
        self.target.returnPressed.connect(lambda: self.asked.emit(True) if self.look.isEnabled() else None)
        self._show_choice()

    def request(self) -> Request:
        """What the person wants, as it stands now."""
        target = self.place()
        assert target is not None
        return Request(
            target=target,
            scopes=self._choices.chosen(),
            if_taken=_IF_TAKEN[self._if_taken.checkedId()][0],
            bytes_as_json=self._as_json.isChecked(),
        )

    def place(self) -> Path | None:
        """The target, as far as one is named."""
        text = self.target.text().strip()
        return Path(text).expanduser().absolute() if text else None

    def scopes_there(self) -> Collection[Scope]:
        """What the chosen scopes are to be called there."""
        return self._choices.chosen().values()

    def show_target(self, found: Found) -> None:
        """Say what is at the target, and call things as its people do."""
        self._choices.set_target(found.system)
        self.say(found.words, only_workspace=found.only_workspace)

    def say(self, text: str, tone: str = "second", *, only_workspace: str | None = None) -> None:
        """Say something about the target, or what is wrong; scopes may have to go into its one workspace."""
        self._only_workspace = only_workspace
        self._adopt.setVisible(
            only_workspace is not None
            and any(into.workspace != only_workspace for into in self._choices.chosen().values())
        )
        if only_workspace is not None:
            self._adopt.setText(without_mnemonic(f"Use its workspace, {visible(only_workspace)}"))
        self._note.setProperty("tone", tone)
        self._note.style().unpolish(self._note)
        self._note.style().polish(self._note)
        self._note.setText(text)

    def _show_choice(self) -> None:
        scopes, keys = self._choices.count()
        self._count.setText(
            f"{scopes:,} of {self._choices.rowCount():,} scopes, {keys:,} {'key' if keys == 1 else 'keys'}"
        )
        possible = bool(scopes and self.place() is not None)
        self.look.setEnabled(possible)
        self.run.setEnabled(possible)

    def _forget_target(self) -> None:
        self.say("")
        self.named.emit()

    def _name_workspaces(self) -> None:
        """Let all scopes go into the one workspace that the target has."""
        if self._only_workspace is not None:
            self._choices.name_workspace(self._only_workspace)
        self._adopt.hide()
        self.look.setFocus()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, "Bring over into")
        dialog.setObjectName("bringOverFileDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Choose")
        dialog.setDirectory(str(self._folder))
        dialog.fileSelected.connect(self.target.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _lay_out(self) -> None:
        label = PlainLabel("&Into")
        label.setBuddy(self.target)
        browse = _button("Choose…", "bringOverChoose")
        browse.clicked.connect(self._choose_file)
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(label)
        place.addWidget(self.target, 1)
        place.addWidget(browse)
        every, none = _button("&All", "bringOverAll"), _button("&None", "bringOverNone")
        rows = range(self._choices.rowCount())
        every.clicked.connect(lambda: self._choices.choose(rows, True))
        none.clicked.connect(lambda: self._choices.choose(rows, False))
        chosen = QHBoxLayout()
        chosen.setSpacing(8)
        chosen.addWidget(self._count, 1)
        chosen.addWidget(every)
        chosen.addWidget(none)
        how = QGridLayout()
        how.setHorizontalSpacing(16)
        how.setVerticalSpacing(4)
        how.addWidget(PlainLabel("Where a key is taken by another value"), 0, 0)
        for number, (_, text, name) in enumerate(_IF_TAKEN):
            choice = QRadioButton(text)
            choice.setObjectName(name)
            choice.setChecked(number == 0)
            self._if_taken.addButton(choice, number)
            how.addWidget(choice, 0, number + 1)
        how.addWidget(self._as_json, 1, 0, 1, 4)
        how.setColumnStretch(4, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self.close_button, self.look, self.run):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        found = QHBoxLayout()
        found.addWidget(self._note, 1)
        found.addWidget(self._adopt)
        hint = PlainLabel(
            "Press F2 to give a scope another name there; with several rows selected, all of them"
        )
        hint.setProperty("tone", "second")
        column.addLayout(place)
        column.addLayout(found)
        column.addWidget(self._table, 1)
        column.addWidget(hint)
        column.addLayout(chosen)
        column.addLayout(how)
        column.addSpacing(4)
        column.addLayout(buttons)


class _ScopeTable(QTableView):
    """Named `bringOverScopes`: Space chooses the selected rows, and a name that is typed goes into all of them."""

    def __init__(self, choices: ScopeChoices) -> None:
        super().__init__()
        self._choices = choices
        self.setObjectName("bringOverScopes")
        self.setAccessibleName("Scopes to bring over")
        self.setModel(choices)
        as_rows(self, Column.SCOPE)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setColumnWidth(Column.KEYS, _KEYS_WIDTH)
        self.setColumnWidth(Column.WORKSPACE, _NAME_WIDTH)
        self.setColumnWidth(Column.USER, _NAME_WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self._selected()
        if event.key() == Qt.Key.Key_Space and rows:
            self._choices.toggle(rows)
        elif event.key() == Qt.Key.Key_F2 and self.currentIndex().column() < Column.WORKSPACE:
            index = self.currentIndex().siblingAtColumn(Column.WORKSPACE)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.edit(index)
        else:
            super().keyPressEvent(event)

    def commitData(self, editor: QWidget) -> None:
        index, rows = self.currentIndex(), self._selected()
        before = index.data(Qt.ItemDataRole.EditRole)
        super().commitData(editor)
        if index.data(Qt.ItemDataRole.EditRole) != before:
            self._choices.take_over(index, [row for row in rows if row != index.row()])

    def _selected(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text, autoDefault=False)
    button.setObjectName(name)
    return button
