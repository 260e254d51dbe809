"""The overlay of shortcuts in a real window: it lists every command with keys, and never comes while one types."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QScrollArea, QWidget

from inspector.views.main_window import MainWindow
from inspector.views.window_actions import COMMANDS, commands_with_keys


def overlay(window: MainWindow) -> QWidget:
    return window.findChild(QWidget, "shortcutOverlay")


@pytest.mark.parametrize("key", [Qt.Key.Key_Question, Qt.Key.Key_F1])
async def test_a_key_opens_it_and_it_lists_every_command_with_its_keys(
    window: MainWindow, key: Qt.Key
) -> None:
    window.keys.table.setFocus()
    QTest.keyClick(window.keys.table, key)
    assert overlay(window).isVisible()
    said = {label.text() for label in overlay(window).findChildren(QLabel)}
    for command in COMMANDS:
        if command.keys:
            assert {command.words, "   ".join(command.keys)} <= said
    assert {"File", "Edit", "Go", "View", "Help"} <= said


@pytest.mark.parametrize("key", [Qt.Key.Key_Question, Qt.Key.Key_F1, Qt.Key.Key_Escape])
async def test_a_key_closes_it_and_the_keyboard_goes_back(window: MainWindow, key: Qt.Key) -> None:
    window.keys.table.setFocus()
    window.findChild(QAction, "actionShortcuts").trigger()
    assert window.focusWidget() is overlay(window)
    QTest.keyClick(overlay(window), key)
    assert not overlay(window).isVisible()
    assert window.focusWidget() is window.keys.table


async def test_a_click_closes_it(window: MainWindow) -> None:
    window.findChild(QAction, "actionShortcuts").trigger()
    QTest.mouseClick(overlay(window), Qt.MouseButton.LeftButton, pos=overlay(window).rect().center())
    assert not overlay(window).isVisible()
    window.findChild(QAction, "actionShortcuts").trigger()
    QTest.mouseClick(overlay(window), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert not overlay(window).isVisible()


async def test_a_question_mark_typed_into_a_field_is_one(window: MainWindow) -> None:
    for name in ("keyFilter", "searchEdit"):
        line = window.findChild(QLineEdit, name)
        window.search.begin(None)
        line.setFocus()
        QTest.keyClicks(line, "?")
        assert line.text() == "?"
        assert not overlay(window).isVisible()
    await window.idle()


async def test_no_command_runs_behind_it(window: MainWindow) -> None:
    window.findChild(QAction, "actionShortcuts").trigger()
    QTest.keyClick(overlay(window), Qt.Key.Key_Delete)
    QTest.keyClick(overlay(window), Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    await window.idle()
    assert overlay(window).isVisible()
    assert not window.findChild(QWidget, "jumpPalette").isVisible()
    assert len(await window.keys.selected()) == 1
    assert window.session.history.to_undo is None


async def test_it_covers_the_window_also_after_that_was_resized(window: MainWindow) -> None:
    window.findChild(QAction, "actionShortcuts").trigger()
    window.resize(1100, 700)
    assert overlay(window).geometry() == window.rect()


async def test_where_there_is_no_room_for_all_it_is_scrolled_with_the_arrows(window: MainWindow) -> None:
    window.setMinimumSize(0, 0)
    window.resize(600, 320)
    window.findChild(QAction, "actionShortcuts").trigger()
    await window.idle()
    labels = [label for label in overlay(window).findChildren(QLabel) if label.isVisible()]
    assert all(label.width() >= label.sizeHint().width() for label in labels)
    (last,) = (label for label in labels if label.text() == "Ctrl+E")
    assert last.visibleRegion().boundingRect() != last.rect()
    for _ in range(20):
        QTest.keyClick(overlay(window), Qt.Key.Key_Down)
        QTest.keyClick(overlay(window), Qt.Key.Key_Right)
    bars = overlay(window).findChild(QScrollArea)
    assert bars.verticalScrollBar().value() == bars.verticalScrollBar().maximum() > 0
    assert bars.horizontalScrollBar().value() == bars.horizontalScrollBar().maximum() > 0


def test_each_command_with_keys_is_listed_once() -> None:
    listed = [command for _, commands in commands_with_keys() for command in commands]
    assert sorted(command.name for command in listed) == sorted(
        command.name for command in COMMANDS if command.keys
    )
