"""The column of line numbers beside a text."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from inspector import theme

MARGIN = 2 * theme.GRID

Line = tuple[str, QRect, bool]  # its number, where it stands, whether the caret is in it


class Gutter(QWidget):
    """Paints the numbers of the lines that `visible_lines` gives; a folded line's further rows have none."""

    def __init__(self, parent: QWidget, visible_lines: Callable[[], list[Line]]) -> None:
        super().__init__(parent)
        self._visible_lines = visible_lines
        self._digits = 2

    def set_line_count(self, lines: int) -> None:
        self._digits = max(2, len(f"{lines}"))

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("0") * self._digits + 2 * MARGIN, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(colours.window))
        painter.setPen(QColor(colours.hairline))
        painter.drawLine(self.width() - 1, event.rect().top(), self.width() - 1, event.rect().bottom())
        for number, place, current in self._visible_lines():
            painter.setPen(QColor(colours.text if current else colours.second_text))
            room = QRect(0, place.top(), self.width() - MARGIN, place.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        painter.end()
