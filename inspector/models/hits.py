"""What a search has found, as rows: the scope, the key, and the text around the place where it stands."""

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from inspector.formats import MASKED, looks_secret
from inspector.models.scope_words import scope_text
from inspector.plain import plain_tooltip, visible, visible_key
from inspector.system import OUR_OWN, System
from storage_core.browse import Address, Hit

SHOWN_AT_MOST = 10_000

IN_THE_NAME = "in the key"
"""What stands in the place of an excerpt where it is the key that was found."""

_NOWHERE = QModelIndex()
_FIELD_NAME = re.compile(r"""([\w .-]{1,200})\\*"?\s*[:=]\s*""")
_FIELD_VALUE = re.compile(r"""\\+".*?(?:\\+"|$)|"(?:[^"\\]|\\.)*"?|[\[{].*|[^\n,}\]]*""", re.DOTALL)

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """A column, in order from the left."""

    SCOPE = 0
    KEY = 1
    EXCERPT = 2


_HEADINGS = {Column.SCOPE: "Scope", Column.KEY: "Key", Column.EXCERPT: "Found"}


class HitsModel(QAbstractTableModel):
    """The first 10,000 hits that were handed to it; `found` counts all of them."""

    IN_NAME = Qt.ItemDataRole.UserRole
    """The role of whether a row was found in its key."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._system = OUR_OWN
        self._hits: list[Hit] = []
        self.found = 0

    def set_system(self, system: System) -> None:
        """Call scopes from now on what the people of this system call them."""
        self._system = system

    def clear(self) -> None:
        """Forget everything."""
        self.beginResetModel()
        self._hits, self.found = [], 0
        self.endResetModel()

    def add(self, hits: Sequence[Hit]) -> None:
        """Show more hits, below the others."""
        self.found += len(hits)
        shown = hits[: SHOWN_AT_MOST - len(self._hits)]
        if shown:
            self.beginInsertRows(_NOWHERE, len(self._hits), len(self._hits) + len(shown) - 1)
            self._hits += shown
            self.endInsertRows()

    def address(self, row: int) -> Address:
        """Where the hit of that row is."""
        entry = self._hits[row].entry
        return Address(entry.scope, entry.key)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._hits)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[Column(section)]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        hit = self._hits[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(hit, index.column(), self._system)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(_text(hit, index.column(), self._system))
            case self.IN_NAME:
                return hit.excerpt is None
        return None


def without_secrets(key: str, excerpt: str) -> str:
    """The excerpt of the value at `key`, dots in the place of what its key or a field's name says to be secret."""
    if looks_secret(key):
        return MASKED
    shown, start = "", 0
    for name in _FIELD_NAME.finditer(excerpt):
        if name.start() < start or not looks_secret(name[1]):
            continue
        value = _FIELD_VALUE.match(excerpt, name.end())
        assert value is not None  # it matches an empty text too
        shown += excerpt[start : name.end()] + MASKED
        start = value.end()
    return shown + excerpt[start:]


def _text(hit: Hit, column: int, system: System) -> str:
    match column:
        case Column.SCOPE:
            return scope_text(hit.entry.scope, system)
        case Column.KEY:
            return visible_key(hit.entry.key)
        case _:
            if hit.excerpt is None:
                return IN_THE_NAME
            return visible(without_secrets(hit.entry.key, hit.excerpt))
