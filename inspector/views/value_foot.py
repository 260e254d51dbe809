"""The foot of the value pane: whether the value is edited, what is to be said of it, Revert and Save."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from inspector.plain import PlainLabel


class ValueFoot(QWidget):
    """One row, below the sentences that there are to say. `save` and `revert` are its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self._word = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._notice, self._advice = _sentence("valueNotice"), _sentence("saveAdvice")
        self._advice.set_tone("amber")
        self._shows_advice = False
        self.revert = QPushButton("Revert")
        self.save = QPushButton("&Save")
        self.save.setProperty("primary", True)
        for button in (self.revert, self.save):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._word, 1)
        row.addWidget(self.revert)
        row.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.setContentsMargins(16, 8, 16, 12)
        column.addWidget(self._notice)
        column.addWidget(self._advice)
        column.addLayout(row)

    def set_notice(self, text: str, tone: str = "second") -> None:
        """Say a sentence, whole however narrow the pane is."""
        self._notice.setText(text)
        self._notice.setVisible(bool(text))
        self._notice.set_tone(tone)

    def advise(self, text: str) -> None:
        """Say above Save what speaks against it, though it stays possible."""
        self._advice.setText(text)
        self.show_advice(self._shows_advice)
        self.save.setAccessibleDescription(text)

    def advice(self) -> str:
        """What speaks against saving; empty where nothing does."""
        return self._advice.text()

    def show_advice(self, shown: bool) -> None:
        """Whether the advice is to be seen here."""
        self._shows_advice = shown
        self._advice.setVisible(shown and bool(self._advice.text()))

    def tell_state(self, *, edited: bool, can_save: bool, read_only: bool) -> None:
        """Say whether there is an edit, and enable what can be done with it."""
        self.save.setEnabled(edited and can_save)
        self.revert.setEnabled(edited)
        word = "● Not saved" if edited else ""
        self._word.setText("Read-only" if read_only else word)
        self._word.set_tone("second" if read_only else "amber")


def _sentence(name: str) -> PlainLabel:
    """A label that is as wide as there is room, and as high as its words then need."""
    label = PlainLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    label.hide()
    return label
