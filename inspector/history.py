"""What can be undone and redone, in the order in which it was done."""

import asyncio
from collections.abc import Mapping

from inspector.actions import Left, Progress, Undoable, unheard
from storage_core import (
    AsyncStorage,
    InvalidNameError,
    InvalidValueError,
    KeyNotFoundError,
    UnsupportedError,
)
from storage_core.browse import Address


class History:
    """What can be undone and redone, across keys, for as long as the storage is open."""

    def __init__(self) -> None:
        self._done: list[Undoable] = []
        self._undone: list[Undoable] = []
        self._newest: dict[Address, Left] = {}

    def add(self, deed: Undoable) -> None:
        """Remember a new deed; what was undone before it can no longer be redone.

        Where it began with what an earlier deed had left, undoing it leaves that again, for the earlier one to undo.
        """
        for passage in deed.passages:
            earlier = self._newest.get(passage.address)
            if earlier is not None and earlier.revision == passage.left_before.revision:
                passage.left_before = earlier
            self._newest[passage.address] = passage.left_after
        self._done.append(deed)
        self._undone.clear()

    @property
    def marks(self) -> Mapping[Address, Left]:
        """Which revision each place was left with by the newest deed there."""
        return self._newest

    @property
    def to_undo(self) -> Undoable | None:
        return self._done[-1] if self._done else None

    @property
    def to_redo(self) -> Undoable | None:
        return self._undone[-1] if self._undone else None

    async def undo(
        self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard
    ) -> Undoable | None:
        """Take the last deed back and say which one it was; ConflictError leaves the history as it is.

        Cancelled half-way, the deed is still to be undone, which then goes on, and can be redone as well.
        """
        deed = self.to_undo
        if deed is not None:
            try:
                await deed.undo(storage, force=force, progress=progress)
            except asyncio.CancelledError:
                _put_on(self._undone, deed)
                raise
            except (InvalidNameError, InvalidValueError, KeyNotFoundError, UnsupportedError):
                self._done.pop()  # refused for ever, it would bar the way to what was done before
                raise
            _put_on(self._undone, self._done.pop())
        return deed

    async def redo(
        self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard
    ) -> Undoable | None:
        """Do again what was undone last; ConflictError leaves the history as it is.

        Cancelled half-way, the deed is still to be redone, which then goes on, and what it did can be undone.
        """
        deed = self.to_redo
        if deed is not None:
            try:
                await deed.redo(storage, force=force, progress=progress)
            except asyncio.CancelledError:
                _put_on(self._done, deed)
                raise
            _put_on(self._done, self._undone.pop())
        return deed


def _put_on(pile: list[Undoable], deed: Undoable) -> None:
    """Let the deed be the next one; it is already where it was ended half-way."""
    if not pile or pile[-1] is not deed:
        pile.append(deed)
