"""Work of an editor that takes longer than a person should feel, in a thread beside the window."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer

Result = TypeVar("Result")
_LOOK_MS = 10


class Aside(QObject, Generic[Result]):
    """Does one thing at a time: the newest that was asked for, whose result goes to `take` on the thread of this.

    What is left behind runs to its end in its thread, and nobody hears of it.
    """

    def __init__(self, parent: QObject, take: Callable[[Result], None]) -> None:
        super().__init__(parent)
        self._take = take
        self._results: list[Result] = []
        # A single shot, as long as something is on its way: a window that waits until it is idle waits for this too.
        self._look = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look.timeout.connect(self._look_for_result)

    @property
    def is_busy(self) -> bool:
        return self._look.isActive()

    def start(self, work: Callable[[], Result]) -> None:
        """Do `work`, which touches nothing that the window uses, and forget what was done before."""
        results: list[Result] = []
        self._results = results
        threading.Thread(target=lambda: results.append(work()), name="aside", daemon=True).start()
        self._look.start()

    def stop(self) -> None:
        """Want no result any more."""
        self._look.stop()
        self._results = []

    def _look_for_result(self) -> None:
        if self._results:
            self._take(self._results.pop())
        else:
            self._look.start()
