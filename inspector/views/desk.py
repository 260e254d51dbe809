"""The flows between the panes: what a person starts, from the guard before it to what is shown after it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from PySide6.QtWidgets import QDialog, QWidget

from inspector import actions
from inspector.actions import Undoable
from inspector.opened import EDIT_LIMIT, make_ready
from inspector.plain import visible
from inspector.session import Session
from inspector.views.dialogs import (
    Choice,
    NewKeyDialog,
    RenameDialog,
    answer,
    delete_dialog,
    guard_dialog,
    overwrite_dialog,
)
from inspector.views.states import GONE, NOTHING_CHOSEN
from inspector.views.value_pane import ValuePane
from storage_core import Change, ConflictError, Scope
from storage_core.browse import Address
from storage_core.raw import read

ASK_BEFORE_DELETING = 20
"""More keys than these are not deleted before the person has confirmed how many they are."""


class Surroundings(Protocol):
    """What the desk needs of the window around it."""

    def show_address(self, address: Address) -> None:
        """Let tree, table and breadcrumb show where the desk is now."""

    def tell(self, text: str, *, undo: bool = False) -> None:
        """Say in passing what was done."""


class Desk:
    """One value at a time on the desk, and everything that can be done from there to an open storage.

    Each flow runs to its end before the next begins: a second click waits, and then finds things as they are.
    """

    def __init__(self, window: QWidget, pane: ValuePane, around: Surroundings) -> None:
        self._window = window
        self._pane = pane
        self._around = around
        self._one_at_a_time = asyncio.Lock()
        self.session: Session | None = None
        self.address: Address | None = None

    async def take(self, session: Session | None) -> None:
        """Work on another storage from now on, or on none; the one before is closed."""
        former, self.session = self.session, session
        self.address = None
        self._pane.show_state(NOTHING_CHOSEN)
        if former is not None:
            await former.close()

    async def may_leave(self) -> bool:
        """Whether the value on the desk may be put away: the person is asked where an edit would be lost."""
        async with self._one_at_a_time:
            return await self._may_leave()

    async def _may_leave(self) -> bool:
        if not self._pane.is_edited() or self.address is None:
            return True
        dialog = guard_dialog(self._window, visible(self.address.key), self._pane.problem())
        choice = Choice(await answer(dialog))
        if choice is Choice.SAVE:
            return await self._save()
        if choice is Choice.DISCARD:
            await self._show(self.address)
        return choice is Choice.DISCARD

    async def choose(self, address: Address | None) -> None:
        """Put the value at `address` on the desk; where an edit is to be kept, stay where it is."""
        async with self._one_at_a_time:
            if address == self.address:
                return
            if not await self._may_leave():
                assert self.address is not None
                self._around.show_address(self.address)
                return
            await self._show(address)

    async def _show(self, address: Address | None) -> None:
        self.address = address
        if address is None or self.session is None:
            self._pane.show_state(NOTHING_CHOSEN)
            return
        session, former = self.session, self._pane.entry
        entry = await read(session.storage, address.scope, address.key, EDIT_LIMIT)
        opened = None if entry is None else await make_ready(entry, former)
        if (self.session, self.address) != (session, address):
            return
        if opened is None:
            self._pane.show_state(GONE)
        else:
            self._pane.show_entry(opened, read_only=session.read_only)

    async def refresh(self) -> None:
        """Read the value on the desk anew; an edit that is not saved stays, and so does what it is based on."""
        async with self._one_at_a_time:
            if not self._pane.is_edited():
                await self._show(self.address)

    async def revert(self) -> None:
        """Put the edit away and show what is stored."""
        async with self._one_at_a_time:
            await self._show(self.address)

    async def follow(self, changes: Sequence[Change]) -> None:
        """Somebody has written: show it where the value is only looked at, say it where it is being edited."""
        mine = [change for change in changes if Address(change.scope, change.key) == self.address]
        entry = self._pane.entry
        if not mine or (entry is not None and mine[-1].revision <= entry.revision):
            return
        if self._pane.is_edited():
            what = "deleted" if mine[-1].deleted else "changed"
            self._pane.set_notice(f"Somebody has {what} it meanwhile: saving will ask", "amber")
        else:
            await self.refresh()

    async def save(self) -> bool:
        """Save the edit; False where there is none left because the person kept editing."""
        async with self._one_at_a_time:
            return await self._save()

    async def _save(self) -> bool:
        session, entry = self.session, self._pane.entry
        if session is None or entry is None or not self._pane.is_edited():
            return True
        if self._pane.problem():
            return False
        data = self._pane.data()
        try:
            done = await actions.replace(session.storage, entry, data)
        except ConflictError as conflict:
            return await self._settle(conflict, data)
        session.history.add(done)
        await self._show(self.address)
        return True

    async def _settle(self, conflict: ConflictError, data: bytes) -> bool:
        """Somebody has written since the value was loaded: the person decides whose stays."""
        session, address, entry = self.session, self.address, self._pane.entry
        assert session is not None
        assert address is not None
        assert entry is not None
        if conflict.entry is None:
            what, then = "was deleted meanwhile.", "Save your edit as a new value, or leave it deleted?"
        else:
            what = "was changed meanwhile."
            then = "Overwrite the newer value with yours, or keep theirs and discard your edit?"
        dialog = overwrite_dialog(self._window, f"{visible(address.key)} {what}", then)
        if await answer(dialog) != QDialog.DialogCode.Accepted:
            await self._show(address)
            return True
        theirs = await read(session.storage, address.scope, address.key)
        try:
            if theirs is None:
                new = actions.Stored(entry.kind, data, entry.expires)
                done = await actions.create(session.storage, address, new)
            else:
                done = await actions.replace(session.storage, theirs, data)
        except ConflictError as again:
            return await self._settle(again, data)
        session.history.add(done)
        await self._show(address)
        return True

    async def delete(self, places: Sequence[Address]) -> None:
        """Delete; a few keys at once and with Undo, many only after the person has confirmed."""
        async with self._one_at_a_time:
            if self.session is None or not places:
                return
            if len(places) > ASK_BEFORE_DELETING:
                what = f"Delete {len(places):,} keys?"
                dialog = delete_dialog(
                    self._window, what, "They can be brought back with Undo until the window closes."
                )
                if await answer(dialog) != QDialog.DialogCode.Accepted:
                    return
            elif self.address in places and not await self._may_leave():
                return
            done = await actions.delete(self.session.storage, places)
            self.session.history.add(done)
            if self.address in places:
                self.address = None
                self._pane.show_state(NOTHING_CHOSEN)
            self._around.tell(_in_words(done, "Deleted"), undo=True)

    async def create(self, scope: Scope | None, prefix: str) -> None:
        """Ask for a place and create a value there."""
        async with self._one_at_a_time:
            if self.session is None or not await self._may_leave():
                return
            dialog = NewKeyDialog(self._window, scope, prefix)
            if await answer(dialog) != QDialog.DialogCode.Accepted:
                return
            address, beginning = dialog.address(), dialog.beginning()
            try:
                done = await actions.create(self.session.storage, address, beginning)
            except ConflictError:
                self._around.tell(f"{visible(address.key)} is there already: here it is")
            else:
                self.session.history.add(done)
            await self._show(address)
            self._around.show_address(address)

    async def rename(self) -> None:
        """Ask for another key for the value on the desk."""
        async with self._one_at_a_time:
            if self.session is None or self.address is None or not await self._may_leave():
                return
            source = self.address
            dialog = RenameDialog(self._window, source)
            if await answer(dialog) != QDialog.DialogCode.Accepted or dialog.target() == source:
                return
            target = dialog.target()
            entry = await read(self.session.storage, source.scope, source.key, 0)
            if entry is None:
                self._pane.show_state(GONE)
                return
            try:
                done = await actions.move(self.session.storage, entry, target)
            except ConflictError as conflict:
                self._around.tell(str(conflict))
                return
            self.session.history.add(done)
            await self._show(target)
            self._around.show_address(target)

    async def undo(self) -> None:
        """Take back what was done last; where somebody wrote there since, the person is asked first."""
        await self._step("Undone", lambda history, storage, force: history.undo(storage, force=force))

    async def redo(self) -> None:
        """Do again what was undone last, as carefully."""
        await self._step("Done again", lambda history, storage, force: history.redo(storage, force=force))

    async def _step(self, word: str, step: Callable[..., Awaitable[Undoable | None]]) -> None:
        async with self._one_at_a_time:
            if self.session is None or not await self._may_leave():
                return
            history, storage = self.session.history, self.session.storage
            try:
                deed = await step(history, storage, False)
            except ConflictError:
                what = "Somebody has written there since."
                dialog = overwrite_dialog(self._window, what, "Overwrite what they wrote, or keep it?")
                if await answer(dialog) != QDialog.DialogCode.Accepted:
                    return
                deed = await step(history, storage, True)
            if deed is None:
                return
            self._around.tell(_in_words(deed, word))
            await self._show_after(deed)

    async def _show_after(self, deed: Undoable) -> None:
        """Show one of the places that a deed has changed: the first where something is stored now."""
        assert self.session is not None
        places = [passage.address for passage in deed.passages]
        for place in places[:2]:
            if await read(self.session.storage, place.scope, place.key, 0) is not None:
                await self._show(place)
                self._around.show_address(place)
                return
        if self.address in places:
            await self._show(None)


def _in_words(deed: Undoable, word: str) -> str:
    return f"{word}: {visible(deed.label)}"
