"""What will change: the exact difference between a value as it is stored and as it was edited, before it is saved."""

import asyncio

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.compare import Changes, compare
from inspector.plain import PlainLabel
from inspector.views.diff_text import DiffText

NOTHING = Changes(0, "Nothing changes", ())


class ChangesView(QWidget):
    """Named `changesView`. Secrets stand as dots until `revealButton` is pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("changesView")
        self._changes = NOTHING
        self._summary = PlainLabel()
        self._summary.setObjectName("changesSummary")
        self._reveal = QPushButton("Show secrets")
        self._reveal.setObjectName("revealButton")
        self._reveal.setCheckable(True)
        self._reveal.toggled.connect(self._show_lines)
        self._text = DiffText("changesText", "What will change")
        self._text.setProperty("flat", True)
        self.setFocusProxy(self._text)
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.setSpacing(8)
        head.addWidget(self._summary, 1)
        head.addWidget(self._reveal)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._text, 1)
        self._show_changes(NOTHING)

    def count(self) -> int:
        """How many fields, places in a text or ranges of bytes differ, as last compared."""
        return self._changes.count

    async def show_difference(self, before: bytes, after: bytes, *, json: bool, secret: bool = False) -> None:
        """Compare the two and show what makes `after` of `before`; by field where `json` and both are.

        `secret` says that the key names a secret. Compared in a thread; cancelled, it leaves what was shown.
        """
        self._show_changes(await asyncio.to_thread(compare, before, after, json=json, secret=secret))

    def clear(self) -> None:
        """Show that nothing changes."""
        self._show_changes(NOTHING)

    def _show_changes(self, changes: Changes) -> None:
        self._changes = changes
        self._summary.setText(changes.summary)
        self._reveal.setVisible(changes.bare_lines is not None)
        self._reveal.setChecked(False)
        self._show_lines()

    def _show_lines(self) -> None:
        bare = self._changes.bare_lines if self._reveal.isChecked() else None
        self._text.show_lines(self._changes.lines if bare is None else bare)
