"""The table of keys: what it shows of the rows it was handed, what it asks for, and how rows keep their places."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTableView

from inspector.formats import Format, Medium
from inspector.models.key_rows import Column, KeyRow
from inspector.models.key_table import (
    MOST_PAGES_WANTED,
    RUNS_DONE_ONE_BY_ONE,
    Counted,
    KeyRole,
    KeyTableModel,
)
from inspector.models.row_cache import PAGE
from inspector.models.shift import Shift
from storage_core import Entry, Kind, Scope
from storage_core.browse import Address, Order, Query

ACME = Scope("acme")
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _begin_now() -> None:
    """Ages count from when a test begins: on a busy machine the tests before it take minutes."""
    global NOW
    NOW = datetime.now(UTC)


def row(key: str, size: int = 1_400, expires: datetime | None = None, scope: Scope = ACME) -> KeyRow:
    updated = NOW - timedelta(minutes=5, seconds=1)
    entry = Entry(scope, key, Kind.JSON, None, size, 7, updated, expires)
    return KeyRow(entry, Format(Medium.JSON, "list of 3", "[] 3"))


def filled(keys: list[str] | int, query: Query | None = None) -> KeyTableModel:
    model = KeyTableModel()
    model.begin(query or Query(ACME))
    keys = [f"k{number:04}" for number in range(keys)] if isinstance(keys, int) else keys
    model.set_count(len(keys), Counted.COMPLETE)
    model.put(0, [row(key) for key in keys])
    return model


def keys_shown(model: KeyTableModel) -> list[str]:
    return [model.index(number, 0).data() for number in range(model.rowCount())]


def texts(model: KeyTableModel, number: int, role: int = Qt.ItemDataRole.DisplayRole) -> list[str]:
    return [model.index(number, column).data(role) for column in range(model.columnCount())]


def headings(model: KeyTableModel) -> list[str]:
    return [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]


def test_of_rows_that_are_read_anew_only_those_that_differ_are_told() -> None:
    model, told = filled(0), []
    rows = [row(f"k{number:04}") for number in range(PAGE)]
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.set_count(PAGE, Counted.COMPLETE)
    model.put(0, rows)
    model.put(0, rows)
    model.put(0, [*rows[:3], row("new"), rows[4], row("newer"), *rows[6:]])
    assert told == [(0, PAGE - 1), (3, 5)]
    assert keys_shown(model)[2:7] == ["k0002", "new", "k0004", "newer", "k0006"]


def shifted(model: KeyTableModel, old: list[str], new: list[str]) -> None:
    numbers = {key: number for number, key in enumerate(dict.fromkeys(old + new))}
    model.shift(Shift([numbers[key] for key in old], [numbers[key] for key in new]))


def test_the_model_keeps_qts_rules_while_rows_come_and_go(qtmodeltester) -> None:
    model = filled(list("abcdef"))
    qtmodeltester.check(model)
    shifted(model, list("abcdef"), list("xacdyzf"))
    shifted(model, list("xacdyzf"), list("fzydcax"))
    shifted(model, list("fzydcax"), list("ab"))
    model.set_count(5, Counted.COMPLETE)
    model.begin(Query())
    qtmodeltester.check(model)


def test_a_row_shows_key_kind_size_age_and_expiry() -> None:
    model = filled(["todos"])
    model.put(0, [row("todos", expires=datetime.now(UTC) + timedelta(hours=2, minutes=1))])
    assert headings(model) == ["Key", "Kind", "Size", "Updated", "Expires"]
    assert texts(model, 0) == ["todos", "[] 3", "1.4 KB", "5 min ago", "in 2 h"]


def test_everywhere_the_scope_has_a_column() -> None:
    model = filled(["a"], Query())
    model.put(0, [row("todos", scope=Scope("acme", "a\nn"))])
    assert headings(model)[:2] == ["Key", "Scope"]
    assert texts(model, 0)[:2] == ["todos", "acme / a\\nn"]
    assert model.section_of(Column.SIZE) == 3
    assert filled(1).section_of(Column.SCOPE) is None


def test_odd_keys_are_shown_as_what_they_are_and_never_as_markup() -> None:
    model = filled(["<img src=x>", "a\u202eb\n", " "])
    assert keys_shown(model) == ["<img src=x>", "a\\u202eb\\n", "␣"]
    assert "&lt;img" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(1, 0).data(KeyRole.ADDRESS) == Address(ACME, "a\u202eb\n")


def test_tooltips_tell_the_exact_size_time_and_kind() -> None:
    tooltips = texts(filled(1), 0, Qt.ItemDataRole.ToolTipRole)
    assert "list of 3" in tooltips[1]
    assert "1,400 bytes" in tooltips[2]
    assert f"{(NOW - timedelta(minutes=5, seconds=1)).astimezone():%H:%M:%S}, revision 7" in tooltips[3]
    assert "never" in tooltips[4]


def test_a_row_tells_its_address_entry_and_format() -> None:
    model = filled(["todos"])
    index = model.index(0, 2)
    assert index.data(KeyRole.ADDRESS).key == "todos"
    assert index.data(KeyRole.ADDRESS).scope == ACME
    assert index.data(KeyRole.ENTRY).key == "todos"
    assert index.data(KeyRole.FORMAT).label == "list of 3"
    assert index.data(KeyRole.FLASHED) is None


def test_a_row_deleted_since_the_list_was_made_says_so() -> None:
    model = filled(1)
    model.put(0, [None])
    assert texts(model, 0) == [None, "deleted", None, None, None]
    assert model.row_at(0) is None


def test_a_row_not_at_hand_is_asked_for_once_by_its_page(qtbot) -> None:
    model = KeyTableModel()
    model.begin(Query(ACME))
    model.set_count(1_000_000, Counted.COMPLETE)
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    assert texts(model, 5 * PAGE + 3) == ["…", None, None, None, None]
    assert model.index(5 * PAGE, 0).data(KeyRole.ADDRESS) is None
    assert asked == [5]
    model.put(5 * PAGE, [row("here")] * PAGE)
    assert texts(model, 5 * PAGE + 3)[0] == "here"
    assert asked == [5]


def test_of_many_pages_asked_for_the_oldest_can_be_asked_for_again() -> None:
    model = KeyTableModel()
    model.begin(Query(ACME))
    model.set_count(1_000_000, Counted.COMPLETE)
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    for page in [*range(MOST_PAGES_WANTED + 1), MOST_PAGES_WANTED, 0]:
        model.index(page * PAGE, 0).data()
    assert asked == [*range(MOST_PAGES_WANTED + 1), 0]


def test_looking_at_a_row_by_number_does_not_ask_for_it() -> None:
    model = KeyTableModel()
    model.begin(Query(ACME))
    model.set_count(1_000, Counted.COMPLETE)
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    assert model.row_at(700) is None
    assert asked == []


def test_a_new_list_forgets_the_rows_of_the_one_before() -> None:
    model = filled(3)
    model.begin(Query(ACME, pattern="x"))
    assert (model.rowCount(), model.counted) == (0, Counted.UNKNOWN)
    assert model.query.pattern == "x"
    model.set_count(3, Counted.PARTIAL)
    assert keys_shown(model) == ["…"] * 3
    assert (model.count, model.counted) == (3, Counted.PARTIAL)


def test_rows_past_the_end_are_not_taken() -> None:
    model = filled(2)
    model.put(1, [row("b"), row("c")])
    model.set_count(3, Counted.COMPLETE)
    assert keys_shown(model) == ["k0000", "b", "…"]


def test_a_click_on_a_heading_asks_for_an_order_and_not_twice() -> None:
    model = filled(["a"], Query())
    asked: list[tuple[Order, bool]] = []
    model.order_wanted.connect(lambda order, descending: asked.append((order, descending)))
    model.sort(model.section_of(Column.SIZE), Qt.SortOrder.DescendingOrder)
    model.sort(model.section_of(Column.KEY), Qt.SortOrder.AscendingOrder)
    model.sort(model.section_of(Column.SCOPE))
    model.sort(-1)
    assert asked == [(Order.SIZE, True)]


LONG = [f"k{number:03}" for number in range(120)]
BURST = [key for number, key in enumerate(LONG) for key in ((key, f"{key}+") if number % 4 == 0 else (key,))]
assert len(BURST) - len(LONG) > RUNS_DONE_ONE_BY_ONE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (list("abcdef"), list("xabcdef")),
        (list("abcdef"), list("acdef")),
        (list("abcdef"), list("axcyef")),
        (list("abcdef"), list("fabcde")),
        (list("abcdef"), list("fzyedca")),
        (LONG, BURST),
        (BURST, LONG),
        (BURST, LONG[::-1]),
    ],
)
def test_rows_at_hand_selected_and_current_follow_their_keys(qtbot, old: list[str], new: list[str]) -> None:
    model = filled(old)
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    chosen = [key for key in old[2:] if key in new]
    selection = view.selectionModel()
    for key in chosen:
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        selection.select(model.index(old.index(key), 0), flags)
    selection.setCurrentIndex(
        model.index(old.index(chosen[0]), 1), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    kept = QPersistentModelIndex(model.index(old.index(chosen[-1]), 0))
    shifted(model, old, new)
    assert model.rowCount() == len(new)
    assert {number: text for number, text in enumerate(keys_shown(model)) if text != "…"} == {
        new.index(key): key for key in old if key in new
    }
    assert {index.row() for index in selection.selectedRows()} == {new.index(key) for key in chosen}
    assert (selection.currentIndex().row(), selection.currentIndex().column()) == (new.index(chosen[0]), 1)
    assert kept.row() == new.index(chosen[-1])


def test_a_view_is_told_before_and_after_rows_shift_so_that_it_can_scroll_along() -> None:
    model = filled(list("abc"))
    told: list[tuple[str, int, int]] = []
    model.shifting.connect(lambda shift: told.append(("before", model.rowCount(), shift.nearest(2))))
    model.shifted.connect(lambda shift: told.append(("after", model.rowCount(), shift.nearest(2))))
    shifted(model, list("abc"), list("xabc"))
    shifted(model, list("xabc"), list("xabc"))
    assert told == [("before", 3, 3), ("after", 4, 3)]


def test_only_rows_at_hand_that_changed_flash_until_it_ends() -> None:
    model = filled(list("abc"))
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last: changed.append(first.row()))
    model.flash([Address(ACME, "b"), Address(ACME, "not at hand"), Address(Scope("other"), "a")])
    assert changed == [1]
    assert [model.index(number, 0).data(KeyRole.FLASHED) is None for number in range(3)] == [
        True,
        False,
        True,
    ]
    model.end_flash(60)
    assert model.index(1, 0).data(KeyRole.FLASHED) is not None
    model.end_flash(0)
    assert model.index(1, 0).data(KeyRole.FLASHED) is None


def test_telling_ages_redraws_those_that_read_otherwise_and_the_times_alone() -> None:
    model = filled(["minutes old", "expires", "minutes old too"])
    model.put(1, [row("expires", expires=NOW + timedelta(seconds=40))])
    changed: list[tuple[int, int, int]] = []
    model.dataChanged.connect(
        lambda first, last: changed.append((first.row(), first.column(), last.column()))
    )
    ages = (model.section_of(Column.UPDATED), model.section_of(Column.EXPIRES))
    model.tell_ages(range(3), NOW + timedelta(seconds=5))
    assert changed == [(1, *ages)]
    model.tell_ages(range(3), NOW + timedelta(seconds=5))
    model.tell_ages(range(2), NOW + timedelta(seconds=65))
    assert changed == [(1, *ages), (0, *ages), (1, *ages)]


def test_the_pages_looked_at_last_are_those_worth_reading_anew() -> None:
    model = filled(3 * PAGE)
    model.index(0, 0).data()
    assert model.keep_pages(2) == [2, 0]
    assert len(model.at_hand()) == 2 * PAGE
