"""What the value pane shows that takes time to find out: changes, readings, parts of large values."""

import asyncio

from inspector.coalescer import Coalescer
from inspector.formats import looks_secret
from inspector.opened import Opened
from inspector.session import Session
from inspector.tasks import Tasks
from inspector.views.value_pane import ValuePane
from storage_core import StorageError
from storage_core.raw import RawEntry, caution

COMPARE_SECONDS = 0.15
"""How long edits are gathered before they are compared with what is stored, all at once."""

COMPARED_UNSEEN = 64 * 1024
"""Bytes: what is larger is compared only while the difference is in sight."""


class ValueTasks:
    """Finds it out in tasks, and drops what concerns a value that is no longer shown."""

    def __init__(self, pane: ValuePane, tasks: Tasks) -> None:
        self._pane = pane
        self._tasks = tasks
        self._session: Session | None = None
        self._comparing = Coalescer(tasks, COMPARE_SECONDS, self._compare)
        self._weighing = Coalescer(tasks, COMPARE_SECONDS, self._weigh)
        pane.edited.connect(self._caution)
        pane.edited.connect(self._compare_soon)
        pane.difference_wanted.connect(self._compare_soon)
        pane.settled.connect(self._settle)
        pane.settled.connect(lambda: tasks.cancel("readings"))  # of what may no longer be what is shown
        pane.readings_wanted.connect(self._read)
        pane.edited.connect(self._read)
        pane.chunk_wanted.connect(self._bring)

    def follow(self, session: Session | None) -> None:
        """Read large values from this session's storage from now on."""
        self._session = session

    # Changes.

    def _compare_soon(self) -> None:
        if self._pane.is_edited():
            self._comparing.ask()

    def _settle(self) -> None:
        self._pane.changes.clear()
        self._pane.tell_changes(None)

    async def _compare(self) -> None:
        pane, opened = self._pane, self._pane.opened
        if opened is None or opened.entry.data is None or not pane.is_edited():
            return
        if pane.holds_whole and not pane.shows_changes:
            return
        await pane.gather()
        if pane.opened is not opened:
            return
        before, after = opened.entry.data, pane.data()
        if not pane.shows_changes and max(len(before), len(after)) > COMPARED_UNSEEN:
            pane.tell_changes(None)
            return
        await pane.changes.show_difference(before, after, json=opened.is_json, secret=opened.is_secret)
        if pane.is_edited():
            pane.tell_changes(pane.changes.count())
        else:
            self._settle()

    # What would not be kept as it is.

    def _caution(self) -> None:
        """Say it with the edit, so that nobody is quicker to save it; of a large one a little later."""
        session, entry, pane = self._session, self._pane.entry, self._pane
        if session is None or entry is None or session.system.is_our_own:
            return
        if not pane.is_edited() or pane.problem():
            pane.caution("")
        elif len(data := pane.data()) <= COMPARED_UNSEEN:
            pane.caution(_said(entry, caution(session.storage, entry.kind, data)))
        else:
            self._weighing.ask()

    async def _weigh(self) -> None:
        session, entry, pane = self._session, self._pane.entry, self._pane
        if session is None or entry is None or not pane.is_edited() or pane.problem():
            return
        said = await asyncio.to_thread(caution, session.storage, entry.kind, pane.data())
        if self._pane.entry is entry:
            pane.caution(_said(entry, said))

    # Readings.

    def _read(self) -> None:
        pane, opened = self._pane, self._pane.opened
        if pane.reads_bytes() and pane.editor() is not None and opened is not None:
            self._tasks.start(self._read_now(opened), newest_of="readings")

    async def _read_now(self, opened: Opened) -> None:
        pane = self._pane
        await pane.gather()
        if pane.opened is opened:
            await pane.readings.read(pane.data(), secret=opened.is_secret, revealed=pane.is_revealed)

    # Large values.

    def _bring(self, offset: int, size: int) -> None:
        entry = self._pane.entry
        if self._session is not None and entry is not None:
            self._tasks.start(self._bring_chunk(self._session, entry, offset, size))

    async def _bring_chunk(self, session: Session, entry: RawEntry, offset: int, size: int) -> None:
        try:
            chunk = await session.browser.chunk(entry.scope, entry.key, offset, size)
        except StorageError as error:
            if self._pane.entry is entry:
                self._pane.chunk_failed(offset, str(error))
            return
        if self._pane.entry is not entry:
            return
        if chunk is None:
            self._pane.chunk_failed(offset, "it was deleted meanwhile")
        elif chunk.revision != entry.revision:
            self._pane.chunk_failed(offset, "it was changed meanwhile; refresh to see it")
        else:
            self._pane.chunk_arrived(offset, chunk.data)


def _said(entry: RawEntry, caution: str | None) -> str:
    """A caution as it may be shown: one on a secret would give it away."""
    if caution and looks_secret(entry.key):
        return "This would not be kept exactly as it is."
    return caution or ""
