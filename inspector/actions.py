"""What a person can do to a storage, each as a coroutine that hands back how to take it back."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage_core import (
    AsyncStorage,
    ConflictError,
    Kind,
)
from storage_core.browse import Address
from storage_core.raw import RawEntry, read, write

_AT_ONCE = 200

Progress = Callable[[int], None]
"""Is told how far it is: how many places, or bytes, are behind."""


def unheard(places: int) -> None:
    """Progress that nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a place holds: kind, bytes and expiry, all that an undo must bring back."""

    kind: Kind
    data: bytes
    expires: datetime | None = None

    async def at_hand(self) -> "Stored":
        """This itself; see `Content`."""
        return self


class Content(Protocol):
    """What a place held, wherever it is kept until it is wanted again."""

    async def at_hand(self) -> Stored: ...


class Left:
    """The revision that a place was left with; where our own undoing leaves it as it was before, with a new one."""

    __slots__ = ("revision",)

    def __init__(self, revision: int) -> None:
        self.revision = revision


def revision_met(conflict: ConflictError) -> int:
    """The revision of what is there instead; 0 where nothing is."""
    return 0 if conflict.entry is None else conflict.entry.revision


class Passage:
    """One place that went from holding one thing to holding another; None is nothing, of revision 0."""

    def __init__(
        self,
        address: Address,
        before: Content | None,
        after: Content | None,
        revision_before: int,
        revision_after: int,
    ) -> None:
        self.address = address
        self.before = before
        self.after = after
        self.left_before = Left(revision_before)
        self.left_after = Left(revision_after)
        self._is_after = True
        self._met: int | None = None  # the revision of what another one had written, when that was found

    async def go(self, storage: AsyncStorage, *, back: bool, force: bool) -> None:
        """Let the place hold what it held before, or after. It may do so already, where another one conflicted."""
        if back != self._is_after:
            return
        start, end = (self.left_after, self.left_before) if back else (self.left_before, self.left_after)
        expected = self._met if force and self._met is not None else start.revision
        content = self.before if back else self.after
        what = None if content is None else await content.at_hand()
        try:
            end.revision = await _put(storage, self.address, what, expected, as_it_was=True)
        except ConflictError as conflict:
            self._met = revision_met(conflict)
            raise
        self._is_after, self._met = not back, None


class Undoable(Protocol):
    """Something that was done, and that can be taken back and done again.

    Both are compare-and-set: they raise ConflictError where somebody has written meanwhile. With `force` they go over
    what that was, and raise it again where something newer has been written since. Cancelled or failed half-way,
    either can be called again and goes on where it stopped.
    """

    @property
    def label(self) -> str:
        """What was done, as the words after "Undo"."""

    @property
    def passages(self) -> Sequence[Passage]: ...

    @property
    def steps(self) -> int:
        """How many places there are to go through; what is done in one step cannot be left half-way."""

    @property
    def places(self) -> Sequence[Address]:
        """Where something was changed; of very many, the first ones."""

    async def undo(
        self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard
    ) -> None: ...

    async def redo(
        self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard
    ) -> None: ...


class Done:
    """One or more passages that a person sees as one deed."""

    def __init__(self, label: str, passages: Sequence[Passage]) -> None:
        self.label = label
        self.passages = tuple(passages)

    @property
    def steps(self) -> int:
        return len(self.passages)

    @property
    def places(self) -> Sequence[Address]:
        return [passage.address for passage in self.passages]

    async def undo(self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard) -> None:
        await self._go(storage, back=True, force=force)
        progress(self.steps)

    async def redo(self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard) -> None:
        await self._go(storage, back=False, force=force)
        progress(self.steps)

    async def _go(self, storage: AsyncStorage, *, back: bool, force: bool) -> None:
        """Every place goes its way; where some conflict, the others do all the same and one conflict is raised."""
        conflict: ConflictError | None = None
        for start in range(0, len(self.passages), _AT_ONCE):
            some = self.passages[start : start + _AT_ONCE]
            steps = (passage.go(storage, back=back, force=force) for passage in some)
            for outcome in await asyncio.gather(*steps, return_exceptions=True):
                if isinstance(outcome, ConflictError):
                    conflict = conflict or outcome
                elif outcome is not None:
                    raise outcome
        if conflict is not None:
            raise conflict


class Moved:
    """An entry that was given another key or scope, and nothing else."""

    def __init__(self, label: str, source: Address, target: Address, before: int, after: int) -> None:
        self.label = label
        self._source = Passage(source, None, None, before, 0)
        self._target = Passage(target, None, None, 0, after)
        self.passages = (self._source, self._target)
        self.steps = 1
        self.places = (source, target)
        self._met = 0

    async def undo(self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard) -> None:
        expected = None if force else self._target.left_after.revision
        moved = await self._move(storage, self._target, self._source, expected, force)
        self._source.left_before.revision = moved

    async def redo(self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard) -> None:
        expected = None if force else self._source.left_before.revision
        moved = await self._move(storage, self._source, self._target, expected, force)
        self._target.left_after.revision = moved

    async def _move(
        self, storage: AsyncStorage, start: Passage, end: Passage, expected: int | None, force: bool
    ) -> int:
        """Move what is at the start; over what is at the end only where it conflicted before and is still that."""
        overwrite = force and await _revision_at(storage, end.address) == self._met
        try:
            return await _move(storage, start.address, end.address, expected, overwrite)
        except ConflictError as conflict:
            self._met = revision_met(conflict)
            raise


class PartlyDoneError(Exception):
    """A deed was stopped by `reason` when some of it was done; `done` takes that back."""

    def __init__(self, done: Done, reason: BaseException) -> None:
        super().__init__(str(reason))
        self.done = done
        self.reason = reason


async def replace(storage: AsyncStorage, base: RawEntry, data: bytes, kind: Kind | None = None) -> Done:
    """Save `data` in the place of `base`, keeping expiry and, unless `kind` says another, kind.

    Raises ConflictError where that changed meanwhile, InvalidValueError where the kind is JSON and the data is not.
    """
    address = Address(base.scope, base.key)
    after = Stored(base.kind if kind is None else kind, data, base.expires)
    revision = await _put(storage, address, after, base.revision)
    return Done(
        f"edit of {_name(base.key)}", [Passage(address, stored(base), after, base.revision, revision)]
    )


async def create(storage: AsyncStorage, address: Address, new: Stored) -> Done:
    """Store something at a place that holds nothing; ConflictError where it holds something."""
    revision = await _put(storage, address, new, 0)
    return Done(f"creation of {_name(address.key)}", [Passage(address, None, new, 0, revision)])


async def delete(storage: AsyncStorage, places: Sequence[Address]) -> Done:
    """Delete what is at each place, whatever it is by now, and hand back what brings the very same back.

    Raises PartlyDoneError where some of it fails and some does not.
    """
    passages: list[Passage] = []
    reason: BaseException | None = None
    for start in range(0, len(places), _AT_ONCE):
        takings = (_take(storage, each) for each in places[start : start + _AT_ONCE])
        for outcome in await asyncio.gather(*takings, return_exceptions=True):
            if isinstance(outcome, BaseException):
                reason = reason or outcome
            elif outcome is not None:
                passages.append(outcome)
        if reason is not None:
            break
    what = _name(passages[0].address.key) if len(passages) == 1 else f"{len(passages):,} keys"
    done = Done(f"deletion of {what}", passages)
    if reason is None:
        return done
    if not passages:
        raise reason
    raise PartlyDoneError(done, reason)


async def set_expiry(storage: AsyncStorage, base: RawEntry, expires: datetime | None) -> Done:
    """Let the entry expire at another moment, or never; its value stays."""
    assert base.data is not None
    address = Address(base.scope, base.key)
    after = Stored(base.kind, base.data, expires)
    revision = await _put(storage, address, after, base.revision)
    return Done(
        f"expiry of {_name(base.key)}", [Passage(address, stored(base), after, base.revision, revision)]
    )


async def move(storage: AsyncStorage, base: RawEntry, target: Address) -> Moved:
    """Give an entry another key, or move it to another scope; ConflictError where that place is taken."""
    source = Address(base.scope, base.key)
    revision = await _move(storage, source, target, base.revision, False)
    label = (
        f"renaming of {_name(base.key)}" if source.scope == target.scope else f"moving of {_name(base.key)}"
    )
    return Moved(label, source, target, base.revision, revision)


async def copy(storage: AsyncStorage, base: RawEntry, target: Address) -> Done:
    """Put the same value, kind and expiry at another place; ConflictError where that is taken."""
    after = stored(base)
    revision = await _put(storage, target, after, 0)
    return Done(f"copy of {_name(base.key)}", [Passage(target, None, after, 0, revision)])


def stored(entry: RawEntry) -> Stored:
    """What an entry that was read with its value holds."""
    assert entry.data is not None
    return Stored(entry.kind, entry.data, entry.expires)


def _name(key: str) -> str:
    return key or "the empty key"


async def _put(
    storage: AsyncStorage, address: Address, what: Stored | None, expected: int, *, as_it_was: bool = False
) -> int:
    """Let a place hold `what`, where it still has the expected revision; the revision that it has then.

    `as_it_was` brings back also what is stored as JSON and is none.
    """
    if what is None:
        await storage.store(address.scope).delete(address.key, if_revision=expected)
        return 0
    return await write(
        storage,
        address.scope,
        address.key,
        what.kind,
        what.data,
        expires=what.expires,
        if_revision=expected,
        as_it_was=as_it_was,
    )


async def _take(storage: AsyncStorage, address: Address) -> Passage | None:
    """Delete what is at a place; exactly what is handed back, also where a plugin writes it at this moment."""
    while True:
        found = await read(storage, address.scope, address.key)
        if found is None:
            return None
        try:
            await _put(storage, address, None, found.revision)
        except ConflictError:
            continue
        return Passage(address, stored(found), None, found.revision, 0)


async def _revision_at(storage: AsyncStorage, address: Address) -> int:
    found = await read(storage, address.scope, address.key, 0)
    return 0 if found is None else found.revision


async def _move(
    storage: AsyncStorage, source: Address, target: Address, expected: int | None, overwrite: bool
) -> int:
    """Move an entry and say the revision that it has at its new place."""
    await storage.store(source.scope).move(
        source.key, target.scope, target.key, overwrite=overwrite, if_revision=expected
    )
    return await _revision_at(storage, target)
