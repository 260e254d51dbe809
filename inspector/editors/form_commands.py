"""One step of the form's undo history."""

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from inspector.lossless import Edit

_TYPING = 1


class EditCommand(QUndoCommand):
    """An edit of the document that has been done; `after` is called whenever it is undone or done again.

    Edits of one `session` are one step: what is typed into a field without leaving it.
    """

    def __init__(self, edit: Edit, text: str, after: Callable[[Edit], None], session: int = 0) -> None:
        super().__init__(text)
        self.edit = edit
        self.session = session
        self._after = after
        self._done = True

    def id(self) -> int:
        return _TYPING if self.session else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in what was typed next; having typed back to the beginning is no step at all."""
        if not isinstance(other, EditCommand) or other.session != self.session:
            return False
        if not self.edit.absorb(other.edit):
            return False
        self.setObsolete(self.edit.changes_nothing())
        return True

    def undo(self) -> None:
        self._done = False
        self.edit.undo()
        self._after(self.edit)

    def redo(self) -> None:
        if not self._done:
            self._done = True
            self.edit.redo()
            self._after(self.edit)
