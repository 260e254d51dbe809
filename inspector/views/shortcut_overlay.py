"""The overlay that lists all commands that have keys."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QScrollBar, QVBoxLayout, QWidget

from inspector import theme
from inspector.plain import PlainLabel, plain_tooltip
from inspector.system import System
from inspector.views.overlay import Overlay
from inspector.views.window_actions import Command

_WIDTH = 960
_COLUMNS = 3
_SCROLLED = 48  # pixels, with each press of an arrow key
_CLOSING = (Qt.Key.Key_Escape, Qt.Key.Key_F1, Qt.Key.Key_Question, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ShortcutOverlay(Overlay):
    """Named `shortcutOverlay`; lists what it is handed, by menu. A click anywhere closes it."""

    def __init__(self, window: QWidget, groups: Iterable[tuple[str, list[Command]]]) -> None:
        super().__init__(window, _WIDTH)
        self.setObjectName("shortcutOverlay")
        self.setAccessibleName("Keyboard shortcuts")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lines: dict[str, tuple[Command, PlainLabel, PlainLabel]] = {}
        title = PlainLabel("Keyboard shortcuts")
        title.setFont(theme.title_font())
        self.column.addWidget(title)
        columns = [QVBoxLayout() for _ in range(_COLUMNS)]
        filled = [0] * _COLUMNS
        for name, commands in groups:
            shortest = filled.index(min(filled))
            columns[shortest].addLayout(self._section(name, commands))
            filled[shortest] += len(commands) + 2
        lists = QWidget()
        beside = QHBoxLayout(lists)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(8 * theme.GRID)
        for column in columns:
            column.setSpacing(3 * theme.GRID)
            column.addStretch()
            beside.addLayout(column, 1)
        self._scrolled = QScrollArea()
        self._scrolled.setFrameShape(QFrame.Shape.NoFrame)
        self._scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scrolled.setWidgetResizable(True)
        self._scrolled.setWidget(lists)
        lists.setAutoFillBackground(False)
        self.column.addWidget(self._scrolled)
        self._why = PlainLabel()
        self._why.setProperty("tone", "second")
        self._why.setWordWrap(True)
        self._why.hide()
        self.column.addWidget(self._why)

    def show_system(self, system: System) -> None:
        """Use the words of the open storage's system, and grey out what it refuses."""
        refused: Mapping[str, str] = system.refused
        self._why.setText("\n".join(dict.fromkeys(refused.values())))
        self._why.setVisible(bool(refused))
        for name, (command, words, keys) in self._lines.items():
            why = refused.get(name, "")
            words.setText(system.say(command.words))
            for label in (words, keys):
                label.setEnabled(not why)
                label.setToolTip(plain_tooltip(why))
            said = f"{words.text()}: {' or '.join(_native(command))}"
            keys.setAccessibleName(f"{said}. {why}" if why else said)

    def open(self) -> None:
        super().open()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _CLOSING:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            _scroll(self._scrolled.verticalScrollBar(), forwards=event.key() == Qt.Key.Key_Down)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            _scroll(self._scrolled.horizontalScrollBar(), forwards=event.key() == Qt.Key.Key_Right)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.dismiss()

    def _section(self, title: str, commands: list[Command]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * theme.GRID)
        grid.setVerticalSpacing(theme.GRID)
        grid.setColumnStretch(0, 1)
        heading = PlainLabel(title)
        heading.setProperty("tone", "second")
        grid.addWidget(heading, 0, 0)
        for row, command in enumerate(commands, 1):
            words, keys = PlainLabel(command.words), PlainLabel("   ".join(_native(command)))
            keys.setFont(theme.mono_font())
            keys.setAccessibleName(f"{command.words}: {' or '.join(_native(command))}")
            grid.addWidget(words, row, 0)
            grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
            self._lines[command.name] = (command, words, keys)
        return grid


def _scroll(bar: QScrollBar, *, forwards: bool) -> None:
    bar.setValue(bar.value() + (_SCROLLED if forwards else -_SCROLLED))


def _native(command: Command) -> list[str]:
    """The keys of a command, as they are written on this platform."""
    return [QKeySequence(each).toString(QKeySequence.SequenceFormat.NativeText) for each in command.keys]
