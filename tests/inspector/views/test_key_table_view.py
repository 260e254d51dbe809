"""The view of the table of keys: what it costs to select, and that it keeps its place."""

from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView

from inspector.formats import Format, Medium
from inspector.models.key_rows import Column, KeyRow
from inspector.models.key_table import Counted, KeyTableModel
from inspector.models.shift import Shift
from inspector.views.key_table import NARROWEST_KEY, KeyTable
from storage_core import Entry, Kind, Scope
from storage_core.browse import Query

ACME = Scope("acme")


class CountingModel(KeyTableModel):
    """Counts how often it is asked what can be done with a row."""

    asked = 0

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        self.asked += 1
        return super().flags(index)


def filled(model: KeyTableModel, keys: list[str]) -> KeyTableModel:
    model.begin(Query(ACME))
    model.set_count(len(keys), Counted.COMPLETE)
    entries = [Entry(ACME, key, Kind.JSON, None, 4, 1, datetime.now(UTC), None) for key in keys]
    model.put(0, [KeyRow(entry, Format(Medium.JSON, "null", "null")) for entry in entries])
    return model


def shown(model: KeyTableModel, qtbot) -> KeyTable:
    table = KeyTable(model)
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.show()
    return table


def test_selecting_all_of_very_many_rows_looks_at_few_of_them(qtbot) -> None:
    model = CountingModel()
    table = shown(model, qtbot)
    model.begin(Query(ACME))
    model.set_count(50_000, Counted.COMPLETE)
    table.selectAll()
    table.grab()
    assert [(each.top(), each.bottom()) for each in table.selectionModel().selection()] == [(0, 49_999)]
    assert model.asked < 1_000


def test_rows_in_sight_stay_where_they_are_while_others_come_above_them(qtbot) -> None:
    keys = [f"k{number:03}" for number in range(300)]
    model = filled(KeyTableModel(), keys)
    table = shown(model, qtbot)
    table.scrollTo(model.index(200, 0), QAbstractItemView.ScrollHint.PositionAtTop)
    top = model.index(table.rowAt(0), 0).data()
    model.shift(Shift(list(range(1, 301)), [*range(1, 50), 900, 901, *range(50, 301)]))
    assert model.index(table.rowAt(0), 0).data() == top == "k200"


def test_what_comes_above_the_first_row_shows_where_nobody_has_scrolled(qtbot) -> None:
    model = filled(KeyTableModel(), [f"k{number:03}" for number in range(300)])
    table = shown(model, qtbot)
    model.shift(Shift(list(range(1, 301)), [900, *range(1, 301)]))
    assert table.rowAt(0) == 0


def test_in_a_narrow_pane_columns_are_left_out_before_a_key_is_cut_to_a_few_letters(qtbot) -> None:
    table = shown(filled(KeyTableModel(), ["a key that is not short"]), qtbot)
    columns = [Column.KEY, Column.KIND, Column.SIZE, Column.UPDATED, Column.EXPIRES]

    def seen(width: int) -> list[Column]:
        table.resize(width, 300)
        return [column for section, column in enumerate(columns) if not table.isColumnHidden(section)]

    assert seen(600) == columns
    assert seen(430) == columns[:4]
    assert seen(340) == columns[:3]
    assert seen(270) == columns[:2]
    assert table.columnWidth(0) >= NARROWEST_KEY
    assert seen(600) == columns
