"""The row that looks for something inside one value, and replaces it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from inspector import theme
from inspector.plain import PlainLabel

_NARROWEST_FIELD = 96


class FindBar(QWidget):
    """A field to look for, one to replace with, and how many there are. It knows nothing of what it searches.

    `sought` comes with every change of the words or of how they are meant; Enter and Shift+Enter step, Escape
    closes. `modes` are ways to read the words, offered where there is more than one.
    """

    sought = Signal()
    stepped = Signal(bool)  # whether forwards
    replaced = Signal(bool)  # whether all of them
    closed = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, modes: tuple[str, ...] = (), can_replace: bool = True
    ) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self._can_replace = can_replace
        self._find = _field("findEdit", "Find")
        self._replacement = _field("replaceEdit", "Replace with")
        self._count = PlainLabel()
        self._count.setObjectName("findCount")
        self._mode = QComboBox()
        self._mode.setObjectName("findMode")
        self._mode.setAccessibleName("How the words are meant")
        self._mode.addItems(list(modes))
        self._mode.setVisible(len(modes) > 1)
        self._case = _button("findCase", "Aa", "Match case", checkable=True)
        self._next = _button("findNext", "↓", "Next match (Enter)")
        self._previous = _button("findPrevious", "↑", "Previous match (Shift+Enter)")
        self._close = _button("findClose", "×", "Close the search (Escape)")
        self._one = _push("replaceOne", "Replace")
        self._all = _push("replaceAll", "Replace all")
        self._lay_out()
        self._find.textChanged.connect(self.sought)
        self._mode.currentIndexChanged.connect(self.sought)
        self._case.toggled.connect(self.sought)
        self._next.clicked.connect(lambda: self.stepped.emit(True))
        self._previous.clicked.connect(lambda: self.stepped.emit(False))
        self._one.clicked.connect(lambda: self.replaced.emit(False))
        self._all.clicked.connect(lambda: self.replaced.emit(True))
        self._close.clicked.connect(self.close_bar)
        self.hide()

    def open_bar(self, words: str = "", *, replace: bool = False) -> None:
        """Show the bar with `words` (else the former ones) selected and the keyboard in them."""
        self._show_replacement(replace and self._can_replace)
        self.show()
        if words:
            self._find.setText(words)
        self._find.selectAll()
        self._find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sought.emit()

    def close_bar(self) -> None:
        self.hide()
        self.closed.emit()

    def words(self) -> str:
        return self._find.text()

    def replacement(self) -> str:
        return self._replacement.text()

    def match_case(self) -> bool:
        return self._case.isChecked()

    def mode(self) -> str:
        return self._mode.currentText()

    def show_count(self, text: str) -> None:
        self._count.setText(text)

    def allow_case(self, allowed: bool) -> None:
        """Whether the case of letters means anything in this mode."""
        self._case.setEnabled(allowed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stepped.emit(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        find_row, replace_row = QHBoxLayout(), QHBoxLayout()
        for one in (self._mode, self._case, self._previous, self._next, self._count):
            find_row.addWidget(one)
        find_row.addStretch()
        find_row.addWidget(self._close)
        for button in (self._one, self._all):
            replace_row.addWidget(button)
        replace_row.addStretch()
        rows = QGridLayout(self)
        rows.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        rows.setSpacing(theme.GRID)
        rows.addWidget(self._find, 0, 0)
        rows.addLayout(find_row, 0, 1)
        rows.addWidget(self._replacement, 1, 0)
        rows.addLayout(replace_row, 1, 1)
        rows.setColumnStretch(0, 1)
        self._show_replacement(False)

    def _show_replacement(self, shown: bool) -> None:
        for widget in (self._replacement, self._one, self._all):
            widget.setVisible(shown)


def _field(name: str, prompt: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setPlaceholderText(prompt)
    field.setAccessibleName(prompt)
    field.setMinimumWidth(_NARROWEST_FIELD)
    return field


def _button(name: str, text: str, hint: str, *, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText(text)
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    button.setCheckable(checkable)
    return button


def _push(name: str, text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    return button
