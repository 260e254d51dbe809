"""Edits a value as text: what was not touched comes back as it was, to the last line end."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector import theme
from inspector.editors.editor import ValueEditor
from inspector.editors.find_bar import FindBar
from inspector.editors.text_find import find_places, narrowed, widened
from inspector.editors.text_format import compact_json, format_json
from inspector.editors.text_json import Fault, find_fault
from inspector.editors.text_view import NOT_HELD, TextView
from inspector.plain import PlainLabel

EDIT_LIMIT = 1024 * 1024  # bytes: above this a text widget is felt with every key
MOST_LINES = 100_000  # a text widget takes a second for these
AT_ONCE = 64 * 1024  # bytes: text up to this size is checked with every key, longer text when typing pauses
PAUSE_MS = 200

NOT_TEXT = "These bytes are not UTF-8 text. They are shown with escapes and can be edited as hex."
LOADING = "The text is being loaded"
TOO_LARGE = "This value is too large to be edited as text. Its beginning is shown."


class TextEditor(ValueEditor):
    """UTF-8 text in a plain field named `textEdit`, with JSON's faults told as the person types.

    Where the bytes cannot be held without loss, the field is read-only and a sentence says why.
    """

    def __init__(self, parent: QWidget | None = None, *, json: bool = False) -> None:
        super().__init__(parent)
        self._json = json
        self._original = b""
        self._notice = ""
        self._fault: Fault | None = None
        self._caught_up = True
        self._place_before: tuple[int, int, int] | None = None
        self._changed: Sequence[tuple[int, int]] = ()
        self._places: list[tuple[int, int]] = []
        self._view = TextView()
        self._view.setObjectName("textEdit")
        self._view.setAccessibleName("Text of the value")
        self._find = FindBar()
        self._status = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._status.setObjectName("textStatus")
        self._place = PlainLabel()
        self._place.setObjectName("textPlace")
        self._place.setProperty("tone", "second")
        self._format = _button("textFormat", "F&ormat", "Each field and item on a line of its own")
        self._compact = _button("textCompact", "Co&mpact", "Without white space between the parts")
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._lay_out()
        self._pause.timeout.connect(self._catch_up)
        self._view.refused.connect(self._status.setText)
        self._view.edited.connect(self._follow_edit)
        self._view.filling.connect(lambda percent: self._status.setText(f"{LOADING}: {percent} %"))
        self._view.filled.connect(self._end_filling)
        self._view.cursorPositionChanged.connect(self._show_place)
        self._format.clicked.connect(self.format)
        self._compact.clicked.connect(self.compact)
        self._find.sought.connect(self._seek)
        self._find.stepped.connect(self._step)
        self._find.replaced.connect(self._replace)
        self._find.closed.connect(self._end_find)

    def load(self, data: bytes, *, read_only: bool = False, keep_place: bool = False) -> None:
        """Show `data` as text; where it is not UTF-8 or over 1 MB, read-only and for viewing alone."""
        self._pause.stop()
        self._place_before = self._view.place() if keep_place else None
        self._changed = ()
        self._caught_up = True
        self._original = data
        self._notice = ""
        if len(data) > EDIT_LIMIT or data.count(b"\n") + data.count(b"\r") > MOST_LINES:
            self._show_only(data[:AT_ONCE].decode("utf-8", "backslashreplace"), TOO_LARGE)
        else:
            try:
                text = data.decode("utf-8")
                self._view.show_exact(text, read_only=read_only, json=self._json, slowly=True)
            except UnicodeDecodeError:
                self._show_only(data.decode("utf-8", "backslashreplace"), NOT_TEXT)
            except ValueError as refusal:
                self._show_escaped(str(refusal))
        self._settle()

    def _show_escaped(self, why: str) -> None:
        self._show_only(self._original.decode("utf-8").encode("ascii", "backslashreplace").decode(), why)

    def _end_filling(self, is_held: bool) -> None:
        if not is_held:
            self._show_escaped(NOT_HELD)
        self._settle()

    def _settle(self) -> None:
        """Follow a text that was loaded, as far as it is here."""
        if not self._view.is_filling:
            if self._place_before is not None:
                self._view.go_back_to(self._place_before)
                self._place_before = None
            self._view.mark_changed(() if self._notice else self._changed)
        self._check()
        self._show_place()
        if self._find.isVisible():
            self._seek()

    def mark_changed(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Lay a ground behind what is not as it was, until the next edit; in long text, once that is here."""
        self._changed = ranges
        if not self._view.is_filling and not self._notice:
            self._view.mark_changed(ranges)

    def data(self) -> bytes:
        if self._notice or self._view.is_filling or not self._view.document().isModified():
            return self._original
        edited = self._view.exact_text().encode("utf-8")
        return self._original if edited == self._original else edited

    def is_modified(self) -> bool:
        return self.data() is not self._original

    def problem(self) -> str:
        """Why it cannot be saved; of a long text as it was when typing paused last, or at `settle`."""
        return self._fault.sentence(self._view.exact_text()) if self._fault else ""

    def settle(self) -> None:
        self._catch_up()

    def set_json(self, json: bool) -> None:
        """Whether the text is meant to be JSON: it is then coloured, checked, and can be laid out anew."""
        if json != self._json:
            self._json = json
            self._view.highlighter.json = json
            self._view.highlighter.colour_anew()
            self._check()

    def can_undo(self) -> bool:
        return self._view.document().isUndoAvailable()

    def can_redo(self) -> bool:
        return self._view.document().isRedoAvailable()

    def undo(self) -> None:
        self._view.undo()

    def redo(self) -> None:
        self._view.redo()

    def start_find(self) -> None:
        self._open_find(replace=False)

    def start_replace(self) -> None:
        """Open the search with its second field, for what to put in the place of each match."""
        self._open_find(replace=not self._view.isReadOnly())

    def format(self) -> None:
        """Lay the JSON out with each field and item on a line of its own; an edit that can be undone."""
        self._lay_text_out(format_json)

    def compact(self) -> None:
        """Lay the JSON out on one line; an edit that can be undone."""
        self._lay_text_out(compact_json)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_F:
            self.start_find()
        elif control and event.key() == Qt.Key.Key_H:
            self.start_replace()
        elif event.key() == Qt.Key.Key_F3:
            self._step(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self._status, 1)
        for widget in (self._place, self._format, self._compact):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._find)
        column.addWidget(self._view, 1)
        column.addLayout(row)
        self.setFocusProxy(self._view)

    def _lay_text_out(self, lay_out: Callable[[str, str], str]) -> None:
        self.settle()
        if self._json and not self._view.isReadOnly() and not self.problem():
            self._view.replace_exact(lay_out(self._view.exact_text(), self._view.map.line_end))

    def _show_only(self, text: str, notice: str) -> None:
        self._notice = notice
        self._view.show_exact(text, read_only=True)

    # Checking.

    def _follow_edit(self) -> None:
        self._caught_up = False
        self._pause.start()
        if self._view.document().characterCount() <= AT_ONCE:
            former = self._fault
            self._catch_up()
            if self._fault != former:
                return  # which has been told already
        self.changed.emit()

    def _catch_up(self) -> None:
        """Check and search what was typed, where that waits for a pause."""
        self._pause.stop()
        if not self._caught_up:
            self._caught_up = True
            former = self._fault
            self._check()
            if self._find.isVisible():
                self._seek()
            if self._fault != former:
                self.changed.emit()

    def _check(self) -> None:
        is_whole = not self._notice and not self._view.is_filling
        self._fault = find_fault(self._view.exact_text()) if self._json and is_whole else None
        for button in (self._format, self._compact):
            button.setVisible(self._json and not self._notice)
            button.setEnabled(self._fault is None and not self._view.isReadOnly())
        place = None
        if self._fault is not None:
            shown = self._view.shown_text()
            place = len(widened(shown[: self._view.map.shown_offset(shown, self._fault.offset)]))
        self._view.mark_fault(place)
        self._show_status()

    def _show_status(self) -> None:
        fault = self._fault.sentence(self._view.exact_text()) if self._fault else ""
        self._status.setText(fault or self._notice or (LOADING if self._view.is_filling else ""))
        self._status.setProperty("tone", "red" if fault else "second")
        self._status.style().polish(self._status)

    def _show_place(self) -> None:
        line, column = self._view.caret_place()
        self._place.setText(f"Line {line:,}, column {column:,}")

    # Finding.

    def _open_find(self, *, replace: bool) -> None:
        selected = self._view.textCursor().selectedText()
        self._find.open_bar(selected if selected.isprintable() else "", replace=replace)

    def _seek(self) -> None:
        """Count and mark the matches anew."""
        words = self._view.map.searchable(self._find.words())
        self._places = list(
            find_places(
                self._view.shown_text(),
                words,
                fold_mark=self._view.map.fold_mark,
                case=self._find.match_case(),
            )
        )
        self._view.mark_found(self._places)
        self._show_count()

    def _show_count(self) -> None:
        if not self._find.words():
            self._find.show_count("")
        elif not self._places:
            self._find.show_count("No match")
        else:
            here = self._current()
            total = len(self._places)
            alone = "1 match" if total == 1 else f"{total:,} matches"
            self._find.show_count(alone if here is None else f"{here + 1:,} of {total:,}")

    def _current(self) -> int | None:
        """Which match is selected."""
        cursor = self._view.textCursor()
        here = (cursor.selectionStart(), cursor.selectionEnd())
        return self._places.index(here) if here in self._places else None

    def _step(self, forwards: bool) -> None:
        self._catch_up()
        if not self._places:
            return
        cursor = self._view.textCursor()
        if forwards:
            after = (place for place in self._places if place[0] >= cursor.selectionEnd())
            place = next(after, self._places[0])
        else:
            before = (place for place in reversed(self._places) if place[1] <= cursor.selectionStart())
            place = next(before, self._places[-1])
        self._view.go_to(*place)
        self._show_count()

    def _replace(self, everywhere: bool) -> None:
        self._catch_up()
        if self._view.isReadOnly() or not self._places:
            return
        if everywhere:
            self._replace_all()
        elif self._current() is None:
            self._step(True)
        else:
            self._view.insert_exact(self._find.replacement())
            self._step(True)

    def _replace_all(self) -> None:
        replacement = widened(self._view.map.pasted(self._find.replacement()))
        shown = widened(self._view.shown_text())
        pieces, at = [], 0
        for start, end in self._places:
            pieces += [shown[at:start], replacement]
            at = end
        self._view.replace_shown(narrowed("".join([*pieces, shown[at:]])))

    def _end_find(self) -> None:
        self._places = []
        self._view.mark_found(())
        self._view.setFocus()


def _button(name: str, text: str, hint: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(hint)
    return button
