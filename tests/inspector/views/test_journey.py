"""Jumping to places, and going back and forward among them, in a real window."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTableView, QWidget

from inspector.views import jump_palette
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address

PROFILE = Address(Scope("acme", "ann"), "profile")
NOTES = Address(Scope("acme"), "notes.txt")
MILK = Address(Scope("beta", "cy"), "cache:milk")


def palette(window: MainWindow) -> QWidget:
    return window.findChild(QWidget, "jumpPalette")


def places(window: MainWindow) -> list[tuple[str, str]]:
    model = window.findChild(QTableView, "jumpResults").model()
    return [tuple(model.index(row, column).data() for column in range(2)) for row in range(model.rowCount())]


async def type_words(window: MainWindow, text: str) -> QLineEdit:
    window.findChild(QAction, "actionJump").trigger()
    edit = window.findChild(QLineEdit, "jumpEdit")
    assert window.focusWidget() is edit
    QTest.keyClicks(edit, text)
    await window.idle()
    return edit


async def go(window: MainWindow, *addresses: Address) -> None:
    for address in addresses:
        window.go_to(address)
        await window.idle()


async def trigger(window: MainWindow, name: str) -> None:
    window.findChild(QAction, name).trigger()
    await window.idle()


async def test_words_lead_to_a_key_by_enter(window: MainWindow) -> None:
    edit = await type_words(window, "ann prof")
    assert places(window) == [("profile", "acme / ann")]
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await window.idle()
    assert not palette(window).isVisible()
    assert window.desk.address == PROFILE
    assert window.scopes.scope == PROFILE.scope
    assert window.focusWidget() is window.keys.table


async def test_the_arrows_choose_among_the_places(window: MainWindow) -> None:
    edit = await type_words(window, "milk")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    edit = await type_words(window, "todos")
    assert [scope for _, scope in places(window)] == ["acme / ann", "acme / bob", "beta / cy"]
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(edit, key)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await window.idle()
    assert window.desk.address == Address(Scope("acme", "bob"), "todos")


async def test_a_click_leads_to_a_scope(window: MainWindow) -> None:
    await type_words(window, "beta")
    table = window.findChild(QTableView, "jumpResults")
    at = table.visualRect(table.model().index(0, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    await window.idle()
    assert (window.scopes.scope, window.keys.scope) == (Scope("beta", "cy"), Scope("beta", "cy"))


@pytest.mark.parametrize("how", ["escape", "click beside it"])
async def test_it_closes_and_gives_the_keyboard_back(window: MainWindow, how: str) -> None:
    window.scopes.tree.setFocus()
    edit = await type_words(window, "todos")
    if how == "escape":
        QTest.keyClick(edit, Qt.Key.Key_Escape)
    else:
        QTest.mouseClick(palette(window), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    await window.idle()
    assert not palette(window).isVisible()
    assert window.focusWidget() is window.scopes.tree


async def test_the_windows_commands_rest_while_it_is_open(window: MainWindow) -> None:
    edit = await type_words(window, "todos")
    QTest.keyClick(
        edit, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert not window.findChild(QWidget, "searchPanel").isVisible()
    assert window.focusWidget() is edit


async def test_it_says_that_nothing_matches_only_at_the_end(window: MainWindow) -> None:
    said = palette(window).findChildren(QWidget)
    window.findChild(QAction, "actionJump").trigger()
    QTest.keyClicks(window.findChild(QLineEdit, "jumpEdit"), "nowhere")
    texts = [each.text() for each in said if hasattr(each, "text")]
    assert "Looking…" in texts
    await window.idle()
    assert "No workspace, user or key matches" in [each.text() for each in said if hasattr(each, "text")]


async def test_a_bounded_number_of_places_is_shown(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jump_palette, "SHOWN_AT_MOST", 2)
    await type_words(window, "todos")
    assert len(places(window)) == 2


async def test_recent_places_are_offered_before_anything_is_typed(window: MainWindow) -> None:
    await go(window, PROFILE, NOTES, MILK)
    await type_words(window, "")
    assert places(window)[:2] == [("notes.txt", "acme / Shared"), ("profile", "acme / ann")]


async def test_the_field_in_the_tool_row_opens_it(window: MainWindow) -> None:
    (field,) = (
        each
        for each in window.tool_row.findChildren(QPushButton)
        if each.accessibleName() == "Jump to workspace, user or key"
    )
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    assert palette(window).isVisible()


async def test_back_and_forward_lead_along_the_places_that_were_visited(window: MainWindow) -> None:
    start = window.desk.address
    await go(window, PROFILE, NOTES, MILK)
    assert not window.findChild(QAction, "actionForward").isEnabled()
    for name, place in (
        ("actionBack", NOTES),
        ("actionBack", PROFILE),
        ("actionBack", start),
        ("actionForward", PROFILE),
    ):
        await trigger(window, name)
        assert window.desk.address == place
        assert window.scopes.scope == place.scope
    await go(window, MILK)
    assert not window.findChild(QAction, "actionForward").isEnabled()


async def test_the_ways_end_with_the_storage(window: MainWindow, tmp_path: Path) -> None:
    await go(window, PROFILE, NOTES)
    with Storage(tmp_path / "other.db") as storage:
        storage.workspace("w").save("k", 1)
    await window.open(tmp_path / "other.db")
    await window.idle()
    assert not window.findChild(QAction, "actionBack").isEnabled()
    window.findChild(QAction, "actionJump").trigger()
    await window.open(tmp_path / "nothing.db")
    await window.idle()
    assert not palette(window).isVisible()
    assert not window.findChild(QAction, "actionJump").isEnabled()


async def test_hostile_names_are_shown_as_what_they_are(window: MainWindow, location: Path) -> None:
    with Storage(location) as storage:
        storage.workspace("w & v").save("<img src=x>\n", 1)
    await window.idle()
    await type_words(window, "<img")
    assert places(window) == [("<img src=x>\\n", "w & v / Shared")]


async def test_a_jump_leads_where_it_says_also_while_no_key_is_selected(window: MainWindow) -> None:
    await go(window, PROFILE)
    window.keys.start_filter()
    window.focusWidget().insert("todos")
    await window.idle()
    assert not window.keys.has_selection()
    edit = await type_words(window, "cache milk")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await window.idle()
    assert window.desk.address == MILK
