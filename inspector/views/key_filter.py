"""The filter of keys: a line to type into, and a small menu for how it matches and where it looks."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from inspector import theme
from inspector.assets import icon
from storage_core.browse import Match

_WORDS = {
    Match.SUBSTRING: ("Contains", "&Contains the text, in any case"),
    Match.GLOB: ("Pattern", "&Pattern: * any text, ? any character"),
    Match.EXACT: ("Exact", "E&xactly the text"),
}


class KeyFilter(QWidget):
    """`typed` is emitted when the text changes; `chosen` when how it matches, or whether everywhere, does.

    `accepted` is emitted on Enter.
    """

    typed = Signal()
    chosen = Signal()
    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._match = Match.SUBSTRING
        self._line = QLineEdit()
        self._line.setObjectName("keyFilter")
        self._line.setAccessibleName("Filter keys")
        self._line.setClearButtonEnabled(True)
        self._line.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._everywhere = QAction("Keys of &all scopes", self, checkable=True)
        self._how = QToolButton(autoRaise=True)
        self._how.setObjectName("keyMatch")
        self._how.setMenu(self._make_menu())
        self._how.setMaximumHeight(self._line.sizeHint().height())
        self._how.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._line.textChanged.connect(self.typed)
        self._line.returnPressed.connect(self.accepted)
        self._everywhere.toggled.connect(self._tell)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._line, 1)
        row.addWidget(self._how)
        self._show_choice()

    @property
    def text(self) -> str:
        return self._line.text()

    @property
    def match(self) -> Match:
        return self._match

    @property
    def is_everywhere(self) -> bool:
        """Whether the keys of all scopes are wanted, and not those of the one where the person is."""
        return self._everywhere.isChecked()

    def stay_here(self) -> None:
        """Look only where the person is, without telling anybody."""
        self._everywhere.blockSignals(True)
        self._everywhere.setChecked(False)
        self._everywhere.blockSignals(False)
        self._show_choice()

    def clear(self) -> None:
        """Let every key through again."""
        self._line.clear()

    def start(self) -> None:
        """Take the keyboard."""
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    def _choose(self, match: Match) -> None:
        self._match = match
        self._tell()

    def _tell(self) -> None:
        self._show_choice()
        self.chosen.emit()

    def _show_choice(self) -> None:
        word, _ = _WORDS[self._match]
        where = "all scopes" if self.is_everywhere else "this scope"
        self._how.setText(word)
        self._how.setAccessibleName(f"How the filter matches: {word.lower()}, in {where}")
        self._line.setPlaceholderText("Filter keys of all scopes" if self.is_everywhere else "Filter keys")

    def _make_menu(self) -> QMenu:
        menu, group = QMenu(self), QActionGroup(self)
        for match, (_, words) in _WORDS.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(match is self._match)
            action.triggered.connect(lambda _=False, match=match: self._choose(match))
            group.addAction(action)
        menu.addSeparator()
        menu.addAction(self._everywhere)
        return menu
