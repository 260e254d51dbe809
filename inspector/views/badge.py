"""Kind badges: a value's kind in a few characters with a thin outline, in item views and on their own."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from inspector import theme
from inspector.plain import visible

PADDING = 6
HEIGHT = 18
MARGIN = 10
FONT_SHARE = 0.9


def badge_font() -> QFont:
    font = theme.mono_font()
    font.setPointSizeF(font.pointSizeF() * FONT_SHARE)
    return font


def badge_size(text: str, font: QFont | None = None) -> QSize:
    """The room that the badge with this text takes; `font` is the badges' font, where it is at hand."""
    metrics = QFontMetrics(font or badge_font())
    return QSize(metrics.horizontalAdvance(visible(text)) + 2 * PADDING, max(HEIGHT, metrics.height() + 2))


def paint_badge(painter: QPainter, room: QRect, text: str) -> None:
    """Paint the badge at the left of `room`, in its middle; where it is too wide, its text ends in an ellipsis."""
    if not text or room.width() <= 2 * PADDING:
        return
    colours, font = theme.current(), badge_font()
    size = badge_size(text, font).boundedTo(room.size())
    outline = QRect(room.x(), room.center().y() - size.height() // 2 + 1, size.width(), size.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.shades(colours)["outline"]), 1))
    painter.drawRoundedRect(QRectF(outline).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setFont(font)
    painter.setPen(QColor(colours.second_text))
    inner = outline.adjusted(PADDING, 0, -PADDING, 0)
    shown = painter.fontMetrics().elidedText(visible(text), Qt.TextElideMode.ElideRight, inner.width() + 1)
    painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, shown)
    painter.restore()


class BadgeDelegate(QStyledItemDelegate):
    """Paints an item's display text as a badge, over whatever background the view gives the item."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        item = QStyleOptionViewItem(option)
        self.initStyleOption(item, index)
        item.text = ""
        style = item.widget.style() if item.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, item, painter, item.widget)
        paint_badge(painter, item.rect.adjusted(MARGIN, 0, -MARGIN, 0), _text(index))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = badge_size(_text(index))
        return QSize(size.width() + 2 * MARGIN, max(size.height(), theme.ROW_HEIGHT))


def _text(index: QModelIndex | QPersistentModelIndex) -> str:
    """The text as the model has it: initStyleOption would give other line breaks."""
    text = index.data(Qt.ItemDataRole.DisplayRole)
    return text if isinstance(text, str) else ""


class Badge(QWidget):
    """One badge by itself, as wide as its text; without one it takes no room."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(visible(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return badge_size(self._text) if self._text else QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint().boundedTo(QSize(20 * PADDING, HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_badge(painter, self.rect(), self._text)
