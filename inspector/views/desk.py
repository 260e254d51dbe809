"""The desk: one value at a time, the guard before it is put away, and how an edit of it is saved."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Protocol

from PySide6.QtWidgets import QWidget

from inspector import actions
from inspector.actions import Done
from inspector.formats import HEAD
from inspector.opened import EDIT_LIMIT, HEX_LIMIT, Opened, make_ready
from inspector.plain import visible_key
from inspector.session import Session
from inspector.tasks import Tasks, queueing, to_its_end
from inspector.views.conflict_dialog import ConflictDialog, Resolution, resolve
from inspector.views.dialogs import LONGEST_KEY, Choice, answer, guard_dialog
from inspector.views.marks import marked, unmarked
from inspector.views.state_view import State
from inspector.views.states import GONE, NOTHING_CHOSEN, unreadable_state
from inspector.views.value_pane import ValuePane
from storage_core import Change, ConflictError, StorageError, StorageMovedError
from storage_core.browse import Address
from storage_core.raw import RawEntry, notes, read

KEPT_OTHERWISE = "Kept as shown here, not as typed"


class Surroundings(Protocol):
    """What the desk needs of the window around it."""

    tasks: Tasks

    def show_address(self, address: Address) -> None:
        """Let tree, table and breadcrumb show where the desk is now."""

    def tell(self, text: str, *, undo: bool = False) -> None:
        """Say in passing what was done."""


class Desk:
    """One value at a time, of an open storage.

    Each flow takes its `turn`: it runs to its end before the next begins, so that a second click waits, and then
    finds things as they are. `guard`, `show` and `put` are the steps of which flows are made, for within a turn.
    """

    def __init__(self, window: QWidget, pane: ValuePane, around: Surroundings) -> None:
        self._window = window
        self._pane = pane
        self._around = around
        self._one_at_a_time = asyncio.Lock()
        self.session: Session | None = None
        self.address: Address | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until nothing else is being done, and keep it so."""
        with queueing():
            await self._one_at_a_time.acquire()
        try:
            yield
        finally:
            self._one_at_a_time.release()

    async def take(self, session: Session | None) -> None:
        """Work on another storage from now on, or on none; the one before is closed."""
        async with self.turn():
            former, self.session = self.session, session
            self.put(None, None)
        if former is not None:
            await former.close()

    async def may_leave(self) -> bool:
        """Whether the value on the desk may be put away: the person is asked where an edit would be lost."""
        async with self.turn():
            return await self.guard()

    async def choose(self, address: Address | None) -> None:
        """Put the value at `address` on the desk; where an edit is to be kept, stay where it is."""
        async with self.turn():
            if address == self.address:
                return
            if not await self.guard() or not await self.show(address):
                assert self.address is not None
                self._around.show_address(self.address)

    async def refresh(self) -> None:
        """Read the value on the desk anew; an edit that is not saved stays, and so does what it is based on."""
        async with self.turn():
            if self._pane.is_edited():
                return
            opened = await self._look(self.address)
            if not self._pane.is_edited():
                self.put(self.address, opened)
            elif not isinstance(opened, State) and (opened is None or opened.entry.revision != self.revision):
                self._warn(deleted=opened is None)

    async def open_whole(self) -> None:
        """Bring all of a large value to the desk, to be opened as hex or as an image."""
        async with self.turn():
            opened = await self._open(self.address, HEX_LIMIT)
            if not self._pane.is_edited():  # an earlier click may have opened it already
                self.put(self.address, opened)

    async def revert(self) -> None:
        """Put the edit away and show what is stored."""
        async with self.turn():
            self._pane.discard_edit()
            await self.show(self.address)

    async def follow(self, changes: Sequence[Change]) -> None:
        """Somebody has written: show it where the value is only looked at, say it where it is being edited."""
        mine = [change for change in changes if Address(change.scope, change.key) == self.address]
        if not mine or mine[-1].revision <= self.revision:
            return
        if self._pane.is_edited():
            self._warn(deleted=mine[-1].deleted)
        else:
            await self.refresh()

    async def save(self) -> bool:
        """Save the edit; False where it is not saved because the person keeps editing."""
        async with self.turn():
            return await self._save()

    async def restore(self, base: RawEntry, edited: bytes) -> bool:
        """Put an edit of another run back, not saved, over what it was an edit of; False where it must stay away."""
        async with self.turn():
            if not await self.guard():
                return False
            opened = await make_ready(base)
            self.put(Address(base.scope, base.key), opened)
            self._pane.take_up_edit(edited)
            return True

    async def guard(self) -> bool:
        """Whether what is on the desk may be put away; an edit is saved, discarded or kept, as the person says."""
        if self.address is None or not self._pane.is_edited():
            return True
        self._pane.settle()
        key = visible_key(self.address.key, LONGEST_KEY)
        dialog = guard_dialog(self._window, key, self._pane.problem(), self._pane.advice())
        choice = Choice(await answer(dialog))
        if choice is Choice.SAVE:
            return await self._save()
        if choice is Choice.DISCARD:
            self._pane.discard_edit()
        return choice is Choice.DISCARD

    async def show(self, address: Address | None, *, ours: bool = False) -> bool:
        """Put the value at `address` on the desk; with `ours`, what is new in it is the person's own doing.

        What is typed while it is being read is an edit too: False where the person keeps that one.
        """
        while True:
            opened = await self._look(address)
            if ours and isinstance(opened, Opened):
                opened = unmarked(opened)
            if not self._pane.is_edited():
                self.put(address, opened)
                return True
            if not await self.guard():
                return False

    def put(self, address: Address | None, opened: Opened | State | None) -> None:
        """Put what was read on the desk, or why it could not be, whatever was there."""
        self.address = address
        if address is None or self.session is None:
            self._pane.show_state(NOTHING_CHOSEN)
        elif opened is None:
            self._pane.show_state(GONE)
        elif isinstance(opened, State):
            self._pane.show_state(opened)
        else:
            self._pane.show_entry(opened, read_only=self.session.read_only)

    def put_away_deleted(self) -> None:
        """The person has deleted what is on the desk; what they typed in that moment stays."""
        if self._pane.is_edited():
            self._pane.warn("It was deleted meanwhile: saving will ask")
        else:
            self.put(None, None)

    async def _look(self, address: Address | None) -> Opened | State | None:
        """What is at `address`, or why that cannot be read; where all of the storage is gone, the window says so."""
        try:
            return await self._open(address)
        except StorageMovedError:
            raise
        except StorageError as error:
            return unreadable_state(error)

    async def _open(self, address: Address | None, limit: int = EDIT_LIMIT) -> Opened | None:
        if address is None or self.session is None:
            return None
        former = self._pane.entry
        if self._pane.holds_whole and address == self.address:
            limit = HEX_LIMIT
        entry = await read(self.session.storage, address.scope, address.key, limit)
        if entry is None:
            return None
        head = b""
        if entry.data is None:
            (found,) = await self.session.browser.heads([address], HEAD)
            head = found or b""
        said = await notes(self.session.storage, address.scope, address.key)
        return replace(await marked(await make_ready(entry, former, head), former), notes=tuple(said))

    @property
    def revision(self) -> int:
        """The one that was loaded; 0 where nothing was."""
        return 0 if self._pane.entry is None else self._pane.entry.revision

    def _warn(self, *, deleted: bool) -> None:
        what = "deleted" if deleted else "changed"
        self._pane.warn(f"Somebody has {what} it meanwhile: saving will ask")

    # Saving.

    async def _save(self) -> bool:
        """Save by compare-and-set, asking anew each time that somebody else was quicker."""
        base = self._pane.entry
        if base is None or not self._pane.is_edited():
            return True
        self._pane.settle()
        if self._pane.problem():
            return False
        await self._pane.gather()
        mine = self._pane.data()
        expected: RawEntry | None = base
        data = mine
        while True:
            try:
                done = await to_its_end(self._write(base, expected, data))
            except ConflictError:
                theirs = await self._stored_now()
            else:
                saved = replace(
                    base, data=data, size=len(data), revision=done.passages[0].left_after.revision
                )
                await self._show_saved(saved, mine)
                return True
            if theirs is not None and (theirs.kind, theirs.data) == (base.kind, mine):
                await self._show_saved(theirs, mine)
                return True
            resolution, merged = await self._ask_whose(base, theirs, mine)
            if resolution is Resolution.KEEP_EDITING:
                self._warn(deleted=theirs is None)
                return False
            if resolution is Resolution.TAKE_THEIRS:
                self._pane.discard_edit()
                return await self.show(self.address)
            expected, data = theirs, merged if resolution is Resolution.MERGE else mine

    async def _write(self, base: RawEntry, expected: RawEntry | None, data: bytes) -> Done:
        """Write in the place of `expected`, and remember how to take it back."""
        assert self.session is not None
        if expected is None:
            address, new = Address(base.scope, base.key), actions.Stored(base.kind, data, base.expires)
            done = await actions.create(self.session.storage, address, new)
        else:
            done = await actions.replace(self.session.storage, expected, data, base.kind)
        await self.session.remember(done)
        return done

    async def _stored_now(self) -> RawEntry | None:
        assert self.session is not None
        assert self.address is not None
        return await read(self.session.storage, self.address.scope, self.address.key)

    async def _ask_whose(
        self, base: RawEntry, theirs: RawEntry | None, mine: bytes
    ) -> tuple[Resolution, bytes]:
        """What the person decides, and the merge of both where that is what they decide."""
        opened = self._pane.opened
        assert opened is not None
        assert base.data is not None
        is_json = opened.is_json and (theirs is None or theirs.kind is base.kind)
        their_data = None if theirs is None else theirs.data
        dialog = ConflictDialog(self._window, base.key, base.data, their_data, mine, json=is_json)
        resolution = await resolve(dialog, self._around.tasks)
        return resolution, mine if dialog.merged is None else dialog.merged

    async def _show_saved(self, saved: RawEntry, mine: bytes) -> None:
        """Show what is stored now; what was typed while it was being saved stays, as an edit of that."""
        opened = await self._open(self.address)
        stored = None if opened is None or opened.entry.revision != saved.revision else opened.entry
        if self._pane.data() == mine:
            self.put(self.address, opened if opened is None or stored is None else unmarked(opened))
            if stored is not None and stored.data is not None and stored.data != saved.data:
                self._pane.set_notice(KEPT_OTHERWISE, "amber")
        elif saved.data == mine:
            self._pane.rebase(saved if stored is None or stored.data is None else stored)
