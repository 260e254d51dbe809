"""The composition root: the command line, the event loop, the window, and how all of it ends."""

import argparse
import asyncio
import gc
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import qasync
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from inspector import theme
from inspector.assets import icon
from inspector.settings import Settings
from inspector.views.main_window import MainWindow
from storage_core.location import default_location

SCREENSHOT_SIZE = (1280, 800)


async def open_window(
    location: str | os.PathLike[str] | None,
    *,
    read_only: bool = False,
    settings: Settings | None = None,
) -> MainWindow:
    """Open a window on the storage at `location` (None: the default one) and show it.

    For hosts that embed the inspector, and for tests: a QApplication must exist and its qasync loop be running. What
    cannot be opened is explained in the window, and left as it is. `await window.idle()` returns when nothing is
    pending; `await window.shutdown()` closes everything without asking. Without `settings`, nothing is remembered.
    """
    window = MainWindow(settings)
    window.show()
    await window.open(Path(location) if location is not None else default_location(), read_only=read_only)
    return window


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `state-inspector`; returns the exit code."""
    options = _parser().parse_args(arguments)
    if not _has_display():
        if options.screenshot is None:
            print(
                "state-inspector: there is no display; with --screenshot FILE a picture is made",
                file=sys.stderr,
            )
            return 1
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        qInstallMessageHandler(_say_what_matters)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("State Inspector")
    app.setDesktopFileName("state-inspector")
    app.setWindowIcon(icon("app"))
    app.setQuitOnLastWindowClosed(False)  # the window ends its work first
    gc.disable()  # the window collects; and what is left at its end goes with the process
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        return runner.run(_run(app, options))


async def _run(app: QApplication, options: argparse.Namespace) -> int:
    # A picture is the same wherever it is made: it neither uses nor changes what a person has set.
    settings = Settings() if options.screenshot is None else None
    chosen = theme.Choice(options.theme) if options.theme else None
    theme.theme().choose(chosen or (settings.theme if settings else theme.Choice.LIGHT))
    window = await open_window(options.path, read_only=options.read_only, settings=settings)
    _report_crashes(window)
    window.resize(window.size().boundedTo(window.screen().availableSize()))
    closed = asyncio.Event()
    window.closed.connect(closed.set)
    with suppress(NotImplementedError):  # where the platform has no signals for a loop
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, window.close)
    try:
        if options.screenshot is None:
            await closed.wait()
            return 0
        return await _take_screenshot(window, options.screenshot)
    finally:
        await window.shutdown()


async def _take_screenshot(window: MainWindow, target: Path) -> int:
    window.resize(*SCREENSHOT_SIZE)
    await window.idle()
    if window.grab().save(str(target)):
        return 0
    print(f"state-inspector: {target}: the picture cannot be written there", file=sys.stderr)
    return 1


def _report_crashes(window: MainWindow) -> None:
    """Show what nobody expected, with its traceback to copy, instead of losing it on a console nobody sees."""

    def report(kind: type[BaseException], error: BaseException, trace: object) -> None:
        traceback.print_exception(error)
        window.report(error)

    def report_from_loop(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            report(type(error), error, error.__traceback__)
        else:
            loop.default_exception_handler(context)

    sys.excepthook = report
    asyncio.get_running_loop().set_exception_handler(report_from_loop)


def _say_what_matters(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Pass on what Qt has to say, but for what the offscreen platform says of each window that it draws."""
    if not message.startswith("This plugin does not support"):
        print(message, file=sys.stderr)


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="state-inspector",
        description="See and correct what plugins store, while they run.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        help="the storage, a Cheshire Cat's core.db, or the folder persistence of Dify's plugin daemon;"
        " else $STORAGE_CORE, else the default storage",
    )
    parser.add_argument("--read-only", action="store_true", help="look only: nothing can be changed")
    parser.add_argument(
        "--screenshot", metavar="FILE", type=Path, help="write a picture of the window, and end"
    )
    parser.add_argument(
        "--theme", choices=[each.value for each in theme.Choice], help="light or dark, this time"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('state-inspector')}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
