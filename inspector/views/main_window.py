"""The window: its panes and bars, and which of them answers to which command."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QSplitter, QStackedWidget, QWidget

from inspector import theme
from inspector.garbage import GuiCollector
from inspector.plain import visible
from inspector.session import Session
from inspector.settings import Settings
from inspector.tasks import Tasks
from inspector.views.activity_pane import ActivityPane
from inspector.views.bars import StatusBar, ToolRow
from inspector.views.desk import Desk
from inspector.views.dialogs import problem_dialog
from inspector.views.key_pane import KeyPane
from inspector.views.live import Live
from inspector.views.scope_pane import ScopePane
from inspector.views.state_view import State, StateView
from inspector.views.states import NO_FILE, OPENING, asks_for_another_file, state_of
from inspector.views.toast import Toast
from inspector.views.value_pane import ValuePane
from inspector.views.window_actions import WindowActions
from storage_core import Scope, StorageError, StorageMovedError
from storage_core.browse import Address

SMALLEST = (1024, 640)
FIRST_SIZE = (1280, 800)
FIRST_WIDTHS = (220, 440, 620)
QUIET_ROUNDS = 3
LONGEST_PAUSE_MS = 1_000  # what waits longer, such as a message that goes by itself, is not awaited
CLOCK_MS = 1_000


class MainWindow(QMainWindow):
    """One storage in one window. Made by `inspector.app.open_window`; `closed` is emitted when it has been closed."""

    closed = Signal()

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._location: Path | None = None
        self._session: Session | None = None
        self._may_close = False
        self._guiding = False  # tree and table are being led, and tell nothing that is not known
        self._collector = GuiCollector()
        self._clock = QTimer(self, interval=CLOCK_MS)
        self.tasks = Tasks(self.report)
        self.actions_ = WindowActions(self)
        self.scopes = ScopePane(self.tasks)
        self.keys = KeyPane(self.tasks)
        self.value = ValuePane()
        self.activity = ActivityPane()
        self.desk = Desk(self, self.value, self)
        self.live = Live(self.tasks)
        self.state = StateView(NO_FILE)
        self.toast = Toast(self)
        self.tool_row = ToolRow(self.actions_)
        self.status = StatusBar()
        self._lay_out()
        self._connect()
        self._restore()
        self._show_what_is_possible()

    async def open(self, location: Path, *, read_only: bool = False) -> None:
        """Show the storage at `location` in the place of the one before; where it cannot be opened, why."""
        if not await self.desk.may_leave():
            return
        await self._leave_storage()
        self._location = location
        self._show_state(OPENING)
        self.setWindowTitle(f"{visible(location.name)} — State Inspector")
        self.actions_["ReadOnly"].setChecked(read_only)
        session = Session(location, read_only=read_only)
        try:
            await session.open()
        except StorageError as error:
            await session.close()
            self._show_state(state_of(error, location))
            return
        self._session = session
        await self.desk.take(session)
        if self._settings is not None:
            self._settings.add_recent_file(str(location))
        self._pages.setCurrentWidget(self._panes)
        self.status.show_storage(location, read_only=read_only)
        await self.scopes.show_session(session)
        self.keys.show_session(session)
        self.live.follow(session)
        await self.scopes.choose_first()
        await self.keys.choose_first()
        self._show_what_is_possible()

    async def idle(self) -> None:
        """Return when no query, no timer and no page load is pending."""
        rounds = 0
        while rounds < QUIET_ROUNDS:  # what one event brings about may begin only with the next
            rounds = rounds + 1 if self.tasks.is_idle and not self._is_timer_pending() else 0
            await self.tasks.idle()
            await asyncio.sleep(0.005)

    def _is_timer_pending(self) -> bool:
        timers = self.findChildren(QTimer)
        return self.live.is_pending or any(
            timer.isActive() and timer.isSingleShot() and timer.interval() <= LONGEST_PAUSE_MS
            for timer in timers
        )

    async def shutdown(self) -> None:
        """Close everything without asking; an edit that is not saved is discarded."""
        if self._may_close:
            return
        self._may_close = True
        self._clock.stop()
        self._remember()
        await self.tasks.close()
        await self._leave_storage()
        self._collector.stop()
        self.close()
        self.deleteLater()

    def report(self, error: BaseException) -> None:
        """Show what went wrong: a storage that is gone in its place, everything else in a dialog."""
        if isinstance(error, StorageMovedError) and self._location is not None:
            self._show_state(state_of(error, self._location))
        else:
            problem_dialog(self, error).open()

    # What the desk needs of the window around it.

    def show_address(self, address: Address) -> None:
        self.start(self._show_address(address), newest_of="place")

    def tell(self, text: str, *, undo: bool = False) -> None:
        self.toast.say(text, undo=undo)

    async def _show_address(self, address: Address) -> None:
        self._guiding = True
        try:
            await self.scopes.choose(address.scope)
        finally:
            self._guiding = False
        self.tool_row.breadcrumb.show_place(*address)
        await self.keys.show_scope(address.scope, "")
        await self.keys.choose(address)

    def start(self, work: Coroutine[Any, Any, Any], *, newest_of: str | None = None) -> asyncio.Task[Any]:
        """Run what a person has started, and then enable the commands that are possible from there."""
        task = self.tasks.start(work, newest_of=newest_of)
        task.add_done_callback(lambda _: None if self._may_close else self._show_what_is_possible())
        return task

    async def _leave_storage(self) -> None:
        self.live.stop()
        self._session = None
        self.scopes.leave_session()
        self.keys.leave_session()
        self.activity.clear()
        self.tool_row.breadcrumb.show_place(None)
        self.status.show_storage(None, read_only=False)
        await self.desk.take(None)

    def _show_state(self, state: State) -> None:
        self.state.set_state(state)
        self._pages.setCurrentWidget(self.state)

    def _scope_chosen(self, scope: Scope, prefix: str) -> None:
        if not self._guiding:
            self.start(self._choose_scope(scope, prefix), newest_of="place")

    async def _choose_scope(self, scope: Scope, prefix: str) -> None:
        if not await self.desk.may_leave():
            if self.desk.address is not None:
                await self.scopes.choose(self.desk.address.scope)
            return
        self.tool_row.breadcrumb.show_place(scope)
        await self.keys.show_scope(scope, prefix)
        await self.keys.choose_first()

    async def _choose_key(self, address: Address | None) -> None:
        await self.desk.choose(address)
        if self.desk.address is not None:
            self.tool_row.breadcrumb.show_place(self.desk.address.scope, self.desk.address.key)

    async def _delete_selected(self) -> None:
        await self.desk.delete(await self.keys.selected())

    async def _create(self) -> None:
        await self.desk.create(self.scopes.scope, self.scopes.prefix)

    async def _refresh(self) -> None:
        await self.scopes.refresh()
        await self.keys.refresh()
        await self.desk.refresh()

    async def _follow(self, changes: list[Any]) -> None:
        self.activity.add(changes)
        self.status.show_revision(changes[-1].revision)
        await self.scopes.follow(changes)
        await self.keys.follow(changes)
        await self.desk.follow(changes)

    async def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, "Open a storage")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        if self._location is not None:
            dialog.setDirectory(str(self._location.parent))
        dialog.fileSelected.connect(
            lambda name: self.start(self.open(Path(name), read_only=self.actions_["ReadOnly"].isChecked()))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _open_again(self) -> None:
        read_only = self.actions_["ReadOnly"].isChecked()
        if self._location is not None:
            await self.open(self._location, read_only=read_only)

    async def _answer_state(self) -> None:
        if asks_for_another_file(self.state.state()):
            await self._ask_for_file()
        else:
            await self._open_again()

    def _show_what_is_possible(self) -> None:
        entry, edited = self.value.entry, self.value.is_edited()
        history = self._session.history if self._session is not None else None
        is_open = self._session is not None
        to_undo = history.to_undo if history is not None else None
        to_redo = history.to_redo if history is not None else None
        self.actions_["Undo"].setText(f"&Undo {visible(to_undo.label)}" if to_undo else "&Undo")
        self.actions_["Redo"].setText(f"&Redo {visible(to_redo.label)}" if to_redo else "&Redo")
        self.actions_.allow(
            {
                "NewKey": is_open,
                "Save": edited and not self.value.problem(),
                "Revert": edited,
                "Delete": is_open and self.keys.has_selection(),
                "Rename": entry is not None,
                "Undo": to_undo is not None or self._editor_can("can_undo"),
                "Redo": to_redo is not None or self._editor_can("can_redo"),
                "Refresh": is_open,
                "Find": is_open,
            },
            read_only=self._session is not None and self._session.read_only,
        )

    def _editor_can(self, what: str) -> bool:
        editor = self.value.editor()
        return editor is not None and bool(getattr(editor, what)())

    async def _undo(self) -> None:
        editor = self.value.editor()
        if editor is not None and editor.can_undo():
            editor.undo()
        else:
            await self.desk.undo()

    async def _redo(self) -> None:
        editor = self.value.editor()
        if editor is not None and editor.can_redo():
            editor.redo()
        else:
            await self.desk.redo()

    async def _toggle_theme(self) -> None:
        choice = theme.Choice.LIGHT if theme.theme().dark else theme.Choice.DARK
        theme.theme().choose(choice)
        if self._settings is not None:
            self._settings.theme = choice

    def _let_time_pass(self) -> None:
        self.value.tell_ages()
        if self._session is not None:
            self.tasks.start(self.keys.let_time_pass(), newest_of="time")

    def _move_focus(self, step: int) -> None:
        """Give the keyboard to the next pane, or the one before."""
        panes: list[QWidget] = [self.scopes.tree, self.keys.table, self.value, self.activity.table]
        within = next((i for i, pane in enumerate(panes) if pane is _pane_of(self.focusWidget(), panes)), 0)
        panes[(within + step) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.tasks.start(self._close_unless_kept(), newest_of="closing")

    async def _close_unless_kept(self) -> None:
        if await self.desk.may_leave():
            await self.shutdown()
            self.closed.emit()

    def _connect(self) -> None:
        for name, flow in {
            "Open": self._ask_for_file,
            "ReadOnly": self._open_again,
            "NewKey": self._create,
            "Save": self.desk.save,
            "Revert": self.desk.revert,
            "Delete": self._delete_selected,
            "Rename": self.desk.rename,
            "Undo": self._undo,
            "Redo": self._redo,
            "Refresh": self._refresh,
            "Theme": self._toggle_theme,
        }.items():
            self.actions_[name].triggered.connect(lambda _=False, flow=flow: self.start(flow()))
        self.actions_["Find"].triggered.connect(self.keys.start_filter)
        self.actions_["NextPane"].triggered.connect(lambda: self._move_focus(1))
        self.actions_["PreviousPane"].triggered.connect(lambda: self._move_focus(-1))
        self.actions_["Activity"].toggled.connect(self.activity.setVisible)
        self.actions_["Quit"].triggered.connect(self.close)
        self.state.asked.connect(lambda: self.start(self._answer_state()))
        self.toast.undo_asked.connect(lambda: self.start(self.desk.undo()))
        self.scopes.scope_chosen.connect(self._scope_chosen)
        self.tool_row.breadcrumb.scope_asked.connect(lambda scope: self.start(self.scopes.choose(scope)))
        self.keys.key_chosen.connect(lambda address: self.start(self._choose_key(address), newest_of="place"))
        self.keys.selection_changed.connect(self._show_what_is_possible)
        self.keys.new_key_asked.connect(lambda: self.start(self._create()))
        self.value.edited.connect(self._show_what_is_possible)
        self.value.save_asked.connect(lambda: self.start(self.desk.save()))
        self.value.revert_asked.connect(lambda: self.start(self.desk.revert()))
        self.activity.address_chosen.connect(self.show_address)
        self.live.changed.connect(lambda changes: self.start(self._follow(changes)))
        self._clock.timeout.connect(self._let_time_pass)
        self._clock.start()

    def _lay_out(self) -> None:
        self.setMinimumSize(*SMALLEST)
        self.resize(*FIRST_SIZE)
        self.actions_.fill_menu_bar(self)
        self.addToolBar(self.tool_row)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._across.setObjectName("across")
        for pane in (self.scopes, self.keys, self.value):
            pane.setMinimumWidth(200)
            self._across.addWidget(pane)
            self._across.setStretchFactor(self._across.count() - 1, 1 if pane is self.value else 0)
        self._across.setSizes(FIRST_WIDTHS)
        self._panes = QSplitter(Qt.Orientation.Vertical)
        self._panes.setObjectName("panes")
        self._panes.addWidget(self._across)
        self._panes.addWidget(self.activity)
        self._panes.setStretchFactor(0, 1)
        self._panes.setSizes([600, 120])
        self._pages = QStackedWidget()
        self._pages.addWidget(self.state)
        self._pages.addWidget(self._panes)
        self.setCentralWidget(self._pages)
        self.setStatusBar(self.status)

    def _restore(self) -> None:
        if self._settings is None:
            self.actions_["Activity"].setChecked(True)
            return
        self.restoreGeometry(self._settings.geometry)
        for splitter in (self._across, self._panes):
            splitter.restoreState(self._settings.splitter(splitter.objectName()))
        self.actions_["Activity"].setChecked(self._settings.activity_visible)
        self.activity.setVisible(self._settings.activity_visible)

    def _remember(self) -> None:
        if self._settings is None:
            return
        self._settings.geometry = self.saveGeometry()
        for splitter in (self._across, self._panes):
            self._settings.set_splitter(splitter.objectName(), splitter.saveState())
        self._settings.activity_visible = self.actions_["Activity"].isChecked()
        self._settings.sync()


def _pane_of(widget: QWidget | None, panes: list[QWidget]) -> QWidget | None:
    """The pane in which a widget stands."""
    return next((pane for pane in panes if widget is pane or (widget and pane.isAncestorOf(widget))), None)
