"""The window on a small screen: as small as that, and all of it within reach."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QLineEdit, QPushButton, QScrollArea, QWidget

from inspector.views.main_window import MainWindow
from inspector.views.window_layout import SMALLEST, smallest_on
from storage_core import Scope
from tests.inspector.person import Person


@pytest.mark.parametrize(
    ("screen", "smallest"),
    [((1280, 800), SMALLEST), ((3840, 2160), SMALLEST), ((640, 400), QSize(632, 360))],
)
def test_the_window_need_never_be_larger_than_its_screen(screen: tuple[int, int], smallest: QSize) -> None:
    assert smallest_on(QSize(*screen)) == smallest


def is_in_sight(window: MainWindow, widget: QWidget) -> bool:
    within = QRect(QPoint(0, 0), window.size())
    return widget.isVisible() and within.contains(QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()))


async def test_what_there_is_no_room_for_is_scrolled_to_where_the_keyboard_is(window: MainWindow) -> None:
    person = Person(window)
    await person.go_to(Scope("acme", "ann"), "profile")
    window.setMinimumSize(0, 0)
    window.resize(640, 360)
    window.activateWindow()
    await window.idle()
    scrolled = window.centralWidget()
    assert isinstance(scrolled, QScrollArea)
    assert scrolled.verticalScrollBar().maximum() > 0
    for name in ("keyFilter", "activityFilter", "scopeFilter"):
        line = person.find(QLineEdit, name)
        line.setFocus()
        await person.sees(lambda line=line: is_in_sight(window, line))


async def test_in_the_smallest_window_nothing_is_scrolled_out_of_sight(window: MainWindow) -> None:
    person = Person(window)
    window.resize(SMALLEST)
    await person.go_to(Scope("acme", "ann"), "profile")
    await person.edit("$.name", "Anna")
    await person.click(person.find(QPushButton, "changesToggle"))
    await person.do("actionSearch")
    await window.idle()
    bars = window.centralWidget().verticalScrollBar(), window.centralWidget().horizontalScrollBar()
    assert [bar.maximum() for bar in bars] == [0, 0]
    assert is_in_sight(window, person.find(QWidget, "activityTable"))


async def test_what_the_folded_activity_leaves_goes_to_the_panes_and_comes_back(window: MainWindow) -> None:
    await window.idle()
    high, below = window.scopes.height(), window.activity.height()
    window.activity.set_folded(True)
    await window.idle()
    assert window.activity.height() < below
    assert window.scopes.height() == high + below - window.activity.height()
    window.activity.set_folded(False)
    await window.idle()
    assert (window.scopes.height(), window.activity.height()) == (high, below)
