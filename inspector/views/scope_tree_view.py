"""The tree view of scopes: where the person is, and what is in sight, stay while rows come and go."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from inspector import theme
from inspector.models.scope_tree import COUNT, NAME, Index, ScopeTreeModel


class ScopeTree(QTreeView):
    """Named `scopeTree`.

    `gone_to` is emitted with the row that becomes the current one, unless it does so within `keeping_place`;
    `asked` with the row that is clicked, or on which Enter is pressed; `sight_changed` when other rows may have come
    into sight; `menu_asked` with the place on the screen where a context menu is wanted.
    """

    gone_to = Signal(QModelIndex)
    asked = Signal(QModelIndex)
    sight_changed = Signal()
    menu_asked = Signal(object)

    def __init__(self, model: ScopeTreeModel) -> None:
        super().__init__()
        self._scopes = model
        self._is_keeping_place = False
        self._empty_text = ""
        self.setObjectName("scopeTree")
        self.setAccessibleName("Scopes")
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setHeaderHidden(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(4 * theme.GRID)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegateForColumn(COUNT, _CountDelegate(self))
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(theme.GRID)
        self.header().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(COUNT, QHeaderView.ResizeMode.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda at: self.menu_asked.emit(self.viewport().mapToGlobal(at))
        )
        self.clicked.connect(self.asked)
        self.verticalScrollBar().valueChanged.connect(self.sight_changed)
        self.expanded.connect(self.sight_changed)
        self.collapsed.connect(self.sight_changed)
        self._fit_counts()

    @contextmanager
    def keeping_place(self, home: Callable[[], QModelIndex]) -> Iterator[None]:
        """Let rows come and go; where the current one goes, be at `home`, if that is anywhere."""
        bar = self.verticalScrollBar()
        current = QPersistentModelIndex(self.currentIndex())
        top = QPersistentModelIndex(self.indexAt(QPoint(0, 0)) if bar.value() else QModelIndex())
        offset = self.visualRect(top).top()
        was_keeping_place, self._is_keeping_place = self._is_keeping_place, True
        try:
            yield
            target = current if current.isValid() else home()
            if target != self.currentIndex():
                self.setCurrentIndex(target)
        finally:
            self._is_keeping_place = was_keeping_place
        if top.isValid():
            bar.setValue(bar.value() + self.visualRect(top).top() - offset)
        self._fit_counts()
        self.sight_changed.emit()

    def in_sight(self) -> list[QModelIndex]:
        """The rows that can be seen, and those that they are below."""
        found: dict[QModelIndex, None] = {}
        index = self.indexAt(QPoint(0, 0))
        above = index.parent()
        while above.isValid():
            found[above] = None
            above = above.parent()
        while index.isValid() and self.visualRect(index).top() < self.viewport().height():
            found[index] = None
            index = self.indexBelow(index)
        return list(found)

    def set_empty_text(self, text: str) -> None:
        """What stands here while there are no rows."""
        self._empty_text = text
        self.viewport().update()

    def draw_arrows_anew(self) -> None:
        """Have Qt ask again which rows have others below them, which it remembers."""
        self.scheduleDelayedItemsLayout()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if not self._is_keeping_place:
            self.gone_to.emit(current)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard and go nowhere: where there is no current row, Qt would make the first one that."""
        was_somewhere = self.currentIndex().isValid()
        was_keeping_place, self._is_keeping_place = self._is_keeping_place, True
        super().focusInEvent(event)
        if not was_somewhere:
            self.setCurrentIndex(QModelIndex())
        self._is_keeping_place = was_keeping_place

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Asterisk:
            self.expand(self.currentIndex())  # Qt would unfold everything below it, down to the last group
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.asked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sight_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._empty_text and not self._scopes.rowCount():
            room = self.viewport().rect().adjusted(0, 4 * theme.GRID, 0, 0)
            centred = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            with QPainter(self.viewport()) as painter:
                painter.setPen(QColor(theme.current().second_text))
                painter.drawText(room, centred, self._empty_text)

    def _fit_counts(self) -> None:
        widest = max(map(self.fontMetrics().horizontalAdvance, self._scopes.longest_counts()))
        self.header().resizeSection(COUNT, widest + 5 * theme.GRID)


class _CountDelegate(QStyledItemDelegate):
    """Shows a count in the second colour, with figures of one width."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.font = theme.figures_font()
        option.palette.setColor(QPalette.ColorRole.Text, theme.current().second_text)
