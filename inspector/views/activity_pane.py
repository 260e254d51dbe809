"""The pane of activity: what everybody writes, as it happens; it can be paused, filtered and folded."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyle,
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
from inspector.models.activity import ActivityModel, Column
from inspector.plain import PlainLabel
from storage_core import Change

_WIDTHS = {Column.TIME: 84, Column.SCOPE: 220, Column.WHAT: 100, Column.SIZE: 84}
_FILTER_WIDTH = 240
_UNLIMITED = (1 << 24) - 1  # QWIDGETSIZE_MAX, which PySide does not know


class ActivityPane(QWidget):
    """`address_chosen` is emitted with the Address of the change that is clicked, or that Enter is pressed on.

    `folded` is emitted with whether nothing but the header line is shown, whenever that changes.
    """

    address_chosen = Signal(object)
    folded = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.model = ActivityModel(self)
        self.table = _ActivityTable(self.model)
        self.filter = _filter_line()
        self.pause = _pause_button()
        self._fold = _fold_button()
        self._is_folded = False
        self._title = PlainLabel("Ac&tivity")
        self._title.setBuddy(self.table)
        self._count = PlainLabel()
        self._count.setObjectName("activityCount")
        self._count.setProperty("tone", "second")
        self._lay_out()
        self._connect()
        self._show_fold()
        self._tell_count()

    def add(self, changes: Sequence[Change]) -> None:
        """Show what was written, in the order of the revisions; what is being looked at stays in sight."""
        with_first_row = self.table.rowAt(0)
        at = QPersistentModelIndex(self.model.index(with_first_row, 0))
        is_at_the_top = self.table.verticalScrollBar().value() == 0
        self.model.add(changes)
        if not is_at_the_top and at.isValid():
            self.table.updateGeometries()
            self.table.verticalScrollBar().setValue(at.row())

    def clear(self) -> None:
        """Forget everything, and go on with what comes."""
        self.pause.setChecked(False)
        self.filter.clear()
        self.model.clear()

    def is_folded(self) -> bool:
        return self._is_folded

    def set_folded(self, folded: bool) -> None:
        """Show nothing but the header line; or everything."""
        if folded != self._is_folded:
            self._is_folded = folded
            self._show_fold()
            self.folded.emit(folded)

    def _show_fold(self) -> None:
        words = "Unfold activity" if self._is_folded else "Fold activity"
        self._fold.setArrowType(Qt.ArrowType.RightArrow if self._is_folded else Qt.ArrowType.DownArrow)
        self._fold.setAccessibleName(words)
        self._fold.setToolTip(words)
        for widget in (self.table, self.filter, self.pause):
            widget.setVisible(not self._is_folded)
        self.setMaximumHeight(self._header.sizeHint().height() if self._is_folded else _UNLIMITED)

    def _pause(self, paused: bool) -> None:
        self.pause.setIcon(icon("play" if paused else "pause"))
        self.pause.setText("Resume" if paused else "Pause")
        self.model.set_paused(paused)

    def _filter_changes(self, text: str) -> None:
        """Show what the filter lets through, and stay with the current change where that is shown."""
        current = self.table.currentIndex()
        revision = self.model.change(current.row()).revision if current.isValid() else 0
        self.model.set_filter(text)
        row = self.model.row_of(revision)
        if row is not None:
            self.table.setCurrentIndex(self.model.index(row, current.column()))

    def _tell_count(self) -> None:
        shown, total, held_back = self.model.rowCount(), self.model.total, self.model.held_back
        text = thousands(total) if shown == total else f"{thousands(shown)} of {thousands(total)}"
        if self.model.is_paused:
            text += f" · paused · {thousands(held_back)} new"
        self._count.setText(text)

    def _connect(self) -> None:
        self.model.counted.connect(self._tell_count)
        self.table.asked.connect(lambda row: self.address_chosen.emit(self.model.address(row)))
        self.filter.textChanged.connect(self._filter_changes)
        self.pause.toggled.connect(self._pause)
        self._fold.clicked.connect(lambda: self.set_folded(not self._is_folded))

    def _lay_out(self) -> None:
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


class _ActivityTable(QTableView):
    """`asked` is emitted with the row that is clicked, or on which Enter is pressed."""

    asked = Signal(int)

    def __init__(self, model: ActivityModel) -> None:
        super().__init__()
        self.setObjectName("activityTable")
        self.setAccessibleName("Activity")
        self.setModel(model)
        self.setItemDelegate(_ActivityDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(theme.ROW_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(Column.KEY, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
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
        option.textElideMode = Qt.TextElideMode.ElideMiddle
        option.state &= (
            ~QStyle.StateFlag.State_HasFocus
        )  # it is the row that counts, and its table shows the focus
        match index.column():
            case Column.KEY:
                option.font = theme.mono_font()
            case Column.TIME | Column.SIZE:
                option.font = theme.figures_font()
                option.palette.setColor(QPalette.ColorRole.Text, colours.second_text)
            case Column.WHAT if index.data(ActivityModel.DELETED):
                option.palette.setColor(QPalette.ColorRole.Text, colours.red)


def _filter_line() -> QLineEdit:
    line = QLineEdit()
    line.setObjectName("activityFilter")
    line.setPlaceholderText("Filter activity")
    line.setAccessibleName("Filter activity")
    line.setClearButtonEnabled(True)
    line.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
    line.setMaximumWidth(_FILTER_WIDTH)
    return line


def _pause_button() -> QToolButton:
    button = QToolButton()
    button.setObjectName("activityPause")
    button.setCheckable(True)
    button.setText("Pause")
    button.setIcon(icon("pause"))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def _fold_button() -> QToolButton:
    button = QToolButton()
    button.setObjectName("activityFold")
    return button
