"""Keeps a draft of the edit on the desk, so that it outlives a crash, and offers what an earlier run has left."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.coalescer import Coalescer
from inspector.drafts import LARGEST, Draft, Drafts, based_on
from inspector.plain import visible
from inspector.session import Session
from inspector.views.dialogs import answer
from inspector.views.drafts_dialog import DraftChoice, DraftsDialog
from storage_core.browse import Address
from storage_core.raw import RawEntry, read

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

KEEP_SECONDS = 0.5
"""How long after an edit its draft is written, with all that was edited since."""

RESTS = 9
"""After a draft of a large value so many times as long passes as it has taken, before the next is written."""

TOO_LARGE = "No draft can be kept of this edit: it is too large for the room that drafts have"

FOLDER = "drafts"  # beside the settings


class DraftKeeper:
    """Does nothing in a window without settings, which leaves no traces.

    A draft goes when its edit is saved or discarded, not when the window closes around it.
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._drafts: Drafts | None = None
        self._kept: tuple[Path, Address] | None = None
        self._complained = False
        self._turn = 0
        self._one_at_a_time = asyncio.Lock()
        self._is_settled = asyncio.Event()
        self._keeping = Coalescer(window.tasks, KEEP_SECONDS, self._keep_soon)
        if window.settings is not None:
            self._drafts = Drafts(window.settings.path.parent / FOLDER)
            window.value.edited.connect(self._keeping.ask)
            window.value.settled.connect(self._forget)
            window.session_changed.connect(self._offer)

    def keep(self) -> bool:
        """Keep a draft of the edit as it is now, or forget it where there is none; whether one is kept."""
        pane = self._window.value
        if self._drafts is None or not self._has_edit():
            return False
        self._turn += 1
        try:
            kept = self._drafts.keep(draft := self._draft(pane.data(), datetime.now(UTC)))
        except OSError as error:
            self._complain(f"No draft can be kept of this edit: {visible(str(error))}")
            return False
        return self._take_note(draft, kept)

    async def _keep_large(self) -> bool:
        """As `keep`, for a value of which to put the bytes together and to write them takes long: in a thread."""
        async with self._one_at_a_time:
            return await self._keep_in_a_thread()

    async def _keep_in_a_thread(self) -> bool:
        drafts, pane = self._drafts, self._window.value
        editor, opened = pane.editor(), pane.opened
        if drafts is None or not self._has_edit() or editor is None:
            return False
        self._turn += 1
        turn, at = self._turn, datetime.now(UTC)
        data = await asyncio.to_thread(editor.data)
        if self._turn != turn or pane.opened is not opened or not self._has_edit():
            return False
        draft = self._draft(data, at)
        try:
            kept = await asyncio.to_thread(drafts.keep, draft, is_wanted=lambda: self._turn == turn)
        except OSError as error:
            self._complain(f"No draft can be kept of this edit: {visible(str(error))}")
            return False
        if pane.opened is not opened or not pane.is_edited():  # saved or discarded meanwhile
            drafts.forget(draft.location, draft.address)
            return False
        return self._turn == turn and self._take_note(draft, kept)

    def _has_edit(self) -> bool:
        """Whether there is something to keep; what was kept of an edit that is none any more is forgotten."""
        window = self._window
        entry = window.value.entry
        if window.session is None or window.desk.address is None or entry is None:
            return False
        if not window.value.is_edited() or entry.data is None:
            self._forget()
            return False
        return True

    def _draft(self, edited: bytes, at: datetime) -> Draft:
        """A draft of what is on the desk, where there is an edit."""
        session, place, entry = self._window.session, self._window.desk.address, self._window.value.entry
        assert session is not None
        assert place is not None
        assert entry is not None
        assert entry.data is not None
        return Draft(session.location, place, entry.kind, entry.revision, entry.data, edited, at)

    def _take_note(self, draft: Draft, kept: bool) -> bool:
        if kept:
            self._kept = (draft.location, draft.address)
        else:
            self._complain(TOO_LARGE)
        return kept

    def close(self) -> None:
        """Keep what is edited now, and follow no more edits."""
        if self._drafts is None:
            return
        self._window.value.edited.disconnect(self._keeping.ask)
        self._window.value.settled.disconnect(self._forget)
        self._window.session_changed.disconnect(self._offer)
        self.keep()
        self._drafts.close()
        self._drafts = None

    async def _keep_soon(self) -> None:
        if not self._window.value.holds_whole:
            self.keep()
            return
        begun = time.monotonic()
        self._is_settled.clear()
        await self._keep_large()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_settled.wait(), RESTS * (time.monotonic() - begun))

    def _forget(self) -> None:
        self._is_settled.set()
        self._turn += 1
        self._complained = False
        if self._drafts is not None and self._kept is not None:
            self._drafts.forget(*self._kept)
            self._kept = None

    def _complain(self, why: str) -> None:
        """Say once of an edit that it would not outlive a crash."""
        if not self._complained:
            self._complained = True
            self._window.tell(why)

    # What an earlier run has left.

    def _offer(self) -> None:
        session = self._window.session
        if session is not None and not session.read_only:
            self._window.start(self._offer_left(session), newest_of="drafts")

    async def _offer_left(self, session: Session) -> None:
        """Ask what is to become of each draft, until none is left or the person decides later."""
        while self._drafts is not None and self._window.session is session:
            left = await asyncio.to_thread(self._drafts.all_for, session.location)
            if not left:
                return
            dialog = DraftsDialog(self._window, left)
            choice = DraftChoice(await answer(dialog))
            if choice is DraftChoice.LATER:
                return
            for draft in dialog.chosen():
                if choice is DraftChoice.DISCARD:
                    self._drafts.discard(draft)
                elif await self._restore(session, draft):
                    return

    async def _restore(self, session: Session, draft: Draft) -> bool:
        """Put the edit back on the desk; the old draft goes once a new one is kept of it."""
        scope, key = draft.address
        now = await read(
            session.storage, scope, key, 0 if session.storage.capabilities.revisions else LARGEST
        )
        revision = based_on(draft, now, counts=session.storage.capabilities.revisions)
        updated, expires = (draft.at, None) if now is None else (now.updated, now.expires)
        base = RawEntry(scope, key, draft.kind, draft.base, len(draft.base), revision, updated, expires)
        if not await self._window.desk.restore(base, draft.edited):
            return False
        self._window.go_to(draft.address)
        if now is None or now.revision != revision:
            self._window.value.warn("Somebody has written it since: saving will ask")
        kept = await self._keep_large() if self._window.value.holds_whole else self.keep()
        if kept and self._drafts is not None:
            self._drafts.discard(draft)
        return True
