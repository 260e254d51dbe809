"""A card over a window: what is below it is veiled and out of reach until the card is closed."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from inspector import theme

_FROM_THE_TOP = 14 * theme.GRID
_BESIDE = 8 * theme.GRID
_VEIL = 0.6


class Overlay(QWidget):
    """Covers `window` while it is open; Escape or a click beside the card closes it.

    Who is built on it fills `column`, the layout of the card. The keyboard stays within, the window's commands rest,
    and whoever had the keyboard before gets it back.
    """

    def __init__(self, window: QWidget, width: int) -> None:
        super().__init__(window)
        self._window = window
        self._width = width
        self._former: QWidget | None = None
        self._card = QWidget(self)
        self.column = QVBoxLayout(self._card)
        self.column.setContentsMargins(4 * theme.GRID, 4 * theme.GRID, 4 * theme.GRID, 3 * theme.GRID)
        self.column.setSpacing(2 * theme.GRID)
        window.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Come into sight, over everything else in the window."""
        if not self.isVisible():
            self._former = self._window.focusWidget()
        self.setGeometry(self._window.rect())
        self._place_card()
        self.show()
        self.raise_()

    def dismiss(self) -> None:
        """Go out of sight, and give the keyboard back."""
        self.hide()
        if self._former is not None and isValid(self._former):
            self._former.setFocus(Qt.FocusReason.OtherFocusReason)
        self._former = None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # so that no command of the window runs unseen
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return True  # there is nowhere else to go

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._card.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_card()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        veil = QColor(colours.window)
        veil.setAlphaF(_VEIL)
        outline = QRectF(self._card.geometry()).adjusted(0.5, 0.5, -0.5, -0.5)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), veil)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.shades(colours)["scroll"]), 1))
            painter.setBrush(QColor(colours.pane))
            painter.drawRoundedRect(outline, theme.CORNER, theme.CORNER)

    def _place_card(self) -> None:
        width = min(self._width, self.width() - 2 * _BESIDE)
        height = min(self._card.sizeHint().height(), self.height() - _FROM_THE_TOP - _BESIDE)
        self._card.setGeometry((self.width() - width) // 2, _FROM_THE_TOP, width, height)
