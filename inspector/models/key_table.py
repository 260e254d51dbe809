"""The table of keys: a window on a list of any length, of which only the rows that are looked at are at hand."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from inspector.models.key_rows import Column, KeyRow, cell_detail, cell_text, why_not
from inspector.models.row_cache import ABSENT, PAGE, RowCache
from inspector.models.shift import Shift
from inspector.plain import plain_tooltip
from inspector.system import OUR_OWN, System
from storage_core.browse import Address, Order, Query

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

MOST_PAGES_WANTED = 8
"""Of the pages asked for, the older ones are out of sight by now; they are asked for again where they are not."""

ASK_AGAIN_AFTER = 1.0  # seconds, for a page that did not come
RUNS_DONE_ONE_BY_ONE = 16
"""With more, all rows are laid out anew at once: a view of a million rows takes 2 ms for each insertion."""


class Counted(Enum):
    """What is known of the number of rows."""

    UNKNOWN = "unknown"
    PARTIAL = "at least"
    COMPLETE = "exactly"


class KeyRole(IntEnum):
    """What a row tells beside what it shows."""

    ADDRESS = Role.UserRole + 1  # an Address; None where the row is not at hand
    ENTRY = Role.UserRole + 2
    FORMAT = Role.UserRole + 3
    FLASHED = Role.UserRole + 4  # the time.monotonic() of the change that the row is to flash for, else None


_COLUMNS = (Column.KEY, Column.KIND, Column.SIZE, Column.UPDATED, Column.EXPIRES)
_AGES = (Column.UPDATED, Column.EXPIRES)
_COLUMNS_EVERYWHERE = (Column.KEY, Column.SCOPE, *_COLUMNS[1:])
_ORDERS = {
    Column.KEY: Order.KEY,
    Column.KIND: Order.KIND,
    Column.SIZE: Order.SIZE,
    Column.UPDATED: Order.UPDATED,
    Column.EXPIRES: Order.EXPIRES,
}
# A view asks each cell for eight roles at every painting: most of them at once have no answer.
_ROLES = frozenset({Role.DisplayRole, Role.ToolTipRole, Role.TextAlignmentRole, *KeyRole})
_NOT_YET = "…"
_GONE = "deleted"
_ROOT = QModelIndex()


class KeyTableModel(QAbstractTableModel):
    """Shows what it is handed; asks for a page of rows that is looked at and not at hand by `page_wanted`.

    `order_wanted` is emitted with an Order and whether it descends, when a heading is clicked. Around each change of
    the rows' places, `shifting` and `shifted` are emitted with a Shift, so that a view can scroll along.
    """

    page_wanted = Signal(int)
    order_wanted = Signal(object, bool)
    count_changed = Signal()
    shifting = Signal(object)
    shifted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: Sequence[Column] = _COLUMNS
        self._system = OUR_OWN
        self._query = Query()
        self._count = 0
        self._counted = Counted.UNKNOWN
        self._rows: RowCache[KeyRow | None] = RowCache()
        self._flashed: dict[Address, float] = {}
        self._wanted: dict[int, float] = {}  # when each page was asked for
        self._aged_at = datetime.now(UTC)

    # What it is handed.

    def begin(self, query: Query) -> None:
        """Show nothing yet: another list is about to come."""
        self.beginResetModel()
        self._query = query
        columns = _COLUMNS if query.scope is not None else _COLUMNS_EVERYWHERE
        self._columns = [column for column in columns if not why_not(column, self._system)]
        self._count, self._counted = 0, Counted.UNKNOWN
        self._rows.clear()
        self._flashed.clear()
        self._wanted.clear()
        self.endResetModel()
        self.count_changed.emit()

    def set_system(self, system: System) -> None:
        """Leave out, from the next list on, what the system whose data is shown cannot tell."""
        self._system = system

    def put(self, first: int, rows: Sequence[KeyRow | None]) -> None:
        """Take rows from number `first` on; None is one that was deleted since the list was made."""
        rows = rows[: max(0, self._count - first)]
        # A page that is read anew is mostly the same; and whatever is told has the whole table painted again.
        new = [number for number, row in enumerate(rows, first) if self._rows.peek(number) is not row]
        self._rows.put(first, rows)
        for page in range(first // PAGE, (first + max(len(rows), 1) - 1) // PAGE + 1):
            self._wanted.pop(page, None)
        if new:
            self._tell(new[0], new[-1], self._columns[0], self._columns[-1])

    def set_count(self, count: int, counted: Counted) -> None:
        """Say how many rows there are; they come or go at the end."""
        if count > self._count:
            self.beginInsertRows(_ROOT, self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(_ROOT, count, self._count - 1)
            self._rows.remove(count, self._count - count)
            self._count = count
            self.endRemoveRows()
        self._counted = counted
        self.count_changed.emit()

    def shift(self, shift: Shift) -> None:
        """Give each row its new place; what is selected and current stays with its row."""
        if not shift.runs:
            return
        self.shifting.emit(shift)
        if len(shift.runs) <= RUNS_DONE_ONE_BY_ONE and not shift.has_moves:
            self._shift_one_by_one(shift)
        else:
            self._shift_at_once(shift)
        self._wanted.clear()
        self.shifted.emit(shift)
        self.count_changed.emit()

    def flash(self, addresses: Iterable[Address]) -> None:
        """Let the rows at hand that have these addresses flash, from now on."""
        now = time.monotonic()
        numbers = {row.address: number for number, row in self._rows if row is not None}
        for address in addresses:
            if (number := numbers.get(address)) is not None:
                self._flashed[address] = now
                self._tell(number, number, self._columns[0], self._columns[-1])

    def end_flash(self, seconds: float) -> None:
        """Forget the flashes that are older than this."""
        now = time.monotonic()
        self._flashed = {address: at for address, at in self._flashed.items() if now - at < seconds}

    def is_flashing(self) -> bool:
        return bool(self._flashed)

    def tell_ages(self, rows: range, now: datetime) -> None:
        """Have the ages drawn again of those of these rows that read otherwise than when this was called before."""
        then, self._aged_at = self._aged_at, now
        ages = [column for column in _AGES if column in self._columns]
        for number in rows if ages else ():
            row = self.row_at(number)
            if row is not None and any(
                cell_text(row, column, then, self._system) != cell_text(row, column, now, self._system)
                for column in ages
            ):
                self._tell(number, number, ages[0], ages[-1])

    def keep_pages(self, count: int) -> list[int]:
        """Forget all pages but the `count` looked at last, which are returned: those are worth reading anew."""
        return self._rows.keep(count)

    # What it tells.

    @property
    def query(self) -> Query:
        """What the rows are the answer to."""
        return self._query

    @property
    def count(self) -> int:
        return self._count

    @property
    def counted(self) -> Counted:
        return self._counted

    def at_hand(self) -> set[Address]:
        """The addresses of the rows that are at hand."""
        return {row.address for _, row in self._rows if row is not None}

    def row_at(self, number: int) -> KeyRow | None:
        """The row, where it is at hand and not deleted; does not ask for it."""
        row = self._rows.get(number)
        return None if row is ABSENT else row

    def order_of(self, section: int) -> Order | None:
        """What a click on that heading sorts by; None for a column without an order."""
        return _ORDERS.get(self._columns[section]) if 0 <= section < len(self._columns) else None

    def section_of_order(self, order: Order) -> int | None:
        """The heading whose click sorts like this; None where there is none here."""
        return next(
            (section for section in range(len(self._columns)) if self.order_of(section) is order), None
        )

    def section_of(self, column: Column) -> int | None:
        return self._columns.index(column) if column in self._columns else None

    # What Qt asks for.

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Role.DisplayRole:
            return column.value
        if role == Role.TextAlignmentRole:
            return _alignment(column)
        if role == Role.ToolTipRole and column is Column.KEY:
            return plain_tooltip("\n".join(self._left_out()))
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if role not in _ROLES or not index.isValid() or index.row() >= self._count:
            return None
        column = self._columns[index.column()]
        if role == Role.TextAlignmentRole:
            return _alignment(column)
        row = self._rows.get(index.row())
        if row is ABSENT:
            self._want(index.row() // PAGE)
            return _NOT_YET if role == Role.DisplayRole and column is Column.KEY else None
        if row is None:
            return _GONE if role == Role.DisplayRole and column is Column.KIND else None
        match role:
            case Role.DisplayRole:
                return cell_text(row, column, datetime.now(UTC), self._system)
            case Role.ToolTipRole:
                return plain_tooltip(cell_detail(row, column, self._system))
            case KeyRole.ADDRESS:
                return row.address
            case KeyRole.ENTRY:
                return row.entry
            case KeyRole.FORMAT:
                return row.format
            case KeyRole.FLASHED:
                return self._flashed.get(row.address)
        return None

    def sort(self, section: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        wanted, descending = self.order_of(section), order == Qt.SortOrder.DescendingOrder
        if wanted is not None and (wanted, descending) != (self._query.order, self._query.descending):
            self.order_wanted.emit(wanted, descending)

    def _left_out(self) -> list[str]:
        """Why there are columns less than elsewhere."""
        reasons = (why_not(column, self._system) for column in _COLUMNS)
        return [reason for reason in reasons if reason]

    def _want(self, page: int) -> None:
        now = time.monotonic()
        if now - self._wanted.get(page, -ASK_AGAIN_AFTER) < ASK_AGAIN_AFTER:
            return
        self._wanted.pop(page, None)
        self._wanted[page] = now
        if len(self._wanted) > MOST_PAGES_WANTED:
            del self._wanted[next(iter(self._wanted))]
        self.page_wanted.emit(page)

    def _shift_one_by_one(self, shift: Shift) -> None:
        for run in reversed(shift.runs):  # from the bottom, so that the rows above still have their numbers
            if run.old:
                self.beginRemoveRows(_ROOT, run.old.start, run.old.stop - 1)
                self._rows.remove(run.old.start, len(run.old))
                self._count -= len(run.old)
                self.endRemoveRows()
            if run.new:
                self.beginInsertRows(_ROOT, run.old.start, run.old.start + len(run.new) - 1)
                self._rows.insert(run.old.start, len(run.new))
                self._count += len(run.new)
                self.endInsertRows()

    def _shift_at_once(self, shift: Shift) -> None:
        """As a lay-out of the rows anew, with what is added or missing at the end."""
        grown = sum(len(run.new) - len(run.old) for run in shift.runs)
        if grown > 0:
            self.beginInsertRows(_ROOT, self._count, self._count + grown - 1)
            self._count += grown
            self.endInsertRows()
        self.layoutAboutToBeChanged.emit()
        former = self.persistentIndexList()
        places = [shift.new_row(index.row()) for index in former]
        self._rows.renumber(shift.new_row)
        self.changePersistentIndexList(
            former,
            [
                QModelIndex() if place is None else self.index(place, index.column())
                for place, index in zip(places, former, strict=True)
            ],
        )
        self.layoutChanged.emit()
        if grown < 0:
            self.beginRemoveRows(_ROOT, self._count + grown, self._count - 1)
            self._count += grown
            self.endRemoveRows()

    def _tell(self, first: int, last: int, left: Column, right: Column) -> None:
        self.dataChanged.emit(
            self.index(first, self._columns.index(left)), self.index(last, self._columns.index(right))
        )


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _alignment(column: Column) -> Qt.AlignmentFlag:
    return _RIGHT if column is Column.SIZE else _LEFT
