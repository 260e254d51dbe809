"""Colours for JSON text, and for the characters that stand for what cannot be seen."""

import re
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextBlock, QTextCharFormat, QTextDocument

from inspector import theme
from inspector.editors.text_find import widened

LONGEST_LINE = 10_000
AT_ONCE = 16 * 1024  # characters; more are coloured a few lines at a time
TURN_SECONDS = 0.01

_TOKEN = re.compile(r'(?P<text>"(?:[^"\\]|\\.)*(?:"|\\?$))(?P<name>\s*:)?|(?P<plain>[^\s"\[\]{}:,]+)')
_REST_OF_TEXT = re.compile(r'(?:[^"\\]|\\.)*(?:"|\\?$)')
_IN_TEXT = 1


class TextHighlighter(QSyntaxHighlighter):
    """Marks stand-ins always, and JSON's tokens where `json` is set.

    JSON's text never runs over a line break, so that each line stands by itself; the exception is a folded line.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.json = False
        self._stand_ins: re.Pattern[str] | None = None
        self._fold_mark = ""
        self._next = 0
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._colour_on)
        self._read_colours()

    def set_stand_ins(self, characters: str, fold_mark: str) -> None:
        """Mark these from the next line on that is painted anew."""
        self._stand_ins = re.compile(f"[{characters}]+") if characters else None
        self._fold_mark = fold_mark

    def follow_theme(self) -> None:
        self._read_colours()
        self.colour_anew()

    def colour_anew(self) -> None:
        """Colour all of it again; a long text in turns, between which the window lives on."""
        self._turn.stop()
        document = self.document()
        if document is not None and document.characterCount() > AT_ONCE:
            self._next = 0
            self._turn.start()
        else:
            self.rehighlight()

    def _colour_on(self) -> None:
        document, until = self.document(), time.perf_counter() + TURN_SECONDS
        block = document.findBlockByNumber(self._next) if document is not None else QTextBlock()
        while block.isValid() and time.perf_counter() < until:
            self.rehighlightBlock(block)
            block = block.next()
        if block.isValid():
            self._next = block.blockNumber()
            self._turn.start()

    def highlightBlock(self, text: str) -> None:
        self.setCurrentBlockState(0)
        if len(text) > LONGEST_LINE:
            return
        line = widened(text)
        if self.json:
            self._mark_json(line)
        if self._stand_ins is not None:
            for match in self._stand_ins.finditer(line):
                self.setFormat(match.start(), len(match[0]), self._stand_in)

    def _mark_json(self, line: str) -> None:
        start = 0
        folded = bool(self._fold_mark) and line.endswith(self._fold_mark)
        if self.previousBlockState() == _IN_TEXT and (rest := _REST_OF_TEXT.match(line)):
            start = rest.end()
            self.setFormat(0, start, self._text)
            if folded and start == len(line):
                self.setCurrentBlockState(_IN_TEXT)
        for match in _TOKEN.finditer(line, start):
            if match["plain"]:
                self.setFormat(match.start(), len(match[0]), self._plain)
                continue
            self.setFormat(match.start(), len(match["text"]), self._name if match["name"] else self._text)
            if folded and match.end() == len(line) and not match[0].endswith('"'):
                self.setCurrentBlockState(_IN_TEXT)

    def _read_colours(self) -> None:
        colours = theme.current()
        self._name = _format(colours.accent)
        self._text = _format(colours.green)
        self._plain = _format(colours.amber)
        self._stand_in = _format(colours.red, theme.mix(colours.red, colours.pane, 0.12))


def _format(colour: str, ground: str = "") -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    if ground:
        made.setBackground(QColor(ground))
    return made
