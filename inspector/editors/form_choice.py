"""The field of a value whose schema lists what it may be: the list, what it is now, and a way to type another."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from inspector.editors.form_beside import Beside, paint_breach, tell
from inspector.editors.form_kinds import FieldKind
from inspector.formats import shortened
from inspector.lossless import Document, Edit, JsonType, Node
from inspector.plain import visible
from inspector.schema import Choice
from inspector.theme import ROW_HEIGHT

OTHER = "Other…"
FEW = 16
"""So many choices are listed at once."""

_LONGEST = 80


class ChoiceField(QComboBox):
    """`edited` is emitted with the Choice that the person makes, `other_wanted` where it is to be none of them."""

    edited = Signal(object)
    left = Signal()
    other_wanted = Signal()

    def __init__(self, kind: FieldKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self._beside = Beside()
        self._value: Node | None = None
        self._shown: tuple[tuple[Choice, ...], str, bool] | None = None
        self.activated.connect(self._choose)

    def show_value(self, node: Node, *, read_only: bool, beside: Beside) -> None:
        """Show what `node` says, whether or not it is in the list, in its own digits."""
        shown = (beside.choices, node.raw, read_only)
        if beside != self._beside:
            self._beside = beside
            self.update()
            tell(self, beside)
        if shown != self._shown:
            self._shown, self._value = shown, node
            self._show(node, beside)
        self.setEnabled(not read_only)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._beside.breach:
            paint_breach(self)

    def row_height(self) -> int:
        return ROW_HEIGHT

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # who scrolls the form means no value by it

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._fill()
        super().focusInEvent(event)

    def showPopup(self) -> None:
        self._fill()
        super().showPopup()

    def _show(self, node: Node, beside: Beside) -> None:
        """Show the value; a long list is filled in once somebody comes to it, as there may be hundreds of fields."""
        self.clear()
        self.addItem(_shown(_words(node)))
        if len(beside.choices) <= FEW or self.hasFocus():
            self._fill()

    def _fill(self) -> None:
        """List the choices around what the value is now, which keeps its own digits."""
        if self.count() != 1 or self._shown is None or self._value is None:
            return
        choices, _, read_only = self._shown
        is_json = not self._beside.problem
        place = next((n for n, each in enumerate(choices) if is_json and each.is_value_of(self._value)), -1)
        for index, choice in enumerate(choices):
            if index == place:
                self.setItemData(index, choice)
            elif index < place:
                self.insertItem(index, _shown(choice.words), choice)
            else:
                self.addItem(_shown(choice.words), choice)
        if not read_only:
            self.insertSeparator(self.count())
            self.addItem(OTHER, OTHER)

    def _choose(self, index: int) -> None:
        chosen = self.itemData(index)
        self._shown = None  # whatever comes of it, what is shown is what the value is then
        if isinstance(chosen, Choice):
            self.edited.emit(chosen)
        elif chosen == OTHER:
            self.other_wanted.emit()


def choose(document: Document, node: Node, choice: Choice) -> Edit:
    """Write a choice in the place of a value; where it stands there already, it stays as it is written."""
    if choice.is_value_of(node):
        return Edit(node)
    if node.type is JsonType.TEXT and isinstance(choice.value, str):
        return document.set_text(node, choice.value)
    return document.replace(node, choice.source)


def _words(node: Node) -> str:
    if node.type is JsonType.BOOL:
        return "yes" if node.raw == "true" else "no"
    try:
        return node.text if node.type is JsonType.TEXT else node.raw
    except ValueError:  # JSON source that is being typed
        return node.raw


def _shown(words: str) -> str:
    return shortened(visible(words), _LONGEST) or "(empty)"
