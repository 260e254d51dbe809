"""Bringing entries over from one open storage into another, whatever databases they are in."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count

from storage_core.async_store import AsyncStorage
from storage_core.engine import Capabilities
from storage_core.errors import (
    BusyError,
    ConflictError,
    CorruptError,
    InvalidNameError,
    InvalidValueError,
    KindError,
    StorageError,
    StorageIOError,
    UnsupportedError,
)
from storage_core.fitting import SMALL, Content, UnreadableError, fitted, names_beside
from storage_core.outcomes import Line, Outcome, Report
from storage_core.query import Address
from storage_core.raw import RawEntry, aftermath, notes, read, refusal, write
from storage_core.scope import Scope, checked_key

__all__ = ["IfTaken", "Line", "Outcome", "Progress", "Report", "Transfer"]

_AT_ONCE = 100
"""Entries that are on their way together, so that their writes share a commit."""

_TRIES = 100
"""How often somebody else may be quicker at one key: so often only something else can be the matter."""

_OF_THE_ENTRY = (InvalidNameError, InvalidValueError, KindError, UnsupportedError)
"""Errors that are about one entry; all others are about the world, or about a fault of ours."""


class IfTaken(Enum):
    """What is to be done where the target holds another value at the same key."""

    SKIP = "skip"
    REPLACE = "replace"
    KEEP_BOTH = "keep both"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: `done` of `total` entries; the total grows until `is_listed`."""

    done: int
    total: int
    is_listed: bool


