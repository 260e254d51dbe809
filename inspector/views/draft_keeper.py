"""Keeps a draft of the edit on the desk, so that it outlives a crash, and offers what an earlier run has left."""

import asyncio
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
        self._keeping = Coalescer(window.tasks, KEEP_SECONDS, self._keep_soon)
        if window.settings is not None:
            self._drafts = Drafts(window.settings.path.parent / FOLDER)
            window.value.edited.connect(self._keeping.ask)
            window.value.settled.connect(self._forget)
            window.session_changed.connect(self._offer)

    def keep(self) -> bool:
        """Keep a draft of the edit as it is now, or forget it where there is none; whether one is kept."""
        session, place, pane = self._window.session, self._window.desk.address, self._window.value
        entry = pane.entry
        if self._drafts is None or session is None or place is None or entry is None:
            return False
        if not pane.is_edited() or entry.data is None:
            self._forget()
            return False
        if pane.holds_whole:  # too large for a draft, and only to find that out takes long
            return False
        draft = Draft(
            session.location,
            place,
            entry.kind,
            entry.revision,
            entry.data,
            pane.data(),
            datetime.now(UTC),
        )
        try:
            kept = self._drafts.keep(draft)
        except OSError as error:
            self._complain(error)
            return False
        if kept:
            self._kept = (session.location, place)
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
        self.keep()

    def _forget(self) -> None:
        if self._drafts is not None and self._kept is not None:
            self._drafts.forget(*self._kept)
            self._kept = None

    def _complain(self, error: OSError) -> None:
        """Say once that an edit would not outlive a crash."""
        if not self._complained:
            self._complained = True
            self._window.tell(f"No draft can be kept of this edit: {visible(str(error))}")

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
        if self.keep() and self._drafts is not None:
            self._drafts.discard(draft)
        return True
