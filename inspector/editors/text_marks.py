"""The grounds and lines by which a text widget marks its caret's line, matches, changes and a fault."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from inspector import theme

MOST_MARKED = 500
CHANGED_GROUND = 0.1  # of amber: with more, coloured text could hardly be read on it

Places = Sequence[tuple[int, int]]
"""From where to where, in order and in Qt's count of characters."""


class TextMarks:
    """What is marked in `view`; `show` after each change of it, and after the caret moved."""

    def __init__(self, view: QPlainTextEdit) -> None:
        self._view = view
        self.found: Places = ()
        self.changed: Places = ()
        self.fault: int | None = None

    def forget(self) -> None:
        """Mark nothing, not even the line of the caret, until `show`."""
        self.found, self.changed, self.fault = (), (), None
        self._view.setExtraSelections([])

    def show(self) -> None:
        """Mark all of it, matches as far as they are in sight."""
        colours = theme.current()
        line = QTextCharFormat()
        line.setBackground(QColor(theme.mix(colours.text, colours.pane, 0.04)))
        line.setProperty(QTextFormat.Property.FullWidthSelection, True)
        here = self._view.textCursor()
        here.clearSelection()
        changed, found = QTextCharFormat(), QTextCharFormat()
        changed.setBackground(QColor(theme.mix(colours.amber, colours.pane, CHANGED_GROUND)))
        found.setBackground(QColor(theme.mix(colours.accent, colours.pane, 0.28)))
        marks = [_mark(here, line)]
        marks += [_mark(span(self._view, *place), changed) for place in self.changed]
        marks += [_mark(span(self._view, *place), found) for place in self._found_in_sight()]
        if self.fault is not None:
            wave = QTextCharFormat()
            wave.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            wave.setUnderlineColor(QColor(colours.red))
            marks.append(_mark(span(self._view, self.fault, self.fault + 1), wave))
        self._view.setExtraSelections(marks)

    def _found_in_sight(self) -> Places:
        # Each mark is a cursor that the document moves along with every change: all of them would be felt.
        if not self.found:
            return ()
        port = self._view.viewport().rect()
        first, last = (
            self._view.cursorForPosition(corner).position() for corner in (port.topLeft(), port.bottomRight())
        )
        start = bisect_left(self.found, first, key=lambda place: place[1])
        stop = bisect_right(self.found, last, key=lambda place: place[0])
        return self.found[start:stop][:MOST_MARKED]


def span(view: QPlainTextEdit, start: int, end: int) -> QTextCursor:
    """A cursor that selects from `start` to `end`, or as far as the text goes."""
    cursor = QTextCursor(view.document())
    last = view.document().characterCount() - 1
    cursor.setPosition(min(start, last))
    cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _mark(cursor: QTextCursor, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
    made = QTextEdit.ExtraSelection()
    # PySide's stubs leave these two fields out.
    made.cursor = cursor
    made.format = look
    return made
