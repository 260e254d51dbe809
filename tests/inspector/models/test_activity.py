"""The model of activity: which changes it keeps, in which order, and what it says of each."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt

from inspector.models.activity import KEPT, ActivityModel, Column
from storage_core import Change, Kind, Scope
from storage_core.browse import Address

NOON = datetime(2026, 11, 21, 12, 4, 31, 123_000, tzinfo=UTC)
ANN = Scope("acme", "ann")


def change(revision: int, key: str = "todos", *, deleted: bool = False, scope: Scope = ANN) -> Change:
    return Change(revision, scope, key, deleted, Kind.JSON, 1_400, NOON + timedelta(seconds=revision))


def changes(first: int, last: int) -> list[Change]:
    return [change(revision, f"k{revision}") for revision in range(first, last + 1)]


@pytest.fixture
def model(qapp) -> ActivityModel:
    return ActivityModel()


def revisions(model: ActivityModel) -> list[int]:
    return [model.change(row).revision for row in range(model.rowCount())]


def text(model: ActivityModel, row: int, column: Column, role: int = Qt.ItemDataRole.DisplayRole) -> str:
    return model.index(row, column).data(role)


def watched(model: ActivityModel) -> list[tuple[str, int, int]]:
    happened: list[tuple[str, int, int]] = []
    model.rowsInserted.connect(lambda _, first, last: happened.append(("inserted", first, last)))
    model.rowsRemoved.connect(lambda _, first, last: happened.append(("removed", first, last)))
    model.modelReset.connect(lambda: happened.append(("reset", 0, 0)))
    return happened


def test_the_model_keeps_qts_rules_while_changes_come(model, qtmodeltester):
    qtmodeltester.check(model)
    model.add(changes(1, 3))
    model.set_filter("k2")
    model.set_paused(True)
    model.add(changes(4, 6))
    model.set_paused(False)
    model.set_filter("")
    qtmodeltester.check(model)


def test_the_newest_change_is_the_first_row(model):
    model.add(changes(1, 2))
    model.add(changes(3, 5))
    assert revisions(model) == [5, 4, 3, 2, 1]


def test_a_row_says_when_where_what_and_how_much(model):
    model.add([change(0)])
    assert [text(model, 0, column) for column in Column] == [
        NOON.astimezone().strftime("%H:%M:%S"),
        "acme / ann",
        "todos",
        "✓ saved",
        "1.4 KB",
    ]
    assert model.address(0) == Address(ANN, "todos")
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in Column] == [
        "Time",
        "Scope",
        "Key",
        "What",
        "Size",
    ]


def test_a_deletion_has_another_word_and_another_shape(model):
    model.add([change(1), change(2, deleted=True)])
    assert [text(model, row, Column.WHAT) for row in (0, 1)] == ["✕ deleted", "✓ saved"]
    assert text(model, 0, Column.WHAT, Qt.ItemDataRole.AccessibleTextRole) == "deleted"
    assert [model.index(row, Column.WHAT).data(ActivityModel.DELETED) for row in (0, 1)] == [True, False]


def test_tooltips_tell_the_exact_time_size_and_revision(model):
    model.add([change(12_345)])
    at = (NOON + timedelta(seconds=12_345)).astimezone()
    assert f"{at:%Y-%m-%d %H:%M:%S}.123" in text(model, 0, Column.TIME, Qt.ItemDataRole.ToolTipRole)
    assert "1,400 bytes" in text(model, 0, Column.SIZE, Qt.ItemDataRole.ToolTipRole)
    assert "saved, revision 12,345" in text(model, 0, Column.WHAT, Qt.ItemDataRole.ToolTipRole)


def test_odd_names_are_shown_as_what_they_are_and_never_rendered(model):
    model.add([change(1, "<b>x</b>\n\u202e", scope=Scope(" a "))])
    assert text(model, 0, Column.SCOPE) == "␣a␣ / Shared"
    assert text(model, 0, Column.KEY) == "<b>x</b>\\n\\u202e"
    assert "<b>" not in text(model, 0, Column.KEY, Qt.ItemDataRole.ToolTipRole)
    assert model.address(0).key == "<b>x</b>\n\u202e"


def test_a_burst_of_ten_thousand_is_one_insertion_of_those_that_are_kept(model):
    happened = watched(model)
    model.add(changes(1, 10_000))
    assert happened == [("inserted", 0, KEPT - 1)]
    assert revisions(model) == list(range(10_000, 10_000 - KEPT, -1))


def test_only_the_newest_are_kept_and_the_oldest_go_from_the_end(model):
    model.add(changes(1, KEPT))
    happened = watched(model)
    model.add(changes(KEPT + 1, KEPT + 10))
    assert happened == [("removed", KEPT - 10, KEPT - 1), ("inserted", 0, 9)]
    assert revisions(model) == list(range(KEPT + 10, 10, -1))


def test_a_row_stays_itself_while_others_come_above_it(model):
    model.add(changes(1, 3))
    second = QPersistentModelIndex(model.index(1, Column.KEY))
    model.add(changes(4, 8))
    assert (second.row(), second.data()) == (6, "k2")


def test_while_it_is_paused_nothing_moves_and_nothing_is_lost(model):
    model.add(changes(1, 3))
    model.set_paused(True)
    happened = watched(model)
    model.add(changes(4, 5))
    model.add(changes(6, 9))
    assert happened == []
    assert (model.is_paused, model.held_back, model.total) == (True, 6, 3)
    model.set_paused(False)
    assert happened == [("inserted", 0, 5)]
    assert revisions(model) == list(range(9, 0, -1))
    assert (model.is_paused, model.held_back) == (False, 0)


def test_a_long_pause_holds_no_more_than_can_be_shown(model):
    model.set_paused(True)
    for first in range(1, 3 * KEPT, KEPT):
        model.add(changes(first, first + KEPT - 1))
    assert model.held_back == 3 * KEPT
    model.set_paused(False)
    assert revisions(model) == list(range(3 * KEPT, 2 * KEPT, -1))


def test_the_filter_looks_at_scope_and_key_in_any_case(model):
    model.add(
        [
            change(1, "Token"),
            change(2, "todos", scope=Scope("acme", "TOKio")),
            change(3, "todos"),
            change(4, "tok\nen", scope=Scope("beta")),
        ]
    )
    model.set_filter("tok")
    assert revisions(model) == [4, 2, 1]
    assert model.total == 4
    model.set_filter("beta / shared")
    assert revisions(model) == [4]
    model.set_filter("\\n")
    assert revisions(model) == [4]
    model.set_filter("")
    assert revisions(model) == [4, 3, 2, 1]


def test_new_changes_go_through_the_filter_too(model):
    model.set_filter("k1")
    model.add(changes(9, 12))
    assert revisions(model) == [12, 11, 10]
    assert (model.row_of(11), model.row_of(9)) == (1, None)


def test_clearing_forgets_what_is_shown_hidden_and_held_back(model):
    model.add(changes(1, 5))
    model.set_filter("k1")
    model.set_paused(True)
    model.add(changes(6, 9))
    model.clear()
    model.set_paused(False)
    model.set_filter("")
    assert (model.rowCount(), model.total, model.held_back) == (0, 0, 0)


def test_its_numbers_are_told_whenever_they_change(model):
    told: list[tuple[int, int, int]] = []
    model.counted.connect(lambda: told.append((model.rowCount(), model.total, model.held_back)))
    model.add(changes(1, 3))
    model.set_filter("k2")
    model.set_paused(True)
    model.add(changes(4, 5))
    model.set_paused(False)
    model.clear()
    assert told == [(3, 3, 0), (1, 3, 0), (1, 3, 0), (1, 3, 2), (1, 5, 0), (0, 0, 0)]


def test_whatever_the_order_of_events_it_shows_the_newest_that_pass(model):
    chance = random.Random(4)
    everything: list[Change] = []
    sought = ""
    for _ in range(60):
        match chance.randrange(3):
            case 0:
                more = changes(len(everything) + 1, len(everything) + chance.choice((1, 40, 3_000)))
                everything += more
                model.add(more)
            case 1:
                sought = chance.choice(("", "k1", "7"))
                model.set_filter(sought)
            case 2:
                model.set_paused(not model.is_paused)
    model.set_paused(False)
    passing = [each.revision for each in everything[-KEPT:] if sought in f"acme / ann {each.key}"]
    assert revisions(model) == passing[::-1]
