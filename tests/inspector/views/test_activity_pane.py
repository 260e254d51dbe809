"""The pane of activity: what it shows of changes, and how a person gets from one to its key."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QSplitter, QTableView, QToolButton, QWidget

from inspector import theme
from inspector.models.activity import KEPT, Column
from inspector.views.activity_pane import ActivityPane
from storage_core import Change, Kind, Scope, Storage
from storage_core.browse import Address

ANN = Scope("acme", "ann")


def changes(first: int, last: int) -> list[Change]:
    now = datetime.now(UTC)
    return [
        Change(revision, ANN, f"k{revision}", revision % 7 == 0, Kind.JSON, revision, now)
        for revision in range(first, last + 1)
    ]


@pytest.fixture
def pane(qtbot, qapp) -> ActivityPane:
    theme.apply(qapp, dark=False)
    pane = ActivityPane()
    qtbot.addWidget(pane)
    pane.resize(900, 240)
    pane.show()
    return pane


def table(pane: ActivityPane) -> QTableView:
    return pane.findChild(QTableView, "activityTable")


def count(pane: ActivityPane) -> str:
    return pane.findChild(QLabel, "activityCount").text()


def fold(pane: ActivityPane) -> QToolButton:
    return pane.findChild(QToolButton, "activityFold")


def keys_in_sight(pane: ActivityPane) -> list[str]:
    view = table(pane)
    keys = (
        view.model().index(view.rowAt(y), Column.KEY)
        for y in range(0, view.viewport().height(), theme.ROW_HEIGHT)
    )
    return [index.data() for index in keys if index.isValid()]


def scroll_to(pane: ActivityPane, row: int, qtbot) -> None:
    bar = table(pane).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() >= row)
    bar.setValue(row)


def test_it_shows_what_a_storage_tells_of_its_changes(pane, tmp_path):
    with Storage(tmp_path / "state.db") as storage:
        store = storage.store(ANN)
        store.save("todos", ["milk"])
        store.delete("todos")
        pane.add(list(storage.changes(0)))
    model = table(pane).model()
    shown = [
        [model.index(row, column).data() for column in (Column.SCOPE, Column.KEY, Column.WHAT)]
        for row in (0, 1)
    ]
    assert shown == [["acme / ann", "todos", "✕ deleted"], ["acme / ann", "todos", "✓ saved"]]
    assert count(pane) == "2"


def test_a_click_leads_to_the_key(pane, qtbot):
    pane.add(changes(1, 3))
    chosen: list[Address] = []
    pane.address_chosen.connect(chosen.append)
    cell = table(pane).visualRect(pane.model.index(1, Column.SCOPE)).center()
    qtbot.mouseClick(table(pane).viewport(), Qt.MouseButton.LeftButton, pos=cell)
    assert chosen == [Address(ANN, "k2")]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_the_keyboard_leads_there_too(pane, qtbot, key):
    pane.add(changes(1, 3))
    chosen: list[Address] = []
    pane.address_chosen.connect(chosen.append)
    qtbot.keyClick(table(pane), key)
    assert chosen == []
    table(pane).selectRow(0)
    qtbot.keyClick(table(pane), Qt.Key.Key_Down)
    qtbot.keyClick(table(pane), key)
    assert chosen == [Address(ANN, "k2")]


def test_at_the_top_new_changes_come_into_sight(pane):
    pane.add(changes(1, 100))
    pane.add(changes(101, 110))
    assert keys_in_sight(pane)[0] == "k110"


def test_what_is_being_looked_at_stays_in_sight_and_selected(pane, qtbot):
    pane.add(changes(1, 100))
    scroll_to(pane, 40, qtbot)
    table(pane).selectRow(42)
    looked_at = keys_in_sight(pane)
    pane.add(changes(101, 110))
    pane.add(changes(111, 400))
    assert keys_in_sight(pane) == looked_at
    assert table(pane).currentIndex().siblingAtColumn(Column.KEY).data() == "k58"


def test_what_is_looked_at_may_go_when_it_is_too_old(pane, qtbot):
    pane.add(changes(1, KEPT))
    scroll_to(pane, KEPT - 20, qtbot)
    pane.add(changes(KEPT + 1, 3 * KEPT))
    assert pane.model.rowCount() == KEPT
    assert table(pane).rowAt(0) >= 0


def test_rows_are_dense(pane):
    pane.add(changes(1, 3))
    assert table(pane).rowHeight(0) == theme.ROW_HEIGHT


def test_a_pause_holds_everything_and_says_how_much(pane, qtbot):
    pane.add(changes(1, 3))
    button = pane.findChild(QToolButton, "activityPause")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    pane.add(changes(4, 1_203))
    assert keys_in_sight(pane)[0] == "k3"
    assert count(pane) == "3 · paused · 1,200 new"
    assert button.text() == "Resume"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert keys_in_sight(pane)[0] == "k1203"
    assert count(pane) == "1,203"
    assert button.text() == "Pause"


def test_the_filter_says_how_many_it_leaves_and_keeps_the_current_change(pane, qtbot):
    pane.add(changes(1, 30))
    table(pane).selectRow(18)
    line = pane.findChild(QLineEdit, "activityFilter")
    qtbot.keyClicks(line, "k1")
    assert count(pane) == "11 of 30"
    assert table(pane).currentIndex().siblingAtColumn(Column.KEY).data() == "k12"
    line.clear()
    assert count(pane) == "30"
    assert table(pane).currentIndex().siblingAtColumn(Column.KEY).data() == "k12"


def test_clearing_forgets_filter_and_pause(pane):
    pane.add(changes(1, 30))
    pane.filter.setText("k1")
    pane.pause.setChecked(True)
    pane.clear()
    pane.add(changes(31, 33))
    assert keys_in_sight(pane)[0] == "k33"
    assert count(pane) == "3"


def test_folded_it_is_its_header_line_and_unfolded_as_high_as_before(qtbot):
    pane = ActivityPane()
    splitter = QSplitter(Qt.Orientation.Vertical)
    qtbot.addWidget(splitter)
    splitter.addWidget(QWidget())
    splitter.addWidget(pane)
    splitter.resize(900, 600)
    splitter.show()
    splitter.setSizes([400, 200])
    height = pane.height()
    told: list[bool] = []
    pane.folded.connect(told.append)
    qtbot.mouseClick(fold(pane), Qt.MouseButton.LeftButton)
    assert pane.is_folded()
    assert not table(pane).isVisible()
    qtbot.waitUntil(lambda: pane.height() <= 2 * theme.ROW_HEIGHT)
    qtbot.mouseClick(fold(pane), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pane.height() == height)
    assert table(pane).isVisible()
    assert told == [True, False]


def test_folded_it_goes_on_counting(pane):
    told: list[bool] = []
    pane.folded.connect(told.append)
    pane.set_folded(True)
    pane.set_folded(True)
    pane.add(changes(1, 1_500))
    assert count(pane) == "1,500"
    assert told == [True]


def test_its_mnemonic_takes_the_keyboard_to_the_table(pane):
    (title,) = (each for each in pane.findChildren(QLabel) if "&" in each.text())
    assert title.text().replace("&", "") == "Activity"
    assert title.buddy() is table(pane)


def test_a_deletion_is_red_and_a_word(pane, qapp):
    for dark in (False, True):
        theme.apply(qapp, dark=dark)
        pane.clear()
        pane.add(changes(7, 8))
        deleted, saved = (table(pane).visualRect(pane.model.index(row, Column.WHAT)) for row in (1, 0))
        picture = table(pane).viewport().grab()
        red = theme.current().red
        assert has_colour(picture.copy(deleted).toImage(), red)
        assert not has_colour(picture.copy(saved).toImage(), red)
    theme.apply(qapp, dark=False)


def has_colour(image, colour: str) -> bool:
    return any(
        image.pixelColor(QPoint(x, y)).name().upper() == colour
        for x in range(image.width())
        for y in range(image.height())
    )
