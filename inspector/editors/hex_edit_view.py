"""A hex view in which bytes can be typed, inserted, deleted and pasted."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from inspector.editors.hex_buffer import HexBuffer
from inspector.editors.hex_view import BYTES, HexView
from inspector.editors.hex_words import parse_hex

_Standard = QKeySequence.StandardKey
_EDITING = (_Standard.Undo, _Standard.Redo, _Standard.Cut, _Standard.Paste, _Standard.Delete)


class HexEditView(HexView):
    """Edits a buffer: in the hexadecimal column by figures, in the text column by letters.

    A new view overwrites; the Insert key changes between overwriting and inserting. `edited` comes after every
    change of the bytes, undo and redo included.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buffer = HexBuffer(b"")
        self.read_only = False

    def show_buffer(self, buffer: HexBuffer, *, read_only: bool) -> None:
        self.buffer = buffer
        self.read_only = read_only
        self.show_source(buffer)

    def takes(self, event: QKeyEvent) -> bool:
        typed = event.text().isprintable() and event.text() and not _commanding(event)
        return bool(typed) or any(event.matches(one) for one in _EDITING) or super().takes(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Insert and not event.modifiers():
            self.set_inserting(not self.inserting)
        elif self.read_only:
            super().keyPressEvent(event)
        elif event.matches(_Standard.Undo):
            self.undo()
        elif event.matches(_Standard.Redo):
            self.redo()
        elif event.matches(_Standard.Cut):
            self.cut()
        elif event.matches(_Standard.Paste):
            self.paste()
        elif event.key() == Qt.Key.Key_Backspace:
            self._delete(before=True)
        elif event.key() == Qt.Key.Key_Delete:
            self._delete(before=False)
        elif event.text() and event.text().isprintable() and not _commanding(event):
            self._type(event.text())
        else:
            super().keyPressEvent(event)

    def set_inserting(self, inserting: bool) -> None:
        """Whether typed and pasted bytes push the others on, or take their place."""
        self.inserting = inserting
        self.low_half = False
        self.viewport().update()
        self.moved.emit()

    def undo(self) -> None:
        self._changed_at(self.buffer.undo())

    def redo(self) -> None:
        self._changed_at(self.buffer.redo())

    def cut(self) -> None:
        """Copy the selected bytes and delete them."""
        start, end = self.selection()
        if start != end and self.copy():
            self._put(start, end - start, b"")

    def paste(self) -> None:
        """Put the clipboard's bytes here; where it has only text, as what the caret's column holds."""
        held = QGuiApplication.clipboard().mimeData()
        pasted: bytes | None
        if held.hasFormat(BYTES):
            pasted = bytes(held.data(BYTES).data())
        elif self.in_text:
            pasted = held.text().encode("utf-8", "replace")
        else:
            pasted = parse_hex(held.text())
        if pasted is None:
            self.refused.emit("The clipboard holds no hexadecimal bytes. Text is pasted in the text column.")
        elif pasted:
            self._put_here(pasted)

    def _type(self, text: str) -> None:
        if self.in_text:
            self._put_here(text.encode("utf-8", "replace"), merge=True)
            return
        figure = int(text, 16) if text in "0123456789abcdefABCDEF" and len(text) == 1 else None
        if figure is None:
            self.refused.emit("Here goes 0 to 9 and A to F. Tab leads to the text column.")
            return
        offset = self.caret
        if self.low_half:
            self._put(offset, 1, bytes([(self.byte_at(offset) or 0) & 0xF0 | figure]), merge=True)
            return
        start, end = self.selection()
        overwrites = start == end and not self.inserting
        kept = (self.byte_at(offset) or 0) & 0x0F if overwrites else 0
        self._put(start, 1 if overwrites else end - start, bytes([figure << 4 | kept]), merge=start == end)
        self.go_to(start)
        self.low_half = True
        self.viewport().update()

    def _put_here(self, added: bytes, *, merge: bool = False) -> None:
        """In the place of the selection; without one, where the caret is, as the mode says."""
        start, end = self.selection()
        size = end - start if start != end or self.inserting else len(added)
        self._put(start, size, added, merge=merge and start == end)

    def _delete(self, *, before: bool) -> None:
        start, end = self.selection()
        if start == end:
            start = start - 1 if before else start
            end = start + 1
        if start >= 0:
            self._put(start, end - start, b"")

    def _put(self, offset: int, size: int, added: bytes, *, merge: bool = False) -> None:
        self.buffer.replace(offset, size, added, merge=merge)
        self._changed_at(offset + len(added))

    def _changed_at(self, offset: int | None) -> None:
        if offset is not None:
            self.mark_changed(())
            self.follow_size()
            self.go_to(offset)
            self.edited.emit()


def _commanding(event: QKeyEvent) -> bool:
    """Whether the key is part of a command rather than text (AltGr, which is both, is text)."""
    held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    return held in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier)
