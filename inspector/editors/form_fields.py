"""The widgets that hold one value of the form each."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from inspector.editors.form_beside import Beside, paint_breach, tell
from inspector.editors.form_choice import ChoiceField
from inspector.editors.form_kinds import TOO_LONG, UNSHOWABLE, FieldKind, shown_text
from inspector.lossless import JsonType, Node
from inspector.plain import PlainLabel
from inspector.theme import ROW_HEIGHT, current, mono_font

BOX_LINES = 6
HINT_GAP = 8  # pixels between a text, the hint about it and the end of the field
LONGEST = 10 * TOO_LONG
CUT_OFF = f"The rest was left out: a field takes {LONGEST:,} characters. Paste it as text."
BOX_FRAME = 14  # pixels above and below the lines of a box, together


class LineField(QLineEdit):
    """A text, a number, or the JSON source of a text that cannot be shown otherwise, in one line.

    `refused` comes with a sentence, after `edited`, where only a part of what was put in has room.
    """

    edited = Signal(str)
    left = Signal()
    refused = Signal(str)

    def __init__(self, kind: FieldKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.setMaxLength(LONGEST)
        self.inputRejected.connect(self._tell_refusal, Qt.ConnectionType.QueuedConnection)
        self._beside = Beside()
        self.setFont(mono_font())
        self.textEdited.connect(self.edited)
        if kind is FieldKind.ESCAPED:
            self.setPlaceholderText("JSON text with escapes such as \\n")

    def show_value(self, node: Node, *, read_only: bool, beside: Beside) -> None:
        """Show what `node` says; the cursor stays where it is if the text does."""
        text = _editable(self.kind, node)
        if text != self.text():
            self.setText(text)
            if not self.hasFocus():
                self.setCursorPosition(0)
        self.setReadOnly(read_only)
        if beside != self._beside:
            self._beside = beside
            self.update()
            tell(self, beside)

    def row_height(self) -> int:
        return ROW_HEIGHT

    def caret(self) -> int:
        return self.cursorPosition()

    def set_caret(self, position: int) -> None:
        self.setCursorPosition(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        """With the hint at the right, where the text leaves room, and the border of what breaks the schema."""
        super().paintEvent(event)
        if self._beside.breach and not self._beside.problem:
            paint_breach(self)
        if self._beside.hint:
            self._paint_hint(self._beside.hint)

    def _paint_hint(self, hint: str) -> None:
        font = QApplication.font()
        width = QFontMetrics(font).horizontalAdvance(hint)
        taken = self.fontMetrics().horizontalAdvance(self.text()) if self.text() else 0
        if taken + width + 4 * HINT_GAP <= self.width():
            with QPainter(self) as painter:
                painter.setFont(font)
                painter.setPen(QColor(current().second_text))
                painter.drawText(
                    self.rect().adjusted(0, 0, -HINT_GAP, 0),
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                    hint,
                )

    def _tell_refusal(self) -> None:
        if len(self.text()) == LONGEST:
            self.refused.emit(CUT_OFF)

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

    def show_value(self, node: Node, *, read_only: bool, beside: Beside) -> None:
        """Show what `node` says; the cursor stays where it is if the text does."""
        text = _editable(self.kind, node)
        if text != self.text():
            self._loading = True
            self.setPlainText(text)
            self._loading = False
        self.setReadOnly(read_only)
        tell(self, beside)

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

    def show_value(self, node: Node, *, read_only: bool, beside: Beside) -> None:
        """Show what `node` says, in a word too."""
        self.setChecked(node.raw == "true")
        self.setText("yes" if node.raw == "true" else "no")
        self.setEnabled(not read_only)
        tell(self, beside)

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

    def show_value(self, node: Node, *, read_only: bool, beside: Beside) -> None:
        """Show what `node` says, or how long it is."""
        length = len(node.raw)
        long = f"{length:,} characters: too long for a field, edit them as text"
        self.setText("null" if node.type is JsonType.NULL else long)
        tell(self, beside)

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

    def show_value(self, node: Node, *, read_only: bool, beside: Beside) -> None:
        """Show nothing of the value, not even its length."""
        tell(self.dots, beside)
        said = ("Hidden, because the name says that it is a secret.", self.dots.accessibleDescription())
        self.dots.setAccessibleDescription(" ".join(filter(None, said)))

    def row_height(self) -> int:
        return ROW_HEIGHT


Field = LineField | BoxField | YesNoField | FixedField | MaskedField | ChoiceField

_WIDGETS: dict[
    FieldKind,
    type[LineField]
    | type[BoxField]
    | type[YesNoField]
    | type[FixedField]
    | type[MaskedField]
    | type[ChoiceField],
] = {
    FieldKind.YES_NO: YesNoField,
    FieldKind.NUMBER: LineField,
    FieldKind.LINE: LineField,
    FieldKind.BOX: BoxField,
    FieldKind.ESCAPED: LineField,
    FieldKind.NULL: FixedField,
    FieldKind.TOO_LONG: FixedField,
    FieldKind.MASKED: MaskedField,
    FieldKind.CHOICE: ChoiceField,
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
    return UNSHOWABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", node.raw[1:-1])
