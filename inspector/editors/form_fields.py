"""The widgets that hold one value of the form each, and which of them a value needs."""

import re
from enum import Enum, auto

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from inspector.lossless import JsonType, Node
from inspector.plain import PlainLabel, plain_tooltip
from inspector.theme import ROW_HEIGHT, mono_font

LONG_TEXT = 100  # characters: more of them get a box of several lines
TOO_LONG = 20_000  # characters in one field: a widget would be slow to type in
BOX_LINES = 6
BOX_FRAME = 14  # pixels above and below the lines of a box, together

# What Qt's text widgets change or do not show: controls, marks that turn the writing direction, lone surrogates.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufdd0-\ufdef"
    "\ufeff\ufff0-\ufffc\ufffe\uffff\ud800-\udfff]"
)


class FieldKind(Enum):
    """Which widget a value needs."""

    NONE = auto()
    YES_NO = auto()
    NUMBER = auto()
    LINE = auto()
    BOX = auto()
    ESCAPED = auto()
    NULL = auto()
    TOO_LONG = auto()
    MASKED = auto()


def field_kind(node: Node, *, masked: bool) -> FieldKind:
    """The widget for `node`; a container has none."""
    if node.children is not None:
        return FieldKind.NONE
    if masked:
        return FieldKind.MASKED
    if node.type is JsonType.BOOL:
        return FieldKind.YES_NO
    if node.type is JsonType.NULL:
        return FieldKind.NULL
    if len(node.raw) > TOO_LONG:
        return FieldKind.TOO_LONG
    if node.type is JsonType.NUMBER:
        return FieldKind.NUMBER
    text = shown_text(node)
    if text is None:
        return FieldKind.ESCAPED
    return FieldKind.BOX if "\n" in text or len(text) > LONG_TEXT else FieldKind.LINE


def shown_text(node: Node) -> str | None:
    """The text with line breaks as LF, or None where a text widget could not hold it without loss."""
    try:
        text = node.text
    except ValueError:  # being typed as JSON source, and not finished
        return None
    plain = text.replace("\r\n", "\n") if _breaks_with_crlf(text) else text
    return None if _UNSHOWABLE.search(plain) else plain


def typed_text(node: Node, typed: str) -> str:
    """What `typed` in the place of the text of `node` means, line breaks being those that it has."""
    return typed.replace("\n", "\r\n") if _breaks_with_crlf(node.text) else typed


def _breaks_with_crlf(text: str) -> bool:
    return "\r" in text and text.count("\r\n") == text.count("\r") == text.count("\n")


