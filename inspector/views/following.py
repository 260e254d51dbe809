"""Keeps all panes of a window at what is stored, while others write and time passes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from inspector.session import Session
from inspector.views.commands import Commands
from inspector.views.window_content import WindowContent
from storage_core import Change, ChangesLostError

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

CLOCK_MS = 1_000
CHANGES_BEFORE = 200


class Following:
    """Hands what is written on to the panes and, as `clock` ticks, lets time pass in them."""

    def __init__(self, window: "MainWindow", content: WindowContent, doing: Commands) -> None:
        self._window = window
        self._content = content
        self._doing = doing
        self.clock = QTimer(window, interval=CLOCK_MS)
        window.live.changed.connect(lambda changes: window.start(self._follow(window.session, changes)))
        window.live.lost.connect(lambda newest: window.start(self._catch_up(window.session, newest)))
        self.clock.timeout.connect(self._let_time_pass)
        self.clock.start()

    async def begin(self, session: Session) -> None:
        """Follow this session from now on, the newest changes of before told as well."""
        newest = await session.storage.revision()
        await self._tell_what_was_before(session, newest)
        self._window.live.follow(session, newest)

    async def _tell_what_was_before(self, session: Session, newest: int) -> None:
        """Begin the activity with the newest changes of before: so one sees at once what goes on here."""
        self._window.status.show_revision(newest)
        try:
            before = session.storage.changes(max(0, newest - CHANGES_BEFORE))
            self._window.activity.add([change async for change in before])
        except ChangesLostError:  # so much was written in this moment that they are gone already
            return

    async def _follow(self, session: Session | None, changes: Sequence[Change]) -> None:
        window = self._window
        if window.session is not session:
            return
        window.activity.add(changes)
        window.status.show_revision(changes[-1].revision)
        await window.scopes.follow(changes)
        await window.keys.follow(changes)
        if window.session is session:
            await window.desk.follow(changes)
            await self._content.follow()

    async def _catch_up(self, session: Session | None, newest: int) -> None:
        """More was written than anybody can follow: show what there is now."""
        if session is not None and self._window.session is session:
            await self._tell_what_was_before(session, newest)
            await self._doing.refresh()
            await self._content.follow()

    def _let_time_pass(self) -> None:
        window = self._window
        window.value.tell_ages()
        window.keys.tell_ages()
        if window.session is not None and not window.tasks.is_running("time"):
            window.tasks.start(window.keys.let_expire(), newest_of="time")
