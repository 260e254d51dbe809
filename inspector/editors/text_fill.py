"""Puts a long text into a document a slice at a time, so that the window lives on meanwhile."""

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QTextCursor, QTextDocument


class Filler(QObject):
    """Adds to the end of a document until all of a text is there; `filled` comes then.

    `went_on` tells the per cent after each slice.
    """

    went_on = Signal(int)
    filled = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._document = QTextDocument(self)
        self._text = ""
        self._at = self._slice = 0
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._go_on)

    @property
    def is_running(self) -> bool:
        return self._turn.isActive()

    def start(self, document: QTextDocument, text: str, *, start: int, size: int) -> None:
        """Add `text` from `start` on, `size` characters at a time."""
        self._document, self._text = document, text
        self._at, self._slice = start, size
        self._turn.start()

    def stop(self) -> None:
        """Add no more."""
        self._turn.stop()
        self._text = ""

    def _go_on(self) -> None:
        cursor = QTextCursor(self._document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(self._text[self._at : self._at + self._slice])
        self._at += self._slice
        if self._at < len(self._text):
            self._turn.start()
            self.went_on.emit(100 * self._at // len(self._text))
        else:
            self._text = ""
            self.filled.emit()
