"""What can be done with the key, value or scope that one points at: context menus and the clipboard."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from inspector.copying import (
    HEADINGS,
    path_of,
    plugin_code,
    rows_as_table,
    scope_code,
    scope_path,
    storage_code,
)
from inspector.formats import human_size, readable
from inspector.opened import EDIT_LIMIT
from inspector.system import OUR_OWN, System
from inspector.views.file_flows import FileFlows
from inspector.views.window_actions import KEY_MENU, SCOPE_MENU

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

MOST_ROWS = 100_000
"""Rows that are copied at once: a clipboard is no place for a whole storage."""


class KeyMenu(QObject):
    """Binds its commands to the window, and opens their menus on a right click, Shift+F10 or the menu key."""

    def __init__(self, window: "MainWindow", files: FileFlows) -> None:
        super().__init__(window)
        self._window = window
        deeds = window.deeds
        flows: dict[str, Callable[[], Awaitable[None]]] = {
            "MoveTo": deeds.move,
            "CopyTo": deeds.copy,
            "Expiry": deeds.set_expiry,
            "DeleteScope": self._delete_scope,
            "CopyKey": self._copy_keys,
            "CopyPath": self._copy_path,
            "CopyValue": self._copy_value,
            "CopyCode": self._copy_code,
            "CopySyncCode": self._copy_host_code,
            "CopyTable": self._copy_table,
            "Export": files.export,
            "Import": files.replace,
        }
        for name, flow in flows.items():
            window.commands[name].triggered.connect(lambda _=False, flow=flow: window.start(flow()))
        table, tree = window.keys.table, window.scopes.tree
        table.customContextMenuRequested.connect(
            lambda at: self._open(KEY_MENU, table.viewport().mapToGlobal(at))
        )
        window.scopes.menu_asked.connect(lambda at: self._open(SCOPE_MENU, at))
        for keys in ("Shift+F10", "Menu"):
            self._bind(keys, table, lambda: self._open(KEY_MENU, _below_current(table)))
            self._bind(keys, tree, lambda: self._open(SCOPE_MENU, _below_current(tree)))
        self._bind("Ctrl+C", table, lambda: window.start(self._copy_selected()))
        window.value.export_asked.connect(lambda: window.start(files.export()))
        window.value.import_asked.connect(lambda: window.start(files.replace()))

    @property
    def _system(self) -> System:
        session = self._window.session
        return OUR_OWN if session is None else session.system

    def _bind(self, keys: str, owner: QWidget, call: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), owner)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(call)

    def _open(self, names: tuple[str, ...], at: QPoint) -> None:
        """Open a menu without waiting for it."""
        menu = QMenu(self._window)
        menu.setObjectName("contextMenu")
        self._window.commands.fill(menu, names)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    async def _delete_scope(self) -> None:
        session, scopes = self._window.session, self._window.scopes
        if session is not None and scopes.scope is not None:
            await self._window.deeds.delete_scope(session, scopes.scope, scopes.prefix)

    # Copying.

    async def _copy_selected(self) -> None:
        """What Ctrl+C means: a key, or the rows of many."""
        await (self._copy_keys() if self._window.keys.count_selected() == 1 else self._copy_table())

    async def _copy_keys(self) -> None:
        entries = await self._window.keys.selected_entries(MOST_ROWS)
        self._put("\n".join(entry.key for entry in entries), self._what(len(entries), "key"))

    async def _copy_path(self) -> None:
        place, scope = self._window.desk.address, self._window.scopes.scope
        if place is not None and not self._window.scopes.tree.hasFocus():
            self._put(path_of(place, self._system), "Path copied")
        elif scope is not None:
            self._put(scope_path(scope, self._system), "Path copied")

    async def _copy_value(self) -> None:
        pane = self._window.value
        if pane.editor() is None or pane.holds_whole:
            self._window.tell(f"More than {human_size(EDIT_LIMIT)} is not copied: save it to a file")
            return
        data = pane.data()
        text = readable(data)
        if text is None:
            self._put(data.hex(" "), "Value copied in hexadecimal")
        else:
            self._put(text, "Value copied")

    async def _copy_code(self) -> None:
        place, entry = self._window.desk.address, self._window.value.entry
        if place is not None and entry is not None:
            self._put(plugin_code(place, entry.kind, self._system), "Code copied")

    async def _copy_host_code(self) -> None:
        place, entry = self._window.desk.address, self._window.value.entry
        scope = self._window.scopes.scope
        if place is not None and entry is not None and not self._window.scopes.tree.hasFocus():
            self._put(storage_code(place, entry.kind), "Code copied")
        elif scope is not None:
            self._put(scope_code(scope), "Code copied")

    async def _copy_table(self) -> None:
        entries = await self._window.keys.selected_entries(MOST_ROWS)
        lines = ["\t".join(HEADINGS), *rows_as_table(entries, self._system)]
        self._put("\n".join(lines), self._what(len(entries), "row"))

    def _what(self, count: int, one: str) -> str:
        left_out = self._window.keys.count_selected() - count
        said = f"{count:,} {one}{'' if count == 1 else 's'} copied"
        return f"{said}, the first of {count + left_out:,}" if count == MOST_ROWS and left_out else said

    def _put(self, text: str, said: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._window.tell(said)


def _below_current(view: QAbstractItemView) -> QPoint:
    """Where the menu of the current row opens from the keyboard."""
    return view.viewport().mapToGlobal(view.visualRect(view.currentIndex()).bottomLeft())
