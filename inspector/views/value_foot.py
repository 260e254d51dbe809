"""The foot of the value pane: whether the value is edited, what is to be said of it, Revert and Save."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from inspector.plain import PlainLabel


class ValueFoot(QWidget):
    """One row. `save` and `revert` are its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self._word = PlainLabel()
        self._notice = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._advice = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._advice.setObjectName("saveAdvice")
        self._advice.set_tone("amber")
        self.revert = QPushButton("Revert")
        self.save = QPushButton("&Save")
        self.save.setProperty("primary", True)
        row = QHBoxLayout(self)
        row.setSpacing(12)
        row.setContentsMargins(16, 8, 16, 12)
        row.addWidget(self._word)
        row.addWidget(self._notice, 1)
        row.addWidget(self._advice)
        row.addWidget(self.revert)
        row.addWidget(self.save)

    def set_notice(self, text: str, tone: str = "second") -> None:
        """Say a sentence."""
        self._notice.setText(text)
        self._notice.set_tone(tone)

    def advise(self, text: str) -> None:
        """Say beside Save what speaks against it, though it stays possible."""
        self._advice.setText(text)
        self.save.setAccessibleDescription(text)

    def advice(self) -> str:
        """What speaks against saving; empty where nothing does."""
        return self._advice.text()

    def show_advice(self, shown: bool) -> None:
        """Whether the advice is to be seen here."""
        self._advice.setVisible(shown)

    def tell_state(self, *, edited: bool, can_save: bool, read_only: bool) -> None:
        """Say whether there is an edit, and enable what can be done with it."""
        self.save.setEnabled(edited and can_save)
        self.revert.setEnabled(edited)
        word = "● Not saved" if edited else ""
        self._word.setText("Read-only" if read_only else word)
        self._word.set_tone("second" if read_only else "amber")
