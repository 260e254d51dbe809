"""The pane of keys: a filter, how many there are, the table, and what to do where there is nothing in it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from inspector.browsing import Browsing
from inspector.coalescer import Coalescer
from inspector.formats import thousands
from inspector.models.key_table import Counted, KeyRole, KeyTableModel
from inspector.plain import PlainLabel
from inspector.session import Session
from inspector.tasks import Tasks
from inspector.views.key_filter import KeyFilter
from inspector.views.key_table import KeyTable
from inspector.views.state_view import State, StateView
from inspector.views.states import NO_KEYS, NO_KEYS_READ_ONLY, NO_MATCH
from storage_core import Change, Entry, Scope, StorageError
from storage_core.browse import Address, Order, Query

TYPING_PAUSE = 0.12
"""Seconds after the last letter in the filter until it is looked for."""

_PURPOSE = "keys"


def _no_summary(scope: Scope) -> State | None:
    return None


class KeyPane(QWidget):
    """The keys of one scope. `key_chosen` is emitted with the Address that the person goes to.

    `moved_on` is emitted with the Address of the next row where the current one is gone.
    """

    key_chosen = Signal(object)
    moved_on = Signal(object)
    selection_changed = Signal()
    new_key_asked = Signal()

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._browsing: Browsing | None = None
        self._query = Query()
        self._home: tuple[Scope | None, str] = (None, "")
        self._total: int | None = None  # how many there are without the pattern, once that is known
        self._told: Address | None = None
        self._is_to_tell = False  # they are at another row, of which it is not known yet which key is in it
        self._is_awaited = False  # what was told last is not listed yet: a key that was made just now
        self._is_read_only = False
        self._counting = Coalescer(tasks, 0, self._count_anew)
        self._has_failed = (
            False  # nothing could be listed: what changes or a refresh is an occasion to try again
        )
        self.summary_of: Callable[[Scope], State | None] = _no_summary
        """What stands in the place of the keys of a scope that has none of its own."""
        self._rows_come_and_go = False
        self._current_is_gone = False
        self.model = KeyTableModel(self)
        self.table = KeyTable(self.model)
        self._filter = KeyFilter()
        self._count = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._count.setObjectName("keyCount")
        self._count.setProperty("tone", "second")
        self._state = StateView(NO_KEYS)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()

    @property
    def scope(self) -> Scope | None:
        """Whose keys are shown; None for everybody's."""
        return self._query.scope

    def is_about(self, address: Address) -> bool:
        """Whether the keys that are shown are those among which this one is, but for the filter."""
        is_showing = self._browsing is not None and self._browsing.has_begun
        return is_showing and self._query.concerns(*address)

    def is_at(self, address: Address) -> bool:
        """Whether this is the key that was gone to last, by the person or by `choose`."""
        return self._told == address

    @property
    def home(self) -> tuple[Scope | None, str]:
        """The scope that is shown, and what its keys start with, also while keys of everywhere are."""
        return self._home

    def show_session(self, session: Session) -> None:
        """Show the keys of another storage from now on; which, `show_scope` says."""
        self._browsing = Browsing(session.browser, self.model)
        self._is_read_only = session.read_only
        self.model.set_system(session.system)
        self.model.begin(Query())
        if self.model.section_of_order(self._query.order) is None:
            self._query = replace(self._query, order=Order.KEY, descending=False)
            self.table.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)

    def leave_session(self) -> None:
        """Show no keys."""
        self._tasks.cancel(_PURPOSE)
        self._browsing = None
        self._has_failed = False
        self._told = None
        self.model.begin(Query())

    async def show_scope(self, scope: Scope | None, prefix: str) -> None:
        """Show the keys of a scope that start with `prefix`, and of no other, with the filter's text as it stands.

        Cancelled, it only waits no longer: all of them are shown in the end, unless others are asked for.
        """
        self._home = (scope, prefix)
        self._filter.stay_here()
        await asyncio.wait(
            [self._ask(replace(self._query, scope=scope, prefix=prefix, pattern=self._filter.text))]
        )

    async def refresh(self) -> None:
        """Read everything anew, where it is."""
        if self._has_failed:
            await self._show(self._query)
        elif self._browsing is not None:
            await self._browsing.refresh()
            await self._count_all()

    async def follow(self, changes: Sequence[Change]) -> None:
        """Show what has changed, with selection and scroll position kept."""
        if self._has_failed:
            await self._show(self._query)
        elif self._browsing is not None:
            await self._browsing.follow(changes)
            if self._is_awaited and self._told is not None and not self._is_to_tell:
                await self.choose(self._told)
            if self._query.pattern and any(self._query.concerns(each.scope, each.key) for each in changes):
                self._counting.ask()

    def tell_ages(self) -> None:
        """Draw ages anew."""
        self.model.tell_ages(self.table.rows_in_sight(), datetime.now(UTC))

    async def let_expire(self) -> None:
        """Take away what has expired."""
        if self._browsing is not None:
            await self._browsing.let_expire()

    def choose_first(self) -> Address | None:
        """Go to the first key without telling anybody, and say which; None where the person is at one already."""
        first = self.model.row_at(0)
        if first is None or self.table.currentIndex().isValid():
            return None
        self._told = first.address
        self.table.choose_row(0)
        return first.address

    async def choose(self, address: Address) -> None:
        """Go to a key without telling anybody; nothing is selected as long as it is not listed."""
        self._told, self._is_to_tell = address, False
        row = None if self._browsing is None else await self._browsing.position(address)
        if self._has_gone_on(address):
            return
        self._is_awaited = row is None
        if row is None:
            self.table.selectionModel().clear()
        else:
            self.table.choose_row(row)

    def _has_gone_on(self, address: Address) -> bool:
        """Whether the person went to another key meanwhile."""
        return self._told != address or self._is_to_tell

    async def selected(self) -> list[Address]:
        """The addresses of the selected rows, also of those that were never in sight."""
        return [] if self._browsing is None else await self._browsing.addresses(self._selected_rows())

    async def selected_entries(self, limit: int) -> list[Entry]:
        """The entries of the selected rows, without values, the first `limit` of them."""
        return [] if self._browsing is None else await self._browsing.entries(self._selected_rows(), limit)

    def count_selected(self) -> int:
        """How many rows are selected."""
        return sum(map(len, self._selected_rows()))

    def choose_none(self) -> None:
        """Be at no key."""
        self._told, self._is_to_tell = None, False
        self.table.selectionModel().clear()

    def has_selection(self) -> bool:
        return self.table.selectionModel().hasSelection()

    def start_filter(self) -> None:
        """Put the keyboard into the filter."""
        self._filter.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._filter.text:
            self._filter.clear()
        else:
            super().keyPressEvent(event)

    async def _show(self, query: Query) -> None:
        self._query = query
        self._total = None
        if self._browsing is None:
            return
        self._has_failed = False
        try:
            await self._browsing.show(query)
        except StorageError:
            self._has_failed = True
            raise
        await self._count_all()
        await self._return()

    async def _return(self) -> None:
        """Select what was looked at before, where it is still listed."""
        address = self._told
        if address is not None and self._browsing is not None:
            row = await self._browsing.position(address)
            if row is not None and not self._has_gone_on(address):
                self.table.choose_row(row)

    async def _count_all(self) -> None:
        """Find out of how many keys the filter leaves some, once its first rows are there."""
        query = self._query
        if query.pattern and self._browsing is not None and self._browsing.query is query:
            total = await self._browsing.count_all()
            if self._query is query:
                self._total = total
        self._tell_count()

    async def _count_anew(self) -> None:
        """Count all after a change; at most half of the time goes into that, however much is written."""
        began = time.monotonic()
        await self._count_all()
        await asyncio.sleep(time.monotonic() - began)

    async def _filter_after_a_pause(self) -> None:
        await asyncio.sleep(TYPING_PAUSE)
        await self._show(replace(self._query, pattern=self._filter.text))

    def _filter_otherwise(self) -> None:
        """Match as the person has chosen, everywhere or where they are."""
        scope, prefix = self._home
        if self._told is not None and not Query(scope, prefix).concerns(*self._told):
            scope, prefix = self._told.scope, ""  # they went elsewhere while keys of everywhere were shown
        if self._filter.is_everywhere:
            scope, prefix = None, ""
        pattern, match = self._filter.text, self._filter.match
        self._ask(replace(self._query, scope=scope, prefix=prefix, pattern=pattern, match=match))

    def _order(self, order: Order, descending: bool) -> None:
        self._ask(replace(self._query, order=order, descending=descending))

    def _ask(self, query: Query) -> asyncio.Task[None]:
        """Show what the person wants to see; what they type next, before it is there, is about this already."""
        self._query = query
        return self._tasks.start(self._show(query), newest_of=_PURPOSE)

    # What the person does.

    def _current_changed(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        self._is_to_tell = True
        self._current_is_gone = self._rows_come_and_go
        if not self._rows_come_and_go:
            self._tell_current()

    def _selected_rows(self) -> list[range]:
        selection = self.table.selectionModel().selection().toList()
        return sorted(
            (range(each.top(), each.bottom() + 1) for each in selection), key=lambda rows: rows.start
        )

    def _begin_shift(self) -> None:
        self._rows_come_and_go = True

    def _end_shift(self) -> None:
        """Say which row became the current one; its place is known only now."""
        self._rows_come_and_go = False
        if self._current_is_gone:
            self._tell_current()

    def _tell_current(self) -> None:
        """Tell where the person went, once it is known which key is in that row."""
        address = self.table.currentIndex().data(KeyRole.ADDRESS) if self._is_to_tell else None
        if address is None:
            return
        told = self.moved_on if self._current_is_gone else self.key_chosen
        self._is_to_tell = self._current_is_gone = False
        if address != self._told:
            self._told = address
            self._is_awaited = False
            told.emit(address)

    def _tell_count(self) -> None:
        count = thousands(self.model.count)
        if self.model.counted is Counted.PARTIAL:
            count += "+"
        if self.model.counted is Counted.UNKNOWN:
            text = ""
        elif self._query.pattern:
            text = f"{count} of {'…' if self._total is None else thousands(self._total)}"
        else:
            text = f"{count} keys" if self.model.count != 1 else "1 key"
        self._count.setText(text)
        nothing = self.model.counted is Counted.COMPLETE and self.model.count == 0
        if nothing:
            scope = self._query.scope
            summary = None if scope is None else self.summary_of(scope)
            self._count.setText("" if summary else text)
            no_keys = NO_KEYS_READ_ONLY if self._is_read_only else NO_KEYS
            self._state.set_state(NO_MATCH if self._query.pattern else summary or no_keys)
        self._stack.setCurrentWidget(self._state if nothing else self.table)

    def tell_summary(self) -> None:
        """Say anew what a scope without keys of its own is: what is in it has changed."""
        if self._stack.currentWidget() is self._state:
            self._tell_count()

    def _enter_table(self) -> None:
        """Put the keyboard into the table, at a key."""
        self.table.setFocus()
        if self.model.count and not self.table.currentIndex().isValid():
            self.table.choose_row(0)

    def _answer_state(self) -> None:
        if self._query.pattern:
            self._filter.clear()
            self._filter.start()
        else:
            self.new_key_asked.emit()

    def _want_page(self, page: int) -> None:
        if self._browsing is not None:
            self._tasks.start(self._browsing.load(page))

    def _connect(self) -> None:
        self.model.page_wanted.connect(self._want_page)
        self.model.order_wanted.connect(self._order)
        self.model.count_changed.connect(self._tell_count)
        self.model.dataChanged.connect(self._tell_current)
        self.model.shifting.connect(self._begin_shift)
        self.model.shifted.connect(self._end_shift)
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)
        self.table.selectionModel().selectionChanged.connect(self.selection_changed)
        self._filter.typed.connect(
            lambda: self._tasks.start(self._filter_after_a_pause(), newest_of=_PURPOSE)
        )
        self._filter.chosen.connect(self._filter_otherwise)
        self._filter.accepted.connect(self._enter_table)
        self._state.asked.connect(self._answer_state)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 8, 12, 8)
        top.setSpacing(8)
        top.addWidget(self._filter, 1)
        top.addWidget(self._count)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
