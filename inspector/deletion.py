"""Deletes any number of entries, and brings them back: in bundles, with nothing of them held in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from typing import Any
from uuid import uuid4

from inspector.actions import Left, Passage, Progress, revision_met, unheard
from inspector.tasks import to_its_end
from storage_core import AsyncStorage, ConflictError, InvalidNameError
from storage_core.browse import Address
from storage_core.raw import RawEntry, read, write
from storage_core.scope import checked_key

MOST_AT_ONCE = 100
"""Entries of one bundle."""

LARGE = 1024 * 1024
"""Bytes: a value of more is a bundle by itself."""


MOST_REMEMBERED = 1_000
"""Places that are remembered beside what is kept, to tell of them."""

_Step = Callable[[AsyncStorage, Address, int | None], Coroutine[Any, Any, None]]


class Deletion:
    """Entries that were deleted, at the same addresses in `kept`, a storage of its own.

    Make it, remember it, and then delete: whatever ends `delete` early, what was deleted can be brought back. `marks`
    are a history's: an entry that is brought back is again what an earlier deed had left.
    """

    def __init__(self, kept: AsyncStorage, marks: Mapping[Address, Left]) -> None:
        self._kept = kept
        self._marks = marks
        self._lefts: dict[Address, Left] = {}
        self._met: dict[Address, int] = {}  # the revisions of what others had written, when that was found
        self._odd = _Odd()
        self._one_large = asyncio.Lock()
        self.count = 0
        self.behind = 0
        """How many of the places that were to be emptied have been looked at, in their order."""
        self.passages: Sequence[Passage] = ()
        self.places: list[Address] = []

    @property
    def label(self) -> str:
        return f"deletion of {self.count:,} {'key' if self.count == 1 else 'keys'}"

    @property
    def steps(self) -> int:
        return self.count

    async def delete(self, storage: AsyncStorage, places: Sequence[Address], progress: Progress) -> None:
        """Delete what is at each place, whatever it is by now; `progress` is told how many have been looked at."""
        for start in range(0, len(places), MOST_AT_ONCE):
            bundle = places[start : start + MOST_AT_ONCE]
            await to_its_end(self._take_all(storage, bundle))
            progress(start + len(bundle))

    async def undo(self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard) -> None:
        """Bring everything back; ConflictError, at the end, where somebody has written something else since."""
        await self._go_through(storage, self._bring_back, force, progress)

    async def redo(self, storage: AsyncStorage, *, force: bool = False, progress: Progress = unheard) -> None:
        """Delete again what is as it was then; ConflictError, at the end, where something is not."""
        await self._go_through(storage, self._delete_again, force, progress)

    async def _take_all(self, storage: AsyncStorage, bundle: Sequence[Address]) -> None:
        """Delete what is there of a bundle, and count it; where some of it fails, all the others are done first."""
        takings = (self._take_in_turn(storage, place) for place in bundle)
        outcomes = await asyncio.gather(*takings, return_exceptions=True)
        taken = [place for place, outcome in zip(bundle, outcomes, strict=True) if outcome is True]
        self.places += taken[: MOST_REMEMBERED - len(self.places)]
        self.count += len(taken)
        self.behind += len(bundle)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _take_in_turn(self, storage: AsyncStorage, place: Address) -> bool:
        """Small values go together, so that they share their commits; large ones, one at a time."""
        found = await read(storage, *place, 0)
        if found is None or found.size <= LARGE:
            return await self._take(storage, place)
        async with self._one_large:
            return await self._take(storage, place)

    async def _take(self, storage: AsyncStorage, place: Address) -> bool:
        """Keep what is at a place, and delete just that; False where nothing is."""
        kept = 0
        while True:
            found = await read(storage, place.scope, place.key)
            if found is None:
                if kept:  # somebody else deleted it in this moment
                    await self._kept.store(place.scope).delete(self._odd.shelf_of(place).key)
                return False
            assert found.data is not None
            kept = await write(
                self._kept,
                *self._odd.shelf_of(place),
                found.kind,
                found.data,
                expires=found.expires,
                if_revision=kept,
                as_it_was=True,
            )
            try:
                await storage.store(place.scope).delete(place.key, if_revision=found.revision)
            except ConflictError:
                continue
            left = self._marks.get(place)
            if left is not None and left.revision == found.revision:
                self._lefts[place] = left
            return True

    async def _go_through(self, storage: AsyncStorage, step: _Step, force: bool, progress: Progress) -> None:
        """A bundle at a time; one that was begun is ended, also where the caller is cancelled."""
        conflict: ConflictError | None = None
        done = 0
        async for bundle in self._bundles():
            steps = [self._noting_conflicts(step, storage, place, force) for place in bundle]
            for outcome in await to_its_end(_all_of(steps)):
                if isinstance(outcome, ConflictError):
                    conflict = conflict or outcome
                elif outcome is not None:
                    raise outcome
            done += len(bundle)
            progress(done)
        if conflict is not None:
            raise conflict

    async def _noting_conflicts(
        self, step: _Step, storage: AsyncStorage, place: Address, force: bool
    ) -> None:
        try:
            await step(storage, place, self._met.get(place) if force else None)
        except ConflictError as conflict:
            self._met[place] = revision_met(conflict)
            raise
        self._met.pop(place, None)

    async def _bring_back(self, storage: AsyncStorage, place: Address, over: int | None) -> None:
        """Bring back what was there, where nothing is now, or what has the revision `over`."""
        kept, there = await self._compared(storage, place)
        if kept is None or kept.data is None or _same(kept, there):
            return
        revision = await write(
            storage,
            place.scope,
            place.key,
            kept.kind,
            kept.data,
            expires=kept.expires,
            if_revision=0 if there is None else over or 0,
            as_it_was=True,
        )
        left = self._lefts.get(place)
        if left is not None:
            left.revision = revision

    async def _delete_again(self, storage: AsyncStorage, place: Address, over: int | None) -> None:
        """Delete what is as it was, or has the revision `over`."""
        kept, there = await self._compared(storage, place)
        if there is None:
            return
        as_it_was = there.revision if _same(kept, there) else over or 0
        await storage.store(place.scope).delete(place.key, if_revision=as_it_was)

    async def _compared(
        self, storage: AsyncStorage, place: Address
    ) -> tuple[RawEntry | None, RawEntry | None]:
        """What was deleted there, None where it would have expired by now, and what is there."""
        return await read(self._kept, *self._odd.shelf_of(place)), await read(storage, *place)

    async def _bundles(self) -> AsyncIterator[list[Address]]:
        """Where what was deleted was; a large value comes by itself, so that few bytes are on the way at once."""
        for info in await self._kept.scopes():
            bundle: list[Address] = []
            async for entry in self._kept.store(info.scope).entries():
                place = self._odd.place_of(Address(info.scope, entry.key))
                if entry.size > LARGE:
                    yield [place]
                    continue
                bundle.append(place)
                if len(bundle) == MOST_AT_ONCE:
                    yield bundle
                    bundle = []
            if bundle:
                yield bundle


async def _all_of(steps: Sequence[Coroutine[Any, Any, None]]) -> list[BaseException | None]:
    """What each step ended with: None, or the error."""
    return await asyncio.gather(*steps, return_exceptions=True)


class _Odd:
    """Where entries are kept whose keys the kept storage would refuse, such as the empty key of another system."""

    def __init__(self) -> None:
        self._shelves: dict[Address, Address] = {}
        self._places: dict[Address, Address] = {}

    def shelf_of(self, place: Address) -> Address:
        """The place itself, or where it is kept instead."""
        if place not in self._shelves:
            try:
                checked_key(place.key)
            except InvalidNameError:
                shelf = Address(place.scope, uuid4().hex)
                self._shelves[place], self._places[shelf] = shelf, place
            else:
                return place
        return self._shelves[place]

    def place_of(self, shelf: Address) -> Address:
        """The place of what is kept there."""
        return self._places.get(shelf, shelf)


def _same(one: RawEntry | None, other: RawEntry | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.kind, one.data, one.expires) == (other.kind, other.data, other.expires)
