"""Shows bytes in rows as long as there is room for, painting only those that can be seen."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from inspector import theme
from inspector.editors.hex_buffer import ByteSource, HexBuffer
from inspector.editors.hex_layout import HexLayout

MOST_COPIED = 1024 * 1024
BYTES = "application/octet-stream"

_MARGIN = 2 * theme.GRID
_SEQUENCES = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.SelectAll)


class HexView(QAbstractScrollArea):
    """Bytes to look at, go through and copy. The caret is at an offset, the selection from an anchor to it.

    `moved` comes when either moves, `refused` with a sentence when something that was asked for cannot be.
    """

    moved = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hexView")
        self.setAccessibleName("Bytes of the value")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(theme.mono_font())
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._source: ByteSource = HexBuffer(b"")
        self.cell_layout = self._measured()
        self._anchor = 0
        self._changed: Sequence[tuple[int, int]] = ()
        self.caret = 0
        self.in_text = False
        self.inserting = False
        self.low_half = False  # whether the next figure typed is the second of its byte
        theme.theme().changed.connect(self.viewport().update)

    def show_source(self, source: ByteSource) -> None:
        """Show `source` from its start."""
        self._source = source
        self._changed = ()
        self.follow_size()
        self.verticalScrollBar().setValue(0)
        self.go_to(0)

    def follow_size(self) -> None:
        """Take note that the source may be longer or shorter than before."""
        bar, former = self.verticalScrollBar(), self.cell_layout.row
        top = bar.value() * former
        self.cell_layout = self._measured()
        rows = len(self._source) // self.cell_layout.row + 1
        bar.setRange(0, max(0, rows - self.visible_rows()))
        if self.cell_layout.row != former:
            bar.setValue(top // self.cell_layout.row)
        self.verticalScrollBar().setPageStep(self.visible_rows())
        self.horizontalScrollBar().setRange(0, max(0, self._width() - self.viewport().width()))
        self.horizontalScrollBar().setPageStep(self.viewport().width())
        self.viewport().update()

    def place(self) -> tuple[int, int, int]:
        """Where one is: the byte at the top, the caret, and the other end of the selection."""
        return self.verticalScrollBar().value() * self.cell_layout.row, self.caret, self._anchor

    def go_back_to(self, place: tuple[int, int, int]) -> None:
        """Go to where `place` said, as far as it is still there."""
        top, caret, anchor = place
        self.go_to(caret, anchor=anchor)
        self.verticalScrollBar().setValue(top // self.cell_layout.row)

    def mark_changed(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Lay a ground behind these bytes."""
        self._changed = ranges
        self.viewport().update()

    def visible_rows(self) -> int:
        """How many rows can be seen in full; at least one."""
        return max(1, (self.viewport().height() - _MARGIN) // self.cell_layout.height)

    def selection(self) -> tuple[int, int]:
        """The first selected offset and the one behind the last; the same twice where nothing is selected."""
        return min(self._anchor, self.caret), max(self._anchor, self.caret)

    def go_to(self, offset: int, *, anchor: int | None = None) -> None:
        """Put the caret at `offset`, selecting from `anchor` if given, and bring it into view."""
        self.caret = max(0, min(offset, len(self._source)))
        self._anchor = self.caret if anchor is None else max(0, min(anchor, len(self._source)))
        self.low_half = False
        self._show_caret()
        self._tell()

    def byte_at(self, offset: int) -> int | None:
        """The byte at `offset`; None behind the end or while it is not here."""
        held = self._source.read(offset, 1)
        return held[0] if held else None

    def copy(self) -> bool:
        """Put the selected bytes on the clipboard, as text from the text column and else as hexadecimal.

        Returns whether it did.
        """
        start, end = self.selection()
        if start == end:
            return False
        if end - start > MOST_COPIED:
            self.refused.emit("More than 1 MB cannot be copied. Save the value to a file instead.")
            return False
        held = self._source.read(start, end - start)
        if held is None:
            self.refused.emit("These bytes are still being read. Copy them again in a moment.")
            return False
        mime = QMimeData()
        mime.setText(held.decode("utf-8", "replace") if self.in_text else held.hex(" "))
        mime.setData(BYTES, held)
        QGuiApplication.clipboard().setMimeData(mime)
        return True

    def select_all(self) -> None:
        self.go_to(len(self._source), anchor=0)

    # Keyboard and mouse.

    def event(self, event: QEvent) -> bool:
        # What is meant for the bytes must not reach a shortcut of the window first.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.takes(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def takes(self, event: QKeyEvent) -> bool:
        """Whether this key does something here that a shortcut of the window must not take away."""
        return any(event.matches(one) for one in _SEQUENCES)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Tab goes from the hexadecimal to the text and then on."""
        if following == self.in_text:
            return super().focusNextPrevChild(following)
        self.in_text = following
        self.low_half = False
        self._tell()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        target = self._target(event)
        if target is not None:
            extends = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.go_to(target, anchor=self._anchor if extends else None)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        else:
            super().keyPressEvent(event)

    def _target(self, event: QKeyEvent) -> int | None:
        """Where the key moves the caret to, if it does."""
        key, here = event.key(), self.caret
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._source)}.get(Qt.Key(key))
        row = self.cell_layout.row
        page = self.visible_rows() * row
        row_start = here - here % row
        return {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here - row if here >= row else here,
            Qt.Key.Key_Down: here + row if here + row <= len(self._source) else here,
            Qt.Key.Key_PageUp: max(here % row, here - page),
            Qt.Key.Key_PageDown: here + page,
            Qt.Key.Key_Home: row_start,
            Qt.Key.Key_End: row_start + row - 1,
        }.get(Qt.Key(key))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            offset, self.in_text = self._offset_at(event)
            extends = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.go_to(offset, anchor=self._anchor if extends else None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            offset, _ = self._offset_at(event)
            # The byte under the pointer belongs to the selection when it grows forwards.
            self.go_to(offset + (offset >= self._anchor), anchor=self._anchor)

    def _offset_at(self, event: QMouseEvent) -> tuple[int, bool]:
        x = int(event.position().x()) + self.horizontalScrollBar().value() - _MARGIN
        row = (int(event.position().y()) - _MARGIN // 2) // self.cell_layout.height
        column, in_text = self.cell_layout.column_at(x)
        return max(0, (self.verticalScrollBar().value() + row) * self.cell_layout.row + column), in_text

    # Painting.

    def sizeHint(self) -> QSize:
        return QSize(
            self._width() + self.verticalScrollBar().sizeHint().width(), 16 * self.cell_layout.height
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.follow_size()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.translate(_MARGIN - self.horizontalScrollBar().value(), _MARGIN // 2)
        top = self.verticalScrollBar().value()
        for line in range(self.visible_rows() + 1):
            offset = (top + line) * self.cell_layout.row
            if offset > len(self._source):
                break
            y = line * self.cell_layout.height
            self._paint_ground(painter, offset, y, colours)
            self._paint_row(painter, offset, y, colours)
        self._paint_caret(painter, top, colours)
        if self.hasFocus():
            painter.resetTransform()
            painter.setPen(QColor(colours.accent))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_ground(self, painter: QPainter, offset: int, y: int, colours: theme.Tokens) -> None:
        amber = QColor(theme.mix(colours.amber, colours.pane, 0.24))
        for start, end in self._changed:
            self._paint_range(painter, offset, y, start, end, amber)
        accent = QColor(theme.mix(colours.accent, colours.pane, 0.28 if self.hasFocus() else 0.16))
        self._paint_range(painter, offset, y, *self.selection(), accent)

    def _paint_range(
        self, painter: QPainter, offset: int, y: int, start: int, end: int, ground: QColor
    ) -> None:
        layout = self.cell_layout
        first, last = max(start, offset) - offset, min(end, offset + layout.row) - offset - 1
        if first > last:
            return
        two = round(2 * layout.advance)
        for left, right in (
            (layout.hex_x(first), layout.hex_x(last) + two),
            (layout.text_x(first), layout.text_x(last + 1)),
        ):
            painter.fillRect(left, y, right - left, layout.height, ground)

    def _paint_row(self, painter: QPainter, offset: int, y: int, colours: theme.Tokens) -> None:
        layout = self.cell_layout
        base = y + (layout.height + self.fontMetrics().ascent() - self.fontMetrics().descent()) // 2
        painter.setPen(QColor(colours.second_text))
        painter.drawText(0, base, f"{offset:0{layout.digits}X}")
        held = self._source.read(offset, layout.row)
        if held is None:
            painter.drawText(layout.hex_x(0), base, "· ·")
            return
        painter.setPen(QColor(colours.text))
        for left, half in ((0, held[: layout.half]), (layout.half, held[layout.half :])):
            painter.drawText(layout.hex_x(left), base, half.hex(" ").upper())
        readable = "".join(chr(byte) if 0x20 <= byte < 0x7F else " " for byte in held)
        dots = "".join(" " if 0x20 <= byte < 0x7F else "·" for byte in held)
        painter.drawText(layout.text_x(0), base, readable)
        painter.setPen(QColor(colours.second_text))
        painter.drawText(layout.text_x(0), base, dots)

    def _paint_caret(self, painter: QPainter, top: int, colours: theme.Tokens) -> None:
        layout = self.cell_layout
        line, column = self.caret // layout.row - top, self.caret % layout.row
        if not 0 <= line <= self.visible_rows():
            return
        y = line * layout.height
        one = round(layout.advance)
        figures = QRect(layout.hex_x(column), y, 2 * one, layout.height)
        letter = QRect(layout.text_x(column), y, one, layout.height)
        here, other = (letter, figures) if self.in_text else (figures, letter)
        if self.low_half:
            here.setLeft(here.left() + one)
        accent = QColor(colours.accent if self.hasFocus() else colours.second_text)
        painter.setPen(QColor(colours.second_text))
        painter.drawRect(other.adjusted(0, 0, -1, -1))
        if self.inserting:
            painter.fillRect(here.left() - 1, y, 2, layout.height, accent)
        else:
            painter.fillRect(here.left(), y + layout.height - 3, here.width(), 3, accent)
            painter.setPen(accent)
            painter.drawRect(here.adjusted(0, 0, -1, -1))

    def _show_caret(self) -> None:
        row, bar = self.caret // self.cell_layout.row, self.verticalScrollBar()
        if row < bar.value():
            bar.setValue(row)
        elif row >= bar.value() + self.visible_rows():
            bar.setValue(row - self.visible_rows() + 1)

    def _tell(self) -> None:
        byte = self.byte_at(self.caret)
        if self.caret == len(self._source):
            value = "end"
        else:
            value = "being read" if byte is None else f"value 0x{byte:02X}, {byte}"
        self.setAccessibleDescription(f"Offset 0x{self.caret:X}, {value}")
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.viewport().update()
        self.moved.emit()

    def _measured(self) -> HexLayout:
        metrics = QFontMetricsF(self.font())
        height = round(metrics.height()) + theme.GRID
        # Beside the scroll bar, whether or not it is there: else it could come and go with the rows for ever.
        room = self.maximumViewportSize().width() - self.verticalScrollBar().sizeHint().width() - 2 * _MARGIN
        return HexLayout.for_size(len(self._source), metrics.horizontalAdvance("0"), height, room)

    def _width(self) -> int:
        return self.cell_layout.width + 2 * _MARGIN
