"""Searching a window's storage: hits stream in, lead to their keys, and nothing is called missing too early."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QTableView, QWidget

from inspector.models import hits
from inspector.models.hits import SHOWN_AT_MOST
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address, Browser, SearchStep


async def search(window: MainWindow, text: str) -> None:
    window.findChild(QAction, "actionSearch").trigger()
    edit = window.findChild(QLineEdit, "searchEdit")
    edit.clear()
    QTest.keyClicks(edit, text)
    await window.idle()


def results(window: MainWindow) -> QTableView:
    return window.findChild(QTableView, "searchResults")


def rows(window: MainWindow) -> list[tuple[str, str, str]]:
    model = results(window).model()
    return [tuple(model.index(row, column).data() for column in range(3)) for row in range(model.rowCount())]


def status(window: MainWindow) -> str:
    return window.findChild(QLabel, "searchStatus").text()


async def test_a_text_is_found_in_keys_and_in_json_and_bytes_of_all_scopes(window: MainWindow) -> None:
    await search(window, "MILK")
    assert rows(window) == [
        ("beta / cy", "cache:milk", "in the key"),
        ("acme / Shared", "notes.txt", "Ring the plumber.\\nBuy oat milk.\\n"),
        ("acme / ann", "api_key", "••••"),
        ("acme / ann", "todos", '[{"text":"buy milk","done":false}]'),
        ("acme / bob", "todos", '["sell milk"]'),
    ]
    assert status(window) == "5 found · looked at all 9 values"
    assert not window.findChild(QPushButton, "searchCancel").isEnabled()


async def test_the_panel_comes_with_the_keyboard_and_goes_with_escape(window: MainWindow) -> None:
    panel = window.findChild(QWidget, "searchPanel")
    assert not panel.isVisible()
    await search(window, "milk")
    assert panel.isVisible()
    assert window.focusWidget() is window.findChild(QLineEdit, "searchEdit")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert window.focusWidget() is window.keys.table


@pytest.mark.parametrize("how", ["click", "enter"])
async def test_a_hit_leads_to_its_key(window: MainWindow, how: str) -> None:
    await search(window, "sell")
    table = results(window)
    if how == "click":
        at = table.visualRect(table.model().index(0, 2)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    else:
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)  # from the text to the first result
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    await window.idle()
    assert window.desk.address == Address(Scope("acme", "bob"), "todos")
    assert window.findChild(QWidget, "breadcrumb").accessibleName() == "acme / bob / todos"
    assert window.findChild(QWidget, "searchPanel").isVisible()


async def test_the_search_can_stay_in_one_scope(window: MainWindow) -> None:
    await window.scopes.choose(Scope("acme", "ann"))
    await window.idle()
    await search(window, "milk")
    where = window.findChild(QWidget, "searchPanel").findChild(QComboBox)
    assert [where.itemText(each) for each in range(where.count())] == ["Everywhere", "Only acme / ann"]
    where.setCurrentIndex(1)
    await window.idle()
    assert [row[:2] for row in rows(window)] == [("acme / ann", "api_key"), ("acme / ann", "todos")]
    await search(window, "plumber")
    assert status(window) == "Nothing found in acme / ann · looked at all 3 values"


@pytest.mark.parametrize(
    ("without", "found"), [("Keys", ["notes.txt", "api_key", "todos", "todos"]), ("Values", ["cache:milk"])]
)
async def test_keys_or_values_can_be_left_out(window: MainWindow, without: str, found: list[str]) -> None:
    await search(window, "milk")
    (box,) = (
        box
        for box in window.findChild(QWidget, "searchPanel").findChildren(QCheckBox)
        if box.text().replace("&", "") == without
    )
    box.click()
    await window.idle()
    assert [key for _, key, _ in rows(window)] == found
    for each in window.findChild(QWidget, "searchPanel").findChildren(QCheckBox):
        each.setChecked(False)
    await window.idle()
    assert rows(window) == []
    assert status(window) == "Choose to search in keys, in values or in both"


async def test_nothing_found_is_said_only_where_everything_was_looked_at(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    async def far(*_: object, **__: object) -> AsyncGenerator[SearchStep, None]:
        for looked in (0, 120_000, 1_000_000):
            said.append(status(window))
            yield SearchStep([], looked, 1_000_000, False)
        said.append(status(window))
        yield SearchStep([], 1_000_000, 1_000_000, True)

    monkeypatch.setattr(Browser, "search", far)
    await search(window, "nowhere")
    assert said == [
        "Searching…",
        "Looking at keys · 0 found",
        "Looked at 120,000 of 1,000,000 values · 0 found",
        "Looked at 1,000,000 of 1,000,000 values · 0 found",
    ]
    assert status(window) == "Nothing found in all scopes · looked at all 1,000,000 values"


async def test_cancel_ends_the_search_and_keeps_what_was_found(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Browser.search
    ended: list[str] = []

    async def endless(browser: Browser, text: str, **options: object) -> AsyncGenerator[SearchStep, None]:
        async for step in whole(browser, text):
            if step.hits:
                yield SearchStep(step.hits, 400, 9_000, False)
        try:
            window.findChild(QPushButton, "searchCancel").click()
            await asyncio.sleep(0)
            ended.append("went on")
        finally:
            ended.append("closed")

    monkeypatch.setattr(Browser, "search", endless)
    await search(window, "milk")
    assert ended == ["closed"]
    assert len(rows(window)) == 5
    assert status(window) == "Stopped after 400 of 9,000 values · 5 found"
    assert not window.findChild(QPushButton, "searchCancel").isEnabled()
    monkeypatch.setattr(Browser, "search", whole)
    QTest.keyClick(window.findChild(QLineEdit, "searchEdit"), Qt.Key.Key_Return)
    await window.idle()
    assert status(window) == "5 found · looked at all 9 values"


async def test_a_newer_text_takes_the_place_of_the_one_before(window: MainWindow) -> None:
    edit = window.findChild(QLineEdit, "searchEdit")
    await search(window, "sel")
    QTest.keyClicks(edit, "l")
    QTest.keyClicks(edit, "y")
    await window.idle()
    assert rows(window) == []
    assert status(window) == "Nothing found in all scopes · looked at all 9 values"
    edit.clear()
    await window.idle()
    assert status(window) == ""


async def test_a_bounded_number_of_hits_is_shown_and_all_are_counted(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hits, "SHOWN_AT_MOST", 3)
    monkeypatch.setattr("inspector.views.search_panel.SHOWN_AT_MOST", 3)
    await search(window, "milk")
    assert SHOWN_AT_MOST == 10_000
    assert len(rows(window)) == 3
    assert status(window) == "5 found, the first 3 are shown · looked at all 9 values"


async def test_secrets_stay_behind_dots(window: MainWindow) -> None:
    await search(window, "password-7")
    assert rows(window) == [("acme / ann", "profile", '{"name":"Ann","password":••••,"city":"Graz"}')]


async def test_hostile_keys_and_values_are_shown_as_what_they_are(window: MainWindow, location: Path) -> None:
    with Storage(location) as storage:
        storage.workspace("<b>w</b>").save("<img src=x>\n", "<b>zebra\u202e</b>")
    await window.idle()
    await search(window, "zebra")
    assert rows(window) == [("<b>w</b> / Shared", "<img src=x>\\n", '"<b>zebra\\u202e</b>"')]
    tooltip = results(window).model().index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;img" in tooltip


async def test_leaving_the_storage_ends_the_search(window: MainWindow, tmp_path: Path) -> None:
    window.findChild(QAction, "actionSearch").trigger()
    QTest.keyClicks(window.findChild(QLineEdit, "searchEdit"), "milk")
    await window.open(tmp_path / "nothing.db")
    await window.idle()
    assert rows(window) == []
    assert status(window) == ""
    assert not window.findChild(QAction, "actionSearch").isEnabled()


async def test_the_arrow_down_leads_from_the_text_to_the_results(window: MainWindow) -> None:
    await search(window, "milk")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    assert window.focusWidget() is results(window)
    assert results(window).currentIndex().row() == 0
    assert results(window).visualRect(results(window).currentIndex()).topLeft() == QPoint(0, 0)
