"""The inspector in a process of its own that measures itself: `run` starts it, and it prints what it found."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from inspector import theme
from inspector.assets import icon
from inspector.views.main_window import MainWindow
from tests.benchmarks.inspector_data import CROWDED, keys_of
from tests.benchmarks.inspector_stalls import Heartbeat, Stall
from tests.benchmarks.inspector_tour import Eyes, Ground, Step, Tour

_QUIET_SECONDS = 10.0
_SETTLING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Findings:
    """Of one run: seconds until the first keys were painted, steps, stalls, memory in MB, share of a core at rest."""

    start: float
    steps: Sequence[Step] = ()
    stalls: Sequence[Stall] = ()
    memory: float = 0.0
    at_rest: float = 0.0
    toured: tuple[float, float] = (0.0, 0.0)


def ground(keys: int) -> Ground:
    """For a tour through a crowded storage of so many keys.

    Of the filters one finds many keys, from the first on, the other only a hundred at the very end.
    """
    *_, last = keys_of(CROWDED, keys)
    return Ground(CROWDED, ("77", last[:-2]), 20, "96 litres")


def run(path: Path, part: str, keys: int = 0) -> Findings:
    """Start the inspector on `path`, for a `part` of `start`, `rest` and `tour`, and wait until it has ended.

    For a tour, `keys` is how many there are.
    """
    command = [sys.executable, "-m", "tests.benchmarks.inspector_process", str(path), part, str(keys)]
    ran = subprocess.run(
        [*command, str(time.monotonic())],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    printed: dict[str, Any] = json.loads(ran.stdout)
    printed["steps"] = [Step(**each) for each in printed["steps"]]
    printed["stalls"] = [Stall(**each) for each in printed["stalls"]]
    return Findings(**printed)


def memory_of(process: int) -> float:
    """The resident memory of a process, in MB."""
    told = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(process)], stdout=subprocess.PIPE, check=True, text=True
    )
    return int(told.stdout) / 1024


async def _measure(path: Path, part: str, way: Ground | None, began: float) -> Findings:
    window = MainWindow()
    eyes = Eyes(window.keys.table)
    window.show()
    heart = Heartbeat()
    opening = asyncio.create_task(window.open(path))
    started = await eyes.painted() - began
    await opening
    try:
        if way is not None:
            return await _take_tour(Tour(window, eyes, way), heart, started)
        if part == "rest":
            await asyncio.sleep(_SETTLING_SECONDS)
            heart.stop()  # which takes more than the window itself
            return Findings(started, at_rest=await _share_of_a_core())
        return Findings(started, stalls=heart.stalls)
    finally:
        heart.stop()
        await window.shutdown()


async def _take_tour(tour: Tour, heart: Heartbeat, started: float) -> Findings:
    heart.doing = lambda: tour.doing
    began = time.monotonic()
    steps = [step async for step in tour.steps()]
    return Findings(started, steps, heart.stalls, memory_of(os.getpid()), toured=(began, time.monotonic()))


async def _share_of_a_core() -> float:
    before, began = time.process_time(), time.monotonic()
    await asyncio.sleep(_QUIET_SECONDS)
    return (time.process_time() - before) / (time.monotonic() - began)


def _say_what_matters(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if not message.startswith("This plugin does not support"):  # the offscreen platform, of each window
        print(message, file=sys.stderr)


def _main(path: Path, part: str, keys: int, began: float) -> None:
    qInstallMessageHandler(_say_what_matters)
    app = QApplication(sys.argv[:1])
    app.setWindowIcon(icon("app"))
    app.setQuitOnLastWindowClosed(False)
    theme.theme().choose(theme.Choice.LIGHT)
    way = ground(keys) if part == "tour" else None  # sought out before there is a window that has to answer
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        print(json.dumps(asdict(runner.run(_measure(path, part, way, began)))))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
