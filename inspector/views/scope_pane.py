"""The pane of scopes: workspaces, Shared and users, and the groups of their keys, with a line that filters them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from inspector import theme
from inspector.assets import icon
from inspector.coalescer import Coalescer
from inspector.models.scope_rows import LOADED_AT_MOST, RowKind
from inspector.models.scope_tree import Place, ScopeTreeModel
from inspector.session import Session
from inspector.tasks import Tasks
from inspector.views.scope_tree_view import ScopeTree
from storage_core import Change, ClosedError, Scope, StorageError
from storage_core.browse import Address, Browser, Group, Query

CATCH_UP_SECONDS = 0.15
"""How long changes are gathered before what they touched is counted again, all at once."""

LOOK_SECONDS = 0.05
"""How long rows have been in sight before it is found out whether there are groups below them."""

COUNTED_ONE_BY_ONE = 20
"""Scopes: where more are touched, all are counted in one go."""

LOOKED_INTO = 5_000
"""Keys: what has more is searched for groups only when it is unfolded, and promises some until then."""

Answer = TypeVar("Answer")


class ScopePane(QWidget):
    """Shows what a storage holds, and where the person is in it.

    That is in `scope`, and in the group of its keys that start with `prefix`, which is empty for all of them.
    `scope_chosen` is emitted with both when they become others; `menu_asked` with the place on the screen where a
    context menu is wanted.
    """

    scope_chosen = Signal(object, object)
    menu_asked = Signal(object)

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._session: Session | None = None
        self._touched: dict[Scope, set[str]] = {}
        self._catching_up = Coalescer(tasks, CATCH_UP_SECONDS, self._catch_up)
        self._looking = Coalescer(tasks, LOOK_SECONDS, self._look)
        self._unfolded_by_filter: set[str] = set()
        self.scope: Scope | None = None
        self.prefix = ""
        self.model = ScopeTreeModel(self)
        self.tree = ScopeTree(self.model)
        self.filter = _FilterLine()
        self._lay_out()
        self._connect()

    async def show_session(self, session: Session) -> None:
        """Show the scopes of this storage; none of them is chosen yet."""
        self.leave_session()
        self._session = session
        self.model.set_system(session.system)
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
        """Count everything again, and find out again about the groups that are looked at."""
        counts = await self._count_all()
        if counts is not None:
            self.model.doubt_all_groups()
            with self._keeping_place():
                self.model.set_counts(counts)

    def is_empty(self) -> bool:
        """Whether the storage holds nothing."""
        return self.model.first_scope() is None

    def holds(self, address: Address) -> bool:
        """Whether this key is in the scope, or in the group, where the person is."""
        return self.scope == address.scope and address.key.startswith(self.prefix)

    async def choose_first(self) -> None:
        """Choose the first scope that holds anything."""
        scope = self.model.first_scope()
        if scope is not None:
            await self.choose(scope)

    async def choose(self, scope: Scope, prefix: str = "") -> None:
        """Choose a scope, or a group in it, also where it holds nothing; unless it is chosen already."""
        if self._session is None or (scope, prefix) == (self.scope, self.prefix):
            return
        if scope.user is None and self._session.system.no_shared:
            self.tree.setCurrentIndex(self.model.workspace_index(scope.workspace))
            return
        if not self.model.index_of(scope).isValid():
            self.filter.clear()
        with self._keeping_place():
            self.model.keep((scope, prefix))
        await self._bring_groups_above(scope, prefix)
        index = self.model.index_of(scope, prefix)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    async def follow(self, changes: Sequence[Change]) -> None:
        """Somebody has written: count again what was touched, in a moment."""
        if self._session is None:
            return
        for change in changes:
            self._touched.setdefault(change.scope, set()).add(change.key)
        self._catching_up.ask()

    def set_delimiter(self, delimiter: str) -> None:
        """Group keys by this from now on; empty for no groups. Who is in a group is in its scope then."""
        if delimiter == self.model.delimiter:
            return
        with self._keeping_place():
            self.model.set_delimiter(delimiter)
        self.tree.draw_arrows_anew()
        if self.scope is not None and self.prefix:
            self.tree.setCurrentIndex(self.model.index_of(self.scope))

    # What is asked of the storage.

    async def _catch_up(self) -> None:
        touched, self._touched = self._touched, {}
        is_all = len(touched) > COUNTED_ONE_BY_ONE or self._weighs
        if is_all:
            counts = await self._count_all()
        else:
            counts = await self._ask(lambda browser: _counts_of(browser, touched))
        if counts is None:
            return
        for scope, keys in touched.items():
            for key in keys:
                self.model.doubt_groups(scope, key)
        with self._keeping_place():
            if is_all:
                self.model.set_counts(counts)
            else:
                self.model.update_counts(counts)

    @property
    def _weighs(self) -> bool:
        return self._session is not None and self._session.system.weighs

    async def _count_all(self) -> dict[Scope, int] | None:
        """How many keys every scope has; where it matters, also how much they hold, for the model."""
        if not self._weighs:
            return await self._ask(lambda browser: browser.counts())
        session = self._session
        assert session is not None
        infos = await self._ask(lambda _: session.storage.scopes())
        if infos is None:
            return None
        self.model.set_sizes({info.scope: info.size for info in infos})
        return {info.scope: info.count for info in infos}

    def _look_soon(self) -> None:
        if self._session is not None:
            self._looking.ask()

    async def _look(self) -> None:
        """Find out which of the rows in sight have groups, where that is not known or outdated."""
        places = [
            place
            for index in self.tree.in_sight()
            if (place := self.model.place(index)) is not None
            and self.model.wants_groups(index)
            and (self.tree.isExpanded(index) or self.model.count(index) <= LOOKED_INTO)
        ]
        if places:
            await self._bring_groups(places)

    async def _bring_groups(self, places: Sequence[Place]) -> None:
        """Show what groups there are below these places; where that fails, they can be asked for again."""
        delimiter = self.model.delimiter
        found: dict[Place, list[Group]] = {}
        for scope, prefix in places:
            self.model.expect_groups(scope, prefix)
            within = self.model.kept_prefix(scope)
            question = partial(_groups_of, scope=scope, prefix=prefix, delimiter=delimiter, within=within)
            try:
                groups = await self._ask(question)
            except StorageError:
                self.model.doubt_groups(scope, prefix)
                raise
            if groups is None or delimiter != self.model.delimiter:
                return
            found[scope, prefix] = groups
        with self._keeping_place():
            for (scope, prefix), groups in found.items():
                self.model.set_groups(scope, prefix, groups, complete=len(groups) <= LOADED_AT_MOST)
        if not all(found.values()):
            self.tree.draw_arrows_anew()

    async def _bring_groups_above(self, scope: Scope, prefix: str) -> None:
        """Bring the groups from the scope down to this one, where nobody has looked yet."""
        delimiter, above = self.model.delimiter, ""
        while delimiter and above != prefix and not self.model.index_of(scope, prefix).isValid():
            await self._bring_groups([(scope, above)])
            end = prefix.find(delimiter, len(above))
            above = prefix if end < 0 else prefix[: end + len(delimiter)]

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

    # What the person does.

    def _go(self, index: QModelIndex) -> None:
        scope, place = self.model.scope(index), self.model.place(index)
        if scope is None or self.model.kind(index) is RowKind.MORE:
            return
        former = (self.scope, self.prefix)
        self.scope, self.prefix = place if place is not None else (scope, "")
        with self._keeping_place():
            self.model.keep(place)
        if former != (self.scope, self.prefix):
            self.scope_chosen.emit(self.scope, self.prefix)

    def _answer_row(self, index: QModelIndex) -> None:
        """Lead on from a row that stands for those that are left out."""
        if self.model.kind(index) is not RowKind.MORE:
            return
        if self.model.place(index.parent()) is None:
            self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.tree.setCurrentIndex(index.parent())

    def _filter_scopes(self, text: str) -> None:
        """Show what the filter lets through, and until it is gone unfold what is there for the sake of users."""
        with self._keeping_place():
            self.model.set_filter(text)
        self.tree.set_empty_text("No scope matches" if text else "")
        for row in range(self.model.rowCount()):
            index = self.model.index(row, 0)
            workspace = self.model.workspace(index)
            is_here = self.scope is not None and self.scope.workspace == workspace
            if self.model.is_there_for_users(index) and not self.tree.isExpanded(index):
                self._unfolded_by_filter.add(workspace)
                self.tree.expand(index)
            elif not text and workspace in self._unfolded_by_filter and not is_here:
                self.tree.collapse(index)
        if not text:
            self._unfolded_by_filter = set()

    def _choose_match(self) -> None:
        scope = self.model.first_match()
        if scope is not None:
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
            self._tasks.start(self.choose(scope), newest_of="scope")

    def _keeping_place(self) -> AbstractContextManager[None]:
        return self.tree.keeping_place(self._home)

    def _home(self) -> QModelIndex:
        """The row of where the person is."""
        return QModelIndex() if self.scope is None else self.model.index_of(self.scope, self.prefix)

    def _connect(self) -> None:
        self.model.groups_wanted.connect(
            lambda scope, prefix: self._tasks.start(self._bring_groups([(scope, prefix)]))
        )
        self.tree.gone_to.connect(self._go)
        self.tree.asked.connect(self._answer_row)
        self.tree.sight_changed.connect(self._look_soon)
        self.tree.menu_asked.connect(self.menu_asked)
        self.filter.textChanged.connect(self._filter_scopes)
        self.filter.returnPressed.connect(self._choose_match)
        self.filter.left.connect(lambda: self.tree.setFocus(Qt.FocusReason.OtherFocusReason))
        QShortcut(QKeySequence("Alt+C"), self, self.tree.setFocus)

    def _lay_out(self) -> None:
        gap = 2 * theme.GRID
        top = QHBoxLayout()
        top.setContentsMargins(gap, gap, gap, gap)
        top.addWidget(self.filter)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(top)
        rows.addWidget(self.tree)


class _FilterLine(QLineEdit):
    """Escape clears it; `left` is emitted on the key that leads down from it."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scopeFilter")
        self.setPlaceholderText("Filter scopes")
        self.setAccessibleName("Filter scopes")
        self.setToolTip("Alt+C leads to the scopes")
        self.setClearButtonEnabled(True)
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)


async def _groups_of(
    browser: Browser, *, scope: Scope, prefix: str, delimiter: str, within: str
) -> list[Group]:
    """The first groups, and the one that leads to the group `within` where that is not among them."""
    groups = await browser.groups(scope, prefix, delimiter, limit=LOADED_AT_MOST + 1)
    end = within.find(delimiter, len(prefix)) if within.startswith(prefix) else -1
    there = within[: end + len(delimiter)]
    if end >= 0 and len(groups) > LOADED_AT_MOST and there > groups[-1].prefix:
        groups.append(Group(there, within[len(prefix) : end], await browser.count(Query(scope, there))))
    return groups


async def _counts_of(browser: Browser, scopes: Iterable[Scope]) -> dict[Scope, int]:
    return {scope: await browser.count(Query(scope)) for scope in scopes}
