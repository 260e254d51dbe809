"""A person in front of the window: finds things by their names, and uses mouse and keyboard."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QDialog, QLineEdit, QPushButton, QTabWidget, QWidget

from inspector.plain import visible
from inspector.views.main_window import MainWindow
from storage_core import Scope

PATIENCE = 120  # seconds until something that does not come is a failure
Kind = TypeVar("Kind", bound=QWidget)


class Person:
    """Does what a person can do, and returns when the window has answered."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.has_left = False
        window.closed.connect(self._leave)
        self.table: QAbstractItemView = self.find(QAbstractItemView, "keyTable")
        self.tree: QAbstractItemView = self.find(QAbstractItemView, "scopeTree")

    def find(self, kind: type[Kind], name: str) -> Kind:
        """The one that is there by this name; of pages that are hidden, too."""
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def action(self, name: str) -> QAction:
        found = self.window.findChild(QAction, name)
        assert found is not None, name
        return found

    def _leave(self) -> None:
        self.has_left = True

    async def do(self, name: str) -> None:
        """Trigger an action that is enabled."""
        action = self.action(name)
        assert action.isEnabled(), name
        action.trigger()
        await self.window.idle()

    async def sees(self, what: Callable[[], object]) -> None:
        """Wait until this is to be seen."""
        async with asyncio.timeout(PATIENCE):
            while not what():
                await asyncio.sleep(0)
                await self.window.idle()

    async def reaches(self, what: Callable[[], object]) -> None:
        """Wait until this is so, while work goes on."""
        async with asyncio.timeout(PATIENCE):
            while not what():
                await asyncio.sleep(0)

    # Where things are.

    def keys(self) -> list[str]:
        """The keys in the table, as they are shown."""
        model = self.table.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())]

    def current_key(self) -> str | None:
        index = self.table.currentIndex()
        return index.siblingAtColumn(0).data() if index.isValid() else None

    def scope_row(self, scope: Scope) -> QModelIndex:
        return self.window.scopes.model.index_of(scope)

    def place(self) -> str:
        """What the breadcrumb says."""
        return self.find(QWidget, "breadcrumb").accessibleName()

    def state(self) -> str:
        """What the window says instead of showing a storage; empty while it shows one."""
        state = self.window.state
        return state.accessibleName() if state.isVisible() else ""

    # Mouse.

    async def click(self, widget: QWidget) -> None:
        assert widget.isVisible(), widget
        assert widget.isEnabled(), widget
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        await self.window.idle()

    async def click_row(self, view: QAbstractItemView, index: QModelIndex) -> None:
        self.press_row(view, index)
        await self.window.idle()

    def press_row(self, view: QAbstractItemView, index: QModelIndex) -> None:
        """Click on a row, and wait for nothing."""
        assert index.isValid()
        view.scrollTo(index)
        rect = view.visualRect(index)
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 12, rect.center().y())
        )

    def press_key(self, key: str) -> None:
        """Click on a key in the table, and wait for nothing."""
        self.press_row(self.table, self.table.model().index(self.keys().index(key), 0))

    async def choose_scope(self, scope: Scope) -> None:
        await self.click_row(self.tree, self.scope_row(scope))

    async def choose_key(self, key: str) -> None:
        """Click on a key in the table."""
        rows = [row for row, shown in enumerate(self.keys()) if shown == visible(key)]
        assert len(rows) == 1, (key, self.keys())
        await self.click_row(self.table, self.table.model().index(rows[0], 0))

    async def go_to(self, scope: Scope, key: str) -> None:
        await self.choose_scope(scope)
        await self.choose_key(key)

    # The value.

    def tabs(self) -> list[str]:
        """The names of the pages that are offered."""
        tabs = self.find(QTabWidget, "valueTabs")
        return [tabs.widget(i).objectName() for i in range(tabs.count()) if tabs.isTabVisible(i)]

    async def open_tab(self, name: str) -> QWidget:
        tabs = self.find(QTabWidget, "valueTabs")
        page = self.find(QWidget, name)
        tabs.setCurrentWidget(page)
        await self.window.idle()
        return page

    def field(self, path: str) -> QLineEdit:
        """The line of the form that holds the value at this path."""
        form = self.find(QWidget, "formView")
        (found,) = (each for each in form.findChildren(QLineEdit) if each.accessibleName() == path)
        return found

    async def edit(self, path: str, text: str) -> None:
        """Type another value into a field of the form."""
        field = self.field(path)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        await self.window.idle()

    # Dialogs.

    def dialog(self, name: str) -> QDialog:
        """The dialog that is open."""
        open_ones = [
            each
            for each in self.window.findChildren(QDialog)
            if each.isVisible() and each.objectName() == name
        ]
        assert len(open_ones) == 1, (name, [each.objectName() for each in self.dialogs()])
        return open_ones[0]

    def dialogs(self) -> list[QDialog]:
        return [each for each in self.window.findChildren(QDialog) if each.isVisible()]

    async def answer(self, dialog: str, button: str) -> None:
        """Press a button of the dialog that is open."""
        found = self.dialog(dialog).findChild(QPushButton, button)
        assert found is not None, button
        await self.click(found)
