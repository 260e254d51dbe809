"""A text widget that shows exact text through stand-ins, with line numbers."""

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QRect, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextDocumentLayout, QPlainTextEdit, QToolTip, QWidget

from inspector import theme
from inspector.editors.text_fill import Filler
from inspector.editors.text_find import narrowed, widened
from inspector.editors.text_gutter import Gutter, Line
from inspector.editors.text_highlight import TextHighlighter
from inspector.editors.text_map import TextMap
from inspector.editors.text_marks import TextMarks, span
from inspector.plain import plain_tooltip

HIGHLIGHT_LIMIT = 256 * 1024
AT_ONCE = 24 * 1024  # characters; more of them, coloured, would be felt
SLICE, COLOURED_SLICE = 24 * 1024, 8 * 1024

MOST_INSERTED = 1024 * 1024  # characters
EXACT_TEXT = "application/x-state-inspector-text"  # UTF-8; as plain text Qt loses a byte order mark, and more

NOT_HELD = "The text holds characters that a text field cannot keep."

_BREAK = "\u2029"  # what Qt calls the end of a paragraph
_KEYBOARD = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class TextView(QPlainTextEdit):
    """Shows and edits one text; `exact_text` is what it stands for, to the last line end and control character.

    `edited` comes after every change by the person, undo and redo included, and never from `show_exact`;
    `refused` with a sentence when something cannot be put in. `filling` tells the per cent of a long text that are
    here, and `filled`, when all is, whether it is held without loss.
    """

    edited = Signal()
    refused = Signal(str)
    filling = Signal(int)
    filled = Signal(bool)

    def __init__(self, parent: QWidget | None = None, *, numbered: bool = True) -> None:
        super().__init__(parent)
        self.map = TextMap()
        self._loading = False
        self._dirty = False
        self._filler = Filler(self)
        self._is_read_only_after = False
        self._wanted = ""
        self._stepping_right = False
        self._exact: str | None = None
        self._fold_blocks: list[int] | None = None
        self._marks = TextMarks(self)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setProperty("flat", True)
        self.setFont(theme.mono_font())
        self._gutter = Gutter(self, self._visible_lines)
        self._gutter.setVisible(numbered)
        self._begin_document()
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_gutter)
        self.cursorPositionChanged.connect(self._settle_cursor)
        self.verticalScrollBar().valueChanged.connect(self._mark_in_sight)
        self._filler.went_on.connect(self.filling)
        self._filler.filled.connect(self._end_filling)
        theme.theme().changed.connect(self._follow_theme)
        self._make_room()

    def show_exact(
        self, text: str, *, read_only: bool = False, json: bool = False, slowly: bool = False
    ) -> None:
        """Show `text` with an empty undo history. Raises ValueError where it cannot be held without loss.

        A long text is filled in `slowly` on demand: it is read-only until `filled` tells what became of it.
        """
        self._filler.stop()
        mapping = TextMap(text)
        shown = mapping.shown(text)
        self.map = mapping
        small = len(shown) <= HIGHLIGHT_LIMIT
        in_slices = slowly and len(shown) > AT_ONCE
        self._loading = True
        self._marks.forget()
        self._begin_document(json=json)
        size = COLOURED_SLICE if small else SLICE
        self.setPlainText(shown[:size] if in_slices else shown)
        if small:
            self._tell_stand_ins()
            self.highlighter.setDocument(self.document())
        self._wanted, self._is_read_only_after = text, read_only
        self._forget()
        if in_slices:
            self._forbid_typing(True)
            self.document().setUndoRedoEnabled(False)
            self._filler.start(self.document(), shown, start=size, size=size)
        elif not self._settle():
            raise ValueError(NOT_HELD)

    def _begin_document(self, *, json: bool = False) -> None:
        """Go on with an empty document: to empty one of many coloured lines takes much longer."""
        former = self.document()
        document = QTextDocument(self)
        document.setDocumentLayout(QPlainTextDocumentLayout(document))
        document.setDefaultFont(self.font())
        is_ours = former.parent() is self
        self.setDocument(document)
        if is_ours:
            former.deleteLater()
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * 4)
        self.highlighter = TextHighlighter(document)
        self.highlighter.setDocument(None)
        self.highlighter.json = json
        document.contentsChange.connect(self._note_change)
        document.contentsChanged.connect(self._tell_change)

    @property
    def is_filling(self) -> bool:
        """Whether a long text is not all here yet."""
        return self._filler.is_running

    def _end_filling(self) -> None:
        self.document().setUndoRedoEnabled(True)
        self.filled.emit(self._settle())

    def _settle(self) -> bool:
        """Take what is here for the whole text, unedited; whether it is."""
        self.document().setModified(False)
        self._loading = self._dirty = False
        self._forget()
        self._forbid_typing(self._is_read_only_after)
        self._make_room()
        wanted, self._wanted = self._wanted, ""
        return self.exact_text() == wanted

    def _forbid_typing(self, forbid: bool) -> None:
        self.setReadOnly(forbid)
        if forbid:
            self.setTextInteractionFlags(_KEYBOARD)
        self.setTabChangesFocus(forbid)

    def exact_text(self) -> str:
        """The text as edited."""
        if self._exact is None:
            self._exact = self.map.exact(self.shown_text())
        return self._exact

    def replace_exact(self, text: str) -> None:
        """Make the text `text`, as one edit that can be undone."""
        self.replace_shown(self.map.shown(text))

    def replace_shown(self, shown: str) -> None:
        """Make the text what `shown` stands for, as one edit that can be undone."""
        self._marks.forget()
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(shown)
        self.setTextCursor(QTextCursor(self.document()))

    def shown_text(self) -> str:
        return self.document().toRawText().replace(_BREAK, "\n")

    def place(self) -> tuple[int, int, int]:
        """Where one is: the line at the top, the caret, and the other end of the selection."""
        cursor = self.textCursor()
        return self.verticalScrollBar().value(), cursor.position(), cursor.anchor()

    def go_back_to(self, place: tuple[int, int, int]) -> None:
        """Go to where `place` said, as far as it is still there."""
        line, position, anchor = place
        self.setTextCursor(span(self, anchor, position))
        self.verticalScrollBar().setValue(line)

    def mark_changed(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Lay a ground behind what stands at these places of the exact text, until the next edit."""
        shown = self.shown_text()
        self._marks.changed = [
            (self._place_of(shown, start), self._place_of(shown, end)) for start, end in ranges
        ]
        self._mark()

    def _place_of(self, shown: str, offset: int) -> int:
        return len(widened(shown[: self.map.shown_offset(shown, offset)]))

    def mark_found(self, places: Sequence[tuple[int, int]]) -> None:
        """Lay a ground behind these places, in order and in Qt's count of characters, where they are in sight."""
        self._marks.found = places
        self._mark()

    def mark_fault(self, position: int | None) -> None:
        """Underline the character at `position`, in Qt's count, or none."""
        self._marks.fault = position
        self._mark()

    def go_to(self, start: int, end: int) -> None:
        """Select from `start` to `end`, in Qt's count of characters, and bring it into view."""
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def line_number(self, block: int) -> int:
        """The number, from 1, of the line that block `block` shows or goes on with."""
        return block + 1 - bisect_left(self._folds(), block)

    def caret_place(self) -> tuple[int, int]:
        """The line and the column of the caret, both from 1; the rows of a folded line are one line."""
        cursor = self.textCursor()
        block = cursor.block()
        column = 1 + len(narrowed(widened(block.text())[: cursor.positionInBlock()]))
        before = block.previous()
        while before.isValid() and self.map.fold_mark and before.text().endswith(self.map.fold_mark):
            column += len(before.text()) - 1
            before = before.previous()
        return self.line_number(block.blockNumber()), column

    # What goes in and out as text: always the exact characters.

    def createMimeDataFromSelection(self) -> QMimeData:
        mime = QMimeData()
        text = self.map.exact(self.textCursor().selectedText().replace(_BREAK, "\n"))
        mime.setText(text)
        mime.setData(EXACT_TEXT, text.encode("utf-8", "replace"))
        return mime

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.isReadOnly():
            return
        if source.hasFormat(EXACT_TEXT):
            self.insert_exact(bytes(source.data(EXACT_TEXT).data()).decode("utf-8", "replace"))
        elif source.hasText():
            self.insert_exact(source.text())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if not self.isReadOnly() and self.map.needs_stand_in(event.commitString()):
            self.insert_exact(event.commitString())
            event.setCommitString("")
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._stepping_right = event.key() == Qt.Key.Key_Right
        if not self.isReadOnly():
            if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and not event.modifiers():
                self._take_mark_and_break(forwards=event.key() == Qt.Key.Key_Delete)
            elif event.text().isprintable() and self.map.needs_stand_in(event.text()):
                self.insert_exact(event.text())
                event.accept()
                return
        super().keyPressEvent(event)

    def insert_exact(self, text: str) -> None:
        """Put `text` in the place of the selection, with the line ends of this text; or say why not."""
        try:
            if len(text) > MOST_INSERTED:
                raise ValueError("More than 1 MB cannot be put into a text at once.")
            shown = self.map.pasted(text)
        except ValueError as refusal:
            self.refused.emit(str(refusal))
            return
        self._tell_stand_ins()
        self.textCursor().insertText(shown)
        self.ensureCursorVisible()

    def _take_mark_and_break(self, *, forwards: bool) -> None:
        """Where a key is about to delete half of a marked line end, select the whole of it instead."""
        cursor = self.textCursor()
        if cursor.hasSelection():
            return
        block = cursor.block() if forwards else cursor.block().previous()
        end = block.position() + block.length() - 1
        if not block.isValid() or not self._ends_marked(block.text()):
            return
        if cursor.position() == (end - 1 if forwards else end + 1):
            self.go_to(end - 1, end + 1)

    def _settle_cursor(self) -> None:
        """Keep the caret out from between a mark and its line break: what is typed belongs before the mark."""
        cursor = self.textCursor()
        anchor, position = self._outside(cursor.anchor()), self._outside(cursor.position())
        if (anchor, position) != (cursor.anchor(), cursor.position()):
            self.go_to(anchor, position)
        self._mark()

    def _outside(self, position: int) -> int:
        block = self.document().findBlock(position)
        at_end = position == block.position() + block.length() - 1
        if not at_end or not block.next().isValid() or not self._ends_marked(block.text()):
            return position
        return position + (1 if self._stepping_right else -1)

    def _ends_marked(self, line: str) -> bool:
        return bool(line) and line[-1] in self.map.marks

    # What follows a change.

    def _note_change(self, position: int, removed: int, added: int) -> None:
        self._forget()
        self._dirty = True
        if added and not self._loading:
            self._marks.changed = ()
            self.map.keep(span(self, position, position + added).selectedText())

    def _tell_change(self) -> None:
        # Colouring a line counts as a change of contents too, but not as one of characters.
        if self._dirty and not self._loading:
            self._dirty = False
            self.edited.emit()

    def _forget(self) -> None:
        self._exact = None
        self._fold_blocks = None

    def _tell_stand_ins(self) -> None:
        self.highlighter.set_stand_ins(self.map.stand_ins, self.map.fold_mark)

    def _folds(self) -> list[int]:
        """The blocks that end in a fold, in order."""
        if self._fold_blocks is None:
            self._fold_blocks = []
            if self.map.fold_mark:
                block = 0
                for piece in self.shown_text().split(f"{self.map.fold_mark}\n")[:-1]:
                    block += piece.count("\n")
                    self._fold_blocks.append(block)
                    block += 1
        return self._fold_blocks

    # Painting.

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            under = self.cursorForPosition(event.pos())
            under.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
            QToolTip.showText(event.globalPos(), plain_tooltip(self.map.explain(under.selectedText())), self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._gutter.setGeometry(
            QRect(inside.left(), inside.top(), self._gutter.sizeHint().width(), inside.height())
        )
        self._mark_in_sight()

    def _make_room(self) -> None:
        self._gutter.setFont(self.font())
        self._gutter.set_line_count(self.blockCount())
        self.setViewportMargins(0 if self._gutter.isHidden() else self._gutter.sizeHint().width(), 0, 0, 0)
        self._gutter.resize(self._gutter.sizeHint().width(), self.contentsRect().height())

    def _scroll_gutter(self, area: QRect, pixels: int) -> None:
        if pixels:
            self._gutter.scroll(0, pixels)
        else:
            self._gutter.update(0, area.top(), self._gutter.width(), area.height())

    def _visible_lines(self) -> list[Line]:
        block = self.firstVisibleBlock()
        place = self.blockBoundingGeometry(block).translated(self.contentOffset()).toRect()
        lines: list[Line] = []
        while block.isValid() and place.top() <= self.viewport().height():
            number = block.blockNumber()
            goes_on = number > 0 and self.line_number(number) == self.line_number(number - 1)
            row = QRect(place.left(), place.top(), place.width(), self.fontMetrics().height())
            lines.append(
                ("" if goes_on else f"{self.line_number(number)}", row, block == self.textCursor().block())
            )
            top = place.top() + round(self.blockBoundingRect(block).height())
            block = block.next()
            place.moveTop(top)
        return lines

    def _follow_theme(self) -> None:
        self.highlighter.follow_theme()
        self._make_room()  # in the face of the text, which Qt takes from the gutter with its style sheet
        self._mark()

    def _mark_in_sight(self) -> None:
        if self._marks.found:
            self._mark()

    def _mark(self) -> None:
        self._marks.show()
        self._gutter.update()
