"""Text of unknown origin, shown as the characters that it is: never as markup, and none of them invisible."""

import html
import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QStyleOption, QWidget

LONGEST_TOOLTIP = 2_000

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
_HIDDEN = (
    "\x00-\x1f\x7f-\x9f"  # controls
    "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"  # blanks that are not the ordinary one
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffc\U000e0000-\U000e0fff"
    "\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff"  # not characters; at the beginning, Qt takes fffe for a mark that swaps all bytes
    f"{''.join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))}"
    "\u2423"  # the sign that stands for a blank at either end below
)
# The joiners are part of emoji and of Persian or Hindi words; beside ASCII, or at an end, they only hide.
_JOINER = r"(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
_TO_ESCAPE = re.compile(rf"[{_HIDDEN}]|{_JOINER}|\\(?=[\\0nrtuUx]|[{_HIDDEN}]|[\u200c\u200d])")


def visible(text: str) -> str:
    r"""`text` with every character that is not seen, or that reorders others, as an escape such as `\n`.

    Blanks at either end become `␣`. No two texts look the same: a backslash that would read as an escape
    is doubled. For showing only, and once: the caller keeps the original, since Qt drops lone surrogates.
    """
    inner = text.lstrip(" ")
    leading = len(text) - len(inner)
    inner = inner.rstrip(" ")
    trailing = len(text) - leading - len(inner)
    return "␣" * leading + _TO_ESCAPE.sub(_escape, inner) + "␣" * trailing


EMPTY_KEY = "(empty key)"


def visible_key(key: str, longest: int = 0) -> str:
    """A key as `visible` shows it; the empty one by name, and one of over `longest` characters without its middle."""
    shown = visible(key) or EMPTY_KEY
    if not 0 < longest < len(shown):
        return shown
    end = (longest - 1) // 2
    return f"{shown[: longest - 1 - end]}…{shown[-end:]}"


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if found == "\\":
        return "\\\\"
    code = ord(found)
    if found in _NAMED:
        return _NAMED[found]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plain_tooltip(text: str) -> str:
    """`text` for setToolTip or a model's ToolTipRole: never rendered, its line breaks kept.

    Keys and values go through `visible` first. Past 2,000 characters it ends in an ellipsis.
    """
    if not text:
        return ""
    if len(text) > LONGEST_TOOLTIP:
        text = text[: LONGEST_TOOLTIP - 1] + "…"
    return f'<qt><p style="white-space:pre-wrap">{html.escape(text)}</p></qt>'


def without_mnemonic(text: str) -> str:
    """`text` for a menu, a tab or a button, with no `&` taken for a mnemonic."""
    return text.replace("&", "&&")


class PlainLabel(QLabel):
    """A label that never renders markup and, where `elide` says so, shortens one line to its width.

    An elided text is whole in the tooltip, in `text()` and for assistive tools. Keys and values go through
    `visible` first.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideNone,
    ) -> None:
        super().__init__(parent)
        self._elide = elide
        self._own_tooltip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell_in_full()

    def setToolTip(self, text: str) -> None:
        """A tooltip to show while the text is not elided; markup, so it comes from `plain_tooltip`."""
        self._own_tooltip = text
        self._tell_in_full()

    def set_tone(self, tone: str) -> None:
        """Take the colour that the style sheet has for a tone: second, amber, red or green; "" for that of text."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def shown_text(self) -> str:
        """The text as it is painted now, with its ellipsis."""
        if self._elide == Qt.TextElideMode.ElideNone:
            return self.text()
        return self.fontMetrics().elidedText(self.text(), self._elide, self.contentsRect().width())

    def minimumSizeHint(self) -> QSize:
        size = super().minimumSizeHint()
        if self._elide != Qt.TextElideMode.ElideNone:
            size.setWidth(min(size.width(), self.fontMetrics().horizontalAdvance("…") * 3))
        return size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_in_full()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._elide == Qt.TextElideMode.ElideNone:
            super().paintEvent(event)
            return
        option = QStyleOption()
        option.initFrom(self)
        style = self.style()
        with QPainter(self) as painter:
            style.drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
            style.drawItemText(
                painter,
                self.contentsRect(),
                self.alignment().value | Qt.TextFlag.TextSingleLine.value,
                self.palette(),
                self.isEnabled(),
                self.shown_text(),
                self.foregroundRole(),
            )

    def _tell_in_full(self) -> None:
        cut = self._elide != Qt.TextElideMode.ElideNone and self.shown_text() != self.text()
        super().setToolTip(plain_tooltip(self.text()) if cut else self._own_tooltip)
