"""The view of the table of keys: dense rows, badges, a short flash for what changes, and a place that it keeps."""

import time

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QColor, QFocusEvent, QFont, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from inspector import theme
from inspector.models.key_rows import Column
from inspector.models.key_table import KeyRole, KeyTableModel
from inspector.models.shift import Shift
from inspector.views.badge import BadgeDelegate

FLASH_SECONDS = theme.FADE_MS / 1000
NARROWEST_KEY = 150
_LEFT_OUT_FIRST = (Column.EXPIRES, Column.UPDATED, Column.SIZE)
_FRAME_MS = 40
_WITHOUT_FOCUS = ~QStyle.StateFlag.State_HasFocus
_WIDTHS = {Column.SCOPE: 140, Column.KIND: 96, Column.SIZE: 72, Column.UPDATED: 92, Column.EXPIRES: 76}


class _FlashingDelegate(QStyledItemDelegate):
    """Text over a flash, in the face that suits its column, elided in the middle where it is a key."""

    def __init__(self, font: QFont, elide: Qt.TextElideMode, tone: str, table: "KeyTable") -> None:
        super().__init__(table)
        self._table = table
        self._font = font
        self._elide = elide
        self._tone = tone
        self._made_of: tuple[int, str] | None = None
        self._made = QPalette()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self._table.paint_flash(painter, option, index)
        super().paint(painter, option, index)

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.state &= _WITHOUT_FOCUS  # the whole row is current, not one of its cells
        option.font = self._font
        option.textElideMode = self._elide
        option.palette = self._toned(option.palette)

    def _toned(self, palette: QPalette) -> QPalette:
        """The palette with the tone for texts: made once, as it is the same for all cells until the theme changes."""
        colour = getattr(theme.current(), self._tone)
        if (palette.cacheKey(), colour) != self._made_of:
            self._made_of = palette.cacheKey(), colour
            self._made = QPalette(palette)
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                self._made.setColor(role, QColor(colour))
        return self._made


class _FlashingBadge(BadgeDelegate):
    def __init__(self, table: "KeyTable") -> None:
        super().__init__(table)
        self._table = table

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self._table.paint_flash(painter, option, index)
        super().paint(painter, option, index)


class KeyTable(QTableView):
    """Named `keyTable`. While rows come and go above, the rows in sight stay where they are."""

    def __init__(self, model: KeyTableModel) -> None:
        super().__init__()
        self._keys = model
        self._top: int | None = None
        self.setObjectName("keyTable")
        self.setAccessibleName("Keys")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        # To know which columns are selected, a header asks for every selected row of each: 4 s for half a million.
        self.horizontalHeader().setSelectionModel(QItemSelectionModel(model, self))
        self.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self._fading = QTimer(self, interval=_FRAME_MS)
        self._fading.timeout.connect(self._fade)
        model.modelReset.connect(self._lay_out_columns)
        model.dataChanged.connect(self._start_fading)
        model.shifting.connect(self._note_place)
        model.shifted.connect(self._return_to_place)
        self._lay_out_columns()

    def choose_row(self, row: int) -> None:
        """Make a row the current and only selected one, and bring it into sight."""
        index = self._keys.index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def rows_in_sight(self) -> range:
        """The rows that can be seen, also in part."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return range(max(first, 0), self._keys.count if last < 0 else last + 1)

    def paint_flash(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Lay what is left of a row's flash behind it; nothing where there is none."""
        flashed = index.data(KeyRole.FLASHED) if self._keys.is_flashing() else None
        if flashed is None:
            return
        left = 1 - (time.monotonic() - flashed) / FLASH_SECONDS
        if left > 0:
            colour = QColor(theme.current().selection)
            colour.setAlphaF(left)
            painter.fillRect(option.rect, colour)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard and go nowhere: where there is no current row, Qt would make the first one that."""
        if self.currentIndex().isValid():
            super().focusInEvent(event)
            return
        with QSignalBlocker(self.selectionModel()):
            super().focusInEvent(event)
            self.selectionModel().clearCurrentIndex()

    def _lay_out_columns(self) -> None:
        header, small = self.horizontalHeader(), theme.figures_font()
        plain = _FlashingDelegate(small, Qt.TextElideMode.ElideRight, "second_text", self)
        for column in Column:
            section = self._keys.section_of(column)
            if section is None:
                continue
            if column is Column.KEY:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
                face = theme.mono_font()
                delegate: QStyledItemDelegate = _FlashingDelegate(
                    face, Qt.TextElideMode.ElideMiddle, "text", self
                )
            else:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(section, _WIDTHS[column])
                delegate = _FlashingBadge(self) if column is Column.KIND else plain
            self.setItemDelegateForColumn(section, delegate)
        self._make_room_for_keys()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room_for_keys()

    def _make_room_for_keys(self) -> None:
        """Leave columns out, the least needed first, while a key would be cut to a few letters."""
        shown = [column for column in _WIDTHS if self._keys.section_of(column) is not None]
        room = self.viewport().width() - sum(_WIDTHS[column] for column in shown)
        for column in _LEFT_OUT_FIRST:
            section = self._keys.section_of(column)
            if section is not None:
                self.setColumnHidden(section, room < NARROWEST_KEY)
                room += _WIDTHS[column] if room < NARROWEST_KEY else 0

    def _note_place(self, shift: Shift) -> None:
        at_the_top = self.verticalScrollBar().value() == 0
        self._top = None if at_the_top else self.rowAt(0)

    def _return_to_place(self, shift: Shift) -> None:
        if self._top is None:
            return
        place = shift.new_row(self._top)
        if place is not None:
            self.verticalScrollBar().setValue(place)

    def _start_fading(self) -> None:
        if self._keys.is_flashing() and not self._fading.isActive() and not theme.reduced_motion():
            self._fading.start()

    def _fade(self) -> None:
        self._keys.end_flash(FLASH_SECONDS)
        self.viewport().update()
        if not self._keys.is_flashing():
            self._fading.stop()
