"""The page of other readings of a value: unpacked, as numbers and times, taken apart. For reading only."""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from inspector.decoders import Decoding, decodings
from inspector.editors.cover import HAS_SECRET, IS_SECRET, Cover
from inspector.editors.text_view import TextView
from inspector.masking import mentions_secret
from inspector.plain import PlainLabel, visible

NONE = "There is no other reading of these bytes."


class ReadingsView(QWidget):
    """One reading at a time, chosen in `readingBox` and shown in `readingText`; nothing in it is loaded or run.

    Where one of them may show a secret, all are covered, and `asked_to_show` is emitted when the person wants to see.
    """

    asked_to_show = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._readings: Sequence[Decoding] = ()
        self._is_clear = False
        self._box = QComboBox()
        self._box.setObjectName("readingBox")
        self._box.setAccessibleName("Read as")
        self._note = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._note.setObjectName("readingNote")
        self._note.setProperty("tone", "second")
        self._text = TextView(numbered=False)
        self._text.setObjectName("readingText")
        self._text.setAccessibleName("Reading")
        self._cover = Cover()
        self._cover.asked_to_show.connect(self.asked_to_show)
        open_page = QWidget()
        top = QHBoxLayout()
        top.setContentsMargins(16, 8, 16, 8)
        top.setSpacing(12)
        top.addWidget(self._box)
        top.addWidget(self._note, 1)
        column = QVBoxLayout(open_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._text, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(open_page)
        self._pages.addWidget(self._cover)
        self._box.currentIndexChanged.connect(self._show)
        self.clear()

    async def read(self, data: bytes, *, secret: bool = False, revealed: bool = False) -> None:
        """Find the readings of `data` in a thread, and show them; the one that was chosen stays where it can.

        `secret` says that the whole value is one, `revealed` that the person has asked to see what is.
        """
        why = IS_SECRET if secret and not revealed else ""
        if not why:
            readings, has_secret = await asyncio.to_thread(_read, data)
            why = HAS_SECRET if has_secret and not revealed else ""
        self._is_clear = False
        if why:
            self._show_readings(())
            self._cover.hide_all(why)
            self._turn_to(self._cover)
        else:
            self._show_readings(readings)
            self._turn_to(self._box)

    def clear(self) -> None:
        """Show no reading."""
        if not self._is_clear:
            self._show_readings(())
            self._turn_to(self._box)
            self._is_clear = True

    def _turn_to(self, page: QWidget) -> None:
        self._pages.setCurrentIndex(1 if page is self._cover else 0)
        self.setFocusProxy(page)

    def _show_readings(self, readings: Sequence[Decoding]) -> None:
        chosen = self._box.currentText()
        self._readings = readings
        self._box.blockSignals(True)
        self._box.clear()
        self._box.addItems([reading.name for reading in readings])
        self._box.setCurrentIndex(max(0, self._box.findText(chosen)) if readings else -1)
        self._box.blockSignals(False)
        self._box.setVisible(bool(readings))
        self._note.setText("Read only: nothing is loaded, run or changed" if readings else NONE)
        self._show()

    def _show(self) -> None:
        index = self._box.currentIndex()
        text = self._readings[index].text if 0 <= index < len(self._readings) else ""
        lines = "\n".join(_indented(line) for line in text.split("\n"))
        self._text.show_exact(lines, read_only=True)


def _indented(line: str) -> str:
    """A line with all of it visible, and as far from the left as it is: that it is can be seen."""
    inner = line.lstrip(" ")
    return " " * (len(line) - len(inner)) + visible(inner)


def _read(data: bytes) -> tuple[Sequence[Decoding], bool]:
    """The readings, and whether one of them, or the bytes themselves, mention a secret."""
    readings = decodings(data)
    has_secret = mentions_secret(data) or any(
        mentions_secret(reading.text.encode("utf-8", "replace")) for reading in readings
    )
    return readings, has_secret
