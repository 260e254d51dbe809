"""One sentence about what was just done, with a button that takes it back, over the lower edge of the window."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from inspector.plain import PlainLabel

STAYS_MS = 8_000
_ABOVE_THE_EDGE = 48
_ABOVE_THE_BAR = 8
_MOVING = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class Toast(QFrame):
    """Named `undoToast`; `undo_asked` is emitted when its button is pressed. It goes by itself after a while.

    Where `bar` is in sight, the lowest in the window, it stays above that.
    """

    undo_asked = Signal()

    def __init__(self, parent: QWidget, bar: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = bar
        self._window = parent
        self._of: object = None
        self.setObjectName("undoToast")
        self._text = PlainLabel(elide=Qt.TextElideMode.ElideMiddle)
        self._undo = QPushButton("Undo")
        self._undo.clicked.connect(self._ask)
        close = QToolButton()
        close.setText("×")
        close.setAutoRaise(True)
        close.setAccessibleName("Dismiss")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._undo)
        row.addWidget(close)
        self._leaves = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._leaves.timeout.connect(self.hide)
        for watched in (parent, bar):
            if watched is not None:
                watched.installEventFilter(self)
        self.hide()

    def say(self, text: str, *, undo: bool, of: object = None) -> None:
        """Show a sentence; `undo` says whether what it tells can be taken back here, `of` which deed that is."""
        self._of = of if undo else None
        self._text.setText(text)
        self.setAccessibleName(text)
        self._undo.setVisible(undo)
        self._place()
        self.show()
        self.raise_()
        self._leaves.start()

    def keep_for(self, deed: object) -> None:
        """Go where another deed than `deed` can be taken back here: it is not the one that would be."""
        if self._of is not None and self._of is not deed:
            self._of = None
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVING and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        within = self._window.rect()
        wanted = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 180
        width = min(max(wanted, 280), within.width() - 64)
        height = self.sizeHint().height()
        lowest = within.bottom() - _ABOVE_THE_EDGE
        if self._bar is not None and self._bar.isVisible():
            top = self._bar.mapTo(self._window, QPoint(0, 0)).y()
            lowest = min(lowest, top - _ABOVE_THE_BAR)
        self.setGeometry(within.center().x() - width // 2, lowest - height, width, height)

    def _ask(self) -> None:
        self.hide()
        self.undo_asked.emit()
