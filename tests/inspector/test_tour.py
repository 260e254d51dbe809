"""A person's first minutes, with the real window on a real storage: look, edit, save, delete, undo."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTableView, QTabWidget, QWidget

from inspector.app import open_window
from inspector.views.main_window import MainWindow
from storage_core import Storage

pytestmark = pytest.mark.usefixtures("its_look")

READ = """
import sys
from storage_core import Storage
print(Storage(sys.argv[1]).workspace("acme").user("ann").load_text("profile"))
"""
WRITE = """
import sys
from storage_core import Storage
Storage(sys.argv[1]).workspace("acme").user("ann").save_many({"visits": 4, "a new key": 1})
"""


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        acme = storage.workspace("acme")
        acme.set("logo.png", b"\x89PNG\r\n\x1a\n")
        ann = acme.user("ann")
        ann.save_text("profile", '{ "name": "Ann", "price": 22.00, "age": 41 }')
        ann.save("todos", [{"text": "buy milk", "done": False}])
        ann.save("visits", 3)
    return path


@pytest.fixture
async def window(location: Path) -> AsyncIterator[MainWindow]:
    window = await open_window(location)
    await window.idle()
    yield window
    await window.shutdown()


def child(window: QWidget, kind: type[QWidget], name: str) -> QWidget:
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


async def click_row(window: MainWindow, table: QTableView, row: int) -> None:
    rect = table.visualRect(table.model().index(row, 0))
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 20, rect.center().y())
    )
    await window.idle()


async def go_to(window: MainWindow, scope: str, key: str) -> None:
    tree = child(window, QWidget, "scopeTree")
    found = tree.model().match(
        tree.model().index(0, 0),
        Qt.ItemDataRole.DisplayRole,
        scope,
        1,
        Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchExactly,
    )
    assert found, scope
    tree.scrollTo(found[0])
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(found[0]).center())
    await window.idle()
    table = child(window, QTableView, "keyTable")
    rows = [row for row in range(table.model().rowCount()) if table.model().index(row, 0).data() == key]
    assert len(rows) == 1, key
    await click_row(window, table, rows[0])


def field(window: MainWindow, path: str) -> QWidget:
    (found,) = (
        each
        for each in child(window, QWidget, "formView").findChildren(QWidget)
        if each.accessibleName() == path
    )
    return found


def read_elsewhere(location: Path) -> str:
    """What a second process reads."""
    return subprocess.run(
        [sys.executable, "-c", READ, str(location)], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


async def trigger(window: MainWindow, name: str) -> None:
    action = window.findChild(QAction, name)
    assert action is not None
    assert action.isEnabled(), name
    action.trigger()
    await window.idle()


async def test_view_edit_in_the_form_save_delete_and_undo(window: MainWindow, location: Path) -> None:
    await go_to(window, "ann", "profile")
    tabs = child(window, QTabWidget, "valueTabs")
    assert tabs.currentWidget().objectName() == "formPage"
    assert child(window, QWidget, "breadcrumb").accessibleName() == "acme / ann / profile"

    age = field(window, "$.age")
    age.setFocus()
    age.selectAll()
    QTest.keyClicks(age, "42")
    await window.idle()
    await trigger(window, "actionSave")
    assert read_elsewhere(location) == '{ "name": "Ann", "price": 22.00, "age": 42 }'

    await trigger(window, "actionDelete")
    assert read_elsewhere(location) == "None"
    undo = child(window, QWidget, "undoToast").findChild(QPushButton)
    QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
    await window.idle()
    assert read_elsewhere(location) == '{ "name": "Ann", "price": 22.00, "age": 42 }'

    await trigger(window, "actionUndo")
    assert read_elsewhere(location) == '{ "name": "Ann", "price": 22.00, "age": 41 }'
    await trigger(window, "actionRedo")
    assert read_elsewhere(location) == '{ "name": "Ann", "price": 22.00, "age": 42 }'


async def test_looking_around_writes_nothing(window: MainWindow, location: Path) -> None:
    with Storage(location, read_only=True) as storage:
        before = list(storage.changes(0))
    for scope, key in (("Shared", "logo.png"), ("ann", "profile"), ("ann", "todos"), ("ann", "visits")):
        await go_to(window, scope, key)
        tabs = child(window, QTabWidget, "valueTabs")
        for index in range(tabs.count()):
            if tabs.isTabVisible(index):
                tabs.setCurrentIndex(index)
                await window.idle()
        assert not window.findChild(QAction, "actionSave").isEnabled()
    await trigger(window, "actionRefresh")
    with Storage(location, read_only=True) as storage:
        assert list(storage.changes(0)) == before


async def test_what_another_process_writes_shows_without_losing_the_place(
    window: MainWindow, location: Path
) -> None:
    await go_to(window, "ann", "visits")
    text = field(window, "$")
    assert isinstance(text, QLineEdit)
    table = child(window, QTableView, "keyTable")
    told = asyncio.get_running_loop().create_future()
    window.live.changed.connect(lambda changes: told.done() or told.set_result(changes))
    subprocess.run([sys.executable, "-c", WRITE, str(location)], check=True, timeout=60)
    await asyncio.wait_for(told, 30)
    await window.idle()
    assert field(window, "$").text() == "4"
    assert table.model().index(0, 0).data() == "a new key"
    assert table.model().index(table.currentIndex().row(), 0).data() == "visits"


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs Xvfb")
def test_the_tour_goes_as_well_on_a_real_display() -> None:
    tour = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        __file__,
        "-k",
        "not real_display",
    ]
    ran = subprocess.run(
        ["xvfb-run", "-a", *tour],
        env=os.environ | {"QT_QPA_PLATFORM": "xcb"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
