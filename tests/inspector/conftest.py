"""What tests of the window share: a Qt event loop for coroutines, and no display unless one is asked for."""

import gc
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import partial

import pytest
import qasync
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector import theme
from inspector.editors import text
from inspector.views import (
    bring_over,
    draft_keeper,
    jump_palette,
    key_pane,
    live,
    scope_pane,
    search_panel,
    value_schema,
    value_tasks,
)
from tests.inspector.person import PATIENCE

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault(
    theme.REDUCED_MOTION_VARIABLE, "1"
)  # else a table is painted 15 times after each change


def pytest_asyncio_loop_factories(
    config: object, item: object
) -> Mapping[str, Callable[[], qasync.QEventLoop]]:
    return {"qt": _qt_loop}


def _qt_loop() -> qasync.QEventLoop:
    app = QApplication.instance() or QApplication(["test"])
    return qasync.QEventLoop(app, already_running=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: object) -> Generator[None, object, object]:
    """Collect garbage between tests only.

    In the middle of one, Python may do so while Qt destroys an object. Where another object goes with the garbage,
    its destructor then waits for a lock of Qt's that the first one holds, for ever.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect(1)
        gc.enable()


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> Iterator[QApplication]:
    """Widgets need an application, whether or not a test asks for one.

    A look that a test has given it goes with the test: else the style sheet polishes every window after it, and each
    takes four times as long to open.
    """
    yield qapp
    theme.theme().still = None
    if qapp.styleSheet():
        theme.theme().choose(theme.Choice.SYSTEM)
        qapp.setStyleSheet("")
        qapp.setPalette(QPalette())


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QtBot:
    """Waits as long as a busy machine may need; pytest-qt gives up after five seconds."""
    for wait in ("waitUntil", "waitSignal", "waitSignals"):
        monkeypatch.setattr(qtbot, wait, partial(getattr(qtbot, wait), timeout=PATIENCE * 1_000))
    return qtbot


@pytest.fixture
def its_look(qapp: QApplication) -> None:
    """The light look, and motion, as a window has them that a person opens."""
    theme.apply(qapp, dark=False)
    theme.theme().still = False


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the window puts off until a person pauses, or to do it less often, comes soon: all tests await it."""
    for module, pause in (
        (bring_over, "_TYPING_PAUSE"),
        (draft_keeper, "KEEP_SECONDS"),
        (jump_palette, "TYPING_PAUSE"),
        (key_pane, "TYPING_PAUSE"),
        (live, "BUNDLE_SECONDS"),
        (scope_pane, "CATCH_UP_SECONDS"),
        (scope_pane, "LOOK_SECONDS"),
        (search_panel, "TYPING_PAUSE"),
        (value_schema, "CHECK_SECONDS"),
        (value_tasks, "COMPARE_SECONDS"),
    ):
        monkeypatch.setattr(module, pause, 0.01)
    monkeypatch.setattr(text, "PAUSE_MS", 10)
