"""The ways to open a file in a window without a dialog: one of the recent ones, or one that is dropped on it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMenu

from inspector.formats import shortened
from inspector.plain import visible, without_mnemonic

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

_LONGEST_PATH = 80
_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)


class RecentFiles(QObject):
    """The submenu `recentFiles` of the File menu, with the storages that the settings remember."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        file_menu = window.commands.menu("File")
        self._menu = QMenu("Open &recent", file_menu)
        self._menu.setObjectName("recentFiles")
        file_menu.insertMenu(file_menu.actions()[1], self._menu)
        file_menu.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        settings = self._window.settings
        recent = [] if settings is None else settings.recent_files
        self._menu.clear()
        self._menu.menuAction().setEnabled(bool(recent))
        for name in recent:
            action = self._menu.addAction(without_mnemonic(_shown(name)))
            action.setData(name)
            action.triggered.connect(lambda _=False, name=name: _open(self._window, name))
        self._menu.addSeparator()
        self._menu.addAction("&Clear this list").triggered.connect(self._forget)

    def _forget(self) -> None:
        if self._window.settings is not None:
            self._window.settings.forget_recent_files()
        self._fill()


class FileDrop(QObject):
    """Opens the file that is dropped on the window; of several the first one."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _DRAGS or not isinstance(event, QDropEvent):
            return False
        name = next((url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()), "")
        if not name:
            event.ignore()
            return True
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            _open(self._window, name)
        return True


def _open(window: "MainWindow", name: str) -> None:
    window.start(window.open(Path(name), read_only=window.commands["ReadOnly"].isChecked()))


def _shown(name: str) -> str:
    """The file's name first, as that tells more than where it is."""
    path = Path(name)
    return shortened(f"{visible(path.name)}   {visible(str(path.parent))}", _LONGEST_PATH)