class Transfer:
    """Copies entries of some scopes, and reports exactly what became of each of them.

    `scopes` are those to copy, None for all that hold anything; a mapping says into which scope of the target each of
    them goes. With `if_taken` one says what happens where the target holds another value at a key. The very same
    value there (the same kind and bytes) is no conflict. An expiry goes along where both databases can have one.
    Bytes stay bytes, unless `bytes_as_json`, which makes JSON of those that are JSON text.

    A `dry_run` writes nothing and reports what would be done; its target may be None, for a new storage. Raises
    InvalidValueError for no target otherwise, and for one storage of which a scope would be read and written.
    """

    def __init__(
        self,
        source: AsyncStorage,
        target: AsyncStorage | None,
        scopes: Mapping[Scope, Scope] | Iterable[Scope] | None = None,
        *,
        if_taken: IfTaken = IfTaken.SKIP,
        dry_run: bool = False,
        bytes_as_json: bool = False,
    ) -> None:
        if target is None and not dry_run:
            raise InvalidValueError("a transfer needs a target; only a dry run does without")
        self._source = source
        self._target = target
        self._into: dict[Scope, Scope] | None = None
        if scopes is not None:
            self._into = dict(scopes) if isinstance(scopes, Mapping) else {each: each for each in scopes}
        self._if_taken = if_taken
        self._dry_run = dry_run
        self._bytes_as_json = bytes_as_json
        self._refuse_to_chase_itself()
        self._begin()

    def _begin(self) -> None:
        target = "a new storage" if self._target is None else str(self._target.location)
        self.report = Report(str(self._source.location), target, dry_run=self._dry_run)
        self._ending = asyncio.Event()
        self._overlaps = False
        self._one_large = asyncio.Lock()
        self._planned: dict[Address, Address] = {}
        """In a dry run: what would be there by now, as far as it can matter to a later entry, by its source."""

    def _refuse_to_chase_itself(self) -> None:
        if self._target is None or self._into is None or not _same_file(self._source, self._target):
            return
        moved = {source: target for source, target in self._into.items() if source != target}
        for source, target in moved.items():
            if target in self._into:
                raise InvalidValueError(
                    f"{target} would be read and, for what {source} holds, written: do one after the other"
                )

    async def steps(self) -> AsyncIterator[Progress]:
        """Do it, a bounded number of entries a step; `report` is true at any moment. Once more begins anew.

        To end it early, cancel the task or stop iterating: each entry has then been copied or not, never half, and
        the report says which. What the source gets meanwhile under new keys is not looked at. Errors of one entry
        are outcomes; those of the world (no room, a file that was moved, a lock held for too long) are raised, and
        what was done up to there stays and is in the report.
        """
        self._begin()
        report = self.report
        try:
            async for progress in self._list():
                yield progress
            for rows in self._bundles():
                await self._bring_all(rows)
                yield Progress(rows.stop, len(report), True)
        except StorageError as fault:
            report.fault = fault
            raise
        report.is_finished = True

    async def run(self) -> Report:
        """Do all of it, and return the report; for the rest as `steps`."""
        async for _ in self.steps():
            pass
        return self.report

    # What there is to do.

    async def _list(self) -> AsyncIterator[Progress]:
        into = self._into
        if into is None:
            into = {info.scope: info.scope for info in await self._source.scopes()}
        self._overlaps = len(set(into.values())) < len(into)
        for source, target in into.items():
            self.report.begin_scope(source, target)
            async for key in self._source.store(source).keys():
                self.report.list_key(key)
                if len(self.report) % 1_000 == 0:
                    yield Progress(0, len(self.report), False)
        self.report.is_listed = True
        yield Progress(0, len(self.report), True)

    def _bundles(self) -> Iterator[range]:
        """The rows that go together; where scopes run into one, never those of two of them, as their order counts."""
        total = len(self.report)
        ends = [*self.report.scope_starts, total] if self._overlaps else [total]
        start = 0
        for end in ends:
            while start < end:
                stop = min(start + _AT_ONCE, end)
                yield range(start, stop)
                start = stop

    async def _bring_all(self, rows: range) -> None:
        """Bring a bundle over; where the task is cancelled, what has begun is ended first, so that it is known."""
        work = asyncio.get_running_loop().create_task(self._bring_bundle(rows))
        cancelled: asyncio.CancelledError | None = None
        while not work.done():
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError as error:
                cancelled = error
                self._ending.set()
        if cancelled is not None:
            if not work.cancelled():
                work.exception()  # the caller is not there any more to be told
            raise cancelled
        work.result()

    async def _bring_bundle(self, rows: range) -> None:
        ended = await asyncio.gather(*(self._bring(row) for row in rows), return_exceptions=True)
        for failed in ended:
            if isinstance(failed, BaseException):
                raise failed
        for row, has_ended in zip(rows, ended, strict=True):
            if not has_ended:  # names are given one after the other: which is whose does not depend on chance
                await self._bring(row, may_name=True)

    # One entry.

    async def _bring(self, row: int, *, may_name: bool = False) -> bool:
        """Let something become of an entry; False where it needs a name, and may not be given one now."""
        if self._ending.is_set():
            return True
        source, target = self.report.places(row)
        try:
            entry = await _read(self._source, source, SMALL)
            if entry is None or entry.data is not None:
                return await self._place(row, entry, target, may_name)
            async with self._one_large:
                if self._ending.is_set():
                    return True
                return await self._place(row, await _read(self._source, source), target, may_name)
        except UnreadableError as error:
            self.report.settle(row, Outcome.UNREADABLE, str(error))
        except _OF_THE_ENTRY as error:
            self.report.settle(row, Outcome.REFUSED, str(error))
        except BaseException:
            self._ending.set()
            raise
        return True

    async def _place(self, row: int, entry: RawEntry | None, target: Address, may_name: bool) -> bool:
        if entry is None:
            self.report.settle(row, Outcome.GONE)
            return True
        content = await fitted(entry, self._target, bytes_as_json=self._bytes_as_json)
        content = content.noting(await self._notes(entry))
        for tries_left in reversed(range(_TRIES)):  # as often as somebody else writes there in between
            there = await self._there(target, content)
            try:
                if there is None:
                    await self._put(entry, target, content, 0)
                    self.report.settle(row, Outcome.COPIED, content.note)
                elif content.is_that_of(there):
                    await self._settle_same(row, entry, target, content, there)
                elif self._if_taken is IfTaken.SKIP:
                    self.report.settle(row, Outcome.SKIPPED, "taken: another value is there")
                elif self._if_taken is IfTaken.REPLACE:
                    await self._put(entry, target, content, there.revision)
                    self.report.settle(row, Outcome.REPLACED, content.noting(self._aftermath(target)).note)
                elif may_name:
                    await self._keep_beside(row, entry, target, content)
                else:
                    return False
            except ConflictError as conflict:
                if not tries_left:
                    self.report.settle(row, Outcome.REFUSED, str(conflict))
            else:
                break
        return True

    async def _settle_same(
        self, row: int, entry: RawEntry, target: Address, content: Content, there: RawEntry
    ) -> None:
        """The value is there already; its expiry may be another one, which only a replacement changes."""
        if there.expires == content.expires:
            self.report.settle(row, Outcome.ALREADY_THERE, content.note if content.is_kept_otherwise else "")
        elif self._if_taken is IfTaken.REPLACE:
            await self._put(entry, target, content, there.revision)
            self.report.settle(row, Outcome.REPLACED, "the same value, with another expiry")
        else:
            self.report.settle(row, Outcome.ALREADY_THERE, "with another expiry, which stays")

    async def _keep_beside(self, row: int, entry: RawEntry, target: Address, content: Content) -> None:
        """Put it at the first free name, or find that it is at one of them already; ConflictError as a write."""
        for number in count(2):
            name, there = await self._look_beside(target, number, content)
            place = Address(target.scope, name)
            if there is not None:
                if content.is_that_of(there):
                    self.report.settle(row, Outcome.ALREADY_THERE, f"as {name}", name)
                    return
                continue
            if await _is_key_of(self._source, entry.scope, name):
                continue  # that entry has its own turn
            await self._put(entry, place, content, 0)
            self.report.settle(row, Outcome.KEPT_BESIDE, content.note, name)
            return

    async def _look_beside(
        self, target: Address, number: int, content: Content
    ) -> tuple[str, RawEntry | None]:
        """The name with that number, as long as the target lets it be, and what is there."""
        refused: InvalidNameError | None = None
        for name in names_beside(target.key, number):
            place = Address(target.scope, name)
            try:
                there = await self._there(place, content)
                if there is None:
                    self._refuse_what_is_new(place)
            except InvalidNameError as error:
                refused = error
            else:
                return name, there
        assert refused is not None
        raise refused

    async def _there(self, place: Address, content: Content) -> RawEntry | None:
        """What is, or in a dry run would be, at a place; with its value where that can be the same."""
        planned = self._planned.get(place)
        if planned is not None:
            entry = await read(self._source, *planned)
            if entry is not None:
                as_it_goes = await fitted(entry, self._target, bytes_as_json=self._bytes_as_json)
                return replace(entry, kind=as_it_goes.kind, expires=as_it_goes.expires)
        if self._target is None:
            checked_key(place.key)
            return None
        try:
            return await read(self._target, place.scope, place.key, content.size_to_compare)
        except _unreadable_in(self._target) as error:
            raise InvalidValueError(f"what is at {place.key!r:.80} now cannot be read: {error}") from error

    def _refuse_what_is_new(self, place: Address) -> None:
        """Raise InvalidNameError where the target would not take anything new there."""
        if self._target is not None:
            scope = place.scope
            why = refusal(self._target, scope, place.key, lambda key: Address(scope, key) in self._planned)
            if why is not None:
                raise InvalidNameError(why)

    async def _notes(self, entry: RawEntry) -> list[str]:
        """What a person should know of what an entry of another system leaves behind; ours have nothing more."""
        if not _is_anothers(self._source):
            return []
        return await notes(self._source, entry.scope, entry.key)

    def _aftermath(self, place: Address) -> list[str]:
        said = None if self._target is None else aftermath(self._target, place.scope, place.key)
        return [] if said is None else [said]

    async def _put(self, entry: RawEntry, place: Address, content: Content, if_revision: int) -> None:
        if not self._dry_run:
            assert self._target is not None
            await write(
                self._target,
                place.scope,
                place.key,
                content.kind,
                content.data,
                expires=content.expires,
                if_revision=if_revision,
            )
            return
        if not if_revision:
            self._refuse_what_is_new(place)
        if self._overlaps or place.key != entry.key or _is_anothers(self._target):
            self._planned[place] = Address(entry.scope, entry.key)


async def _read(source: AsyncStorage, place: Address, size_limit: int | None = None) -> RawEntry | None:
    about_it: tuple[type[StorageError], ...] = (*_OF_THE_ENTRY, *_unreadable_in(source))
    try:
        return await read(source, place.scope, place.key, size_limit)
    except about_it as error:
        raise UnreadableError(str(error)) from error


def _unreadable_in(storage: AsyncStorage) -> tuple[type[StorageError], ...]:
    """What reading raises where it is that one value which cannot be read, as its file where each has its own."""
    each_by_itself = not storage.capabilities.all_or_nothing
    return (CorruptError, StorageIOError, BusyError) if each_by_itself else (CorruptError,)


async def _is_key_of(storage: AsyncStorage, scope: Scope, key: str) -> bool:
    try:
        return await read(storage, scope, key, 0) is not None
    except InvalidNameError:
        return False


def _is_anothers(storage: AsyncStorage | None) -> bool:
    """Whether it is another system's, which may know more of an entry than we do, and refuse more."""
    return storage is not None and storage.capabilities != Capabilities()


def _same_file(one: AsyncStorage, other: AsyncStorage) -> bool:
    try:
        return os.path.samefile(one.location, other.location)
    except FileNotFoundError:
        return one.location == other.location
