"""A read-only text in which what was added, removed or changed stands out, in the colours of the look."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from inspector import theme
from inspector.compare import Line, Tone

_GROUND = 0.16  # of a tone's colour, behind what is marked


class DiffText(QPlainTextEdit):
    """Shows lines as they are, as plain text that can be selected and copied."""

    def __init__(self, name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(theme.mono_font())
        self._lines: Sequence[Line] = ()
        theme.theme().changed.connect(self._draw)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these instead of what was shown, from the top."""
        self._lines = lines
        self._draw()

    def _draw(self) -> None:
        formats = _formats()
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for number, line in enumerate(self._lines):
            if number:
                cursor.insertBlock()
            for span in line:
                cursor.insertText(span.text, formats[span.tone, span.marked])
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)


def _formats() -> dict[tuple[Tone, bool], QTextCharFormat]:
    colours = theme.shades(theme.current())
    made: dict[tuple[Tone, bool], QTextCharFormat] = {}
    for tone in Tone:
        for marked in (False, True):
            look = made[tone, marked] = QTextCharFormat()
            look.setForeground(QColor(colours[tone.value]))
            if marked:
                look.setBackground(QColor(theme.mix(colours[tone.value], colours["pane"], _GROUND)))
                look.setFontWeight(QFont.Weight.DemiBold)
    return made
