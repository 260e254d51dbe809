"""How long a thread with an event loop does not answer, and what it is at then."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5
_INNERMOST = 3  # frames
_NOTED_FROM = 0.025
_LOOKED_AT_AFTER = 0.02
_SCHEDULED = Path("/proc/thread-self/schedstat")
_PROJECT = str(Path(__file__).parents[2])


@dataclass(frozen=True, slots=True)
class Stall:
    """A time without an answer: `busy` seconds of it the thread ran, `queued` seconds it waited for a core.

    `doing` is where the tour was, `seen` what ran.
    """

    seconds: float
    busy: float
    queued: float
    doing: str
    seen: str

    @property
    def elsewhere(self) -> float:
        """The seconds in which it waited for something else, such as Python's lock."""
        return max(0.0, self.seconds - self.busy - self.queued)


class Heartbeat(QObject):
    """Beats on the event loop of the thread that makes it, from the first beat on until it is stopped.

    `stalls` are the long times between two beats; a watchdog in a thread of its own looks then where the loop is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.doing: Callable[[], str] = lambda: "start"
        self.stalls: list[Stall] = []
        self._thread = threading.get_ident()
        self._seen = ""
        self._last, self._last_ran = time.perf_counter(), _ran()
        self._stopped = threading.Event()
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        self._watchdog = threading.Thread(target=self._watch, daemon=True)
        self._watchdog.start()

    def stop(self) -> None:
        self._timer.stop()
        self._stopped.set()
        self._watchdog.join()

    def _beat(self) -> None:
        now, ran = time.perf_counter(), _ran()
        if now - self._last >= _NOTED_FROM:
            busy, queued = (after - before for after, before in zip(ran, self._last_ran, strict=True))
            self.stalls.append(Stall(now - self._last, busy, queued, self.doing(), self._seen))
        self._last, self._last_ran, self._seen = now, ran, ""

    def _watch(self) -> None:
        while not self._stopped.wait(BEAT_MS / 1000):
            if time.perf_counter() - self._last >= _LOOKED_AT_AFTER and not self._seen:
                self._seen = _seen(self._thread)


def _seen(watched: int) -> str:
    """Where the watched thread is, and what else is running: Python lets only one of them run at a time."""
    frames = sys._current_frames()
    others = [_place(frames[each]) for each in frames if each not in (watched, threading.get_ident())]
    return " | ".join([_place(frames[watched]), *filter(None, others)])


def _place(innermost: FrameType) -> str:
    """The innermost lines of the project that are running, the outer one first."""
    ours: list[str] = []
    frame: FrameType | None = innermost
    while frame is not None and len(ours) < _INNERMOST:
        file = frame.f_code.co_filename
        if file.startswith(_PROJECT) and "site-packages" not in file:
            ours.append(f"{Path(file).stem}.{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return " > ".join(reversed(ours))


def _ran() -> tuple[float, float]:
    """The seconds that this thread has been running, and those that it has waited for a core, where that is told."""
    try:
        ran, queued, _ = _SCHEDULED.read_text().split()
    except OSError:  # not on Linux
        return time.thread_time(), 0.0
    return int(ran) / 1e9, int(queued) / 1e9
