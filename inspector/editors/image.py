"""Shows a value as the image that it is."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from inspector import theme
from inspector.editors.aside import Aside
from inspector.editors.editor import ValueEditor
from inspector.editors.image_canvas import ImageCanvas
from inspector.editors.image_read import Picture, is_quick, read_picture
from inspector.plain import PlainLabel

FIRST_PIXELS = 4_000_000  # of a large image are read, and all of it once it is looked at closely
READING = "The image is being read."
ZOOMS = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 16.0)


class ImageEditor(ValueEditor):
    """A preview, in a view named `imageView`: it never changes the bytes.

    It opens at a zoom at which the whole image is seen, and keeps to that until another is asked for.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._original = b""
        self._picture = read_picture(b"")
        self._aside: Aside[Picture] = Aside(self, self._take_picture)
        self._zoom = 1.0
        self._fits = True
        self._canvas = ImageCanvas()
        self._view = QScrollArea()
        self._view.setObjectName("imageView")
        self._view.setFrameShape(QScrollArea.Shape.NoFrame)
        self._view.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view.setWidget(self._canvas)
        self._view.viewport().installEventFilter(self)
        self._refusal = PlainLabel()
        self._refusal.setObjectName("imageRefusal")
        self._refusal.setWordWrap(True)
        self._refusal.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._status = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._status.setObjectName("imageStatus")
        self._status.setProperty("tone", "second")
        self._smaller = _button("imageSmaller", "−", "Smaller (−)")
        self._percent = PlainLabel()
        self._percent.setObjectName("imagePercent")
        self._larger = _button("imageLarger", "+", "Larger (+)")
        self._fit = _button("imageFit", "Fit", "See the whole image (0)")
        self._natural = _button("imageNatural", "1:1", "A pixel of the image on each of the screen (1)")
        self._lay_out()
        self._smaller.clicked.connect(lambda: self.step_zoom(-1))
        self._larger.clicked.connect(lambda: self.step_zoom(1))
        self._fit.clicked.connect(self.fit)
        self._natural.clicked.connect(lambda: self.set_zoom(1.0))

    def load(self, data: bytes, *, read_only: bool = False, keep_place: bool = False) -> None:
        """Show the image in `data`, or say why it is not shown; a large one is there a moment later."""
        self._original = data
        self._aside.stop()
        if is_quick(data):
            self._show_picture(read_picture(data))
        else:
            self._show_picture(Picture("", 0, 0, 0, None, READING))
            self._aside.start(lambda: read_picture(data, FIRST_PIXELS))

    def _take_picture(self, picture: Picture) -> None:
        if self._picture.image is None:
            self._show_picture(picture)
        elif picture.image is not None:  # the same with more pixels
            self._picture = picture
            self._canvas.show_image(picture.image, QSize(picture.width, picture.height))

    def _show_picture(self, picture: Picture) -> None:
        self._picture = picture
        shown = picture.image is not None
        self._canvas.show_image(picture.image, QSize(picture.width, picture.height))
        self._refusal.setText(picture.refusal)
        self._pages.setCurrentIndex(0 if shown else 1)
        for widget in (self._smaller, self._percent, self._larger, self._fit, self._natural):
            widget.setVisible(shown)
        words = _in_words(picture, len(self._original))
        self._status.setText(words)
        self._view.setAccessibleName(f"Image, {words}" if shown else picture.refusal)
        self.fit()

    def data(self) -> bytes:
        return self._original

    def is_modified(self) -> bool:
        return False

    def zoom(self) -> float:
        return self._zoom

    def fit(self) -> None:
        """Show the whole image, and go on doing so as the room changes; a small one is not enlarged."""
        self._fits = True
        picture = self._picture
        if picture.image is not None:
            room, ratio = self._view.maximumViewportSize(), self.devicePixelRatioF()
            wanted = min(room.width() / picture.width, room.height() / picture.height) * ratio
            self._apply_zoom(max(0.001, min(1.0, wanted)))

    def set_zoom(self, zoom: float) -> None:
        """Show the image at `zoom`; 1.0 is its natural size."""
        self._fits = False
        self._apply_zoom(max(ZOOMS[0], min(zoom, ZOOMS[-1])))

    def step_zoom(self, direction: int) -> None:
        """Go to the next larger (1) or smaller (-1) of the usual zooms."""
        beyond = [zoom for zoom in ZOOMS if (zoom > self._zoom if direction > 0 else zoom < self._zoom)]
        if beyond:
            self.set_zoom(beyond[0] if direction > 0 else beyond[-1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.step_zoom(1)
        elif event.key() == Qt.Key.Key_Minus:
            self.step_zoom(-1)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        elif event.key() == Qt.Key.Key_1:
            self.set_zoom(1.0)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.step_zoom(1 if event.angleDelta().y() > 0 else -1)
            return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self.fit()

    def _apply_zoom(self, zoom: float) -> None:
        bars = (self._view.horizontalScrollBar(), self._view.verticalScrollBar())
        middles = [(bar.value() + bar.pageStep() / 2) / self._zoom for bar in bars]
        self._zoom = zoom
        self._canvas.set_zoom(zoom)
        for bar, middle in zip(bars, middles, strict=True):
            bar.setValue(round(middle * zoom - bar.pageStep() / 2))
        if self._canvas.lacks_pixels() and not self._aside.is_busy:
            data = self._original
            self._aside.start(lambda: read_picture(data))
        self._percent.setText(f"{100 * zoom:.0f} %" if zoom >= 0.01 else f"{100 * zoom:.1f} %")

    def _lay_out(self) -> None:
        self._pages = QStackedLayout()
        self._pages.addWidget(self._view)
        self._pages.addWidget(self._refusal)
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        row.setSpacing(theme.GRID)
        row.addWidget(self._status, 1)
        for widget in (self._smaller, self._percent, self._larger, self._fit, self._natural):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._pages, 1)
        column.addLayout(row)
        self.setFocusProxy(self._view)


def _in_words(picture: Picture, size: int) -> str:
    if not picture.format:
        return f"{size:,} B"
    parts = [picture.format]
    if picture.width:
        parts.append(f"{picture.width:,} x {picture.height:,} pixels")
    if picture.frames > 1:
        parts.append(f"first of {picture.frames:,} frames")
    return " · ".join([*parts, f"{size:,} B"])


def _button(name: str, text: str, hint: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    return button
