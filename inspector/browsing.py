"""Brings the rows of a query to whoever shows them, page by page, and keeps them true while others write."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from inspector.formats import HEAD, sniff_at
from inspector.models.key_rows import KeyRow
from inspector.models.key_table import MOST_PAGES_WANTED, Counted
from inspector.models.row_cache import PAGE
from inspector.models.shift import Shift
from storage_core import Change, Entry
from storage_core.browse import Address, Browser, Listing, Order, Query

PAGES_IN_SIGHT = 2
"""Pages that a view can show parts of: these are read anew when something changes."""

_MOST_KNOWN = 50_000
_AT_ONCE = 1_000
_COMPARED_AT_ONCE = 5_000  # rows: more are compared in a thread, as that takes longer than a frame


class Rows(Protocol):
    """Who shows the rows: see `KeyTableModel`."""

    def begin(self, query: Query) -> None: ...

    def put(self, first: int, rows: Sequence[KeyRow | None]) -> None: ...

    def set_count(self, count: int, counted: Counted) -> None: ...

    def shift(self, shift: Shift) -> None: ...

    def flash(self, addresses: Iterable[Address]) -> None: ...

    def keep_pages(self, count: int) -> list[int]: ...

    def at_hand(self) -> set[Address]: ...

    def row_at(self, number: int) -> KeyRow | None: ...


class Browsing:
    """The rows of one query at a time, handed to `rows`.

    Its coroutines raise what the browser raises. Each may be cancelled; `show` ends what an earlier one had begun.
    """

    def __init__(self, browser: Browser, rows: Rows) -> None:
        self._browser = browser
        self._rows = rows
        self._listing: Listing | None = None
        self._wanted: Query | None = None
        self._known: set[Address] = set()
        self._pending: list[Change] = []
        self._is_following = False
        self._listed_first: Query | None = None  # what is being listed for the first time
        self._to_load: dict[int, None] = {}
        self._is_loading = False
        # Listings are numbered, so that an older one never takes the place of a newer.
        self._asked = self._shown = 0

    @property
    def has_begun(self) -> bool:
        """Whether rows are shown, or on their way."""
        return self._wanted is not None

    @property
    def query(self) -> Query | None:
        """What is shown; None where nothing is yet."""
        return None if self._listing is None else self._listing.query

    async def show(self, query: Query) -> None:
        """Show what `query` finds: the first rows at once, then how many there are."""
        self._listing, self._wanted = None, query
        self._known.clear()
        self._to_load.clear()
        self._rows.begin(query)
        first = await self._browser.listing(query, limit=PAGE)
        rows = await self._read(first, 0)
        if self._wanted is not query:
            return
        self._listing = first
        self._rows.set_count(len(first), Counted.COMPLETE if len(first) < PAGE else Counted.PARTIAL)
        self._rows.put(0, rows)
        if len(first) == PAGE:
            self._listed_first = query
            try:
                await self._list_anew()
            finally:
                if self._listed_first is query:
                    self._listed_first = None
        await self.follow(())  # what came meanwhile

    async def load(self, page: int) -> None:
        """Hand over a page; returns at once where an earlier call is still at it, which takes this one along.

        The newest page comes first; one after which `MOST_PAGES_WANTED` others were asked for is not read.
        """
        self._to_load.pop(page, None)
        self._to_load[page] = None
        if len(self._to_load) > MOST_PAGES_WANTED:
            del self._to_load[next(iter(self._to_load))]
        if self._is_loading:
            return
        self._is_loading = True
        try:
            while self._to_load:
                newest, _ = self._to_load.popitem()
                await self._load(newest)
        finally:
            self._is_loading = False

    async def refresh(self) -> None:
        """Read everything anew, where it is, with nothing thrown off its place."""
        await self._list_anew()
        await self._read_anew()

    async def follow(self, changes: Sequence[Change]) -> None:
        """Show what has changed; returns at once where an earlier call is still at it, which takes these along."""
        self._pending += changes
        if self._is_following or self._listed_first is not None:
            return
        self._is_following = True
        try:
            while self._pending and self._listing is not None:
                bundle = list(self._pending)
                await self._follow(self._listing, bundle)
                del self._pending[: len(bundle)]
        finally:
            self._is_following = False

    async def let_expire(self) -> None:
        """Take away what has expired meanwhile; to be called now and then, as expiry is not a change."""
        listing = self._listing
        if listing is None or listing.next_expiry is None or listing.next_expiry > datetime.now(UTC):
            return
        if await self._browser.count(listing.query) != len(listing):
            await self._list_anew()
            return
        expiry = await self._browser.next_expiry()
        if listing is self._listing:
            self._listing = replace(listing, next_expiry=expiry)

    async def count_all(self) -> int:
        """How many entries there would be without the pattern."""
        query = self.query
        return 0 if query is None else await self._browser.count(replace(query, pattern=""))

    async def position(self, address: Address) -> int | None:
        """The row of an address; None where the query does not find it."""
        while (listing := self._listing) is not None:
            row = await self._browser.position(listing, *address)
            if self._listing is not None and self._listing.ids is listing.ids:
                return row
        return None

    async def addresses(self, ranges: Sequence[range]) -> list[Address]:
        """Where the entries of these rows are, without those that are gone."""
        if self._listing is None:
            return []
        return await self._browser.addresses(self._listing, ranges)

    async def entries(self, ranges: Sequence[range], limit: int) -> list[Entry]:
        """What is in these rows now, without values and without those that are gone; at most `limit`, in order."""
        listing = self._listing  # of which these are the rows, whatever comes meanwhile
        found: list[Entry] = []
        for rows in ranges:
            for start in range(rows.start, rows.stop, _AT_ONCE):
                if listing is None or len(found) >= limit:
                    return found[:limit]
                some = await self._browser.rows(listing, start, min(rows.stop, start + _AT_ONCE))
                found += [entry for entry in some if entry is not None]
        return found[:limit]

    async def _follow(self, listing: Listing, bundle: Sequence[Change]) -> None:
        changes = [change for change in bundle if listing.query.concerns(change.scope, change.key)]
        began = time.monotonic()
        if self._may_move(listing.query, [each for each in changes if each.revision > listing.revision]):
            await self._list_anew()
            pause = time.monotonic() - began
        else:
            self._listing = replace(listing, revision=max(listing.revision, bundle[-1].revision))
            pause = 0
        if changes:
            self._note(changes)
            await self._read_anew()
            self._rows.flash({Address(change.scope, change.key) for change in changes})
            await self._expect_expiry()
            await asyncio.sleep(pause)  # at most half of the time goes into listing, however much is written

    async def _expect_expiry(self) -> None:
        """Know of an expiry that was set since the list was made; an earlier one stays until rows have gone."""
        soonest = await self._browser.next_expiry()
        listing = self._listing
        if listing is None or soonest is None:
            return
        if listing.next_expiry is None or soonest < listing.next_expiry:
            self._listing = replace(listing, next_expiry=soonest)

    def _may_move(self, query: Query, changes: Sequence[Change]) -> bool:
        """Whether these changes may add, take or move a row.

        In key order a write to an entry that is listed does not; that it is listed is known of those at hand, and of
        those that were written since the list was made.
        """
        if not changes:
            return False
        if query.order is not Order.KEY or any(change.deleted for change in changes):
            return True
        return (
            not {Address(change.scope, change.key) for change in changes}
            <= self._rows.at_hand() | self._known
        )

    def _note(self, changes: Sequence[Change]) -> None:
        """Remember which entries are listed by now."""
        for change in changes:
            if change.deleted:
                self._known.discard(Address(change.scope, change.key))
            else:
                self._known.add(Address(change.scope, change.key))
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()

    async def _list_anew(self) -> None:
        former = self._listing
        if former is None:
            return
        query = former.query
        self._asked += 1
        number = self._asked
        listing = await self._browser.listing(query)
        while (former := self._listing) is not None and former.query is query and number > self._shown:
            if max(len(former), len(listing)) > _COMPARED_AT_ONCE:
                shift = await asyncio.to_thread(Shift, former.ids, listing.ids)
            else:
                shift = Shift(former.ids, listing.ids)
            if self._listing is former:
                self._listing, self._shown = listing, number
                self._rows.shift(shift)
                self._rows.set_count(len(listing), Counted.COMPLETE)

    async def _read_anew(self) -> None:
        for page in self._rows.keep_pages(PAGES_IN_SIGHT):
            await self._load(page)

    async def _load(self, page: int) -> None:
        while (listing := self._listing) is not None:
            rows = await self._read(listing, page * PAGE)
            if listing is self._listing:
                self._rows.put(page * PAGE, rows)
                return

    async def _read(self, listing: Listing, start: int) -> list[KeyRow | None]:
        entries = await self._browser.rows(listing, start, start + PAGE)
        rows = [
            None if entry is None else self._same(start + place, entry) for place, entry in enumerate(entries)
        ]
        new = [
            (place, entry) for place, entry in enumerate(entries) if entry is not None and rows[place] is None
        ]
        heads = await self._browser.heads([Address(entry.scope, entry.key) for _, entry in new], HEAD)
        for (place, entry), head in zip(new, heads, strict=True):
            rows[place] = KeyRow(entry, sniff_at(entry.key, entry.kind, head or b"", entry.size))
        return rows

    def _same(self, number: int, entry: Entry) -> KeyRow | None:
        """The row that is shown, where the entry is the same as then: its value need not be looked at again."""
        row = self._rows.row_at(number)
        return row if row is not None and row.entry == entry else None
