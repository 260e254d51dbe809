"""An editor of which nothing is to be seen while its value may be a secret that nobody asked for."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from inspector.editors.cover import Cover
from inspector.editors.editor import ValueEditor

Editor = TypeVar("Editor", bound=ValueEditor)


class Covered(ValueEditor, Generic[Editor]):
    """`editor` behind a cover. What is covered is in no widget, and comes back as the very bytes that were loaded.

    `asked_to_show` is emitted when the person wants to see it; whoever agrees calls `uncover`. `stand_in` gives a
    text without the secrets to show meanwhile, or None where nothing can be shown.
    """

    asked_to_show = Signal()

    def __init__(self, editor: Editor, stand_in: Callable[[bytes], str | None] | None = None) -> None:
        super().__init__()
        self.editor = editor
        self._stand_in = stand_in
        self._hidden: bytes | None = None
        self._read_only = False
        self._problem = ""
        self._is_loaded = False
        self._cover = Cover()
        self._pages = QStackedLayout(self)
        self._pages.addWidget(editor)
        self._pages.addWidget(self._cover)
        self.setFocusProxy(editor)
        editor.changed.connect(self.changed)
        self._cover.asked_to_show.connect(self.asked_to_show)

    @property
    def is_covered(self) -> bool:
        return self._hidden is not None

    def load(self, data: bytes, *, read_only: bool = False, keep_place: bool = False) -> None:
        """Show `data` openly."""
        self._hidden = None
        self._is_loaded = True
        self.editor.load(data, read_only=read_only, keep_place=keep_place)
        self._cover.hide_all("")
        self._turn_to(self.editor)

    def hide_value(
        self,
        data: bytes,
        why: str,
        *,
        read_only: bool = False,
        keep_place: bool = False,
        whole: bool = True,
        problem: str = "",
    ) -> None:
        """Hold `data` without showing it, and say why; unless `whole`, a stand-in for it may be shown.

        `problem` is why the data cannot be saved as it stands, where that is so.
        """
        self.forget()
        self._hidden, self._read_only, self._problem = data, read_only, problem
        text = None if whole or self._stand_in is None else self._stand_in(data)
        if text is None:
            self._cover.hide_all(why)
        else:
            self._cover.show_masked(text, json=True, keep_place=keep_place)
        self._turn_to(self._cover)

    def uncover(self) -> None:
        """Show what is hidden."""
        if self._hidden is not None:
            had_focus = self.isAncestorOf(self.window().focusWidget() or self.window())
            self.load(self._hidden, read_only=self._read_only)
            if had_focus:
                self.editor.setFocus()

    def forget(self) -> None:
        """Let no widget hold what was shown."""
        self._hidden = None
        if self._is_loaded:
            self._is_loaded = False
            self.editor.load(b"")

    def data(self) -> bytes:
        return self.editor.data() if self._hidden is None else self._hidden

    def is_modified(self) -> bool:
        return not self.is_covered and self.editor.is_modified()

    def problem(self) -> str:
        return self._problem if self.is_covered else self.editor.problem()

    def settle(self) -> None:
        self.editor.settle()

    def can_undo(self) -> bool:
        return not self.is_covered and self.editor.can_undo()

    def can_redo(self) -> bool:
        return not self.is_covered and self.editor.can_redo()

    def undo(self) -> None:
        self.editor.undo()

    def redo(self) -> None:
        self.editor.redo()

    def start_find(self) -> None:
        """Find in what is shown; what is covered is not searched, and the keyboard goes to what would show it."""
        if self.is_covered:
            self._cover.setFocus()
        else:
            self.editor.start_find()

    def _turn_to(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self.setFocusProxy(page)
