"""Follows what everybody writes to the storage, and tells it in bundles, so that a burst is drawn once."""

import asyncio

from PySide6.QtCore import QObject, Signal

from inspector.session import Session
from inspector.tasks import Tasks
from storage_core import BusyError, Change, ChangesLostError

BUNDLE_SECONDS = 0.05
TRY_AGAIN_SECONDS = 0.5


class Live(QObject):
    """`changed` is emitted with a list of changes, some ten times a second, in the order of their revisions.

    `lost` is emitted where more was written at once than is kept of the changes, with the revision from which on it
    follows again: what is shown has to be read anew.
    """

    changed = Signal(object)
    lost = Signal(object)

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._following: asyncio.Task[None] | None = None
        self._bundle: list[Change] = []
        self._telling: asyncio.TimerHandle | None = None

    def follow(self, session: Session, since: int) -> None:
        """Follow this session's storage from that revision on, instead of the one before."""
        self.stop()
        self._following = self._tasks.start_lasting(self._follow(session, since))

    @property
    def is_pending(self) -> bool:
        """Whether changes have come that are not told yet."""
        return self._telling is not None

    def stop(self) -> None:
        """Follow nothing."""
        if self._following is not None:
            self._following.cancel()
            self._following = None
        self._drop_bundle()

    def _drop_bundle(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        self._bundle = []

    async def _follow(self, session: Session, since: int | None) -> None:
        while True:
            try:
                if since is None:
                    since = await session.storage.revision()
                    self._drop_bundle()
                    self.lost.emit(since)
                async for change in session.browser.watch(since):
                    since = change.revision
                    self._hand_on(change)
            except BusyError:
                # Some databases cannot be read while another program writes: that is not for ever.
                await asyncio.sleep(TRY_AGAIN_SECONDS)
            except ChangesLostError:
                since = None
            else:
                return

    def _hand_on(self, change: Change) -> None:
        self._bundle.append(change)
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(BUNDLE_SECONDS, self._tell)

    def _tell(self) -> None:
        self._telling = None
        bundle, self._bundle = self._bundle, []
        self.changed.emit(bundle)
