"""The dialog in which a person says which file holds the schema of which keys."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.plain import PlainLabel, plain_tooltip, visible
from inspector.schema import PREFIX, SchemaFile
from inspector.views.dialogs import resize_within_screen
from inspector.views.rows import as_rows

_WORDS = (
    "A JSON Schema lets the form show titles, choices and ranges, and marks what breaks it. It never changes a "
    f"value. Plugins publish one by saving it at {PREFIX} and the pattern, among the workspace's shared values."
)


class SchemasDialog(QDialog):
    """Named `schemasDialog`: a table of patterns and files (`schemasTable`), and a line to add another.

    `file_chosen` is emitted with a pattern and the Path of a file, `removal_wanted` with a list of SchemaFile; what
    comes of it is told by `show_files` and `say`.
    """

    file_chosen = Signal(str, object)
    removal_wanted = Signal(object)

    def __init__(self, parent: QWidget, files: Sequence[SchemaFile], key: str) -> None:
        super().__init__(parent)
        self.setObjectName("schemasDialog")
        self.setWindowTitle("Schemas")
        resize_within_screen(self, 640, 400)
        self._files: list[SchemaFile] = []
        self._table = _table()
        self._pattern = QLineEdit(visible(key) if visible(key) == key else "")
        self._pattern.setObjectName("schemaPattern")
        self._pattern.setAccessibleName("Keys, such as settings_*")
        self._pattern.setPlaceholderText("Keys, such as settings_*")
        self._pattern.setFont(theme.mono_font())
        self._choose = self._button("&Choose a file…", "schemaChooseButton", self._ask_for_file)
        self._choose.setProperty("primary", True)
        self._choose.setDefault(True)
        self._remove = self._button("&Remove", "schemaRemoveButton", self._remove_chosen)
        self._close = self._button("C&lose", "closeButton", self.reject)
        self._said = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._said.setObjectName("schemasSaid")
        self._lay_out()
        self._pattern.textChanged.connect(self._show_what_can_be_done)
        self._table.itemSelectionChanged.connect(self._show_what_can_be_done)
        self.show_files(files)
        self._pattern.setFocus()
        self._pattern.selectAll()

    def show_files(self, files: Sequence[SchemaFile]) -> None:
        """List the files that are given now."""
        self._files = list(files)
        self._table.setRowCount(len(self._files))
        for row, each in enumerate(self._files):
            for column, text in enumerate((each.pattern, each.path)):
                item = QTableWidgetItem(visible(text))
                item.setToolTip(plain_tooltip(visible(text)))
                if column == 0:
                    item.setFont(theme.mono_font())
                self._table.setItem(row, column, item)
        self._show_what_can_be_done()

    def say(self, text: str, tone: str) -> None:
        """Say what came of it."""
        self._said.setText(text)
        self._said.set_tone(tone)

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, "Choose a JSON Schema", "", "JSON (*.json);;All files (*)")
        dialog.setObjectName("schemaFileDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.file_chosen.emit(self._pattern.text(), Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _remove_chosen(self) -> None:
        chosen = {index.row() for index in self._table.selectionModel().selectedRows()}
        self.removal_wanted.emit([self._files[row] for row in sorted(chosen)])

    def _show_what_can_be_done(self) -> None:
        self._choose.setEnabled(bool(self._pattern.text()))
        self._remove.setEnabled(bool(self._table.selectionModel().selectedRows()))

    def _button(self, text: str, name: str, does: object) -> QPushButton:
        button = QPushButton(text, autoDefault=False)
        button.setObjectName(name)
        button.clicked.connect(does)
        return button

    def _lay_out(self) -> None:
        what = PlainLabel("Schemas of your own")
        what.setFont(theme.title_font())
        then = PlainLabel(_WORDS)
        then.set_tone("second")
        then.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._pattern, 1)
        row.addWidget(self._choose)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._said, 1)
        buttons.addWidget(self._remove)
        buttons.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        for part in (what, then, self._table):
            column.addWidget(part, int(part is self._table))
        column.addLayout(row)
        column.addSpacing(4)
        column.addLayout(buttons)


def _table() -> QTableWidget:
    table = QTableWidget(0, 2)
    table.setObjectName("schemasTable")
    table.setAccessibleName("Schemas of your own")
    table.setHorizontalHeaderLabels(["Keys", "File"])
    as_rows(table, widest=1)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    return table
