"""A submenu of which one entry is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget


class Chooser(QMenu):
    """`chosen` is emitted with the value of the entry that the person picks."""

    chosen = Signal(object)

    def __init__(self, title: str, name: str, entries: Sequence[tuple[object, str]], parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(name)
        group = QActionGroup(self)
        for value, words in entries:
            action = self.addAction(words)
            action.setData(value)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, value=value: self.chosen.emit(value))
            group.addAction(action)

    def show_choice(self, value: object) -> None:
        """Mark the entry with this value."""
        for action in self.actions():
            action.setChecked(action.data() == value)
