"""What every editor of one value has in common: bytes in, the same bytes out until the person edits."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class ValueEditor(QWidget):
    """One way to see and edit the bytes of one value: as a form, as text, as hex, as an image.

    `changed` is emitted after every edit by the person, never by `load`. An editor that is only looked at hands
    back the very object that it was given.
    """

    changed = Signal()

    def load(self, data: bytes, *, read_only: bool = False, keep_place: bool = False) -> None:
        """Show `data`, unedited, with an empty undo history; from its start, or `keep_place` where one is."""
        raise NotImplementedError

    def data(self) -> bytes:
        """The bytes as edited; where nothing was edited, the ones that `load` was given."""
        raise NotImplementedError

    def is_modified(self) -> bool:
        """Whether the person has changed anything since `load` (undone edits do not count)."""
        raise NotImplementedError

    def problem(self) -> str:
        """Why the bytes cannot be saved as they stand, as a sentence for the person; empty where they can."""
        return ""

    def settle(self) -> None:
        """Find out now what was put off until the person pauses: `problem` is then of what stands there."""

    def can_undo(self) -> bool:
        return False

    def can_redo(self) -> bool:
        return False

    def undo(self) -> None:
        """Take back the last edit inside this editor."""

    def redo(self) -> None:
        """Do again what `undo` took back."""

    def start_find(self) -> None:
        """Open this editor's own search, with the keyboard in it."""
