"""What a form makes of its document, step by step: to be undone, done again, and written as bytes."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoStack

from inspector.editors.form_commands import EditCommand
from inspector.lossless import Document, Edit


class FormHistory:
    """The edits made since the last `begin`; `after` is called with each one that is added, undone or done again."""

    def __init__(self, after: Callable[[Edit], None], parent: QObject) -> None:
        self._stack = QUndoStack(parent)
        self._show = after
        self._loaded = b""
        self._document = Document.parse(b"null")
        self._written: bytes | None = None
        self._session = 1

    def begin(self, loaded: bytes, document: Document) -> None:
        """Forget all steps: from now on they are those of `document`, which was read from `loaded`."""
        self._loaded, self._document, self._written = loaded, document, None
        self.end_session()
        self._stack.clear()

    def give_back(self) -> None:
        """Let the document be as it was when the steps began, which nobody is told: it is shown no longer."""
        for step in reversed(range(self._stack.index())):
            command = self._stack.command(step)
            assert isinstance(command, EditCommand)
            command.edit.undo()
        self._stack.clear()

    def add(self, edit: Edit, text: str) -> None:
        """Take in an edit that has been made, as a step of its own."""
        self._add(edit, text, 0)

    def add_typed(self, edit: Edit, text: str) -> None:
        """Take in an edit that has been typed, in one step with all others until the session ends."""
        self._add(edit, text, self._session)

    def end_session(self) -> None:
        """Let what is typed next be another step."""
        self._session += 1

    def data(self) -> bytes:
        """The bytes as they stand now: those that were loaded, where every step is undone."""
        if self._stack.isClean():
            return self._loaded
        if self._written is None:
            self._written = self._document.serialise()
        return self._written

    def is_modified(self) -> bool:
        return not self._stack.isClean()

    def can_undo(self) -> bool:
        return self._stack.canUndo()

    def can_redo(self) -> bool:
        return self._stack.canRedo()

    def undo(self) -> None:
        self._stack.undo()

    def redo(self) -> None:
        self._stack.redo()

    def _add(self, edit: Edit, text: str, session: int) -> None:
        self._stack.push(EditCommand(edit, text, self._after, session))
        self._after(edit)

    def _after(self, edit: Edit) -> None:
        self._written = None
        self._show(edit)
