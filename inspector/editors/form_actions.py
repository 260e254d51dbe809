"""What a person can do to the form's current row, as actions with names, keys and buttons."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton, QWidget

from inspector.assets import icon
from inspector.lossless import JsonType, Node

ICON = 16
GOES_ON = "goesOn"
"""The property of actions whose key goes on to the window while the form has nothing to do for it."""


class Target(Protocol):
    """Who carries the actions out."""

    def add(self) -> None: ...
    def remove(self) -> None: ...
    def duplicate(self) -> None: ...
    def move_up(self) -> None: ...
    def move_down(self) -> None: ...
    def rename(self) -> None: ...
    def copy(self) -> None: ...
    def paste(self) -> None: ...
    def paste_as_new(self) -> None: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def start_find(self) -> None: ...


class FormActions(QObject):
    """The actions of one form; `update_enabled` says which of them can be done now.

    Their keys are not shortcuts of the window: the form's view asks for them when it has the keyboard.
    """

    def __init__(self, target: Target, parent: QWidget) -> None:
        super().__init__(parent)
        self._owner = parent
        self.row_keys: dict[str, QAction] = {}
        self.text_keys: dict[str, QAction] = {}
        self.add = self._action("Add", "Add a field or an item", target.add, "Ins", "Ctrl+Return")
        self.remove = self._action("Remove", "Remove this field", target.remove, "Del")
        self.duplicate = self._action(
            "Duplicate", "Put a copy of this field below", target.duplicate, "Ctrl+D"
        )
        self.up = self._action("Move up", "Move this field up", target.move_up, "Alt+Up")
        self.down = self._action("Move down", "Move this field down", target.move_down, "Alt+Down")
        self.up.setIconText("Up")
        self.down.setIconText("Down")
        self.rename = self._action("Rename", "Rename this field", target.rename, "F2")
        self.copy = self._action("Copy", "Copy this value as JSON", target.copy, "Ctrl+C", "Ctrl+Shift+C")
        self.paste = self._action("Paste", "Paste JSON in the place of this value", target.paste, "Ctrl+V")
        self.paste_as_new = self._action(
            "Paste as new", "Paste JSON as a new field or item", target.paste_as_new, "Ctrl+Shift+V"
        )
        self.find = self._action("Find", "Find in this value", target.start_find, "Ctrl+F", picture="search")
        self.undo = self._action("Undo", "Undo", target.undo, "Ctrl+Z", picture="undo")
        self.redo = self._action("Redo", "Redo", target.redo, "Ctrl+Shift+Z", "Ctrl+Y", picture="redo")
        for action in (self.undo, self.redo):
            action.setProperty(GOES_ON, True)
        # In a text these keys are the text's own.
        for keys in ("Ins", "Del", "Ctrl+C", "Ctrl+V"):
            del self.text_keys[keys]

    def _action(self, text: str, tip: str, do: Callable[[], None], *keys: str, picture: str = "") -> QAction:
        action = QAction(text, self)
        action.setToolTip(f"{tip} ({keys[0]})")
        # For the menu to show: the view asks for the keys by itself.
        action.setShortcut(QKeySequence(keys[0]))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcutVisibleInContextMenu(True)
        if picture:
            action.setIcon(icon(picture))
        action.triggered.connect(lambda _=False: do())
        for key in keys:
            self.row_keys[key] = self.text_keys[key] = action
        return action

    def update_enabled(self, node: Node | None, *, read_only: bool, undo: bool, redo: bool) -> None:
        """Enable what can be done to `node`, the current field."""
        editable = node is not None and not read_only
        child = editable and node is not None and node.parent is not None
        for action in (self.add, self.paste, self.paste_as_new):
            action.setEnabled(editable)
        for action in (self.remove, self.duplicate):
            action.setEnabled(child)
        siblings = node.parent.fields if node is not None and node.parent is not None else []
        self.up.setEnabled(child and node is not siblings[0])
        self.down.setEnabled(child and node is not siblings[-1])
        self.rename.setEnabled(child and bool(node and node.key))
        self.copy.setEnabled(node is not None)
        self.undo.setEnabled(undo)
        self.redo.setEnabled(redo)

    def offer(self, place: QPoint) -> None:
        """Open the menu of a row's actions at a place on the screen."""
        menu = _menu(self._owner)
        for group in (
            (self.add, self.duplicate, self.rename, self.remove),
            (self.up, self.down),
            (self.copy, self.paste, self.paste_as_new),
        ):
            menu.addActions(group)
            menu.addSeparator()
        menu.popup(place)


class FormBar(QToolBar):
    """A row of quiet buttons for the actions that change the rows; what finds no room goes behind an arrow."""

    def __init__(self, actions: FormActions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("formBar")
        self.setIconSize(QSize(ICON, ICON))
        rows = [actions.add, actions.remove, actions.duplicate, actions.up, actions.down]
        self.addActions([*rows, actions.copy, actions.paste, actions.undo, actions.redo, actions.find])
        more = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if isinstance(more, QToolButton):
            more.setAccessibleName("More actions")
            more.setArrowType(Qt.ArrowType.DownArrow)
            more.setStyleSheet("padding: 0; min-height: 0;")  # Qt makes it 12 pixels wide
        for action in self.actions():
            button = self.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setAccessibleName(action.toolTip().partition(" (")[0])
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)


class TypeTarget(Protocol):
    """Who gives values other types."""

    def set_type(self, node: Node, to: JsonType) -> None: ...


def offer_types(target: TypeTarget, parent: QWidget, node: Node, place: QPoint) -> None:
    """Open the menu of types for `node` at a place on the screen."""
    menu = _menu(parent)
    for kind in JsonType:
        action = menu.addAction(kind.value)
        action.setCheckable(True)
        action.setChecked(kind is node.type)
        action.triggered.connect(lambda _=False, kind=kind: target.set_type(node, kind))
    menu.popup(place)


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu
