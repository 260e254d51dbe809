"""The question that a save asks where the value was changed meanwhile: base, theirs and mine, and whose stays."""

import asyncio
from enum import Enum

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QScrollBar, QVBoxLayout, QWidget

from inspector import theme
from inspector.compare import Conflict, study
from inspector.formats import looks_secret
from inspector.plain import PlainLabel, visible_key
from inspector.tasks import Tasks
from inspector.views.dialogs import LONGEST_KEY, answer, resize_within_screen
from inspector.views.diff_text import DiffText

_COMPARING = "Comparing…"


class Resolution(Enum):
    """What a person decides; the values are the dialog's results, and Escape is to keep editing."""

    KEEP_EDITING = 0
    TAKE_THEIRS = 1
    TAKE_MINE = 2
    MERGE = 3


class ConflictDialog(QDialog):
    """Named `conflictDialog`: three columns that scroll as one, in `baseView`, `theirsView` and `mineView`.

    `theirs` is None where the value was deleted meanwhile; then mine is recreated or discarded. Whose stays can be
    decided at once; `compare` fills the columns and, where no field was changed by both, offers the merge.
    """

    def __init__(
        self, parent: QWidget, key: str, base: bytes, theirs: bytes | None, mine: bytes, *, json: bool
    ) -> None:
        super().__init__(parent)
        self.setObjectName("conflictDialog")
        self.setWindowTitle("Changed meanwhile" if theirs is not None else "Deleted meanwhile")
        resize_within_screen(self, 980, 560)
        self._sides = (base, theirs, mine)
        self._json = json
        self._secret = looks_secret(key)
        self._conflict: Conflict | None = None
        self._scrolling = False
        self._views = (
            DiffText("baseView", "Base: as you opened it"),
            DiffText("theirsView", "Theirs: as it is stored now"),
            DiffText("mineView", "Mine: as you edited it"),
        )
        self._note = PlainLabel(_COMPARING)
        self._note.setObjectName("mergeNote")
        self._note.setProperty("tone", "second")
        self._note.setWordWrap(True)
        self._reveal = QPushButton("&Show secrets", autoDefault=False)
        self._reveal.setObjectName("revealButton")
        self._reveal.setCheckable(True)
        self._reveal.toggled.connect(self._show_columns)
        self._reveal.hide()
        self._keep = self._button("&Keep editing", "keepEditingButton", Resolution.KEEP_EDITING)
        gone = theirs is None
        self._theirs = self._button(
            "&Discard" if gone else "Take &theirs", "takeTheirsButton", Resolution.TAKE_THEIRS
        )
        self._theirs.setProperty("danger", True)
        self._mine = self._button(
            "&Recreate" if gone else "Take &mine", "takeMineButton", Resolution.TAKE_MINE
        )
        self._merge = self._button("Mer&ge both", "mergeButton", Resolution.MERGE)
        self._merge.setProperty("primary", True)
        self._merge.setEnabled(False)
        self._merge.setVisible(not gone)
        self._keep.setDefault(True)
        self._lay_out(visible_key(key, LONGEST_KEY))
        self._keep.setFocus()
        self._scroll_as_one()

    @property
    def merged(self) -> bytes | None:
        """Theirs with my edits in it; None where both cannot be had, or while they are still compared."""
        return None if self._conflict is None else self._conflict.merged

    async def compare(self) -> None:
        """Compare the three in a thread and show what differs; the dialog can be answered meanwhile."""
        base, theirs, mine = self._sides
        conflict = await asyncio.to_thread(study, base, theirs, mine, json=self._json, secret=self._secret)
        self._conflict = conflict
        self._reveal.setVisible(conflict.bare is not None)
        can_merge = conflict.merged is not None
        self._merge.setEnabled(can_merge)
        if can_merge:
            self._note.setText("No field was changed by both: a merge takes all changes.")
        else:
            self._note.setText(conflict.why_not)
        self._show_columns()

    def _show_columns(self) -> None:
        if self._conflict is None:
            return
        bare = self._conflict.bare if self._reveal.isChecked() else None
        for view, lines in zip(self._views, bare or self._conflict.columns, strict=True):
            view.show_lines(lines)

    def _button(self, text: str, name: str, resolution: Resolution) -> QPushButton:
        button = QPushButton(text, autoDefault=False)
        button.setObjectName(name)
        button.clicked.connect(lambda: self.done(resolution.value))
        return button

    def _scroll_as_one(self) -> None:
        bars = [view.verticalScrollBar() for view in self._views]
        for bar in bars:
            bar.valueChanged.connect(lambda value: self._scroll(bars, value))

    def _scroll(self, bars: list[QScrollBar], value: int) -> None:
        """Bring every column to the same line; one that cannot scroll as far does not hold the others back."""
        if self._scrolling:
            return
        self._scrolling = True
        for bar in bars:
            bar.setValue(value)
        self._scrolling = False

    def _lay_out(self, key: str) -> None:
        deleted = self._sides[1] is None
        what = PlainLabel(f"{key} was {'deleted' if deleted else 'changed'} while you edited it")
        what.setFont(theme.title_font())
        what.setWordWrap(True)
        then = (
            "Recreate it with your edit, or discard the edit?"
            if deleted
            else ("Nothing is saved yet. Take one of the two, or both where they do not touch.")
        )
        columns = QHBoxLayout()
        columns.setSpacing(12)
        titles = ("Base · as you opened it", "Theirs · as stored now", "Mine · as you edited it")
        for title, view in zip(titles, self._views, strict=True):
            side = QVBoxLayout()
            side.setSpacing(4)
            label = PlainLabel(title)
            label.setProperty("tone", "second")
            side.addWidget(label)
            side.addWidget(view, 1)
            columns.addLayout(side, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._reveal)
        buttons.addWidget(self._note, 1)
        for button in (self._keep, self._theirs, self._mine, self._merge):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        column.addWidget(what)
        column.addWidget(PlainLabel(then))
        column.addSpacing(4)
        column.addLayout(columns, 1)
        column.addSpacing(4)
        column.addLayout(buttons)


async def resolve(dialog: ConflictDialog, tasks: Tasks) -> Resolution:
    """Open `dialog`, compare meanwhile in a task, and return what the person decided.

    The dialog is gone afterwards, but for what it has `merged`.
    """
    comparing = tasks.start(dialog.compare())
    try:
        return Resolution(await answer(dialog))
    finally:
        comparing.cancel()
