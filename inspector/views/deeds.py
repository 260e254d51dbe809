"""What a person does to the storage beyond the value on the desk: create, move, copy, expire, delete, undo."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Protocol

from PySide6.QtWidgets import QDialog, QWidget

from inspector import actions
from inspector.actions import PartlyDoneError, Progress, Undoable, unheard
from inspector.deletion import Deletion
from inspector.models.scope_words import scope_text
from inspector.plain import EMPTY_KEY, visible, visible_key
from inspector.session import Session
from inspector.system import OUR_OWN, System
from inspector.tasks import to_its_end
from inspector.views.desk import Desk, Surroundings
from inspector.views.dialogs import LONGEST_KEY, answer, delete_dialog, overwrite_dialog
from inspector.views.expiry_dialog import ExpiryDialog
from inspector.views.place_dialogs import NewKeyDialog, PlaceDialog, RenameDialog
from inspector.views.progress import with_progress
from storage_core import (
    AsyncStorage,
    ConflictError,
    InvalidNameError,
    InvalidValueError,
    Scope,
    UnsupportedError,
)
from storage_core.browse import Address, Query
from storage_core.raw import RawEntry, only_workspace, read

ASK_BEFORE_DELETING = 20
"""More keys than these are not deleted before the person has confirmed how many they are."""

AT_ONCE = 100
"""Keys that are brought back in one go, too quickly for anybody to end it."""

_ENDED_EARLY = {
    "Undo": "Ended early: Undo goes on with the rest",
    "Redo": "Ended early: Redo goes on with the rest, Undo takes back what was done",
}
_BROUGHT_BACK = "They can be brought back with Undo until the storage is closed."


class _Step(Protocol):
    def __call__(
        self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard
    ) -> Coroutine[Any, Any, Undoable | None]: ...


class _Passing(Protocol):
    def __call__(
        self, storage: AsyncStorage, base: RawEntry, target: Address
    ) -> Coroutine[Any, Any, Undoable]: ...


_Ask = Callable[[Address], RenameDialog | PlaceDialog]


class Deeds:
    """Each is a flow that takes its turn at the desk, asks before an edit would be lost, and can be undone."""

    def __init__(self, window: QWidget, desk: Desk, around: Surroundings) -> None:
        self._window = window
        self._desk = desk
        self._around = around

    async def create(self, scope: Scope | None, prefix: str) -> None:
        """Ask for a place and create a value there."""
        async with self._desk.turn():
            session = self._desk.session
            if session is None or session.read_only or not await self._desk.guard():
                return
            workspace = only_workspace(session.storage)
            if scope is None and workspace is not None:
                scope = Scope(workspace)
            dialog = NewKeyDialog(self._window, scope, prefix, session.system)
            while await answer(dialog) == QDialog.DialogCode.Accepted:
                address, beginning, kind = dialog.address(), dialog.beginning(), dialog.kind()
                try:
                    await _remembered(session, actions.create(session.storage, address, beginning))
                except ConflictError:
                    self._around.tell(f"{visible_key(address.key)} is there already: here it is")
                except (InvalidNameError, InvalidValueError, UnsupportedError) as error:
                    dialog = NewKeyDialog(self._window, *address, session.system, kind)
                    dialog.say(visible(str(error)))
                    continue
                await self._go(address)
                return

    @property
    def _system(self) -> System:
        return OUR_OWN if self._desk.session is None else self._desk.session.system

    async def rename(self) -> None:
        """Ask for another key for the value on the desk."""
        await self._move(lambda source: RenameDialog(self._window, source))

    async def move(self) -> None:
        """Ask for another place, in any scope, for the value on the desk."""
        await self._move(
            lambda source: PlaceDialog(self._window, source, "moveDialog", "Move to", "&Move", self._system)
        )

    async def copy(self) -> None:
        """Ask for a place, in any scope, and put the same value there."""
        await self._put_elsewhere(
            lambda source: PlaceDialog(self._window, source, "copyDialog", "Copy to", "&Copy", self._system),
            actions.copy,
            None,
        )

    async def _move(self, ask: _Ask) -> None:
        await self._put_elsewhere(ask, actions.move, 0)

    async def _put_elsewhere(self, ask: _Ask, deed: _Passing, size_limit: int | None) -> None:
        """Ask for a place and put the value there; where the storage refuses it, say why and ask anew."""
        async with self._desk.turn():
            session, source = self._desk.session, self._desk.address
            if session is None or session.read_only or source is None or not await self._desk.guard():
                return
            dialog = ask(source)
            while await answer(dialog) == QDialog.DialogCode.Accepted and dialog.target() != source:
                target, typed = dialog.target(), dialog.typed()
                entry = await self._still_there(session, source, size_limit)
                if entry is None:
                    return
                try:
                    await _remembered(session, deed(session.storage, entry, target))
                except (ConflictError, InvalidNameError, UnsupportedError) as error:
                    why = str(error)
                    if isinstance(error, ConflictError):
                        if await read(session.storage, target.scope, target.key, 0) is None:
                            self._around.tell(visible(why))  # somebody was quicker where it comes from
                            return
                        why = f"{target.key or EMPTY_KEY:.80} is taken there: choose another key or place"
                    dialog = ask(source)
                    dialog.type_anew(typed)
                    dialog.say(visible(why))
                else:
                    await self._go(target)
                    return

    async def set_expiry(self) -> None:
        """Ask when the value on the desk is to expire."""
        async with self._desk.turn():
            session, source = self._desk.session, self._desk.address
            if session is None or session.read_only or source is None or not await self._desk.guard():
                return
            if session.system.no_expiry:
                self._around.tell(session.system.no_expiry)
                return
            entry = await self._still_there(session, source, 0)
            if entry is None:
                return
            dialog = ExpiryDialog(self._window, visible_key(source.key), entry.expires)
            if await answer(dialog) == QDialog.DialogCode.Accepted:
                await self._expire(session, source, dialog.expires())

    async def _expire(self, session: Session, place: Address, expires: datetime | None) -> None:
        """Change the expiry of whatever value is there by now: this does not touch it."""
        while (entry := await self._still_there(session, place)) is not None:
            if entry.expires == expires:
                break
            try:
                await _remembered(session, actions.set_expiry(session.storage, entry, expires))
            except ConflictError:
                continue
            self._around.tell("Expires no more" if expires is None else "Expiry set", undo=True)
            break
        await self._desk.show(place)

    async def replace_value(self, session: Session, place: Address, data: bytes) -> None:
        """Store `data` in the place of the value on the desk of this storage, whose size does not matter.

        Raises InvalidValueError where it is to be JSON and is not.
        """
        async with self._desk.turn():
            if session is not self._desk.session or self._desk.address != place:
                return
            shown = self._desk.revision
            entry = await self._still_there(session, place)
            while entry is not None:
                if entry.revision != shown and not await self._may_overwrite(
                    visible_key(place.key, LONGEST_KEY)
                ):
                    break
                try:
                    await _remembered(session, actions.replace(session.storage, entry, data))
                except ConflictError:
                    entry = await self._still_there(session, place)
                else:
                    self._around.tell(f"Replaced: {visible_key(place.key)}", undo=True)
                    await self._desk.show(place, ours=True)
                    return
            await self._desk.show(place)

    async def delete(self, session: Session, places: Sequence[Address]) -> None:
        """Delete from this storage; a few keys at once and with Undo, many only after the person has confirmed."""
        async with self._desk.turn():
            if session is not self._desk.session or session.read_only or not places:
                return
            if len(places) > ASK_BEFORE_DELETING:
                if await self._confirmed(f"Delete {len(places):,} keys?"):
                    await self._delete_many(session, places)
            elif self._desk.address not in places or await self._desk.guard():
                done = await _remembered(session, actions.delete(session.storage, places))
                self._show_deleted(done, places)

    async def delete_scope(self, session: Session, scope: Scope, prefix: str = "") -> None:
        """Delete all keys of a scope, or those that start with `prefix`, after saying exactly how many they are."""
        async with self._desk.turn():
            if session is not self._desk.session or session.read_only:
                return
            listing = await session.browser.listing(Query(scope, prefix))
            where = scope_text(scope, session.system)
            what = f"{visible_key(prefix, LONGEST_KEY)}… of {where}" if prefix else where
            keys = "1 key" if len(listing) == 1 else f"all {len(listing):,} keys"
            if len(listing) and await self._confirmed(f"Delete {keys} of {what}?"):
                places = await session.browser.addresses(listing, [range(len(listing))])
                await self._delete_many(session, places)

    async def _confirmed(self, question: str) -> bool:
        dialog = delete_dialog(self._window, question, _BROUGHT_BACK)
        return await answer(dialog) == QDialog.DialogCode.Accepted

    async def _delete_many(self, session: Session, places: Sequence[Address]) -> None:
        if self._desk.address in places and not await self._desk.guard():
            return
        deed = Deletion(await session.spool.new_storage(), session.history.marks)
        await session.remember(deed)
        try:
            await with_progress(
                self._window,
                "Deleting",
                len(places),
                lambda progress: deed.delete(session.storage, places, progress),
            )
        finally:
            session.tell_changed(deed)
            self._show_deleted(deed, places[: deed.behind])

    def _show_deleted(self, done: Undoable, places: Sequence[Address]) -> None:
        if self._desk.address in places:
            self._desk.put_away_deleted()
        self._around.tell(f"Deleted: {visible(done.label.removeprefix('deletion of '))}", undo=True)

    async def undo(self) -> None:
        """Take back what was done last; where somebody wrote there since, the person is asked first."""
        session = self._desk.session
        if session is not None:
            await self._step(session, "Undo", "Undone", session.history.undo)

    async def redo(self) -> None:
        """Do again what was undone last, as carefully."""
        session = self._desk.session
        if session is not None:
            await self._step(session, "Redo", "Done again", session.history.redo)

    async def _step(self, session: Session, verb: str, done: str, step: _Step) -> None:
        async with self._desk.turn():
            if session is not self._desk.session or session.read_only or not await self._desk.guard():
                return
            history = session.history
            deed = history.to_undo if verb == "Undo" else history.to_redo
            if deed is None:
                return
            finished: bool | None = None
            force = False
            while finished is None:
                try:
                    finished = await self._go_through(session, verb, deed, step, force=force)
                except ConflictError:
                    if not await self._may_overwrite("What is there now"):
                        return
                    force = True
            session.tell_changed(deed)
            if finished:
                self._around.tell(_in_words(deed, done))
                await self._show_after(session, deed)
            else:
                self._around.tell(_ENDED_EARLY[verb], undo=True)

    async def _go_through(
        self, session: Session, verb: str, deed: Undoable, step: _Step, *, force: bool
    ) -> bool:
        """Undo or redo; False where the person has ended it early, which takes more than one step."""
        if deed.steps <= AT_ONCE:
            await to_its_end(step(session.storage, force=force))
            return True
        return await with_progress(
            self._window,
            f"{verb} {visible(deed.label)}",
            deed.steps,
            lambda progress: step(session.storage, force=force, progress=progress),
        )

    async def _show_after(self, session: Session, deed: Undoable) -> None:
        """Show one of the places that a deed has changed: the first where something is stored now."""
        places = [passage.address for passage in deed.passages]
        for place in places[:2]:
            if await read(session.storage, place.scope, place.key, 0) is not None:
                await self._go(place)
                return
        if self._desk.address in places or not places:
            await self._desk.show(None if places else self._desk.address)

    async def _may_overwrite(self, what: str) -> bool:
        dialog = overwrite_dialog(
            self._window,
            f"{what} was written by somebody else meanwhile.",
            "Overwrite what they wrote, or keep it?",
        )
        return await answer(dialog) == QDialog.DialogCode.Accepted

    async def _still_there(
        self, session: Session, place: Address, size_limit: int | None = None
    ) -> RawEntry | None:
        """The entry at a place; where it is gone, the desk shows so."""
        entry = await read(session.storage, place.scope, place.key, size_limit)
        if entry is None and self._desk.address == place:
            await self._desk.show(place)
        return entry

    async def _go(self, place: Address) -> None:
        if await self._desk.show(place, ours=True):
            self._around.show_address(place)


async def _remembered(session: Session, deed: Coroutine[Any, Any, Undoable]) -> Undoable:
    """Do it, and remember how to take it back, whatever becomes of the caller meanwhile."""

    async def do() -> Undoable:
        try:
            done = await deed
        except PartlyDoneError as partly:
            await session.remember(partly.done)
            raise partly.reason from partly
        await session.remember(done)
        return done

    return await to_its_end(do())


def _in_words(deed: Undoable, word: str) -> str:
    return f"{word}: {visible(deed.label)}"
