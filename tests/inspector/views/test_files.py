"""Opening a file without a dialog: a recent one, or one that is dropped on the window."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget

from inspector.app import open_window
from inspector.settings import Settings
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
async def window(location: Path, settings: Settings) -> AsyncIterator[MainWindow]:
    window = await open_window(location, settings=settings)
    await window.idle()
    yield window
    await window.shutdown()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "this & that.db"
    with Storage(path) as storage:
        storage.workspace("w").save("k", 1)
    return path


def recent(window: MainWindow) -> list[QAction]:
    window.commands.menu("File").aboutToShow.emit()
    return [each for each in window.findChild(QMenu, "recentFiles").actions() if not each.isSeparator()]


def drop(window: MainWindow, data: QMimeData) -> bool:
    """Drag over the window and let go; whether it was taken."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(10, 10), copy, data, left, none)
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        return False
    let_go = QDropEvent(QPointF(10, 10), copy, data, left, none)
    QApplication.sendEvent(window, let_go)
    return let_go.isAccepted()


def files(*urls: QUrl) -> QMimeData:
    data = QMimeData()
    data.setUrls(list(urls))
    return data


async def test_recent_files_are_listed_the_last_one_first_and_open(
    window: MainWindow, location: Path, other: Path
) -> None:
    await window.open(other)
    await window.idle()
    first, second, clear = recent(window)
    assert first.text().startswith("this && that.db   /")
    assert second.data() == str(location)
    assert clear.text() == "&Clear this list"
    second.trigger()
    await window.idle()
    assert window.location == location


async def test_the_list_of_recent_files_can_be_cleared(window: MainWindow, settings: Settings) -> None:
    recent(window)[-1].trigger()
    assert settings.recent_files == []
    assert [each.text() for each in recent(window)] == ["&Clear this list"]
    assert not window.findChild(QMenu, "recentFiles").menuAction().isEnabled()


async def test_a_file_that_is_dropped_on_the_window_opens(window: MainWindow, other: Path) -> None:
    assert drop(window, files(QUrl("https://example.org/x.db"), QUrl.fromLocalFile(str(other))))
    await window.idle()
    assert window.location == other
    assert window.desk.address == Address(Scope("w"), "k")


async def test_what_is_no_file_is_not_taken(window: MainWindow, location: Path) -> None:
    text = QMimeData()
    text.setText("/etc/passwd")
    assert not drop(window, text)
    assert not drop(window, files(QUrl("https://example.org/x.db")))
    await window.idle()
    assert window.location == location


async def test_an_edit_is_guarded_before_a_dropped_file_opens(
    window: MainWindow, location: Path, other: Path
) -> None:
    window.go_to(Address(Scope("acme", "ann"), "profile"))
    await window.idle()
    (name,) = (
        each
        for each in window.findChild(QWidget, "formView").findChildren(QLineEdit)
        if each.accessibleName() == "$.city"
    )
    name.setFocus()
    QTest.keyClicks(name, "!")
    assert window.value.is_edited()
    assert drop(window, files(QUrl.fromLocalFile(str(other))))
    async with asyncio.timeout(30):
        while (guard := window.findChild(QWidget, "guardDialog")) is None:
            await asyncio.sleep(0)
    QTest.keyClick(guard, Qt.Key.Key_Escape)
    await window.idle()
    assert window.location == location
    assert window.value.is_edited()
