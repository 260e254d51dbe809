"""The window's commands: each once, with its words, icon and keys, for the menus, the tool row and context menus."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QHelpEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from inspector.assets import icon
from inspector.plain import plain_tooltip


@dataclass(frozen=True, slots=True)
class Command:
    """A command as a person meets it; `name` is its object name without "action"."""

    name: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    writes: bool = False
    checkable: bool = False

    @property
    def words(self) -> str:
        """Its text without what a menu adds to it."""
        return self.text.replace("&", "").removesuffix("…")


COMMANDS = (
    Command("Open", "&Open…", ("Ctrl+O",), "open"),
    Command("OpenFolder", "Open a &folder…"),
    Command("NewKey", "&New key…", ("Ctrl+N",), "plus", writes=True),
    Command("Save", "&Save", ("Ctrl+S",), "save", writes=True),
    Command("Revert", "Re&vert", (), "revert"),
    Command("Delete", "&Delete", ("Del",), "delete", writes=True),
    Command("Rename", "Ren&ame…", ("F2",), "rename", writes=True),
    Command("MoveTo", "&Move to…", ("Ctrl+Shift+M",), writes=True),
    Command("CopyTo", "Cop&y to…", ("Ctrl+Shift+K",), writes=True),
    Command("Expiry", "E&xpiry…", ("Ctrl+T",), writes=True),
    Command("DeleteScope", "Delete &scope…", (), "delete", writes=True),
    Command("CopyKey", "Copy &key", ("Ctrl+Shift+C",), "copy"),
    Command("CopyPath", "Copy &path", ("Ctrl+Alt+C",)),
    Command("CopyValue", "Copy &value", ("Ctrl+Alt+V",)),
    Command("CopyCode", "Copy as &code"),
    Command("CopySyncCode", "Copy as code for a &host"),
    Command("CopyTable", "Copy rows as &table"),
    Command("Export", "Save value to a &file…", ("Ctrl+Shift+S",)),
    Command("Import", "&Replace from a file…", ("Ctrl+Shift+O",), writes=True),
    Command("Undo", "&Undo", ("Ctrl+Z",), "undo", writes=True),
    Command("Redo", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", writes=True),
    Command("Refresh", "Re&fresh", ("F5",), "refresh"),
    Command("Find", "&Filter keys", ("Ctrl+F",), "search"),
    Command("Search", "S&earch keys and values…", ("Ctrl+Shift+F",), "search"),
    Command("Back", "&Back", ("Alt+Left",), "back"),
    Command("Forward", "&Forward", ("Alt+Right",), "forward"),
    Command("Jump", "&Jump to workspace, user or key…", ("Ctrl+P",), "jump"),
    Command("Bookmark", "Book&mark this place", ("Ctrl+D",), "bookmark"),
    Command("Shortcuts", "&Keyboard shortcuts", ("F1", "?"), "info"),
    Command("NextPane", "Next &pane", ("F6",)),
    Command("PreviousPane", "Pre&vious pane", ("Shift+F6",)),
    Command("Schemas", "Sch&emas…"),
    Command("Theme", "&Dark", (), "moon", checkable=True),
    Command("Activity", "&Activity", ("Ctrl+E",), checkable=True),
    Command("ReadOnly", "Rea&d-only", (), "lock", checkable=True),
    Command("BringOver", "&Bring over…", ("Ctrl+Shift+B",)),
    Command("Quit", "&Quit", ("Ctrl+Q",)),
)

KEY_MENU = (
    *("CopyKey", "CopyPath", "CopyValue", "CopyCode", "CopySyncCode", "CopyTable", ""),
    *("Rename", "MoveTo", "CopyTo", "Expiry", "", "Export", "Import", "", "Delete"),
)
SCOPE_MENU = ("NewKey", "", "CopyPath", "CopySyncCode", "", "Refresh", "", "DeleteScope")

_MENUS = (
    ("&File", ("Open", "OpenFolder", "", "BringOver", "", "ReadOnly", "", "Quit")),
    ("&Edit", ("Undo", "Redo", "", "NewKey", "Rename", "Delete", "", "Save", "Revert", "", "Find", "Search")),
    ("&Key", (*KEY_MENU, "", "DeleteScope", "", "Schemas")),
    ("&Go", ("Back", "Forward", "", "Jump", "Bookmark")),
    ("&View", ("Refresh", "", "NextPane", "PreviousPane", "", "Activity")),
    ("&Help", ("Shortcuts",)),
)


def commands_with_keys() -> list[tuple[str, list[Command]]]:
    """All commands that have keys, by the title of the menu that they are in; at last those that are in none."""
    named = {command.name: command for command in COMMANDS if command.keys}
    groups = [
        (title.replace("&", ""), [named.pop(name) for name in names if name in named])
        for title, names in _MENUS
    ]
    groups.append(("Others", list(named.values())))
    return [(title, commands) for title, commands in groups if commands]


class WindowActions:
    """The actions of one window, by the names of `COMMANDS`."""

    def __init__(self, window: QMainWindow) -> None:
        self._actions: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        self._writing = [command.name for command in COMMANDS if command.writes]
        self._refused: Mapping[str, str] = {}
        self._reasons = _Reasons(window)
        for command in COMMANDS:
            action = QAction(command.text, window)
            action.setObjectName(f"action{command.name}")
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            action.setCheckable(command.checkable)
            if command.icon:
                action.setIcon(icon(command.icon))
            window.addAction(action)
            self._actions[command.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def allow(self, allowed: dict[str, bool], *, read_only: bool) -> None:
        """Enable the commands that `allowed` names, those that write only where writing is possible."""
        for name, possible in allowed.items():
            can = possible and name not in self._refused
            self._actions[name].setEnabled(can and not (read_only and name in self._writing))

    def refuse(self, refused: Mapping[str, str]) -> None:
        """Keep these commands greyed out from now on, each with the reason, and no others."""
        for name in {**self._refused, **refused}:
            why = refused.get(name, "")
            self._actions[name].setToolTip(plain_tooltip(why))
            self._actions[name].setWhatsThis(why)
            self._actions[name].setEnabled(False)
        self._refused = dict(refused)

    def fill_menu_bar(self, window: QMainWindow) -> None:
        for title, names in _MENUS:
            self._menus[title.replace("&", "")] = menu = window.menuBar().addMenu(title)
            self.fill(menu, names)

    def menu(self, title: str) -> QMenu:
        """A menu of the menu bar, by its title without mnemonic."""
        return self._menus[title]

    def fill(self, menu: QMenu, names: tuple[str, ...]) -> None:
        """Add the named commands to a menu; an empty name is a separator."""
        menu.setToolTipsVisible(True)
        menu.installEventFilter(self._reasons)
        for name in names:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()


class _Reasons(QObject):
    """Of a menu's tooltips, lets through those that say why a command is refused: the others repeat its words."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QHelpEvent) or not isinstance(watched, QMenu):
            return False
        action = watched.actionAt(event.pos())
        return event.type() == QEvent.Type.ToolTip and (action is None or not action.whatsThis())
