"""The places that one can jump to, as rows: what is there, and whose it is."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from inspector.assets import icon
from inspector.jumping import Destination
from inspector.models.scope_words import scope_text
from inspector.plain import plain_tooltip, visible_key
from inspector.system import OUR_OWN, System

_NOWHERE = QModelIndex()

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """A column, in order from the left."""

    NAME = 0
    SCOPE = 1


class DestinationsModel(QAbstractTableModel):
    """Shows the destinations that it is handed, in that order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Destination] = []
        self._system = OUR_OWN

    def set_system(self, system: System) -> None:
        """Call the destinations that come from now on what the people of this system call them."""
        self._system = system

    def clear(self) -> None:
        """Show none."""
        self.beginResetModel()
        self._rows = []
        self.endResetModel()

    def add(self, destinations: Sequence[Destination]) -> None:
        """Show more, below the others."""
        if destinations:
            self.beginInsertRows(_NOWHERE, len(self._rows), len(self._rows) + len(destinations) - 1)
            self._rows += destinations
            self.endInsertRows()

    def destination(self, row: int) -> Destination:
        return self._rows[row]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        place = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(place, index.column(), self._system)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(_text(place, index.column(), self._system))
            case Qt.ItemDataRole.DecorationRole if index.column() == Column.NAME:
                return icon(_icon(place, self._system))
        return None


def _text(place: Destination, column: int, system: System) -> str:
    if column == Column.SCOPE:
        return "" if place.key is None else scope_text(place.scope, system)
    return scope_text(place.scope, system) if place.key is None else visible_key(place.key)


def _icon(place: Destination, system: System) -> str:
    if place.key is not None:
        return "key"
    return "shared" if place.scope.user is None else system.member
