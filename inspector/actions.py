"""What a person can do to a storage, each as a coroutine that hands back how to take it back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage_core import AsyncStorage, ConflictError, Kind, Scope
from storage_core.raw import RawEntry, read, write

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Address:
    """The place of one value: whose it is, and its key."""

    scope: Scope
    key: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What a place holds: kind, bytes and expiry, all that an undo must bring back."""

    kind: Kind
    data: bytes
    expires: datetime | None = None


class Undoable(Protocol):
    """Something that was done, and that can be taken back and done again.

    Both are compare-and-set: they raise ConflictError where somebody has written meanwhile, unless `force`.
    """

    @property
    def label(self) -> str:
        """What was done, as the words after "Undo"."""

    @property
    def places(self) -> tuple[Address, ...]: ...

    async def undo(self, storage: AsyncStorage, *, force: bool = False) -> None: ...

    async def redo(self, storage: AsyncStorage, *, force: bool = False) -> None: ...


class Replacement:
    """One place that held one thing and then another; None is nothing.

    `revision` is the one that the place has since: what we left there, and nobody else's.
    """

    def __init__(self, address: Address, before: Stored | None, after: Stored | None, revision: int) -> None:
        self.address = address
        self.before = before
        self.after = after
        self.revision = revision
        self._holds = after

    async def put(self, storage: AsyncStorage, stored: Stored | None, *, force: bool) -> None:
        """Let the place hold `stored`; it does already where another place of the same deed conflicted before."""
        if stored is self._holds:
            return
        expected = self.revision
        if force:
            found = await read(storage, self.address.scope, self.address.key, 0)
            expected = 0 if found is None else found.revision
        self.revision = await _put(storage, self.address, stored, expected)
        self._holds = stored


class Done:
    """One or more replacements that a person sees as one deed."""

    def __init__(self, label: str, replacements: Sequence[Replacement]) -> None:
        self.label = label
        self._replacements = tuple(replacements)

    @property
    def places(self) -> tuple[Address, ...]:
        return tuple(each.address for each in self._replacements)

    async def undo(self, storage: AsyncStorage, *, force: bool = False) -> None:
        await self._put_all(storage, force, back=True)

    async def redo(self, storage: AsyncStorage, *, force: bool = False) -> None:
        await self._put_all(storage, force, back=False)

    async def _put_all(self, storage: AsyncStorage, force: bool, *, back: bool) -> None:
        """Put every place; where some conflict, the others are put all the same and one conflict is raised."""
        conflict: ConflictError | None = None
        for start in range(0, len(self._replacements), _AT_ONCE):
            outcomes = await asyncio.gather(
                *(
                    each.put(storage, each.before if back else each.after, force=force)
                    for each in self._replacements[start : start + _AT_ONCE]
                ),
                return_exceptions=True,
            )
            for outcome in outcomes:
                if isinstance(outcome, ConflictError):
                    conflict = conflict or outcome
                elif outcome is not None:
                    raise outcome
        if conflict is not None:
            raise conflict


class Moved:
    """An entry that was given another key or scope, and nothing else."""

    def __init__(self, label: str, source: Address, target: Address, revision: int) -> None:
        self.label = label
        self._source = source
        self._target = target
        self._revision = revision

    @property
    def places(self) -> tuple[Address, ...]:
        return (self._source, self._target)

    async def undo(self, storage: AsyncStorage, *, force: bool = False) -> None:
        await self._move(storage, self._target, self._source, force)

    async def redo(self, storage: AsyncStorage, *, force: bool = False) -> None:
        await self._move(storage, self._source, self._target, force)

    async def _move(self, storage: AsyncStorage, source: Address, target: Address, force: bool) -> None:
        self._revision = await _move(
            storage, source, target, None if force else self._revision, overwrite=force
        )


async def replace(storage: AsyncStorage, base: RawEntry, data: bytes) -> Done:
    """Save `data` in the place of `base`, keeping kind and expiry; ConflictError where that changed meanwhile."""
    address = Address(base.scope, base.key)
    after = Stored(base.kind, data, base.expires)
    revision = await _put(storage, address, after, base.revision)
    return Done(f"edit of {base.key}", [Replacement(address, stored(base), after, revision)])


