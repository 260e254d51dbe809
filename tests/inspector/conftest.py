"""What tests of the window share: a Qt event loop for coroutines, and no display unless one is asked for."""

import os
from collections.abc import Callable, Mapping

import pytest
import qasync
from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_asyncio_loop_factories(
    config: object, item: object
) -> Mapping[str, Callable[[], qasync.QEventLoop]]:
    return {"qt": _qt_loop}


def _qt_loop() -> qasync.QEventLoop:
    app = QApplication.instance() or QApplication(["test"])
    return qasync.QEventLoop(app, already_running=False)


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> QApplication:
    """Widgets need an application, whether or not a test asks for one."""
    return qapp
