"""What each of the window's commands does, and when it can be done."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from inspector import theme
from inspector.formats import shortened
from inspector.plain import plain_tooltip, visible, without_mnemonic
from inspector.views.states import EMPTY

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

_LONGEST_LABEL = 160

OF_ONE_VALUE = ("Rename", "MoveTo", "CopyTo", "Expiry", "CopyValue", "CopyCode", "Export", "Import")
OF_SELECTED_KEYS = ("Delete", "CopyKey", "CopyTable")
OF_A_SCOPE = ("DeleteScope", "CopyPath", "CopySyncCode")


class Commands(QObject):
    """Binds the actions of a window to its flows; `update` enables those that are possible now."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._actions = window.commands
        flows = {
            "Open": self.ask_for_file,
            "OpenFolder": self.ask_for_folder,
            "ReadOnly": window.open_again,
            "NewKey": self.create,
            "Save": window.desk.save,
            "Revert": window.desk.revert,
            "Delete": self._delete_selected,
            "Rename": window.deeds.rename,
            "Undo": self._undo,
            "Redo": self._redo,
            "Refresh": self.refresh,
        }
        for name, flow in flows.items():
            self._actions[name].triggered.connect(lambda _=False, flow=flow: window.start(flow()))
        self._actions["Find"].triggered.connect(self._find)
        self._actions["NextPane"].triggered.connect(lambda: self._move_focus(1))
        self._actions["PreviousPane"].triggered.connect(lambda: self._move_focus(-1))
        self._actions["Activity"].toggled.connect(window.activity.setVisible)
        self._actions["Theme"].triggered.connect(self._switch_theme)
        self._actions["Quit"].triggered.connect(window.close)
        theme.theme().changed.connect(self._show_theme)
        self._show_theme()

    def update(self) -> None:
        """Enable what is possible now, and say what Undo would undo."""
        window = self._window
        is_hidden = window.state.isVisibleTo(window) and window.state.state() is not EMPTY
        session = None if is_hidden else window.session
        to_undo = session.history.to_undo if session else None
        to_redo = session.history.to_redo if session else None
        window.toast.keep_for(to_undo)
        _name(self._actions["Undo"], "Undo", to_undo.label if to_undo else "")
        _name(self._actions["Redo"], "Redo", to_redo.label if to_redo else "")
        edited = window.value.is_edited()
        scope = window.scopes.scope
        has_keys = scope is not None and not (scope.user is None and session and session.system.no_shared)
        self._actions.allow(
            {
                "NewKey": session is not None,
                "Save": edited and not window.value.problem(),
                "Revert": edited,
                **dict.fromkeys(OF_ONE_VALUE, window.value.entry is not None),
                **dict.fromkeys(OF_SELECTED_KEYS, session is not None and window.keys.has_selection()),
                **dict.fromkeys(OF_A_SCOPE, session is not None and window.scopes.scope is not None),
                "DeleteScope": session is not None and has_keys,
                "Undo": to_undo is not None or self._editor_can("can_undo"),
                "Redo": to_redo is not None or self._editor_can("can_redo"),
                "Refresh": session is not None,
                "Find": session is not None,
            },
            read_only=session is None or session.read_only,
        )

    async def ask_for_file(self) -> None:
        """Ask for a storage to open in this window."""
        self._ask_for(QFileDialog(self._window, "Open a storage"), QFileDialog.FileMode.ExistingFile)

    async def ask_for_folder(self) -> None:
        """Ask for a folder to open in this window: Dify's plugins keep their values in files of one."""
        dialog = QFileDialog(self._window, "Open a folder that a system stores in")
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._ask_for(dialog, QFileDialog.FileMode.Directory)

    def _ask_for(self, dialog: QFileDialog, mode: QFileDialog.FileMode) -> None:
        window = self._window
        dialog.setFileMode(mode)
        if window.location is not None:
            dialog.setDirectory(str(window.location.parent))
        read_only = self._actions["ReadOnly"].isChecked()
        dialog.fileSelected.connect(lambda name: window.start(window.open(Path(name), read_only=read_only)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def create(self) -> None:
        """Ask for a new key where the person is."""
        await self._window.deeds.create(self._window.scopes.scope, self._window.scopes.prefix)

    async def _delete_selected(self) -> None:
        session = self._window.session
        if session is not None:
            await self._window.deeds.delete(session, await self._window.keys.selected())

    async def refresh(self) -> None:
        """Read everything that is shown anew."""
        await self._window.scopes.refresh()
        await self._window.keys.refresh()
        await self._window.desk.refresh()

    def _editor_can(self, what: str) -> bool:
        editor = self._window.value.editor()
        return editor is not None and bool(getattr(editor, what)())

    async def _undo(self) -> None:
        """Take back the last edit of the value that is being edited, else the last thing that was done."""
        editor = self._window.value.editor()
        if editor is not None and editor.can_undo():
            editor.undo()
        else:
            await self._window.deeds.undo()

    async def _redo(self) -> None:
        editor = self._window.value.editor()
        if editor is not None and editor.can_redo():
            editor.redo()
        else:
            await self._window.deeds.redo()

    def _find(self) -> None:
        """Find in the value where the keyboard is in it, else among the keys."""
        editor, focus = self._window.value.editor(), self._window.focusWidget()
        if editor is not None and focus is not None and editor.isAncestorOf(focus):
            editor.start_find()
        else:
            self._window.keys.start_filter()

    def _switch_theme(self) -> None:
        choice = theme.Choice.LIGHT if theme.theme().dark else theme.Choice.DARK
        theme.theme().choose(choice)
        if self._window.settings is not None:
            self._window.settings.theme = choice

    def _show_theme(self) -> None:
        self._actions["Theme"].setChecked(theme.theme().dark)

    def _move_focus(self, step: int) -> None:
        """Give the keyboard to the next pane, or the one before."""
        window = self._window
        panes: list[QWidget] = [window.scopes, window.keys, window.value, window.activity]
        doors: list[QWidget] = [
            window.scopes.tree,
            window.keys.table,
            window.value.editor() or window.value,
            window.activity.table,
        ]
        focus = window.focusWidget()
        here = next((i for i, pane in enumerate(panes) if focus is not None and pane.isAncestorOf(focus)), 0)
        doors[(here + step) % len(doors)].setFocus(Qt.FocusReason.ShortcutFocusReason)


def _name(action: QAction, word: str, label: str) -> None:
    """Let an action say what it is about; the tooltip that Qt would make of that could render it."""
    shown = f"{word} {visible(label)}" if label else word
    action.setText(f"&{without_mnemonic(shortened(shown, _LONGEST_LABEL))}")
    action.setToolTip(plain_tooltip(shown))
