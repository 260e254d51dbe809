"""The pane of activity: what everybody writes, as it happens; it can be paused, filtered and folded."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.assets import icon
from inspector.formats import thousands
from inspector.models.activity import KEY, SCOPE, SIZE, TIME, WHAT, ActivityModel
from inspector.plain import PlainLabel
from storage_core import Change

_WIDTHS = {TIME: 84, SCOPE: 220, WHAT: 100, SIZE: 84}
_UNLIMITED = (1 << 24) - 1  # QWIDGETSIZE_MAX, which PySide does not know


class ActivityPane(QWidget):
    """`address_chosen` is emitted with the address of a change that is clicked, or Enter is pressed on.

    `folded` is emitted with whether the pane shows nothing but its header line.
    """

    address_chosen = Signal(object)
    folded = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ActivityModel(self)
        self.table = _Table()
        self.filter = QLineEdit()
        self.pause = QToolButton()
        self._fold = QToolButton()
        self._title = PlainLabel("Ac&tivity")
        self._count = PlainLabel()
        self._lay_out()
        self.model.counted.connect(self._tell_count)
        self.table.asked.connect(lambda row: self.address_chosen.emit(self.model.address(row)))
        self.filter.textChanged.connect(self._filter_changes)
        self.pause.toggled.connect(self._pause)
        self._fold.toggled.connect(lambda checked: self.set_folded(not checked))
        self._tell_count()

    def add(self, changes: Sequence[Change]) -> None:
        """Show what was written, in the order of the revisions."""
        self.model.add(changes)

    def clear(self) -> None:
        """Forget everything."""
        self.pause.setChecked(False)
        self.filter.clear()
        self.model.clear()

    def is_folded(self) -> bool:
        return not self._fold.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Show nothing but the header line; or everything."""
        self._fold.setChecked(not folded)
        self._fold.setArrowType(Qt.ArrowType.RightArrow if folded else Qt.ArrowType.DownArrow)
        self._fold.setToolTip("Show activity" if folded else "Fold activity")
        for widget in (self.table, self.filter, self.pause):
            widget.setVisible(not folded)
        self.setMaximumHeight(self._header.sizeHint().height() if folded else _UNLIMITED)
        self.folded.emit(folded)

    def _pause(self, paused: bool) -> None:
        self.model.set_paused(paused)
        self.pause.setIcon(icon("play" if paused else "pause"))
        self.pause.setText("Resume" if paused else "Pause")

    def _filter_changes(self, text: str) -> None:
        current = self.table.currentIndex()
        revision = self.model.change(current.row()).revision if current.isValid() else 0
        self.model.set_filter(text)
        row = self.model.row_of(revision)
        if row is not None:
            self.table.setCurrentIndex(self.model.index(row, KEY))

    def _tell_count(self) -> None:
        shown, total, held = self.model.rowCount(), self.model.total, self.model.held_back
        text = thousands(total) if shown == total else f"{thousands(shown)} of {thousands(total)}"
        if self.pause.isChecked():
            text += f" · paused · {thousands(held)} new"
        self._count.setText(text)

    def _lay_out(self) -> None:
        self.table.setModel(self.model)
        self.table.setItemDelegate(_ActivityDelegate(self.table))
        header = self.table.horizontalHeader()
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(KEY, QHeaderView.ResizeMode.Stretch)
        self._title.setBuddy(self.table)
        self._count.setProperty("tone", "second")
        self._fold.setObjectName("activityFold")
        self._fold.setAccessibleName("Show activity")
        self._fold.setCheckable(True)
        self._fold.setChecked(True)
        self._fold.setArrowType(Qt.ArrowType.DownArrow)
        self.filter.setObjectName("activityFilter")
        self.filter.setPlaceholderText("Filter activity")
        self.filter.setAccessibleName("Filter activity")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(240)
        self.pause.setObjectName("activityPause")
        self.pause.setCheckable(True)
        self.pause.setIcon(icon("pause"))
        self.pause.setText("Pause")
        self.pause.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._header = QHBoxLayout()
        self._header.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        self._header.setSpacing(2 * theme.GRID)
        for widget in (self._fold, self._title, self._count):
            self._header.addWidget(widget)
        self._header.addStretch()
        self._header.addWidget(self.filter)
        self._header.addWidget(self.pause)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(self._header)
        rows.addWidget(self.table)


class _Table(QTableView):
    """`asked` is emitted with the row that is clicked, or on which Enter is pressed."""

    asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("activityTable")
        self.setAccessibleName("Activity")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(theme.ROW_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.clicked.connect(lambda index: self.asked.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.asked.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


class _ActivityDelegate(QStyledItemDelegate):
    """Shows keys in the monospaced face, numbers with figures of one width, and a deletion in red."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        colours = theme.current()
        if index.column() == KEY:
            option.font = theme.mono_font()
        elif index.column() in (TIME, SIZE):
            option.font = theme.figures_font()
            option.palette.setColor(QPalette.ColorRole.Text, colours.second_text)
        elif index.column() == WHAT and option.text.startswith("✕"):
            option.palette.setColor(QPalette.ColorRole.Text, colours.red)
