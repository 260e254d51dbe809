"""Paints an image at a zoom, with a checkerboard behind what is transparent."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from inspector import theme
from inspector.editors.image_read import QUICK_PIXELS

SQUARE = 2 * theme.GRID


class ImageCanvas(QWidget):
    """Exactly as large as its image at the zoom that is set; at 1, a pixel of the image is one of the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = QImage()
        self._natural = QSize(0, 0)
        self._reduced: QImage | None = None
        self._zoom = 1.0
        theme.theme().changed.connect(self.update)

    def show_image(self, image: QImage | None, natural: QSize) -> None:
        """Show an image whose natural size is `natural`, whatever it has been reduced to."""
        self._source = QImage() if image is None else image
        self._natural = QSize(0, 0) if image is None else natural
        self.set_zoom(self._zoom)

    def lacks_pixels(self) -> bool:
        """Whether the image has been reduced to less than what is to be seen at this zoom."""
        wanted = min(self._natural.width(), round(self.width() * self.devicePixelRatioF()))
        return self._source.width() < wanted

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        size = self._size_on_screen()
        self._reduced = self._reduced_to(size * self.devicePixelRatioF())
        self.setFixedSize(size)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._source.isNull():
            return
        painter = QPainter(self)
        source = self._source if self._reduced is None else self._reduced
        if source.hasAlphaChannel():
            self._paint_checkerboard(painter, event.rect())
        part = QRectF(event.rect())
        across, down = source.width() / max(1, self.width()), source.height() / max(1, self.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._zoom < 1)
        painter.drawImage(
            part,
            source,
            QRectF(part.x() * across, part.y() * down, part.width() * across, part.height() * down),
        )
        painter.end()

    def _reduced_to(self, size: QSize) -> QImage | None:
        """The image at a smaller size, reduced once and well, where that is quick; else it is, at each painting."""
        source = self._source
        if size.width() >= source.width() or source.width() * source.height() > QUICK_PIXELS:
            return None
        return source.scaled(
            size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )

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
        size = self._natural
        if size.isEmpty():
            return QSize(0, 0)
        return QSize(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
