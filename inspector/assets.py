"""Icons and other files that come with the program, found both in a checkout and in an installed package."""

import importlib.resources
from functools import cache
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QByteArray, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtSvg import QSvgRenderer

GRID = 16  # the icons are drawn on 16 x 16
ICON_STROKE = 1.5
PICTURE_STROKE = 2  # in pixels on the screen, whatever the picture's size
DISABLED_OPACITY = 0.4


def resource(name: str) -> Path:
    """The path of a file in `resources/`, such as `icons/key.svg`.

    A checkout's own folder comes first, since an editable install keeps a stale copy.
    Raises FileNotFoundError.
    """
    for folder in (Path(__file__).parents[1] / "resources", _installed()):
        path = folder / name
        if path.exists():
            return path
    raise FileNotFoundError(f"no resource named {name}: the installation is incomplete, so install it again")


def _installed() -> Path:
    return Path(str(importlib.resources.files("inspector") / "_resources"))


@cache
def _svg(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def icon(name: str, role: QPalette.ColorRole = QPalette.ColorRole.ButtonText) -> QIcon:
    """The icon `icons/<name>.svg`, painted in the application palette's colour for `role`.

    It follows a change of theme by itself, and is drawn for the screen's scale. Raises FileNotFoundError.
    """
    _svg(name)  # a wrong name shows here, not while painting
    return QIcon(_SvgIconEngine(name, role))


def picture(name: str, size: int, colour: QColor, scale: float = 1.0) -> QPixmap:
    """The icon `icons/<name>.svg` as a large picture in fine lines, `size` logical pixels square.

    `scale` is the screen's. Raises FileNotFoundError.
    """
    return _rendered(name, QSize(size, size), colour, scale, stroke=PICTURE_STROKE * GRID / size)


def _rendered(
    name: str, size: QSize, colour: QColor, scale: float, *, stroke: float = ICON_STROKE
) -> QPixmap:
    tint = colour.name(QColor.NameFormat.HexArgb)
    key = f"inspector/{name}/{size.width()}x{size.height()}@{scale}/{tint}/{stroke}"
    kept = QPixmap()
    if QPixmapCache.find(key, kept):
        return kept
    source = _svg(name).replace("currentColor", colour.name())
    source = source.replace(f'stroke-width="{ICON_STROKE}"', f'stroke-width="{stroke}"')
    renderer = QSvgRenderer(QByteArray(source.encode()))
    renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
    pixmap = QPixmap(size * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter)
    if colour.alpha() < 255:  # afterwards, or crossing lines would show through each other
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.fillRect(pixmap.rect(), colour)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    QPixmapCache.insert(key, pixmap)
    return pixmap


class _SvgIconEngine(QIconEngine):
    """Renders one SVG in whatever colour the application's palette has at that moment."""

    # Qt owns what clone() returns, but PySide deletes it as soon as Python forgets it, and then Qt crashes.
    _clones: ClassVar[list["_SvgIconEngine"]] = []

    def __init__(self, name: str, role: QPalette.ColorRole) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        scale = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, scale))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        colour = QGuiApplication.palette().color(QPalette.ColorGroup.Active, self._role)
        if mode == QIcon.Mode.Disabled:
            colour.setAlphaF(DISABLED_OPACITY)
        return _rendered(self._name, size, colour, scale)

    def clone(self) -> QIconEngine:
        copy = _SvgIconEngine(self._name, self._role)
        self._clones.append(copy)
        return copy

    def key(self) -> str:
        return "inspector-svg"
