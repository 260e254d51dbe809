"""What everybody has written lately, as rows: the newest first, and only so many."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from inspector.formats import human_size, thousands
from inspector.models.scope_words import scope_text
from inspector.plain import plain_tooltip, visible_key
from inspector.system import OUR_OWN, System
from storage_core import Change
from storage_core.browse import Address

KEPT = 5_000

_NOWHERE = QModelIndex()

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """A column, in order from the left."""

    TIME = 0
    SCOPE = 1
    KEY = 2
    WHAT = 3
    SIZE = 4


class ActivityModel(QAbstractTableModel):
    """The last 5,000 changes that were handed to it; of them a filter shows those with its text in scope or key.

    While it is paused it shows no new ones, and has them ready. `counted` is emitted whenever its numbers change.
    """

    counted = Signal()

    DELETED = Qt.ItemDataRole.UserRole
    """The role of whether a row tells of a deletion."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: list[Change] = []
        self._rows: list[Change] = []
        self._held: list[Change] = []
        self._held_count = 0
        self._filter = ""
        self._system = OUR_OWN
        self._paused = False

    def set_system(self, system: System) -> None:
        """Speak of the changes that come from now on as the people of this system do."""
        self._system = system

    def add(self, changes: Sequence[Change]) -> None:
        """Show these changes, which are in the order of their revisions; all of them in one insertion."""
        if self._paused:
            self._held = [*self._held, *changes][-KEPT:]
            self._held_count += len(changes)
        else:
            self._add(changes)
        self.counted.emit()

    def clear(self) -> None:
        """Forget everything, also what is held back."""
        self._held, self._held_count, self._changes = [], 0, []
        self._drop(0)
        self.counted.emit()

    def set_paused(self, paused: bool) -> None:
        """Hold new changes back from now on; or show those that were."""
        self._paused = paused
        if not paused:
            held, self._held, self._held_count = self._held, [], 0
            self._add(held)
        self.counted.emit()

    def set_filter(self, text: str) -> None:
        """Show only the changes whose scope or key, as they are shown, have `text` in them, in any case."""
        self._filter = text.casefold()
        self._drop(0)
        self._insert([change for change in self._changes if self._passes(change)])
        self.counted.emit()

    @property
    def total(self) -> int:
        """How many changes there are, with those that the filter hides."""
        return len(self._changes)

    @property
    def is_paused(self) -> bool:
        return self._paused

    @property
    def held_back(self) -> int:
        """How many changes came since it was paused."""
        return self._held_count

    def change(self, row: int) -> Change:
        return self._rows[row]

    def address(self, row: int) -> Address:
        """Where the change of that row was."""
        return Address(self._rows[row].scope, self._rows[row].key)

    def row_of(self, revision: int) -> int | None:
        """The row of the change with that revision, where it is shown."""
        return next((row for row, change in enumerate(self._rows) if change.revision == revision), None)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return Column(section).name.capitalize()
        if role == Qt.ItemDataRole.TextAlignmentRole and section == Column.SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        change = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _shown(change, index.column(), self._system)
            case self.DELETED:
                return change.deleted
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(_in_full(change, index.column(), self._system))
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == Column.WHAT:
                return _word(change)
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == Column.SIZE:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _add(self, changes: Sequence[Change]) -> None:
        newest_first = list(reversed(changes[-KEPT:]))
        self._changes = [*newest_first, *self._changes][:KEPT]
        shown = [change for change in newest_first if self._passes(change)]
        oldest = self._changes[-1].revision if self._changes else 0
        kept = len(self._rows)
        while kept and self._rows[kept - 1].revision < oldest:
            kept -= 1
        self._drop(kept)
        self._insert(shown)

    def _drop(self, first: int) -> None:
        """Let the rows from `first` on go."""
        if first < len(self._rows):
            self.beginRemoveRows(_NOWHERE, first, len(self._rows) - 1)
            del self._rows[first:]
            self.endRemoveRows()

    def _insert(self, changes: list[Change]) -> None:
        """Put changes above all others."""
        if changes:
            self.beginInsertRows(_NOWHERE, 0, len(changes) - 1)
            self._rows[:0] = changes
            self.endInsertRows()

    def _passes(self, change: Change) -> bool:
        if not self._filter:
            return True
        texts = (scope_text(change.scope, self._system), visible_key(change.key))
        return any(self._filter in text.casefold() for text in texts)


def _word(change: Change) -> str:
    return "deleted" if change.deleted else "saved"


def _shown(change: Change, column: int, system: System) -> str:
    match column:
        case Column.TIME:
            return change.at.astimezone().strftime("%H:%M:%S")
        case Column.SCOPE:
            return scope_text(change.scope, system)
        case Column.KEY:
            return visible_key(change.key)
        case Column.WHAT:
            return f"✕ {_word(change)}" if change.deleted else f"✓ {_word(change)}"
        case _:
            return human_size(change.size)


def _in_full(change: Change, column: int, system: System) -> str:
    match column:
        case Column.TIME:
            at = change.at.astimezone()
            return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} {at:%Z}"
        case Column.WHAT:
            revision = "" if system.no_revisions else f", revision {thousands(change.revision)}"
            return f"{_word(change)}{revision}"
        case Column.SIZE:
            return f"{thousands(change.size)} bytes"
        case _:
            return _shown(change, column, system)
