"""Keeps Python's cyclic garbage collector on the GUI thread: elsewhere it could destroy widgets, which crashes Qt."""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1_000
_MIDDLE_AFTER = 10  # youngest collections
_OLDEST_AFTER = 60


class GuiCollector(QObject):
    """Collects on a timer of the thread that makes it, while any such object is running."""

    _running = 0
    _was_enabled = True

    def __init__(self) -> None:
        super().__init__()
        self._rounds = 0
        self._stopped = False
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()
        if GuiCollector._running == 0:
            GuiCollector._was_enabled = gc.isenabled()
            gc.disable()
        GuiCollector._running += 1

    def stop(self) -> None:
        """Give collecting back to the interpreter, where nobody else keeps it here. Once more does no harm."""
        if self._stopped:
            return
        self._stopped = True
        self._timer.stop()
        GuiCollector._running -= 1
        if GuiCollector._running == 0 and GuiCollector._was_enabled:
            gc.enable()

    def _collect(self) -> None:
        """The youngest objects each time; the older ones seldom, as looking through them takes longer."""
        self._rounds += 1
        if self._rounds % _OLDEST_AFTER == 0:
            gc.collect(2)
        elif self._rounds % _MIDDLE_AFTER == 0:
            gc.collect(1)
        else:
            gc.collect(0)
