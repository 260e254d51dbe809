"""The filter of keys in a real window: how it matches, and keys of everywhere."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QTableView, QToolButton, QWidget

from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address, Query

ANN, CY = Scope("acme", "ann"), Scope("beta", "cy")


@pytest.fixture
async def window(window: MainWindow) -> MainWindow:
    await window.scopes.choose(CY)
    await window.idle()
    return window


def choose(window: MainWindow, words: str) -> None:
    menu = window.findChild(QToolButton, "keyMatch").menu()
    (action,) = (action for action in menu.actions() if action.text().replace("&", "").startswith(words))
    action.trigger()


async def type_filter(window: MainWindow, text: str) -> None:
    line = window.findChild(QLineEdit, "keyFilter")
    line.clear()
    QTest.keyClicks(line, text)
    await window.idle()


def column(window: MainWindow, place: int = 0) -> list[str]:
    model = window.findChild(QTableView, "keyTable").model()
    return [model.index(row, place).data() for row in range(model.rowCount())]


def headings(window: MainWindow) -> list[str]:
    model = window.findChild(QTableView, "keyTable").model()
    return [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]


async def test_of_how_many_keys_it_leaves_some_is_said_once_that_is_known(
    window: MainWindow, location: Path
) -> None:
    label, said = window.findChild(QLabel, "keyCount"), []
    with Storage(location, read_only=True) as storage:
        changes = [each for each in storage.changes(0) if each.scope == CY]
    model = window.keys.model
    model.modelReset.connect(lambda: window.start(window.keys.follow(changes)))
    model.count_changed.connect(lambda: said.append(label.text()))
    await type_filter(window, "milk")
    assert "1 of …" in said
    assert not any(each.endswith(" of 0") for each in said)
    assert label.text() == f"1 of {len({each.key for each in changes})}"


async def test_however_much_is_written_no_more_than_one_count_is_waited_for(
    window: MainWindow, location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await type_filter(window, "milk")
    with Storage(location) as storage:
        changes = [each for each in storage.changes(0) if each.scope == CY]
    assert window.session is not None
    count, asked, may_end = window.session.browser.count, 0, asyncio.Event()

    async def count_at_length(query: Query) -> int:
        nonlocal asked
        asked += 1
        await may_end.wait()
        return await count(query)

    monkeypatch.setattr(window.session.browser, "count", count_at_length)
    for _ in range(10):
        window.start(window.keys.follow(changes))
    while not asked:
        await asyncio.sleep(0)
    may_end.set()
    await window.idle()
    assert asked <= 2
    assert window.findChild(QLabel, "keyCount").text() == f"1 of {len({each.key for each in changes})}"


@pytest.mark.parametrize(
    ("how", "text", "keys"),
    [
        ("Contains", "MILK", ["cache:milk"]),
        ("Contains", "cache:*", []),
        ("Pattern", "cache:*", ["cache:bread", "cache:milk"]),
        ("Pattern", "cache:????", ["cache:milk"]),
        ("Pattern", "milk", []),
        ("Exactly", "cache:milk", ["cache:milk"]),
        ("Exactly", "cache:", []),
    ],
)
async def test_it_matches_as_chosen(window: MainWindow, how: str, text: str, keys: list[str]) -> None:
    choose(window, how)
    await type_filter(window, text)
    assert column(window) == keys


async def test_another_way_of_matching_shows_at_once(window: MainWindow) -> None:
    await type_filter(window, "cache:*")
    assert column(window) == []
    choose(window, "Pattern")
    await window.idle()
    assert column(window) == ["cache:bread", "cache:milk"]
    button = window.findChild(QToolButton, "keyMatch")
    assert (button.text(), button.accessibleName()) == (
        "Pattern",
        "How the filter matches: pattern, in this scope",
    )


async def test_keys_of_all_scopes_are_shown_with_their_scope(window: MainWindow) -> None:
    assert "Scope" not in headings(window)
    choose(window, "Keys of all scopes")
    await type_filter(window, "todos")
    assert headings(window)[:2] == ["Key", "Scope"]
    assert column(window, 1) == ["acme / ann", "acme / bob", "beta / cy"]
    assert window.findChild(QWidget, "keyCount").text() == "3 of 9"
    choose(window, "Keys of all scopes")
    await window.idle()
    assert column(window) == ["todos"]
    assert window.keys.scope == CY


async def test_a_key_of_another_scope_takes_tree_and_breadcrumb_along(window: MainWindow) -> None:
    choose(window, "Keys of all scopes")
    await type_filter(window, "todos")
    table = window.findChild(QTableView, "keyTable")
    at = table.visualRect(table.model().index(0, 0)).topLeft() + QPoint(5, 5)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    await window.idle()
    assert window.desk.address == Address(ANN, "todos")
    assert window.scopes.scope == ANN
    assert window.findChild(QWidget, "breadcrumb").accessibleName() == "acme / ann / todos"
    assert len(column(window)) == 3  # and the keys stay those of everywhere
    choose(window, "Keys of all scopes")
    await window.idle()
    assert window.keys.scope == ANN


async def test_going_to_a_scope_shows_its_keys_alone(window: MainWindow) -> None:
    choose(window, "Keys of all scopes")
    await window.idle()
    assert len(column(window)) == 9
    await window.scopes.choose(ANN)
    await window.idle()
    assert column(window) == ["api_key", "profile", "todos"]
    assert window.findChild(QLineEdit, "keyFilter").placeholderText() == "Filter keys"


async def test_going_to_a_key_keeps_the_keys_of_everywhere_where_they_are(window: MainWindow) -> None:
    choose(window, "Keys of all scopes")
    await window.idle()
    window.go_to(Address(ANN, "profile"))
    await window.idle()
    table = window.findChild(QTableView, "keyTable")
    assert len(column(window)) == 9
    assert column(window)[table.currentIndex().row()] == "profile"
