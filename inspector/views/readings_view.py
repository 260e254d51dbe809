"""The page of other readings of a value: unpacked, as numbers and times, taken apart. For reading only."""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from inspector.decoders import Decoding, decodings
from inspector.editors.text_view import TextView
from inspector.plain import PlainLabel, visible

NONE = "There is no other reading of these bytes."


class ReadingsView(QWidget):
    """One reading at a time, chosen in `readingBox` and shown in `readingText`; nothing in it is loaded or run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._readings: Sequence[Decoding] = ()
        self._box = QComboBox()
        self._box.setObjectName("readingBox")
        self._box.setAccessibleName("Read as")
        self._note = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._note.setObjectName("readingNote")
        self._note.setProperty("tone", "second")
        self._text = TextView(numbered=False)
        self._text.setObjectName("readingText")
        self._text.setAccessibleName("Reading")
        self.setFocusProxy(self._box)
        top = QHBoxLayout()
        top.setContentsMargins(16, 8, 16, 8)
        top.setSpacing(12)
        top.addWidget(self._box)
        top.addWidget(self._note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._text, 1)
        self._box.currentIndexChanged.connect(self._show)
        self._show_readings(())

    async def read(self, data: bytes) -> None:
        """Find the readings of `data` in a thread, and show them; the one that was chosen stays where it can."""
        self._show_readings(await asyncio.to_thread(decodings, data))

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
        lines = "\n".join(visible(line) for line in text.split("\n"))
        self._text.show_exact(lines, read_only=True)
