"""The pane of scopes: workspaces, Shared and users, and the groups of their keys, with a line that filters them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QPalette, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.formats import thousands
from inspector.models.scope_rows import LOADED_AT_MOST, Kind
from inspector.models.scope_tree import COUNT, NAME, Index, ScopeTreeModel
from inspector.session import Session
from inspector.tasks import Tasks
from storage_core import Change, ClosedError, Scope
from storage_core.browse import Browser, Query

BUNDLE_SECONDS = 0.15
"""How long changes are gathered before the scopes that they touched are counted again, all at once."""

COUNTED_ONE_BY_ONE = 20
"""With more scopes than these touched, all of them are counted in one go."""

Answer = TypeVar("Answer")


class ScopePane(QWidget):
    """Shows what a storage holds, and where the person is in it.

    `scope_chosen` is emitted with the scope and the prefix of the group (empty for the whole scope) when another one
    becomes the current one; `menu_asked` with the place on the screen where a context menu is wanted.
    """

    scope_chosen = Signal(object, object)
    menu_asked = Signal(object)

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session: Session | None = None
        self._touched: dict[Scope, set[str]] = {}
        self._is_catching_up = False
        self._is_quiet = False
        self.scope: Scope | None = None
        self.prefix = ""
        self.model = ScopeTreeModel(self)
        self.tree = QTreeView()
        self.filter = QLineEdit()
        self._lay_out()
        self.model.groups_wanted.connect(
            lambda scope, prefix: self._tasks.start(self._bring_groups(scope, prefix))
        )
        self.tree.selectionModel().currentChanged.connect(self._go)
        self.tree.customContextMenuRequested.connect(self._ask_for_menu)
        self.filter.textChanged.connect(self._filter_scopes)

    async def show_session(self, session: Session) -> None:
        """Show the scopes of this storage; none of them is chosen yet."""
        self.leave_session()
        self._session = session
        await self.refresh()

    def leave_session(self) -> None:
        """Show nothing."""
        self._session = None
        self._touched = {}
        self.scope, self.prefix = None, ""
        self.filter.clear()
        with self._keeping_place():
            self.model.keep(None)
            self.model.set_counts({})

    async def refresh(self) -> None:
        """Count everything that is shown again."""
        counts = await self._ask(lambda browser: browser.counts())
        if counts is None:
            return
        with self._keeping_place():
            self.model.set_counts(counts)
        for scope, prefix in self.model.known_places():
            await self._bring_groups(scope, prefix)

    async def choose_first(self) -> None:
        """Choose the first scope that holds anything."""
        scope = self.model.first_scope()
        if scope is not None:
            await self.choose(scope)

    async def choose(self, scope: Scope, prefix: str = "") -> None:
        """Let this scope, or this group in it, be the current one; `scope_chosen` follows unless it is already."""
        if (scope, prefix) == (self.scope, self.prefix):
            return
        if self.filter.text() and not self.model.index_of(scope).isValid():
            self.filter.clear()
        with self._keeping_place():
            self.model.keep((scope, prefix))
        if not self.model.index_of(scope, prefix).isValid():
            await self._unfold_down_to(scope, prefix)
        index = self.model.index_of(scope, prefix)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    async def follow(self, changes: Sequence[Change]) -> None:
        """Somebody has written: what was touched is counted again in a moment."""
        for change in changes:
            self._touched.setdefault(change.scope, set()).add(change.key)
        if not self._is_catching_up and self._session is not None:
            self._is_catching_up = True
            self._tasks.start(self._catch_up())

    def set_delimiter(self, delimiter: str) -> None:
        """Group keys by this from now on; empty for no groups."""
        if delimiter == self.model.delimiter:
            return
        with self._keeping_place():
            self.model.set_delimiter(delimiter)
        self.tree.scheduleDelayedItemsLayout()
        for index in self._unfolded():
            if self.model.canFetchMore(index):
                self.model.fetchMore(index)
        if self.prefix and self.scope is not None:
            scope, self.prefix = self.scope, ""
            self.model.keep((scope, ""))
            self.tree.setCurrentIndex(self.model.index_of(scope))
            self.scope_chosen.emit(scope, "")

    # Keeping up with the storage.

    async def _catch_up(self) -> None:
        try:
            while self._touched:
                await asyncio.sleep(BUNDLE_SECONDS)
                touched, self._touched = self._touched, {}
                await self._count_again(touched)
        finally:
            self._is_catching_up = False

    async def _count_again(self, touched: dict[Scope, set[str]]) -> None:
        if len(touched) > COUNTED_ONE_BY_ONE:
            counts = await self._ask(lambda browser: browser.counts())
            if counts is None:
                return
            with self._keeping_place():
                self.model.set_counts(counts)
        else:
            some = await self._ask(lambda browser: _counts_of(browser, touched))
            if some is None:
                return
            with self._keeping_place():
                self.model.update_counts(some)
        places = {
            (scope, prefix)
            for scope, keys in touched.items()
            for key in keys
            for prefix in self.model.known_above(scope, key)
        }
        for scope, prefix in sorted(places, key=lambda place: len(place[1])):
            await self._bring_groups(scope, prefix)

    async def _bring_groups(self, scope: Scope, prefix: str) -> None:
        delimiter = self.model.delimiter
        if not delimiter:
            return
        groups = await self._ask(
            lambda browser: browser.groups(scope, prefix, delimiter, limit=LOADED_AT_MOST + 1)
        )
        if groups is None or delimiter != self.model.delimiter:
            return
        with self._keeping_place():
            self.model.set_groups(scope, prefix, groups, complete=len(groups) <= LOADED_AT_MOST)
        if not groups:
            self.tree.scheduleDelayedItemsLayout()  # Qt remembers that there were to be some

    async def _ask(self, question: Callable[[Browser], Awaitable[Answer]]) -> Answer | None:
        """What the storage answers; None where it is no longer the one that is shown."""
        session = self._session
        if session is None:
            return None
        try:
            answer = await question(session.browser)
        except ClosedError:
            if self._session is session:
                raise
            return None
        return answer if self._session is session else None

    # Where the person is.

    def _go(self, current: QModelIndex, previous: QModelIndex) -> None:
        if self._is_quiet:
            return
        scope, place = self.model.scope(current), self.model.place(current)
        if scope is None or self.model.kind(current) is Kind.MORE:
            return
        self.scope, self.prefix = place if place is not None else (scope, "")
        with self._keeping_place():
            self.model.keep(place)
        self.scope_chosen.emit(self.scope, self.prefix)

    async def _unfold_down_to(self, scope: Scope, prefix: str) -> None:
        """Bring the groups above this one, where nobody has looked yet."""
        delimiter, end = self.model.delimiter, 0
        while delimiter and end < len(prefix):
            if not self.model.knows_groups(scope, prefix[:end]):
                await self._bring_groups(scope, prefix[:end])
            found = prefix.find(delimiter, end)
            end = len(prefix) if found < 0 else found + len(delimiter)

    @contextmanager
    def _keeping_place(self) -> Iterator[None]:
        """Let rows come and go while the current one, and what is in sight, stay."""
        current = QPersistentModelIndex(self.tree.currentIndex())
        bar = self.tree.verticalScrollBar()
        top = QPersistentModelIndex(self.tree.indexAt(QPoint(0, 0)) if bar.value() else QModelIndex())
        offset = self.tree.visualRect(top).top()
        was_quiet, self._is_quiet = self._is_quiet, True
        try:
            yield
            target: Index = current
            if not current.isValid() and self.scope is not None:
                target = self.model.index_of(self.scope, self.prefix)
            if target != self.tree.currentIndex():
                self.tree.setCurrentIndex(target)
        finally:
            self._is_quiet = was_quiet
        if top.isValid():
            bar.setValue(bar.value() + self.tree.visualRect(top).top() - offset)
        self._fit_counts()

    def _filter_scopes(self, text: str) -> None:
        with self._keeping_place():
            self.model.set_filter(text)

    def _unfolded(self) -> list[QModelIndex]:
        """The rows whose children are in sight."""
        found: list[QModelIndex] = []
        waiting = [QModelIndex()]
        while waiting:
            above = waiting.pop()
            for row in range(self.model.rowCount(above)):
                index = self.model.index(row, NAME, above)
                if self.tree.isExpanded(index):
                    found.append(index)
                    waiting.append(index)
        return found

    def _ask_for_menu(self, at: QPoint) -> None:
        self.menu_asked.emit(self.tree.viewport().mapToGlobal(at))

    # How it looks.

    def _fit_counts(self) -> None:
        widest = self.tree.fontMetrics().horizontalAdvance(thousands(self.model.largest_count()))
        self.tree.header().resizeSection(COUNT, widest + 5 * theme.GRID)

    def _lay_out(self) -> None:
        self.filter.setObjectName("scopeFilter")
        self.filter.setPlaceholderText("Filter scopes")
        self.filter.setAccessibleName("Filter scopes")
        self.filter.setClearButtonEnabled(True)
        tree = self.tree
        tree.setObjectName("scopeTree")
        tree.setAccessibleName("Scopes")
        tree.setModel(self.model)
        tree.setUniformRowHeights(True)
        tree.setHeaderHidden(True)
        tree.setAllColumnsShowFocus(True)
        tree.setIndentation(4 * theme.GRID)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.setItemDelegateForColumn(COUNT, _CountDelegate(tree))
        tree.header().setStretchLastSection(False)
        tree.header().setMinimumSectionSize(theme.GRID)
        tree.header().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(COUNT, QHeaderView.ResizeMode.Fixed)
        QShortcut(QKeySequence("Alt+C"), self, tree.setFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 0, 0)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(self.filter)
        column.addWidget(tree)


async def _counts_of(browser: Browser, scopes: Iterable[Scope]) -> dict[Scope, int]:
    return {scope: await browser.count(Query(scope)) for scope in scopes}


class _CountDelegate(QStyledItemDelegate):
    """Shows a count in the second colour, with figures of one width."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.font = theme.figures_font()
        option.palette.setColor(QPalette.ColorRole.Text, theme.current().second_text)