async def create(storage: AsyncStorage, address: Address, new: Stored) -> Done:
    """Store something at a place that holds nothing; ConflictError where it holds something."""
    revision = await _put(storage, address, new, 0)
    return Done(f"creation of {address.key}", [Replacement(address, None, new, revision)])


async def delete(storage: AsyncStorage, places: Sequence[Address]) -> Done:
    """Delete what is at each place, whatever it is by now, and hand back what brings the very same back."""
    replacements: list[Replacement] = []
    for start in range(0, len(places), _AT_ONCE):
        found = await asyncio.gather(*(_take(storage, each) for each in places[start : start + _AT_ONCE]))
        replacements += [each for each in found if each is not None]
    what = replacements[0].address.key if len(replacements) == 1 else f"{len(replacements):,} keys"
    return Done(f"deletion of {what}", replacements)


async def set_expiry(storage: AsyncStorage, base: RawEntry, expires: datetime | None) -> Done:
    """Let the entry expire at another moment, or never; its value stays."""
    assert base.data is not None
    address = Address(base.scope, base.key)
    after = Stored(base.kind, base.data, expires)
    revision = await _put(storage, address, after, base.revision)
    return Done(f"expiry of {base.key}", [Replacement(address, stored(base), after, revision)])


async def move(storage: AsyncStorage, base: RawEntry, target: Address) -> Moved:
    """Give an entry another key, or move it to another scope; ConflictError where that place is taken."""
    source = Address(base.scope, base.key)
    revision = await _move(storage, source, target, base.revision, overwrite=False)
    label = f"renaming of {base.key}" if source.scope == target.scope else f"moving of {base.key}"
    return Moved(label, source, target, revision)


async def copy(storage: AsyncStorage, base: RawEntry, target: Address) -> Done:
    """Put the same value, kind and expiry at another place; ConflictError where that is taken."""
    after = stored(base)
    revision = await _put(storage, target, after, 0)
    return Done(f"copy of {base.key}", [Replacement(target, None, after, revision)])


def stored(entry: RawEntry) -> Stored:
    """What an entry that was read with its value holds."""
    assert entry.data is not None
    return Stored(entry.kind, entry.data, entry.expires)


class History:
    """What can be undone and redone, across keys, for as long as the storage is open."""

    def __init__(self) -> None:
        self._done: list[Undoable] = []
        self._undone: list[Undoable] = []

    def add(self, deed: Undoable) -> None:
        """Remember a new deed; what was undone before it can no longer be redone."""
        self._done.append(deed)
        self._undone.clear()

    @property
    def to_undo(self) -> Undoable | None:
        return self._done[-1] if self._done else None

    @property
    def to_redo(self) -> Undoable | None:
        return self._undone[-1] if self._undone else None

    async def undo(self, storage: AsyncStorage, *, force: bool = False) -> Undoable | None:
        """Take the last deed back and say which one it was; ConflictError leaves the history as it is."""
        deed = self.to_undo
        if deed is not None:
            await deed.undo(storage, force=force)
            self._undone.append(self._done.pop())
        return deed

    async def redo(self, storage: AsyncStorage, *, force: bool = False) -> Undoable | None:
        """Do again what was undone last; ConflictError leaves the history as it is."""
        deed = self.to_redo
        if deed is not None:
            await deed.redo(storage, force=force)
            self._done.append(self._undone.pop())
        return deed


async def _put(storage: AsyncStorage, address: Address, what: Stored | None, expected: int) -> int:
    """Let a place hold `what`, where it still has the expected revision; the revision that it has then."""
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
    )


async def _take(storage: AsyncStorage, address: Address) -> Replacement | None:
    """Delete what is at a place; exactly what is handed back, also where a plugin writes it at this moment."""
    while True:
        found = await read(storage, address.scope, address.key)
        if found is None:
            return None
        try:
            await _put(storage, address, None, found.revision)
        except ConflictError:
            continue
        return Replacement(address, stored(found), None, 0)


async def _move(
    storage: AsyncStorage, source: Address, target: Address, expected: int | None, *, overwrite: bool
) -> int:
    """Move an entry and say the revision that it has at its new place."""
    await storage.store(source.scope).move(
        source.key, target.scope, target.key, overwrite=overwrite, if_revision=expected
    )
    moved = await read(storage, target.scope, target.key, 0)
    return 0 if moved is None else moved.revision
