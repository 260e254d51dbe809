"""The window: one storage, its panes and bars, from opening to closing."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow

from inspector.garbage import GuiCollector
from inspector.plain import visible
from inspector.session import Session
from inspector.settings import Settings
from inspector.tasks import Tasks, queueing
from inspector.views.activity_pane import ActivityPane
from inspector.views.aftermath_bar import AftermathBar
from inspector.views.bars import StatusBar, ToolRow
from inspector.views.commands import Commands
from inspector.views.deeds import Deeds
from inspector.views.desk import Desk
from inspector.views.dialogs import show_problem
from inspector.views.features import Features
from inspector.views.following import Following
from inspector.views.key_pane import KeyPane
from inspector.views.live import Live
from inspector.views.place import Place
from inspector.views.scope_pane import ScopePane
from inspector.views.search_panel import SearchPanel
from inspector.views.state_view import StateView
from inspector.views.states import NO_FILE, OPENING, state_of
from inspector.views.toast import Toast
from inspector.views.value_features import ValueFeatures
from inspector.views.value_pane import ValuePane
from inspector.views.window_actions import WindowActions
from inspector.views.window_content import WindowContent
from inspector.views.window_layout import FIRST_SIZE, WIDE_SCOPES, WindowLayout, over, smallest_on
from storage_core import (
    ClosedError,
    Scope,
    StorageError,
    StorageMovedError,
)
from storage_core.browse import Address

QUIET_ROUNDS = 3
LONGEST_PAUSE_MS = 1_000  # what waits longer, such as a message that goes by itself, is not awaited


class MainWindow(QMainWindow):
    """One storage in one window. Made by `inspector.app.open_window`; `closed` is emitted when it has been closed.

    `session_changed` is emitted when another storage is open than before, or none.
    """

    closed = Signal()
    session_changed = Signal()

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.session: Session | None = None
        self.location: Path | None = None
        self._is_closing = False
        self._opening = asyncio.Lock()
        self._collector = GuiCollector()
        self.tasks = Tasks(self.report)
        self.live = Live(self.tasks)
        self.commands = WindowActions(self)
        self.scopes, self.keys = ScopePane(self.tasks), KeyPane(self.tasks)
        self.value, self.activity, self.search = ValuePane(), ActivityPane(), SearchPanel(self.tasks)
        self.state, self.aftermath = StateView(NO_FILE), AftermathBar()
        self.toast = Toast(self, self.aftermath)
        self.tool_row, self.status = ToolRow(self.commands), StatusBar()
        self.desk = Desk(self, self.value, self)
        self.deeds = Deeds(self, self.desk, self)
        self.place = Place(self.scopes, self.keys, self.tool_row.breadcrumb, self.desk)
        self._panes = WindowLayout(
            self.state, (self.scopes, self.keys, self.value), (self.search, self.activity)
        )
        self._doing = Commands(self)
        self._content = WindowContent(self, self._panes, self._doing)
        self._following = Following(self, self._content, self._doing)
        self._lay_out()
        self._connect()
        self._features = Features(self)
        self._value_features = ValueFeatures(self)
        self._doing.update()

    async def open(self, location: Path, *, read_only: bool = False, create: bool = False) -> None:
        """Show the storage at `location` in the place of the one before; where it cannot be opened, why.

        Where there is none yet, one is made only with `create`.
        """
        with queueing():  # of two at once, the second is what is to be seen in the end
            await self._opening.acquire()
        may_leave = False
        try:
            may_leave = await self.desk.may_leave()
            if may_leave:
                await self._open(location, read_only=read_only, create=create)
        finally:
            if not may_leave:
                self.commands["ReadOnly"].setChecked(self.session is not None and self.session.read_only)
                self._panes.show_panes()  # there is the edit that is kept, whatever stood in their place
            self._opening.release()

    async def _open(self, location: Path, *, read_only: bool, create: bool) -> None:
        self.location = location
        self._content.show_state(OPENING)  # first, so that nothing more can be typed
        await self._leave_storage()
        self.setWindowTitle(f"{visible(location.name)} — State Inspector")
        self.commands["ReadOnly"].setChecked(read_only)
        try:
            session = await Session.opened(location, read_only=read_only, create=create)
        except StorageError as error:
            self._content.show_state(state_of(error, location))
            return
        self.session = session
        self.session_changed.emit()
        await self.desk.take(session)
        try:
            await self._show_session(session, location)
        except StorageError as error:  # another program writes, or damage that is found only now
            await self._leave_storage()
            self._content.show_state(state_of(error, location))

    async def _show_session(self, session: Session, location: Path) -> None:
        if self.settings is not None:
            self.settings.add_recent_file(str(location))
        self.status.show_storage(location, session.system, read_only=session.read_only)
        if session.system.weighs:
            self._panes.widen_scopes(WIDE_SCOPES)
        self.keys.show_session(session)
        await self._following.begin(session)
        await self.scopes.show_session(session)
        await self._content.show()
        self._doing.update()

    async def open_again(self) -> None:
        """Open the same storage anew, read-only or not as the command says."""
        if self.location is not None:
            await self.open(self.location, read_only=self.commands["ReadOnly"].isChecked())

    async def idle(self) -> None:
        """Return when no query, no timer and no page load is pending, or when the window has been closed."""
        rounds = 0  # more than one, as what an event brings about may begin only with the next
        while rounds < QUIET_ROUNDS and not self._is_closing:
            await self.tasks.idle()
            await asyncio.sleep(0.005)
            rounds = rounds + 1 if self._is_quiet() else 0

    async def shutdown(self) -> None:
        """Close everything without asking; with settings, an unsaved edit stays as a draft. Twice does no harm."""
        if self._is_closing:
            return
        self._is_closing = True
        self._following.clock.stop()
        self._remember()
        self._value_features.close()
        await self.tasks.close()
        await self._leave_storage()
        await self.tasks.close()  # what the panes have begun as they were emptied
        self._collector.stop()
        self.close()
        self.deleteLater()

    def report(self, error: BaseException) -> None:
        """Show what went wrong: a storage that is gone in its own place, everything else in a dialog, once.

        A ClosedError is of a storage that was left while it was being read: nobody waits for that any more.
        """
        if isinstance(error, StorageMovedError) and self.location is not None:
            self._content.show_state(state_of(error, self.location))
            self.status.show_storage(None, read_only=False)  # what is shown is not live any more
        elif not isinstance(error, ClosedError):
            show_problem(self, error)

    def start(
        self, work: Coroutine[Any, Any, Any], *, newest_of: str | None = None, unasked: bool = False
    ) -> asyncio.Task[Any]:
        """Run what a person has started, and then enable the commands that are possible from there."""
        task = self.tasks.start(work, newest_of=newest_of, unasked=unasked)
        task.add_done_callback(lambda _: None if self._is_closing else self._doing.update())
        return task

    def go_to(self, address: Address) -> None:
        """Show a key, wherever it is."""
        self.start(self.place.go_to(address), newest_of="place")

    def show_address(self, address: Address) -> None:
        """Let the panes show the key that is on the desk, unless the person has gone on since the task began."""
        if not self.tasks.is_newer("place"):
            self.start(self.place.show(address), newest_of="place")

    def tell(self, text: str, *, undo: bool = False) -> None:
        """Say in passing what was done; `undo` offers to take it back."""
        deed = None if self.session is None else self.session.history.to_undo
        self.toast.say(text, undo=undo, of=deed)

    async def _leave_storage(self) -> None:
        self.live.stop()
        for purpose in ("place", "time", "drafts"):
            self.tasks.cancel(purpose)
        self.session = None
        self.scopes.leave_session()
        self.keys.leave_session()
        self.session_changed.emit()
        self.toast.hide()
        self.activity.clear()
        self.tool_row.breadcrumb.show_place(None)
        self.status.show_storage(None, read_only=False)
        await self.desk.take(None)

    def _scope_chosen(self, scope: Scope, prefix: str) -> None:
        if self.place.leading_to != (scope, prefix):
            self.start(self.place.enter(scope, prefix), newest_of="place")

    def _moved_on(self, to: Address) -> None:
        """The row they were at is gone, which leads nobody away who is on their way to another place already."""
        if not self.tasks.is_running("place"):
            self.start(self.place.move_on(to), newest_of="place", unasked=True)

    def _is_quiet(self) -> bool:
        return self._is_closing or (self.tasks.is_idle and not self._is_timer_pending())

    def _is_timer_pending(self) -> bool:
        return self.live.is_pending or any(
            timer.isActive() and timer.isSingleShot() and timer.interval() <= LONGEST_PAUSE_MS
            for timer in self.findChildren(QTimer)
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closing:
            event.accept()
        else:
            event.ignore()
            if not self.tasks.is_running("closing"):  # whatever is being asked is asked once
                self.tasks.start(self._close_unless_kept(), newest_of="closing")

    async def _close_unless_kept(self) -> None:
        if await self.desk.may_leave():
            await self.shutdown()
            self.closed.emit()

    def _connect(self) -> None:
        self.state.asked.connect(lambda: self.start(self._content.answer()))
        self.toast.undo_asked.connect(lambda: self.start(self.deeds.undo()))
        self.scopes.scope_chosen.connect(self._scope_chosen)
        self.tool_row.breadcrumb.scope_asked.connect(lambda scope: self.start(self.scopes.choose(scope)))
        self.keys.key_chosen.connect(lambda to: self.start(self.place.arrive(to), newest_of="place"))
        self.keys.moved_on.connect(self._moved_on)
        self.keys.selection_changed.connect(self._doing.update)
        self.keys.new_key_asked.connect(lambda: self.start(self._doing.create()))
        self.value.edited.connect(self._doing.update)
        self.value.save_asked.connect(lambda: self.start(self.desk.save()))
        self.value.revert_asked.connect(lambda: self.start(self.desk.revert()))
        self.value.whole_asked.connect(lambda: self.start(self.desk.open_whole()))
        self.activity.address_chosen.connect(self.go_to)
        self.activity.folded.connect(self._panes.fold_lowest)

    def _lay_out(self) -> None:
        self.setMinimumSize(smallest_on(self.screen().availableSize()))
        self.resize(*FIRST_SIZE)
        self.commands.fill_menu_bar(self)
        self.addToolBar(self.tool_row)
        self.setCentralWidget(over(self._panes, self.aftermath))
        self.setStatusBar(self.status)
        if self.settings is not None:
            self.restoreGeometry(self.settings.geometry)
            self._panes.restore(self.settings)
        shown = self.settings is None or self.settings.activity_visible
        self.commands["Activity"].setChecked(shown)
        self.activity.setVisible(shown)

    def _remember(self) -> None:
        if self.settings is None:
            return
        self.settings.geometry = self.saveGeometry()
        self._panes.remember(self.settings)
        self.settings.activity_visible = self.commands["Activity"].isChecked()
        self.settings.sync()
