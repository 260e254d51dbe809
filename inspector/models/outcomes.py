"""The lines of a report, as rows: what became of each entry, whose it is, where it is now, and why."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from inspector import theme
from inspector.models.scope_words import scope_text
from inspector.plain import plain_tooltip, visible, visible_key
from inspector.system import OUR_OWN, System
from storage_core.transfer import Line, Outcome, Report

_NOWHERE = QModelIndex()

Index = QModelIndex | QPersistentModelIndex

_FAILED = (Outcome.REFUSED, Outcome.UNREADABLE)
_LEFT_OUT = (Outcome.SKIPPED, Outcome.NOT_REACHED, Outcome.GONE)


class Column(IntEnum):
    """A column, in order from the left."""

    OUTCOME = 0
    KEY = 1
    SCOPE = 2
    NOW = 3
    WHY = 4


_HEADINGS = ("Outcome", "Key", "Whose", "There", "Why")


class OutcomesModel(QAbstractTableModel):
    """Shows the lines of a report that are handed to it; they are made as they come into sight.

    `system` is the one that they come from.
    """

    def __init__(self, parent: QObject | None = None, system: System = OUR_OWN) -> None:
        super().__init__(parent)
        self._system = system
        self._report: Report | None = None
        self._rows: Sequence[int] = ()

    def show_report(self, report: Report | None, outcome: Outcome | None = None) -> None:
        """Show the lines with this outcome, or all of them."""
        self.beginResetModel()
        self._report = report
        if report is None:
            self._rows = ()
        else:
            self._rows = range(len(report)) if outcome is None else report.rows(outcome)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._report is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(self._report[self._rows[index.row()]], index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(self._text(self._report[self._rows[index.row()]], index.column()))
            case Qt.ItemDataRole.FontRole if index.column() == Column.KEY:
                return theme.mono_font()
            case Qt.ItemDataRole.ForegroundRole if index.column() == Column.OUTCOME:
                return _colour(self._report[self._rows[index.row()]].outcome)
        return None

    def _text(self, line: Line, column: int) -> str:
        match column:
            case Column.OUTCOME:
                return line.outcome.value
            case Column.KEY:
                return visible_key(line.source.key)
            case Column.SCOPE:
                return scope_text(line.source.scope, self._system)
            case Column.NOW:
                return _elsewhere(line)
            case _:
                return visible(line.reason)


def _elsewhere(line: Line) -> str:
    """Where the entry is in the target, as far as that is another place than before."""
    key = visible_key(line.target.key)
    if line.source.scope != line.target.scope:
        there = scope_text(line.target.scope)
        return there if line.source.key == line.target.key else f"{there} / {key}"
    return "" if line.source.key == line.target.key else key


def _colour(outcome: Outcome) -> Any:
    if outcome in _FAILED:
        return QColor(theme.current().red)
    return QColor(theme.current().amber) if outcome in _LEFT_OUT else None
