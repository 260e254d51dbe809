"""The panel of search: a text is looked for in all keys and values, hits stream in, and it says how far it is."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QPushButton,
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
from inspector.formats import shortened, thousands
from inspector.models.hits import SHOWN_AT_MOST, Column, HitsModel
from inspector.models.scope_words import scope_text
from inspector.plain import PlainLabel
from inspector.session import Session
from inspector.system import OUR_OWN, System
from inspector.tasks import Tasks
from storage_core import Scope, StorageError
from storage_core.browse import SearchStep

TYPING_PAUSE = 0.25
"""Seconds after the last letter until it is searched for: longer than for a filter, as values take their time."""

LONGEST_TEXT = 1_000
_PURPOSE = "search"
_WIDTHS = {Column.SCOPE: 200, Column.KEY: 260}
_LEAST_EDIT_WIDTH = 180
_LONGEST_SCOPE = 32
_PER_MILLE = 1_000


@dataclass(frozen=True, slots=True)
class _Question:
    """What is searched for, and where; `scope` None is everywhere."""

    text: str
    scope: Scope | None
    in_keys: bool
    in_values: bool

    def place(self, system: System) -> str:
        return "all scopes" if self.scope is None else scope_text(self.scope, system)


class SearchPanel(QWidget):
    """Named `searchPanel`. `address_chosen` is emitted with the Address of the hit that the person goes to.

    `left` is emitted when the person is done with it; it is hidden then, and whatever was looked for ends.
    """

    address_chosen = Signal(object)
    left = Signal()

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._session: Session | None = None
        self._question: _Question | None = None
        self._last = SearchStep([], 0, 0, False)
        self.setObjectName("searchPanel")
        self.setAccessibleName("Search names and values")
        self.model = HitsModel(self)
        self.results = _Results(self.model)
        self.edit = _search_line()
        self._where = QComboBox()
        self._where.setAccessibleName("Where to search")
        self._keys, self._values = _check_box("Ke&ys"), _check_box("Va&lues")
        self._close = QToolButton(autoRaise=True)
        self._close.setText("×")
        self._close.setAccessibleName("Close the search")
        self._status = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._status.setObjectName("searchStatus")
        self._status.setProperty("tone", "second")
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("searchCancel")
        self._progress = QProgressBar(textVisible=False, maximum=_PER_MILLE)
        self._lay_out()
        self._connect()
        self.show_session(None)
        self.hide()

    def show_session(self, session: Session | None) -> None:
        """Search this storage from now on; None for none."""
        self._session = session
        self._forget()
        self.model.set_system(self._system)
        self._offer_scope(None)
        if session is None:
            self.edit.clear()

    @property
    def _system(self) -> System:
        return OUR_OWN if self._session is None else self._session.system

    def begin(self, scope: Scope | None) -> None:
        """Come into sight and take the keyboard; where it is in sight already, search anew.

        `scope` is where the person is now.
        """
        if self.isVisible():
            self._question = None
        self._offer_scope(scope)
        self.show()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()
        self._search_soon(0)

    def leave(self) -> None:
        """Go out of sight, and end what is under way."""
        if self._cancel.isEnabled():
            self.cancel()
        self.hide()
        self.left.emit()

    def cancel(self) -> None:
        """End the search; what it has found stays."""
        self._tasks.cancel(_PURPOSE)
        self._question, step = None, self._last
        self._rest()
        where = f" after {thousands(step.looked)} of {thousands(step.total)} values" if step.total else ""
        self._status.setText(f"Stopped{where} · {self._found()}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() == Qt.Key.Key_Down:
            self._enter_results()
        else:
            super().keyPressEvent(event)

    # Searching.

    def _search_soon(self, pause: float) -> None:
        """Search for what is typed, in a moment, unless just that was searched for."""
        text, scope = self.edit.text(), self._where.currentData()
        question = _Question(text, scope, self._keys.isChecked(), self._values.isChecked())
        if question == self._question:
            return
        self._forget()
        if self._session is None or not text:
            return
        self._question = question
        if not (question.in_keys or question.in_values):
            self._status.setText("Choose to search in keys, in values or in both")
            return
        self._status.setText("Searching…")
        self._cancel.setEnabled(True)
        self._tasks.start(self._search(self._session, question, pause), newest_of=_PURPOSE)

    async def _search(self, session: Session, question: _Question, pause: float) -> None:
        await asyncio.sleep(pause)
        self._progress.show()
        steps = session.browser.search(
            question.text, scope=question.scope, names=question.in_keys, values=question.in_values
        )
        try:
            async with aclosing(steps):
                async for step in steps:
                    self.model.add(step.hits)
                    self._tell(question, step)
        except StorageError:
            self._rest()
            self._status.setText(f"Stopped by an error · {self._found()}")
            raise

    def _tell(self, question: _Question, step: SearchStep) -> None:
        self._last = step
        total = thousands(step.total)
        if not step.done:
            far = (
                f"Looked at {thousands(step.looked)} of {total} values" if step.looked else "Looking at keys"
            )
            self._status.setText(f"{far} · {self._found()}")
            self._progress.setValue(step.looked * _PER_MILLE // max(step.total, 1))
            return
        self._rest()
        found = self._found() if self.model.found else f"Nothing found in {question.place(self._system)}"
        seen = f"all {total} values" if question.in_values else "all keys"
        self._status.setText(f"{found} · looked at {seen}")

    def _found(self) -> str:
        found = f"{thousands(self.model.found)} found"
        if self.model.found > SHOWN_AT_MOST:
            found += f", the first {thousands(SHOWN_AT_MOST)} are shown"
        return found

    def _forget(self) -> None:
        """End the search, and show nothing of it."""
        self._tasks.cancel(_PURPOSE)
        self._question = None
        self._last = SearchStep([], 0, 0, False)
        self.model.clear()
        self._rest()
        self._status.setText("")

    def _rest(self) -> None:
        """Show that nothing is under way."""
        self._cancel.setEnabled(False)
        self._progress.hide()
        self._progress.reset()

    # What the person does.

    def _offer_scope(self, scope: Scope | None) -> None:
        """Offer to search everywhere, or in this scope; the choice between the two stays."""
        if scope is not None and scope.user is None and self._system.no_shared:
            scope = None
        only_here = self._where.currentIndex() == 1 and scope is not None
        self._where.blockSignals(True)
        self._where.clear()
        self._where.addItem("Everywhere", None)
        if scope is not None:
            self._where.addItem(f"Only {shortened(scope_text(scope, self._system), _LONGEST_SCOPE)}", scope)
        self._where.setCurrentIndex(1 if only_here else 0)
        self._where.blockSignals(False)

    def _enter(self) -> None:
        """Search at once; where that was searched for already, go to the results."""
        if self._question is not None and self._question.text == self.edit.text():
            self._enter_results()
        else:
            self._search_soon(0)

    def _enter_results(self) -> None:
        if self.model.rowCount():
            self.results.setFocus(Qt.FocusReason.OtherFocusReason)
            if not self.results.currentIndex().isValid():
                self.results.setCurrentIndex(self.model.index(0, 0))

    def _connect(self) -> None:
        self.edit.textChanged.connect(lambda: self._search_soon(TYPING_PAUSE))
        self.edit.returnPressed.connect(self._enter)
        self._where.currentIndexChanged.connect(lambda: self._search_soon(0))
        self._keys.toggled.connect(lambda: self._search_soon(0))
        self._values.toggled.connect(lambda: self._search_soon(0))
        self._cancel.clicked.connect(self.cancel)
        self._close.clicked.connect(self.leave)
        self.results.asked.connect(lambda row: self.address_chosen.emit(self.model.address(row)))

    def _lay_out(self) -> None:
        gap = 2 * theme.GRID
        top = QHBoxLayout()
        top.setContentsMargins(gap, gap, gap, gap)
        top.setSpacing(gap)
        top.addWidget(self.edit, 2)
        for widget in (self._where, self._keys, self._values):
            top.addWidget(widget)
        top.addSpacing(gap)
        top.addWidget(self._status, 3)
        top.addWidget(self._cancel)
        top.addWidget(self._close)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(top)
        rows.addWidget(self._progress)
        rows.addWidget(self.results, 1)


class _Results(QTableView):
    """Named `searchResults`. `asked` is emitted with the row that is clicked, or on which Enter is pressed."""

    asked = Signal(int)

    def __init__(self, model: HitsModel) -> None:
        super().__init__()
        self.setObjectName("searchResults")
        self.setAccessibleName("Results")
        self.setModel(model)
        self.setItemDelegate(_HitDelegate(self))
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
        header.setSectionResizeMode(Column.EXCERPT, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self.clicked.connect(lambda index: self.asked.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.asked.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


class _HitDelegate(QStyledItemDelegate):
    """Shows keys and what was found in the monospaced face; that it was the key in the second colour."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus  # the whole row is current, not one of its cells
        is_excerpt = index.column() == Column.EXCERPT
        if index.column() == Column.SCOPE or (is_excerpt and index.data(HitsModel.IN_NAME)):
            second = theme.current().second_text
            option.palette.setColor(QPalette.ColorRole.Text, second)
            option.palette.setColor(QPalette.ColorRole.HighlightedText, second)
        else:
            option.font = theme.mono_font()
        option.textElideMode = Qt.TextElideMode.ElideRight if is_excerpt else Qt.TextElideMode.ElideMiddle


def _search_line() -> QLineEdit:
    line = QLineEdit()
    line.setObjectName("searchEdit")
    line.setPlaceholderText("Search keys and values")
    line.setAccessibleName("Search keys and values")
    line.setClearButtonEnabled(True)
    line.setMaxLength(LONGEST_TEXT)
    line.setMinimumWidth(_LEAST_EDIT_WIDTH)
    line.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
    return line


def _check_box(text: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setChecked(True)
    return box
