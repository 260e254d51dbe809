"""What the keys do in the form's table and in its fields: the form's actions, and ways to other rows."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from inspector.editors.form_actions import GOES_ON
from inspector.editors.form_kinds import FieldKind
from inspector.lossless import Node

if TYPE_CHECKING:
    from inspector.editors.form_view import FormView

_TEXT_KINDS = {FieldKind.LINE, FieldKind.BOX, FieldKind.ESCAPED, FieldKind.NUMBER}


class FormKeyboard:
    """The keys of one view. In a field of text, `text_keys` are the form's; everywhere else, `row_keys` are."""

    def __init__(self, view: "FormView") -> None:
        self._view = view
        self.row_keys: dict[str, QAction] = {}
        self.text_keys: dict[str, QAction] = {}

    def claims(self, event: QKeyEvent, kind: FieldKind = FieldKind.NONE) -> bool:
        """Whether a key of the form is about to be pressed, which the window or the text field is then not to take.

        The window's Delete is not what a person means in a form where nothing can be removed; its Undo is.
        """
        action = self._keys(kind).get(_sequence(event))
        if event.type() != QEvent.Type.ShortcutOverride or action is None:
            return False
        event.setAccepted(action.isEnabled() or not action.property(GOES_ON))
        return True

    def takes(self, event: QKeyEvent) -> bool:
        """Do what a key in the table asks for; False where it means nothing here."""
        node = self._view.current_node()
        if self._trigger(event, self.row_keys):
            return True
        if node is None or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(node, into=event.key() == Qt.Key.Key_Right)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if node.children is None:
                self._view.focus_field(node)
            else:
                self._view.set_unfolded(node, not self._view.rows.is_unfolded(node))
            return True
        return False

    def takes_in_field(self, node: Node, kind: FieldKind, event: QKeyEvent) -> bool:
        """Do what a key in the field of `node` asks the form for; False where it is the field's own."""
        return self._trigger(event, self._keys(kind)) or self._travel(node, kind, event)

    def _keys(self, kind: FieldKind) -> dict[str, QAction]:
        return self.text_keys if kind in _TEXT_KINDS else self.row_keys

    def _trigger(self, event: QKeyEvent, keys: dict[str, QAction]) -> bool:
        action = keys.get(_sequence(event))
        if action is None:
            return False
        action.trigger()
        return True

    def _travel(self, node: Node, kind: FieldKind, event: QKeyEvent) -> bool:
        """Go to the field above or below, where the key says so."""
        one_line = kind is not FieldKind.BOX
        down = event.key() == Qt.Key.Key_Tab or (event.key() == Qt.Key.Key_Down and one_line)
        up = event.key() == Qt.Key.Key_Backtab or (event.key() == Qt.Key.Key_Up and one_line)
        plain = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if event.key() == Qt.Key.Key_Escape:
            self._view.setFocus()
            return True
        if not (down or up) or plain:
            return False
        rows = (
            range(self._view.rows.row(node) + 1, self._view.rows.rowCount())
            if down
            else range(self._view.rows.row(node) - 1, -1, -1)
        )
        following = next(
            (self._view.rows.node(row) for row in rows if self._view.rows.node(row).children is None), None
        )
        if following is None:
            return event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up)
        self._view.focus_field(following)
        return True

    def _step(self, node: Node, *, into: bool) -> None:
        """Right unfolds, then goes in; left folds, then goes out: as in a tree."""
        open_now = self._view.rows.is_unfolded(node) and bool(node.children)
        if into and node.children and not open_now:
            self._view.set_unfolded(node, True)
        elif into and open_now:
            self._view.set_current(node.fields[0])
        elif into:
            self._view.focus_field(node)
        elif open_now:
            self._view.set_unfolded(node, False)
        else:
            self._view.set_current(node.parent)


def _sequence(event: QKeyEvent) -> str:
    return QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
