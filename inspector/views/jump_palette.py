"""The palette that one jumps from: typed words on top, below them the places that they mean."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from inspector import theme
from inspector.assets import icon
from inspector.jumping import Destination, destinations
from inspector.models.destinations import Column, DestinationsModel
from inspector.plain import PlainLabel
from inspector.system import OUR_OWN, System
from inspector.tasks import Tasks
from inspector.views.overlay import Overlay
from storage_core.browse import Browser

SHOWN_AT_MOST = 50
TYPING_PAUSE = 0.08
"""Seconds after the last letter until it is looked for."""

_PURPOSE = "jump"
_WIDTH = 640
_ROWS_IN_SIGHT = 10
_SCOPE_WIDTH = 220


class JumpPalette(Overlay):
    """Named `jumpPalette`. `chosen` is emitted with the Destination that the person picks."""

    chosen = Signal(object)

    def __init__(self, window: QWidget, tasks: Tasks) -> None:
        super().__init__(window, _WIDTH)
        self._tasks = tasks
        self._browser: Browser | None = None
        self._system = OUR_OWN
        self._recent: Sequence[Destination] = ()
        self.setObjectName("jumpPalette")
        self.setAccessibleName("Jump to workspace, user or key")
        self.model = DestinationsModel(self)
        self._edit = _JumpLine()
        self._table = _destinations_table(self.model)
        self._said = PlainLabel()
        self._said.setProperty("tone", "second")
        for widget in (self._edit, self._table, self._said):
            self.column.addWidget(widget)
        self._edit.textChanged.connect(self._look)
        self._edit.moved.connect(self._move)
        self._edit.accepted.connect(lambda: self._choose(self._table.currentIndex()))
        self._table.clicked.connect(self._choose)

    def begin(self, browser: Browser, recent: Sequence[Destination], system: System = OUR_OWN) -> None:
        """Open for places that `browser` knows; the `recent` ones are offered before anything is typed."""
        self._browser, self._recent, self._system = browser, recent, system
        self.model.set_system(system)
        self.setAccessibleName(system.say("Jump to workspace, user or key"))
        self._edit.say(system.say("Any part of workspace, user or key"))
        self._edit.clear()
        self._look()
        self.open()
        self._edit.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close without going anywhere."""
        self._tasks.cancel(_PURPOSE)
        self._browser = None
        super().dismiss()

    def _look(self) -> None:
        """Show the places that the words mean; without words, the recent ones."""
        self._tasks.cancel(_PURPOSE)
        self.model.clear()
        if self._browser is None:
            return
        if self._edit.text().strip():
            self._said.setText("Looking…")
            self._tasks.start(self._find(self._browser, self._edit.text()), newest_of=_PURPOSE)
        else:
            self._add(self._recent[:SHOWN_AT_MOST])
            self._said.setText("Where you have been" if self._recent else "Several words narrow it down")

    async def _find(self, browser: Browser, text: str) -> None:
        await asyncio.sleep(TYPING_PAUSE)
        async with aclosing(destinations(browser, text, self._system)) as found:
            async for some in found:
                self._add(some[: SHOWN_AT_MOST - self.model.rowCount()])
                if self.model.rowCount() == SHOWN_AT_MOST:
                    self._said.setText(f"The first {SHOWN_AT_MOST}: another word narrows it down")
                    return
        count = self.model.rowCount()
        nothing = self._system.say("No workspace, user or key matches")
        self._said.setText(f"{count} places" if count > 1 else "1 place" if count else nothing)

    def _add(self, some: Sequence[Destination]) -> None:
        self.model.add(some)
        if some and not self._table.currentIndex().isValid():
            self._table.setCurrentIndex(self.model.index(0, 0))

    def _move(self, step: int) -> None:
        last = self.model.rowCount() - 1
        if last >= 0:
            row = min(max(self._table.currentIndex().row() + step, 0), last)
            self._table.setCurrentIndex(self.model.index(row, 0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            destination = self.model.destination(index.row())
            self.dismiss()
            self.chosen.emit(destination)


class _JumpLine(QLineEdit):
    """Named `jumpEdit`. `moved` is emitted with how many rows up or down to go, `accepted` on Enter."""

    moved = Signal(int)
    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("jumpEdit")
        self.say("Any part of workspace, user or key")
        self.addAction(icon("jump"), QLineEdit.ActionPosition.LeadingPosition)

    def say(self, purpose: str) -> None:
        """What is to be typed, in the words of the open storage."""
        self.setPlaceholderText(purpose)
        self.setAccessibleName(purpose)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up:
                self.moved.emit(-1)
            case Qt.Key.Key_Down:
                self.moved.emit(1)
            case Qt.Key.Key_PageUp:
                self.moved.emit(-_ROWS_IN_SIGHT)
            case Qt.Key.Key_PageDown:
                self.moved.emit(_ROWS_IN_SIGHT)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.accepted.emit()
            case _:
                super().keyPressEvent(event)


def _destinations_table(model: DestinationsModel) -> QTableView:
    table = QTableView()
    table.setObjectName("jumpResults")
    table.setAccessibleName("Places")
    table.setModel(model)
    table.setItemDelegate(_DestinationDelegate(table))
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setMinimumSectionSize(theme.ROW_HEIGHT)
    table.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
    header = table.horizontalHeader()
    header.hide()
    header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
    table.setColumnWidth(Column.SCOPE, _SCOPE_WIDTH)
    table.setFixedHeight(_ROWS_IN_SIGHT * theme.ROW_HEIGHT + 2)
    return table


class _DestinationDelegate(QStyledItemDelegate):
    """Shows keys in the monospaced face, and whose they are in the second colour."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus  # the whole row is current, not one of its cells
        option.textElideMode = Qt.TextElideMode.ElideMiddle
        if index.column() == Column.SCOPE:
            option.palette.setColor(QPalette.ColorRole.Text, theme.current().second_text)
            option.palette.setColor(QPalette.ColorRole.HighlightedText, theme.current().second_text)
        else:
            option.font = theme.mono_font()