class LineField(QLineEdit):
    """A text, a number, or the JSON source of a text that cannot be shown otherwise, in one line."""

    edited = Signal(str)
    left = Signal()

    def __init__(self, kind: FieldKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.setMaxLength(TOO_LONG * 10)
        self.setFont(mono_font())
        self.textEdited.connect(self.edited)
        if kind is FieldKind.ESCAPED:
            self.setPlaceholderText("JSON text with escapes such as \\n")

    def show_value(self, node: Node, *, read_only: bool, problem: str) -> None:
        """Show what `node` says; the cursor stays where it is if the text does."""
        text = _editable(self.kind, node)
        if text != self.text():
            self.setText(text)
            if not self.hasFocus():
                self.setCursorPosition(0)
        self.setReadOnly(read_only)
        _mark(self, problem)

    def row_height(self) -> int:
        return ROW_HEIGHT

    def caret(self) -> int:
        return self.cursorPosition()

    def set_caret(self, position: int) -> None:
        self.setCursorPosition(position)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Shift+Return begins another line, for which a box takes the place of this field."""
        line_break = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.kind is FieldKind.LINE
        if line_break and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not self.isReadOnly():
            self.insert("\n")
            self.edited.emit(self.text())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class BoxField(QPlainTextEdit):
    """A text of several lines."""

    edited = Signal(str)
    left = Signal()

    def __init__(self, kind: FieldKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.setFont(mono_font())
        self.setTabChangesFocus(True)
        # Where it came only when needed, it would take the room that made it unneeded, and Qt would lay out for ever.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(3)
        self._loading = False
        self.textChanged.connect(self._tell)

    def text(self) -> str:
        """The text as it is; `toPlainText` would make ordinary blanks of those that do not break."""
        return self.document().toRawText().replace("\u2029", "\n")

    def show_value(self, node: Node, *, read_only: bool, problem: str) -> None:
        """Show what `node` says; the cursor stays where it is if the text does."""
        text = _editable(self.kind, node)
        if text != self.text():
            self._loading = True
            self.setPlainText(text)
            self._loading = False
        self.setReadOnly(read_only)
        _mark(self, problem)

    def row_height(self) -> int:
        """As high as the lines need, up to BOX_LINES of them."""
        line = QFontMetrics(self.font())
        per_line = max(20, self.viewport().width() // max(1, line.averageCharWidth()))
        lines = sum(1 + len(part) // per_line for part in self.text().split("\n"))
        return max(2, min(lines, BOX_LINES)) * line.lineSpacing() + BOX_FRAME

    def caret(self) -> int:
        return self.textCursor().position()

    def set_caret(self, position: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(min(position, self.document().characterCount() - 1))
        self.setTextCursor(cursor)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def _tell(self) -> None:
        if not self._loading:
            self.edited.emit(self.text())


class YesNoField(QCheckBox):
    """A yes or no."""

    edited = Signal(bool)
    left = Signal()

    def __init__(self, kind: FieldKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.clicked.connect(self.edited)

    def show_value(self, node: Node, *, read_only: bool, problem: str) -> None:
        """Show what `node` says, in a word too."""
        self.setChecked(node.raw == "true")
        self.setText("yes" if node.raw == "true" else "no")
        self.setEnabled(not read_only)

    def row_height(self) -> int:
        return ROW_HEIGHT


class FixedField(PlainLabel):
    """A value that is not typed: null, or a text that is too long for a field."""

    edited = Signal(str)
    left = Signal()

    def __init__(self, kind: FieldKind, parent: QWidget) -> None:
        super().__init__(parent=parent, elide=Qt.TextElideMode.ElideRight)
        self.kind = kind
        self.setProperty("tone", "second")
        self.setFont(mono_font())

    def show_value(self, node: Node, *, read_only: bool, problem: str) -> None:
        """Show what `node` says, or how long it is."""
        length = len(node.raw)
        long = f"{length:,} characters: too long for a field, edit them as text"
        self.setText("null" if node.type is JsonType.NULL else long)

    def row_height(self) -> int:
        return ROW_HEIGHT


class MaskedField(QWidget):
    """A secret behind dots, with a button that shows it."""

    edited = Signal(str)
    left = Signal()
    asked_to_show = Signal()

    def __init__(self, kind: FieldKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.dots = QLineEdit("••••••••", self)
        self.dots.setReadOnly(True)
        self.dots.setAccessibleDescription("Hidden, because the name says that it is a secret")
        self.button = QPushButton("Show", self)
        self.button.setProperty("flat", True)
        self.button.setStyleSheet("min-height: 16px; padding: 2px 8px;")  # as dense as the rows
        self.button.clicked.connect(self.asked_to_show)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.dots)
        layout.addWidget(self.button)
        self.setFocusProxy(self.button)

    def setAccessibleName(self, name: str) -> None:
        """The path goes to the field inside."""
        self.dots.setAccessibleName(name)
        self.button.setAccessibleName(f"Show {name}" if name else "")

    def show_value(self, node: Node, *, read_only: bool, problem: str) -> None:
        """Show nothing of the value, not even its length."""

    def row_height(self) -> int:
        return ROW_HEIGHT


Field = LineField | BoxField | YesNoField | FixedField | MaskedField

_WIDGETS: dict[
    FieldKind, type[LineField] | type[BoxField] | type[YesNoField] | type[FixedField] | type[MaskedField]
] = {
    FieldKind.YES_NO: YesNoField,
    FieldKind.NUMBER: LineField,
    FieldKind.LINE: LineField,
    FieldKind.BOX: BoxField,
    FieldKind.ESCAPED: LineField,
    FieldKind.NULL: FixedField,
    FieldKind.TOO_LONG: FixedField,
    FieldKind.MASKED: MaskedField,
}


def new_field(kind: FieldKind, parent: QWidget) -> Field:
    """The widget of a kind other than NONE."""
    return _WIDGETS[kind](kind, parent)


def _editable(kind: FieldKind, node: Node) -> str:
    if kind is FieldKind.NUMBER:
        return node.raw
    text = None if kind is FieldKind.ESCAPED else shown_text(node)
    if text is not None:
        return text
    return _UNSHOWABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", node.raw[1:-1])


def _mark(field: QLineEdit | QPlainTextEdit, problem: str) -> None:
    """Show in red that the value cannot be saved, with the reason."""
    field.setToolTip(plain_tooltip(problem))
    field.setAccessibleDescription(problem)
    if field.property("problem") != bool(problem):
        field.setProperty("problem", bool(problem))
        field.style().unpolish(field)
        field.style().polish(field)
