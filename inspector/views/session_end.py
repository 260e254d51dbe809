"""What happens to an edit when the person logs out, or the computer is shut down."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from inspector.views.draft_keeper import DraftKeeper

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

_PURPOSE = "session end"


class SessionManager(Protocol):
    """What is needed of a QSessionManager."""

    def allowsInteraction(self) -> bool: ...

    def release(self) -> None: ...

    def cancel(self) -> None: ...


class SessionEnd:
    """Keeps a draft at once, as there may be no later; then stops the session's end, where it may, to ask."""

    def __init__(self, window: "MainWindow", drafts: DraftKeeper) -> None:
        self._window = window
        self._drafts = drafts
        # The answer must be given before the signal returns.
        _application().commitDataRequest.connect(self.answer, Qt.ConnectionType.DirectConnection)

    def answer(self, manager: SessionManager) -> None:
        """Answer the session manager: nothing is asked within its signal, as that would need a nested event loop."""
        if not self._window.value.is_edited():
            return
        self._drafts.keep()
        if manager.allowsInteraction():
            manager.release()
            manager.cancel()
            tasks = self._window.tasks
            if not tasks.is_running("closing") and not tasks.is_running(_PURPOSE):  # else it is being asked
                self._window.start(self._window.desk.may_leave(), newest_of=_PURPOSE)

    def stop(self) -> None:
        """Answer no more."""
        _application().commitDataRequest.disconnect(self.answer)


def _application() -> QGuiApplication:
    found = QGuiApplication.instance()
    assert isinstance(found, QGuiApplication)
    return found
