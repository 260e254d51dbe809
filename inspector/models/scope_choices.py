"""The scopes of a storage to choose from, as rows: which are chosen, and as which scopes they go elsewhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from inspector import theme
from inspector.models.scope_words import scope_text
from inspector.plain import plain_tooltip, visible
from inspector.system import OUR_OWN, System
from storage_core import InvalidNameError, Scope

_NOWHERE = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """A column, in order from the left."""

    SCOPE = 0
    KEYS = 1
    WORKSPACE = 2
    USER = 3


_HEADINGS = ("Scope", "Keys", "Its workspace there", "Its user there")
_SHARED = "Shared: for all users of the workspace"


class ScopeChoices(QAbstractTableModel):
    """All are chosen at first, and keep their names; the names that they have elsewhere can be edited.

    `chosen_changed` is emitted when something is chosen or not; `refused` with why a name cannot be one.
    """

    chosen_changed = Signal()
    refused = Signal(str)

    def __init__(
        self,
        counts: Mapping[Scope, int],
        title: Callable[[Scope], str | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._scopes = list(counts)
        self._counts = list(counts.values())
        self._titles = [title(scope) for scope in self._scopes]
        self._into = list(self._scopes)
        self._chosen = bytearray(b"\1" * len(self._scopes))
        self._target = OUR_OWN

    def set_target(self, system: System) -> None:
        """Speak of where they go as the people of that system do."""
        self._target = system
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, Column.USER, Column.USER)

    def chosen(self) -> dict[Scope, Scope]:
        """The scopes that are chosen, each with the one that it becomes."""
        return {
            scope: into for scope, into, on in zip(self._scopes, self._into, self._chosen, strict=True) if on
        }

    def count(self) -> tuple[int, int]:
        """How many scopes are chosen, and how many keys they have."""
        keys = sum(count for count, on in zip(self._counts, self._chosen, strict=True) if on)
        return sum(self._chosen), keys

    def choose(self, rows: Sequence[int], on: bool) -> None:
        for row in rows:
            self._chosen[row] = on
        if rows:
            self.dataChanged.emit(
                self.index(min(rows), Column.SCOPE),
                self.index(max(rows), Column.SCOPE),
                [Qt.ItemDataRole.CheckStateRole],
            )
            self.chosen_changed.emit()

    def toggle(self, rows: Sequence[int]) -> None:
        """Choose these rows; where all of them are chosen, none of them."""
        self.choose(rows, not all(self._chosen[row] for row in rows))

    def take_over(self, index: Index, rows: Iterable[int]) -> None:
        """Give these rows the name that one row has in that column."""
        model = self._into[index.row()]
        for row in rows:
            into = self._into[row]
            if index.column() == Column.WORKSPACE:
                self._into[row] = Scope(model.workspace, into.user)
            elif index.column() == Column.USER:
                self._into[row] = Scope(into.workspace, model.user)
            self.dataChanged.emit(self.index(row, Column.WORKSPACE), self.index(row, Column.USER))

    def name_workspace(self, name: str) -> None:
        """Let all scopes be in that workspace there."""
        self._into = [Scope(name, into.user) for into in self._into]
        if self._into:
            self.dataChanged.emit(
                self.index(0, Column.WORKSPACE), self.index(len(self._into) - 1, Column.WORKSPACE)
            )

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._scopes)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._target.say(_HEADINGS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section == Column.KEYS:
            return _RIGHT
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == Column.SCOPE:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() in (Column.WORKSPACE, Column.USER):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column) or "Shared"
            case Qt.ItemDataRole.EditRole:
                return self._text(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(self._text(row, column) or self._target.say(_SHARED))
            case Qt.ItemDataRole.CheckStateRole if column == Column.SCOPE:
                return Qt.CheckState.Checked if self._chosen[row] else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.TextAlignmentRole if column == Column.KEYS:
                return _RIGHT
            case Qt.ItemDataRole.ForegroundRole if column > Column.KEYS and not self._is_renamed(row, column):
                return QColor(theme.current().second_text)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.CheckStateRole:
            self.choose([row], Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role != Qt.ItemDataRole.EditRole or value == self._text(row, column):
            return False  # a line cannot show every name as it is: what was not typed stays
        into = self._into[row]
        try:
            if column == Column.WORKSPACE:
                self._into[row] = Scope(value, into.user)
            else:
                self._into[row] = Scope(into.workspace, value or None)
        except InvalidNameError as error:
            self.refused.emit(str(error))
            return False
        self.dataChanged.emit(index, index)
        return True

    def _is_renamed(self, row: int, column: int) -> bool:
        into, scope = self._into[row], self._scopes[row]
        if column == Column.WORKSPACE:
            return into.workspace != scope.workspace
        return into.user != scope.user

    def _text(self, row: int, column: int) -> str:
        match column:
            case Column.SCOPE:
                title = self._titles[row]
                named = scope_text(self._scopes[row])
                return named if title is None else f"{named} ({visible(title)})"
            case Column.KEYS:
                return f"{self._counts[row]:,}"
            case Column.WORKSPACE:
                return visible(self._into[row].workspace)
            case _:
                return visible(self._into[row].user or "")
