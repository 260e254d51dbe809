"""Paints an image at a zoom, with a checkerboard behind what is transparent."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from inspector import theme

SQUARE = 2 * theme.GRID


class ImageCanvas(QWidget):
    """Exactly as large as its image at the zoom that is set; at 1, a pixel of the image is one of the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = QPixmap()
        self._reduced = QPixmap()
        self._zoom = 1.0
        theme.theme().changed.connect(self.update)

    def show_image(self, image: QImage | None) -> None:
        self._whole = QPixmap() if image is None else QPixmap.fromImage(image)
        self.set_zoom(self._zoom)

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        size = self._size_on_screen()
        # Reduced once and well rather than at each painting.
        self._reduced = QPixmap()
        if zoom < 1 and not self._whole.isNull():
            self._reduced = self._whole.scaled(
                size * self.devicePixelRatioF(),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        self.setFixedSize(size)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._whole.isNull():
            return
        painter = QPainter(self)
        if self._whole.hasAlphaChannel():
            self._paint_checkerboard(painter, event.rect())
        source = self._whole if self._reduced.isNull() else self._reduced
        part, scale = QRectF(event.rect()), source.width() / max(1, self.width())
        painter.drawPixmap(part, source, QRectF(part.topLeft() * scale, part.size() * scale))
        painter.end()

    def _paint_checkerboard(self, painter: QPainter, area: QRect) -> None:
        colours = theme.current()
        tile = QPixmap(2 * SQUARE, 2 * SQUARE)
        tile.fill(QColor(colours.pane))
        inside = QPainter(tile)
        for at in (0, SQUARE):
            inside.fillRect(at, at, SQUARE, SQUARE, QColor(colours.hairline))
        inside.end()
        painter.fillRect(area, QBrush(tile))

    def _size_on_screen(self) -> QSize:
        ratio = self._zoom / self.devicePixelRatioF()
        size = self._whole.size()
        if size.isEmpty():
            return QSize(0, 0)
        return QSize(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
