"""Edits a value as bytes, in hexadecimal and as text."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from inspector import theme
from inspector.editors.editor import ValueEditor
from inspector.editors.find_bar import FindBar
from inspector.editors.hex_buffer import HexBuffer
from inspector.editors.hex_edit_view import HexEditView
from inspector.editors.hex_words import ByteSearch, parse_hex, parse_offset
from inspector.plain import PlainLabel

AS_TEXT, AS_HEX = "Text", "Hex"


class HexEditor(ValueEditor):
    """Any bytes, of any size that fits into memory, in a view named `hexView`.

    A search goes through the bytes in slices, between which the window stays alive.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buffer = HexBuffer(b"")
        self._search: ByteSearch | None = None
        self._found_size = 0
        self._view = HexEditView()
        self._find = FindBar(modes=(AS_TEXT, AS_HEX), can_replace=False)
        self._go_to = QLineEdit()
        self._go_to.setObjectName("hexOffset")
        self._go_to.setPlaceholderText("Go to offset")
        self._go_to.setAccessibleName("Offset to go to, such as 4096, 0x1000 or +16")
        self._go_to.setMaximumWidth(self._go_to.fontMetrics().averageCharWidth() * 20)
        self._status = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._status.setObjectName("hexStatus")
        self._status.setProperty("tone", "second")
        self._mode = QPushButton("Overwrite")
        self._mode.setObjectName("hexMode")
        self._mode.setToolTip("Whether typed bytes take the place of others or push them on (Insert)")
        self._turn = QTimer(self, interval=0)
        self._lay_out()
        self._turn.timeout.connect(self._look_on)
        self._view.edited.connect(self._follow_edit)
        self._view.moved.connect(self._show_place)
        self._view.refused.connect(self._status.setText)
        self._mode.clicked.connect(lambda: self._view.set_inserting(not self._view.inserting))
        self._go_to.returnPressed.connect(self._go)
        self._find.sought.connect(self._seek)
        self._find.stepped.connect(self._step)
        self._find.closed.connect(self._end_find)

    def load(self, data: bytes, *, read_only: bool = False, keep_place: bool = False) -> None:
        """Show `data` without copying it."""
        self._stop()
        self._buffer = HexBuffer(data)
        place = self._view.place()
        self._view.show_buffer(self._buffer, read_only=read_only)
        if keep_place:
            self._view.go_back_to(place)
        self._mode.setEnabled(not read_only)
        self._find.show_count("")

    def mark_changed(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Lay a ground behind bytes that are not what they were, until the next edit."""
        self._view.mark_changed(ranges)

    def data(self) -> bytes:
        return self._buffer.data()

    def is_modified(self) -> bool:
        return self._buffer.is_modified()

    def can_undo(self) -> bool:
        return self._buffer.can_undo()

    def can_redo(self) -> bool:
        return self._buffer.can_redo()

    def undo(self) -> None:
        self._view.undo()

    def redo(self) -> None:
        self._view.redo()

    def start_find(self) -> None:
        self._find.open_bar()

    def start_go_to(self) -> None:
        """Put the keyboard into the field that takes an offset."""
        self._go_to.selectAll()
        self._go_to.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def is_searching(self) -> bool:
        return self._search is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_F:
            self.start_find()
        elif control and event.key() == Qt.Key.Key_G:
            self.start_go_to()
        elif event.key() == Qt.Key.Key_F3:
            self._step(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif event.key() == Qt.Key.Key_Escape and self._go_to.hasFocus():
            self._view.setFocus()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self._status, 1)
        row.addWidget(self._go_to)
        row.addWidget(self._mode)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._find)
        column.addWidget(self._view, 1)
        column.addLayout(row)
        self.setFocusProxy(self._view)

    def _follow_edit(self) -> None:
        self._stop()
        self.changed.emit()

    def _show_place(self) -> None:
        here = self._view.caret
        start, end = self._view.selection()
        byte = self._view.byte_at(here)
        parts = [f"Offset 0x{here:X} ({here:,})"]
        if end - start:
            parts.append(f"{end - start:,} selected")
        elif byte is not None:
            parts.append(f"byte {byte}")
        parts.append(f"{len(self._buffer):,} B")
        self._status.setText(" · ".join(parts))
        self._mode.setText("Insert" if self._view.inserting else "Overwrite")

    def _go(self) -> None:
        offset = parse_offset(self._go_to.text(), self._view.caret)
        if offset is None:
            self._status.setText("An offset is a number such as 4096, 0x1000 or +16.")
        elif not 0 <= offset <= len(self._buffer):
            self._status.setText(f"The offset lies outside: the last is 0x{len(self._buffer):X}.")
        else:
            self._view.go_to(offset)
            self._view.setFocus()

    # Finding.

    def _seek(self) -> None:
        """Look for the first match from the caret on."""
        self._find.allow_case(self._find.mode() == AS_TEXT)
        start, _ = self._view.selection()
        self._look_for(start, forwards=True)

    def _step(self, forwards: bool) -> None:
        start, end = self._view.selection()
        self._look_for((start + 1 if end > start else start) if forwards else start, forwards=forwards)

    def _look_for(self, start: int, *, forwards: bool) -> None:
        self._stop()
        words = self._find.words()
        wanted = parse_hex(words) if self._find.mode() == AS_HEX else words.encode("utf-8", "replace")
        if wanted is None:
            self._find.show_count("Not hexadecimal")
        elif not wanted:
            self._find.show_count("")
        else:
            ignores_case = self._find.mode() == AS_TEXT and not self._find.match_case()
            self._search = ByteSearch(
                self._buffer, wanted, start, forwards=forwards, ignore_case=ignores_case
            )
            self._found_size = len(wanted)
            self._turn.start()

    def _look_on(self) -> None:
        search = self._search
        if search is None:
            return
        search.step()
        if not search.done:
            self._find.show_count(f"Searching {100 * search.looked_through // max(1, len(self._buffer))} %")
            return
        self._stop()
        if search.found is None:
            self._find.show_count("No match")
        else:
            self._find.show_count(f"At 0x{search.found:X}")
            self._view.go_to(search.found + self._found_size, anchor=search.found)

    def _stop(self) -> None:
        self._turn.stop()
        self._search = None

    def _end_find(self) -> None:
        self._stop()
        self._view.setFocus()
