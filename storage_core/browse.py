"""Looking through a storage of any size while others write: pages, counts, groups, parts of values, search."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from storage_core.async_store import AsyncStorage
from storage_core.engine import Browsing, Errand
from storage_core.entry import Change, Entry
from storage_core.errors import ClosedError
from storage_core.needle import Needle
from storage_core.query import Address, Chunk, Group, Hit, Listing, Match, Order, Query, SearchStep
from storage_core.scope import Scope
from storage_core.threads import EngineThread

__all__ = [
    "Address",
    "Browser",
    "Chunk",
    "Group",
    "Hit",
    "Listing",
    "Match",
    "Order",
    "Query",
    "SearchStep",
]

Result = TypeVar("Result")

_PATIENCE = 5  # of 19: a third of the time of others, where all want it
_ADDRESSES_AT_ONCE = 5_000
_NAMES_AT_ONCE = 200
_VALUES_AT_ONCE = 50_000
_LOOK_EVERY = 0.1


class _Lane:
    """A connection of its own on a thread of its own, whose calls follow one another."""

    def __init__(self, thread: EngineThread[Browsing]) -> None:
        self._thread = thread
        self._errands: set[Errand] = set()

    async def run(self, call: Callable[[Browsing, Errand], Result]) -> Result:
        """`call(browsing, errand)`; where the caller is cancelled, it ends early or never begins."""
        errand = Errand()
        self._errands.add(errand)

        def unless_cancelled(browsing: Browsing) -> Result:
            if errand.cancelled:
                raise InterruptedError("nobody waits for it any more")
            return call(browsing, errand)

        try:
            return await self._thread.run(unless_cancelled)
        except InterruptedError as error:
            raise ClosedError("the storage was closed while it was being read") from error
        finally:
            errand.cancelled = True
            self._errands.discard(errand)

    async def close(self) -> None:
        for errand in self._errands:
            errand.cancelled = True
        await self._thread.close()


def _give_way() -> None:
    """Let the thread that calls this give way to others from now on.

    Long requests keep a core busy: where there are not many, short ones and whoever shows their answers waited.
    """
    if sys.platform == "linux":  # elsewhere this is about the whole process
        os.nice(_PATIENCE)


class Browser:
    """Reads a storage for somebody who looks through it; never writes, and waits for no writer.

    Use it as an asynchronous context manager, within the storage's own. Short requests (pages, rows, parts of
    values) have a connection of their own, so that they never wait for long ones. Cancelling a call ends its work
    within 50 ms. No transaction stays open between two calls. All raise what the storage's own reading raises, and
    ClosedError once the browser is closed.
    """

    def __init__(self, storage: AsyncStorage) -> None:
        self._storage = storage
        self._lanes: list[_Lane] = []

    async def __aenter__(self) -> Self:
        await self._storage._connections.opened()
        database = self._storage._connections.database
        try:
            for _ in ("soon", "at length"):
                thread = EngineThread(database.connect_browser)
                await thread.start()
                self._lanes.append(_Lane(thread))
            await self._at_length(lambda *_: _give_way())
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End what is under way. Once more does no harm."""
        lanes, self._lanes = self._lanes, []
        await asyncio.gather(*(lane.close() for lane in lanes))

    async def count(self, query: Query) -> int:
        """How many entries the query finds."""
        return await self._at_length(lambda browsing, errand: browsing.count(query, errand))

    async def counts(self) -> dict[Scope, int]:
        """The scopes that hold anything, by name, the shared one of a workspace first: how many entries each has."""
        return await self._at_length(lambda browsing, errand: browsing.counts(errand))

    async def page(self, query: Query, offset: int = 0, limit: int = 200) -> list[Entry]:
        """At most `limit` entries from row `offset` on, without values.

        In key order the first page comes at once, however large the scope; for many pages, make a `listing`.
        """
        return await self._soon(lambda browsing, errand: browsing.page(query, offset, limit, errand))

    async def listing(self, query: Query, *, limit: int | None = None) -> Listing:
        """All rows that the query finds now, or the first `limit` ones, for `rows`, `addresses` and `position`.

        Half a million rows take about 0.2 s in key order, 0.5 s in another, and 8 bytes each; a limited listing in
        key order comes at once.
        """
        run = self._at_length if limit is None else self._soon
        return await run(lambda browsing, errand: browsing.listing(query, limit, errand))

    async def next_expiry(self) -> datetime | None:
        """When the next entry of the storage is gone by itself; None where none will be."""
        return await self._soon(lambda browsing, _: browsing.next_expiry())

    async def rows(self, listing: Listing, start: int, stop: int) -> list[Entry | None]:
        """The rows `start` to `stop` (exclusive) of the listing as they are now, without values; None where gone."""
        ids = listing.ids[start:stop]
        return await self._soon(lambda browsing, _: browsing.rows(listing, ids))

    async def addresses(self, listing: Listing, ranges: Sequence[range]) -> list[Address]:
        """Where the entries in these ranges of rows are, without those that are gone.

        To act on what a person has selected: where somebody deletes and writes meanwhile, an entry of which it is
        not certain that it is the one that was listed is left out.
        """
        found: list[Address] = []
        for rows in ranges:
            for start in range(rows.start, rows.stop, _ADDRESSES_AT_ONCE):
                found += await self._addresses_of(
                    listing, listing.ids[start : min(rows.stop, start + _ADDRESSES_AT_ONCE)]
                )
        return found

    async def _addresses_of(self, listing: Listing, ids: Sequence[int]) -> list[Address]:
        return await self._at_length(lambda browsing, _: browsing.addresses(listing, ids))

    async def position(self, listing: Listing, scope: Scope, key: str) -> int | None:
        """The row of the entry in the listing; None where it is not in there."""

        def look(browsing: Browsing, errand: Errand) -> int | None:
            number = browsing.id_of(scope, key)
            try:
                return None if number is None else listing.ids.index(number)
            except ValueError:
                return None

        return await self._soon(look)

    async def groups(
        self,
        scope: Scope,
        prefix: str = "",
        delimiter: str = ":",
        after: str | None = None,
        limit: int = 1000,
    ) -> list[Group]:
        """The first `limit` groups of the keys that start with `prefix`, in order, each with how many keys it has.

        A group goes up to the next `delimiter` after the prefix; keys without one are in no group. `after` is the
        prefix of the last group of the page before. Raises InvalidValueError for a delimiter that is empty.
        """
        return await self._at_length(
            lambda browsing, errand: browsing.groups(scope, prefix, delimiter, after, limit, errand)
        )

    async def heads(self, addresses: Sequence[tuple[Scope, str]], size: int = 4096) -> list[bytes | None]:
        """The first `size` bytes of each of these values; None where there is none."""
        return await self._soon(lambda browsing, _: browsing.heads(addresses, size))

    async def chunk(self, scope: Scope, key: str, offset: int, size: int) -> Chunk | None:
        """The `size` bytes from `offset` on, fewer at the value's end; None where the entry is gone."""
        return await self._soon(lambda browsing, _: browsing.chunk(scope, key, offset, size))

    def watch(self, since: int) -> AsyncIterator[Change]:
        """As the storage's own `watch`, for somebody who looks on: up to 0.1 s later, at half the cost."""
        return self._storage._connections.watch(since, _LOOK_EVERY)

    async def search(
        self, text: str, *, scope: Scope | None = None, names: bool = True, values: bool = True
    ) -> AsyncGenerator[SearchStep, None]:
        """Look for `text` everywhere, or in one scope: in keys first, then in values; a step every few hundredths.

        In values whatever the case of its letters, in JSON and in bytes, as it is stored and as JSON's escapes are
        meant. What is written meanwhile may or may not be found. The last step, and only that, is `done`. Close the
        generator to end the search. Nothing is found where `text` is empty.
        """
        everything = await self.listing(Query(scope)) if values and text else None
        total = 0 if everything is None else len(everything)
        if names and text:
            found = await self.listing(Query(scope, pattern=text))
            for start in range(0, len(found), _NAMES_AT_ONCE):
                rows = await self.rows(found, start, start + _NAMES_AT_ONCE)
                yield SearchStep([Hit(entry, None) for entry in rows if entry is not None], 0, total, False)
        if everything is not None:
            needle, looked = Needle(text), 0
            while looked < total:
                hits, count = await self._search_values(
                    everything.ids[looked : looked + _VALUES_AT_ONCE], needle
                )
                looked += count
                yield SearchStep(hits, looked, total, False)
        yield SearchStep([], total, total, True)

    async def _search_values(self, ids: Sequence[int], needle: Needle) -> tuple[list[Hit], int]:
        return await self._at_length(lambda browsing, errand: browsing.search(ids, needle, errand))

    async def _soon(self, call: Callable[[Browsing, Errand], Result]) -> Result:
        return await self._lane(0).run(call)

    async def _at_length(self, call: Callable[[Browsing, Errand], Result]) -> Result:
        return await self._lane(1).run(call)

    def _lane(self, number: int) -> _Lane:
        if not self._lanes:
            raise ClosedError("the browser is closed: open a new one")
        return self._lanes[number]
