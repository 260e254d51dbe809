"""The offer, at the next start, of edits that were not saved when an inspector ended."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.drafts import Draft
from inspector.formats import human_age, human_size
from inspector.plain import PlainLabel, plain_tooltip, visible, visible_key
from inspector.views.dialogs import resize_within_screen
from inspector.views.rows import as_rows

_COLUMNS = ("Key", "Whose", "Edited", "Size")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGNED = (_LEFT, _LEFT, _LEFT, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class DraftChoice(Enum):
    """What a person answers; the values are the dialog's results, and Escape is to decide later."""

    LATER = 0
    RESTORE = 1
    DISCARD = 2


class DraftsDialog(QDialog):
    """Named `draftsDialog`: a table of drafts (`draftsTable`), of which one is restored, or some are discarded."""

    def __init__(self, parent: QWidget, drafts: Sequence[Draft]) -> None:
        super().__init__(parent)
        self.setObjectName("draftsDialog")
        self.setWindowTitle("Unsaved edits")
        resize_within_screen(self, 640, 360)
        self._drafts = tuple(drafts)
        self._table = self._make_table()
        self._later = self._button("&Later", "laterButton", DraftChoice.LATER)
        self._discard = self._button("&Discard", "discardButton", DraftChoice.DISCARD)
        self._discard.setProperty("danger", True)
        self._restore = self._button("&Restore", "restoreButton", DraftChoice.RESTORE)
        self._restore.setProperty("primary", True)
        self._restore.setDefault(True)
        self._lay_out()
        self._table.itemSelectionChanged.connect(self._show_what_can_be_done)
        self._table.itemDoubleClicked.connect(lambda: self.done(DraftChoice.RESTORE.value))
        self._table.selectRow(0)
        self._table.setFocus()

    def chosen(self) -> list[Draft]:
        """The drafts that the answer is about, as they stand in the table: one where it is RESTORE."""
        rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
        return [self._drafts[row] for row in rows]

    def _show_what_can_be_done(self) -> None:
        count = len(self.chosen())
        self._restore.setEnabled(count == 1)
        self._discard.setEnabled(count > 0)
        self._discard.setText("&Discard" if count < 2 else f"&Discard {count:,}")

    def _button(self, text: str, name: str, choice: DraftChoice) -> QPushButton:
        button = QPushButton(text, autoDefault=False)
        button.setObjectName(name)
        button.clicked.connect(lambda: self.done(choice.value))
        return button

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(self._drafts), len(_COLUMNS))
        table.setObjectName("draftsTable")
        table.setAccessibleName("Edits that were not saved")
        for column, title in enumerate(_COLUMNS):
            heading = QTableWidgetItem(title)
            heading.setTextAlignment(_ALIGNED[column])
            table.setHorizontalHeaderItem(column, heading)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        as_rows(table, 0)
        now = datetime.now(UTC)
        for row, draft in enumerate(self._drafts):
            for column, item in enumerate(_items(draft, now)):
                table.setItem(row, column, item)
        return table

    def _lay_out(self) -> None:
        count = len(self._drafts)
        what = PlainLabel("An edit was not saved" if count == 1 else f"{count:,} edits were not saved")
        what.setFont(theme.title_font())
        then = PlainLabel("The inspector ended before they were. Nothing is stored until you save.")
        then.setProperty("tone", "second")
        then.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self._later, self._discard, self._restore):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        column.addWidget(what)
        column.addWidget(then)
        column.addSpacing(4)
        column.addWidget(self._table, 1)
        column.addSpacing(4)
        column.addLayout(buttons)


def _items(draft: Draft, now: datetime) -> list[QTableWidgetItem]:
    scope = visible(str(draft.address.scope))
    age = human_age((now - draft.at).total_seconds())
    key = visible_key(draft.address.key)
    texts = (
        (key, key),
        (scope, scope),
        (age, f"edited {draft.at.astimezone():%Y-%m-%d %H:%M:%S}"),
        (human_size(len(draft.edited)), f"{len(draft.edited):,} bytes; {len(draft.base):,} before"),
    )
    items: list[QTableWidgetItem] = []
    for (text, tooltip), alignment in zip(texts, _ALIGNED, strict=True):
        item = QTableWidgetItem(text)
        item.setTextAlignment(alignment)
        item.setToolTip(plain_tooltip(tooltip))
        items.append(item)
    items[0].setFont(theme.mono_font())
    return items
