"""Bookmarks in a real window: kept in the settings or in memory, listed in the Go menu, and a way back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction

from inspector.app import open_window
from inspector.settings import Bookmark, Settings
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from storage_core.browse import Address

PROFILE = Address(Scope("acme", "ann"), "profile")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
async def remembering(location: Path, settings: Settings) -> AsyncIterator[MainWindow]:
    window = await open_window(location, settings=settings)
    await window.idle()
    yield window
    await window.shutdown()


async def bookmark(window: MainWindow, address: Address) -> None:
    window.go_to(address)
    await window.idle()
    window.findChild(QAction, "actionBookmark").trigger()


def listed(window: MainWindow) -> dict[str, QAction]:
    actions = window.commands.menu("Go").actions()
    after = actions.index(window.findChild(QAction, "actionBookmark"))
    return {action.text(): action for action in actions[after + 1 :] if not action.isSeparator()}


async def test_a_place_is_kept_listed_and_a_way_back(window: MainWindow) -> None:
    start = window.desk.address
    await bookmark(window, PROFILE)
    assert list(listed(window)) == ["acme / ann / profile"]
    window.go_to(start)
    await window.idle()
    listed(window)["acme / ann / profile"].trigger()
    await window.idle()
    assert window.desk.address == PROFILE


async def test_the_command_takes_a_kept_place_away_again(window: MainWindow) -> None:
    action = window.findChild(QAction, "actionBookmark")
    assert action.text() == "Book&mark this place"
    await bookmark(window, PROFILE)
    assert action.text() == "Remove this book&mark"
    action.trigger()
    assert listed(window) == {}


async def test_a_scope_without_keys_can_be_kept_too(window: MainWindow) -> None:
    await window.scopes.choose(Scope("beta"))
    await window.idle()
    window.findChild(QAction, "actionBookmark").trigger()
    await bookmark(window, PROFILE)
    listed(window)["beta / Shared"].trigger()
    await window.idle()
    assert window.scopes.scope == Scope("beta")


async def test_the_settings_remember_them(
    remembering: MainWindow, settings: Settings, location: Path
) -> None:
    await bookmark(remembering, PROFILE)
    assert settings.bookmarks == [Bookmark(str(location), "acme", "ann", "profile")]


async def test_a_bookmark_of_another_storage_opens_that(
    remembering: MainWindow, settings: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with Storage(other) as storage:
        storage.workspace("w & v").save("k", 1)
    settings.bookmarks = [Bookmark(str(other), "w & v", None, "k"), Bookmark("gone.db", "", None)]
    remembering.commands.menu("Go").aboutToShow.emit()
    assert list(listed(remembering)) == ["w && v / Shared / k  in other.db"]
    listed(remembering)["w && v / Shared / k  in other.db"].trigger()
    await remembering.idle()
    assert remembering.session.location == other
    assert remembering.desk.address == Address(Scope("w & v"), "k")


async def test_a_bookmark_of_a_storage_that_is_gone_says_so(
    remembering: MainWindow, settings: Settings, tmp_path: Path
) -> None:
    settings.bookmarks = [Bookmark(str(tmp_path / "gone.db"), "w", None, "k")]
    remembering.commands.menu("Go").aboutToShow.emit()
    (action,) = listed(remembering).values()
    action.trigger()
    await remembering.idle()
    assert remembering.session is None
    assert remembering.desk.address is None
    assert remembering.state.state().what == "There is no storage at this place"


async def test_a_bookmark_of_another_storage_shows_the_keys_around_it_also_where_the_scope_has_the_same_name(
    remembering: MainWindow, settings: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with Storage(other) as storage:
        storage.store(PROFILE.scope).save_many({"profile": 1, "visits": 2})
        storage.workspace("aaa").save("first", 1)
    remembering.go_to(PROFILE)
    await remembering.idle()
    settings.bookmarks = [Bookmark(str(other), "acme", "ann", "visits")]
    remembering.commands.menu("Go").aboutToShow.emit()
    (action,) = listed(remembering).values()
    action.trigger()
    await remembering.idle()
    table = remembering.keys.table
    assert [table.model().index(row, 0).data() for row in range(2)] == ["profile", "visits"]
    assert table.currentIndex().row() == 1
