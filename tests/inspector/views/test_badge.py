"""Kind badges in item views and on their own."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyleOptionViewItem, QTableView

from inspector import theme
from inspector.views.badge import MARGIN, Badge, BadgeDelegate, badge_size


@pytest.fixture(autouse=True)
def light(qapp):
    """Start and end every test in the light look."""
    theme.apply(qapp, dark=False)
    yield
    theme.apply(qapp, dark=False)


@pytest.fixture
def table(qtbot):
    """A table with a badge and an empty cell."""
    model = QStandardItemModel(2, 1)
    model.setItem(0, QStandardItem("{} 4"))
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    model.setParent(view)
    view.setItemDelegate(BadgeDelegate(view))
    view.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
    view.setShowGrid(False)
    view.setColumnWidth(0, 120)
    view.resize(200, 120)
    return view


def row(view: QTableView, number: int) -> QImage:
    return view.viewport().grab(view.visualRect(view.model().index(number, 0))).toImage()


def colours_in(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())
    }


def test_a_badge_is_outlined_over_the_views_own_background(table):
    outline = theme.shades(theme.LIGHT)["outline"]
    assert {outline, theme.LIGHT.pane} <= colours_in(row(table, 0))
    table.selectRow(0)
    assert {outline, theme.LIGHT.selection} <= colours_in(row(table, 0))


def test_the_text_is_painted_once_in_the_badge_and_not_beside_it(table):
    table.model().item(0).setText("████")
    image = row(table, 0)
    beside = image.copy(MARGIN + badge_size("████").width() + 1, 0, 20, image.height())
    assert colours_in(beside) == {theme.LIGHT.pane}
    assert theme.LIGHT.second_text in colours_in(image)
    assert theme.LIGHT.text not in colours_in(image)


def test_without_a_text_there_is_no_badge(table):
    assert colours_in(row(table, 1)) == {theme.LIGHT.pane}


def test_a_badge_follows_the_look(table, qapp):
    theme.apply(qapp, dark=True)
    assert theme.shades(theme.DARK)["outline"] in colours_in(row(table, 0))


def test_a_badge_stays_inside_a_narrow_column(table):
    table.model().item(0).setText('"a text that is much too wide"')
    table.setColumnWidth(0, 60)
    image = row(table, 0)
    assert colours_in(image.copy(60 - MARGIN, 0, MARGIN, image.height())) == {theme.LIGHT.pane}


def test_a_column_of_badges_is_as_wide_as_its_widest(table):
    option = QStyleOptionViewItem()
    hint = table.itemDelegate().sizeHint(option, table.model().index(0, 0))
    assert hint == QSize(badge_size("{} 4").width() + 2 * MARGIN, theme.ROW_HEIGHT)


def test_a_line_break_is_painted_as_the_one_that_it_is(table):
    table.model().item(0).setText("a\nb")
    as_stored = row(table, 0)
    table.model().item(0).setText("a\u2028b")
    assert row(table, 0) != as_stored


def test_hostile_text_is_shown_with_escapes_and_never_rendered(qtbot):
    badge = Badge('"a\u202eb\n"')
    qtbot.addWidget(badge)
    assert badge.accessibleName() == r'"a\u202eb\n"'
    assert badge.sizeHint() == badge_size('"a\u202eb\n"')
    assert badge.sizeHint().width() > badge_size('"ab"').width()
    assert badge_size("<b>PNG</b>").width() > badge_size("PNG").width()


def test_a_badge_alone_is_as_large_as_its_text_needs_and_takes_no_room_without_one(qtbot):
    badge = Badge("PNG")
    qtbot.addWidget(badge)
    badge.resize(badge.sizeHint())
    assert badge.text() == "PNG"
    assert badge.sizeHint() == badge_size("PNG")
    assert theme.shades(theme.LIGHT)["outline"] in colours_in(badge.grab().toImage())
    badge.set_text("")
    assert badge.sizeHint() == badge.minimumSizeHint() == QSize(0, 0)
