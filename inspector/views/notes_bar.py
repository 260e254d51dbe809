"""Lines that say of a value what it does not say itself: notes on it, and what a save would not keep."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector import theme
from inspector.assets import picture
from inspector.plain import PlainLabel, visible

_ICON = 16
_BESIDE = 16
_AMBER, _QUIET = "amber", "second_text"


class NotesBar(QWidget):
    """Named `notesBar`: the first note, and behind a button the others. It is there only where there are notes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notesBar")
        self._first, self._others = _Line("info", _QUIET), QVBoxLayout()
        self._others.setContentsMargins(_ICON + 8, 0, 0, 0)
        self._others.setSpacing(2)
        self._rest = QWidget()
        self._rest.setLayout(self._others)
        self._more = QPushButton()
        self._more.setObjectName("moreNotes")
        self._more.setProperty("flat", True)
        self._more.setCheckable(True)
        self._more.toggled.connect(self._fold)
        self._notes: tuple[str, ...] = ()
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._first, 1)
        top.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(_BESIDE, 0, _BESIDE, 8)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self._rest)
        self.say(())

    def say(self, notes: Sequence[str]) -> None:
        """Show these notes instead of those before; the same ones stay folded or unfolded."""
        if tuple(notes) == self._notes and self._notes:
            return
        self._notes = tuple(notes)
        while (item := self._others.takeAt(0)) is not None:
            if (line := item.widget()) is not None:
                line.deleteLater()
        self._first.say(visible(self._notes[0]) if self._notes else "")
        for note in self._notes[1:]:
            self._others.addWidget(_sentence(visible(note)))
        self._more.setVisible(len(self._notes) > 1)
        self._more.setChecked(False)
        self._fold(False)
        self.setAccessibleName(" ".join(visible(note) for note in self._notes))
        self.setVisible(bool(self._notes))

    def _fold(self, unfolded: bool) -> None:
        self._rest.setVisible(unfolded and len(self._notes) > 1)
        self._more.setText("Less" if unfolded else f"{len(self._notes) - 1} more")


class CautionBar(QWidget):
    """Named `cautionBar`: what of the edit would not be kept as it is. It is there only where there is something."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cautionBar")
        self._line = _Line("warning", _AMBER)
        row = QHBoxLayout(self)
        row.setContentsMargins(_BESIDE, 8, _BESIDE, 0)
        row.addWidget(self._line)
        self.say("")

    def say(self, caution: str) -> None:
        """Show this sentence; none where it is empty."""
        self._line.say(visible(caution))
        self.setAccessibleName(visible(caution))
        self.setVisible(bool(caution))


class _Line(QFrame):
    """A sentence behind a small picture of the same colour."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name, self._colour = name, colour
        self._picture = QLabel()
        self._picture.setFixedSize(_ICON, _ICON)
        self._text = _sentence("")
        self._text.setProperty("tone", "second" if colour == _QUIET else colour)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self._draw()

    def say(self, text: str) -> None:
        self._text.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._draw()

    def _draw(self) -> None:
        colour = QColor(getattr(theme.current(), self._colour))
        self._picture.setPixmap(picture(self._name, _ICON, colour, self.devicePixelRatioF()))


def _sentence(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setProperty("tone", "second")
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
