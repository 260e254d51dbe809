"""What is chosen in the View menu: the theme and the groups of keys, shown at once and remembered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from inspector import theme
from inspector.app import open_window
from inspector.settings import Settings
from inspector.theme import Choice
from inspector.views.main_window import MainWindow
from storage_core import Scope


@pytest.fixture(autouse=True)
def _look() -> Iterator[None]:
    """Each test begins with the light look, and leaves no other behind."""
    theme.theme().choose(Choice.LIGHT)
    yield
    theme.theme().choose(Choice.LIGHT)


def choose(window: MainWindow, menu: str, value: object) -> None:
    (action,) = (each for each in window.findChild(QMenu, menu).actions() if each.data() == value)
    action.trigger()


def chosen(window: MainWindow, menu: str) -> object:
    (action,) = (each for each in window.findChild(QMenu, menu).actions() if each.isChecked())
    return action.data()


async def groups(window: MainWindow) -> list[str]:
    await window.idle()
    model, tree = window.scopes.model, window.scopes.tree
    tree.expand(tree.currentIndex())
    await window.idle()
    here = tree.currentIndex()
    return [model.index(row, 0, here).data() for row in range(model.rowCount(here))]


async def test_the_theme_can_be_chosen_and_is_remembered(location: Path, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    window = await open_window(location, settings=settings)
    assert chosen(window, "themeChoice") == Choice.LIGHT
    choose(window, "themeChoice", Choice.DARK)
    assert theme.theme().dark
    assert settings.theme is Choice.DARK
    window.findChild(QAction, "actionTheme").trigger()
    assert chosen(window, "themeChoice") == Choice.LIGHT
    choose(window, "themeChoice", Choice.SYSTEM)
    assert settings.theme is Choice.SYSTEM
    await window.shutdown()


async def test_the_groups_of_keys_follow_the_delimiter(window: MainWindow) -> None:
    await window.scopes.choose(Scope("beta", "cy"))
    assert chosen(window, "groupDelimiter") == ":"
    assert await groups(window) == ["cache"]
    choose(window, "groupDelimiter", "/")
    assert await groups(window) == []
    choose(window, "groupDelimiter", ":")
    assert await groups(window) == ["cache"]
    choose(window, "groupDelimiter", "")
    assert await groups(window) == []


async def test_the_delimiter_is_remembered(location: Path, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    window = await open_window(location, settings=settings)
    choose(window, "groupDelimiter", ".")
    await window.shutdown()
    assert settings.delimiter == "."
    window = await open_window(location, settings=settings)
    assert chosen(window, "groupDelimiter") == "."
    assert window.scopes.model.delimiter == "."
    await window.shutdown()
