"""The tree of workspaces, their scopes and key groups, for a view; it is handed plain counts and asks nobody."""

from bisect import insort
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, overload

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from inspector.assets import icon
from inspector.formats import thousands
from inspector.models.scope_rows import Census, Node, Row, RowKind, shortened
from inspector.models.scope_words import described, measure, shown
from inspector.plain import plain_tooltip
from inspector.system import System
from storage_core import Scope
from storage_core.browse import Group

NAME, COUNT = range(2)
_COLUMNS = 2
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
NOWHERE = QModelIndex()

Index = QModelIndex | QPersistentModelIndex
Place = tuple[Scope, str]
"""A scope and a prefix of keys, empty for the whole scope."""


class ScopeTreeModel(QAbstractItemModel):
    """Workspaces; below them Shared and the users; below these the groups of their keys.

    Rows come and go one by one, so that a view keeps its selection, what is unfolded and where it is scrolled to.
    `groups_wanted` is emitted with a scope and a prefix when a view needs the groups below them, which `set_groups`
    then brings.
    """

    groups_wanted = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = count(1)
        self._root = Node(0, None, (0, ""), None)
        self._nodes: dict[int, Node] = {0: self._root}
        self._places: dict[Place, Node] = {}
        self._workspaces: dict[str, Node] = {}
        self._census = Census()
        self._delimiter = ":"
        self._kept_prefix = ""
        self._icons: dict[RowKind, QIcon] = {
            kind: icon(kind.value) for kind in RowKind if kind is not RowKind.MORE
        }

    # What is fed in.

    def set_system(self, system: System) -> None:
        """Call the scopes that come from now on what the people of this system call them."""
        self._census.system = system
        self._icons[RowKind.USER] = icon(system.member)
        self._census.set_sizes({})

    def set_sizes(self, sizes: Mapping[Scope, int]) -> None:
        """Know how many bytes each scope has; shown with the counts that come next, instead of them."""
        self._census.set_sizes(sizes)

    def set_counts(self, counts: Mapping[Scope, int]) -> None:
        """Show these scopes, with how many keys each holds, and no others."""
        self._census.set_all(counts)
        self._show_scopes()

    def update_counts(self, counts: Mapping[Scope, int]) -> None:
        """Show that these scopes hold as many keys by now; one that holds none goes."""
        self._census.update(counts)
        self._show_workspaces()
        for workspace in {scope.workspace for scope in counts}:
            self._show_scopes_of(workspace)

    def set_filter(self, text: str) -> None:
        """Show the workspaces and users that have `text` in their name, and what is around and below them."""
        self._census.set_filter(text)
        self._show_scopes()

    def keep(self, place: Place | None) -> None:
        """Go on showing this place when its last key goes: the person is in it. The one before is let go."""
        former, prefix = self._census.kept, self._kept_prefix
        self._census.kept, self._kept_prefix = place if place is not None else (None, "")
        if former is not None and not self.count(self.index_of(former, prefix)):
            self.doubt_groups(former, prefix)
        if former != self._census.kept:
            self._show_workspaces()
            for scope in (former, self._census.kept):
                if scope is not None:
                    self._show_scopes_of(scope.workspace)

    def kept_prefix(self, scope: Scope) -> str:
        """The group in this scope that is kept; empty for none."""
        return self._kept_prefix if self._census.kept == scope else ""

    def set_delimiter(self, delimiter: str) -> None:
        """Group keys by this; empty for no groups. What was known of groups is forgotten."""
        self._delimiter = delimiter
        for workspace in self._workspaces.values():
            for node in workspace.below:
                self._merge(node, [])
                node.asked = node.known = False

    @property
    def delimiter(self) -> str:
        return self._delimiter

    def expect_groups(self, scope: Scope, prefix: str) -> None:
        """The groups below a place are on their way; what is doubted from now on is asked for once more."""
        node = self._places.get((scope, prefix))
        if node is not None:
            node.asked = True

    def set_groups(self, scope: Scope, prefix: str, groups: Sequence[Group], *, complete: bool) -> None:
        """Show these groups below a place, in their order; unless `complete`, there are more of them."""
        node = self._places.get((scope, prefix))
        if node is None:
            return
        node.known = True
        rows = [Row(RowKind.GROUP, group.name, scope, group.prefix, group.count) for group in groups]
        kept = self._kept_group(scope, prefix)
        if kept is not None and all(row.prefix != kept.prefix for row in rows):
            insort(rows, kept, key=lambda row: row.order)
        self._merge(
            node,
            shortened(rows, lambda row: kept is not None and row.prefix == kept.prefix, complete=complete),
        )

    def _kept_group(self, scope: Scope, prefix: str) -> Row | None:
        """The group below this one in which the person is, as if it had no keys."""
        within = self.kept_prefix(scope)
        end = within.find(self._delimiter, len(prefix)) if within.startswith(prefix) else -1
        if end < 0 or not self._delimiter:
            return None
        return Row(RowKind.GROUP, within[len(prefix) : end], scope, within[: end + len(self._delimiter)])

    def members(self, workspace: str) -> list[tuple[str, int, int]]:
        """The scopes of a workspace that the filter lets through: name, keys and, as far as known, bytes."""
        return [
            (self._census.system.member_name(row.scope), row.count, row.size or 0)
            for row in self._census.scopes(workspace)
            if row.kind is not RowKind.MORE
        ]

    # Where things are.

    def first_scope(self) -> Scope | None:
        """The first scope that holds anything, whatever the filter lets through."""
        return self._census.first()

    def first_match(self) -> Scope | None:
        """The first scope that the filter lets through."""
        first = next((node.row for node in self._root.below), None)
        scopes = self._census.scopes(first.name) if first is not None else []
        return scopes[0].scope if scopes else None

    def is_there_for_users(self, index: Index) -> bool:
        """Whether a workspace is shown only because the filter lets some of its users through."""
        row = self._node(index).row
        return row is not None and row.kind is RowKind.WORKSPACE and not self._census.passes(row.name)

    def place(self, index: Index) -> Place | None:
        """The place that a row stands for; None where it is a workspace, one for the rest, or no row."""
        row = self._node(index).row
        if row is None or row.kind in (RowKind.WORKSPACE, RowKind.MORE):
            return None
        return row.scope, row.prefix

    def kind(self, index: Index) -> RowKind | None:
        row = self._node(index).row
        return None if row is None else row.kind

    def scope(self, index: Index) -> Scope | None:
        """The scope of a row, of a workspace its shared one."""
        row = self._node(index).row
        return None if row is None else row.scope

    def index_of(self, scope: Scope, prefix: str = "") -> QModelIndex:
        """Where the row of a place is; invalid where it has none."""
        node = self._places.get((scope, prefix))
        return QModelIndex() if node is None else self._index(node)

    def workspace_index(self, workspace: str) -> QModelIndex:
        """Where the row of a workspace is; invalid where it has none."""
        node = self._workspaces.get(workspace)
        return QModelIndex() if node is None else self._index(node)

    def workspace(self, index: Index) -> str:
        """The workspace of a row."""
        row = self._node(index).row
        return "" if row is None else row.scope.workspace

    def count(self, index: Index) -> int:
        """How many keys a row has."""
        row = self._node(index).row
        return 0 if row is None else row.count

    def wants_groups(self, index: Index) -> bool:
        """Whether the groups below a row are to be asked for, or asked for again, when somebody looks at it."""
        node = self._node(index)
        return self._may_have_groups(node) and not node.asked

    def doubt_groups(self, scope: Scope, key: str) -> None:
        """Take the groups that this key may be in for outdated; they stay until others are brought."""
        prefix, node = "", self._places.get((scope, ""))
        while node is not None:
            node.asked = False
            end = key.find(self._delimiter, len(prefix)) if self._delimiter else -1
            prefix = key[: end + len(self._delimiter)] if end >= 0 else key
            node = self._places.get((scope, prefix)) if end >= 0 else None

    def doubt_all_groups(self) -> None:
        """Take all groups for outdated."""
        for node in self._places.values():
            node.asked = False

    def longest_counts(self) -> list[str]:
        """The widest of what stands in the column of counts: those of the workspaces, and of what they hold."""
        rows = [node.row for node in self._root.below if node.row is not None]
        sizes = [node.row for each in self._root.below for node in each.below if node.row is not None]
        largest = max((row.count for row in rows), default=0)
        return [
            thousands(largest),
            *(measure(row, self._census.system) for row in (*rows, *sizes) if row.size is not None),
        ]

    # What Qt asks.

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        below = self._node(parent).below
        if not (0 <= row < len(below) and 0 <= column < _COLUMNS and parent.column() <= NAME):
            return QModelIndex()
        return self.createIndex(row, column, below[row].number)

    @overload
    def parent(self) -> QObject | None: ...

    @overload
    def parent(self, index: Index) -> QModelIndex: ...

    def parent(self, index: Index | None = None) -> QObject | QModelIndex | None:
        if index is None:
            return super().parent()
        above = self._node(index).above
        return QModelIndex() if above is None or above is self._root else self._index(above)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.column() > NAME else len(self._node(parent).below)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return _COLUMNS

    def hasChildren(self, parent: Index = NOWHERE) -> bool:
        if parent.column() > NAME:
            return False
        node = self._node(parent)
        return bool(node.below) or (self._may_have_groups(node) and not node.known)

    def canFetchMore(self, parent: Index) -> bool:
        return parent.column() <= NAME and self.wants_groups(parent)

    def fetchMore(self, parent: Index) -> None:
        node = self._node(parent)
        if self.canFetchMore(parent) and node.row is not None:
            node.asked = True
            self.groups_wanted.emit(node.row.scope, node.row.prefix)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._node(index).row
        if row is None:
            return None
        if index.column() == COUNT:
            return _data_of_count(row, role, self._census.system)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shown(row, self._census.system)
            case Qt.ItemDataRole.DecorationRole:
                return self._icons.get(row.kind)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip("\n".join(described(row, self._census.system)))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(described(row, self._census.system))
        return None

    # How rows come and go.

    def _show_scopes(self) -> None:
        self._show_workspaces()
        for workspace in list(self._workspaces):
            self._show_scopes_of(workspace)

    def _show_workspaces(self) -> None:
        self._merge(self._root, self._census.workspaces())

    def _show_scopes_of(self, workspace: str) -> None:
        node = self._workspaces.get(workspace)
        if node is not None:
            self._merge(node, self._census.scopes(workspace))

    def _merge(self, parent: Node, rows: list[Row]) -> None:
        """Let the children of `parent` become these rows, which are in order, by the fewest steps."""
        orders = [row.order for row in rows]
        self._remove_others(parent, set(orders))
        self._insert_missing(parent, rows, orders)
        for node, row in zip(parent.below, rows, strict=True):
            if node.row != row:
                node.row = row
                self.dataChanged.emit(self._index(node), self._index(node, COUNT))

    def _remove_others(self, parent: Node, wanted: set[tuple[int, str]]) -> None:
        end = len(parent.below)
        while end:
            start = end
            while start and parent.below[start - 1].order not in wanted:
                start -= 1
            if start < end:
                self._remove(parent, start, end)
            end = max(start - 1, 0)

    def _remove(self, parent: Node, start: int, end: int) -> None:
        self.beginRemoveRows(self._index(parent), start, end - 1)
        gone = parent.below[start:end]
        del parent.below[start:end]
        self.endRemoveRows()
        for node in gone:
            for each in (node, *node.descendants()):
                self._forget(each)

    def _insert_missing(self, parent: Node, rows: list[Row], orders: list[tuple[int, str]]) -> None:
        at = 0
        while at < len(rows):
            until = at
            stays = parent.below[at].order if at < len(parent.below) else None
            while until < len(rows) and orders[until] != stays:
                until += 1
            if until > at:
                self._insert(parent, at, rows[at:until])
            at = until + 1

    def _insert(self, parent: Node, at: int, rows: list[Row]) -> None:
        self.beginInsertRows(self._index(parent), at, at + len(rows) - 1)
        parent.below[at:at] = [self._new_node(parent, row) for row in rows]
        self.endInsertRows()

    def _new_node(self, parent: Node, row: Row) -> Node:
        node = Node(next(self._numbers), row, row.order, parent)
        self._nodes[node.number] = node
        if row.kind is RowKind.WORKSPACE:
            self._workspaces[row.name] = node
        elif row.kind is not RowKind.MORE:
            self._places[row.scope, row.prefix] = node
        return node

    def _forget(self, node: Node) -> None:
        del self._nodes[node.number]
        row = node.row
        assert row is not None
        if row.kind is RowKind.WORKSPACE:
            del self._workspaces[row.name]
        elif row.kind is not RowKind.MORE:
            del self._places[row.scope, row.prefix]

    def _may_have_groups(self, node: Node) -> bool:
        return (
            bool(self._delimiter)
            and node.row is not None
            and node.row.kind in (RowKind.SHARED, RowKind.USER, RowKind.GROUP)
        )

    def _node(self, index: Index) -> Node:
        return self._nodes[index.internalId()] if index.isValid() else self._root

    def _index(self, node: Node, column: int = NAME) -> QModelIndex:
        if node is self._root:
            return QModelIndex()
        return self.createIndex(node.position(), column, node.number)


def _data_of_count(row: Row, role: int, system: System) -> Any:
    if row.kind is RowKind.MORE:
        return None
    if role == Qt.ItemDataRole.DisplayRole:
        return measure(row, system)
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return _RIGHT
    return None
