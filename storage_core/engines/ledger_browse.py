"""Browsing a database of others, of which all but the values is kept in a ledger: in memory, by comparing."""

import fnmatch
import re
import time
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from storage_core.engine import Errand
from storage_core.engines.ledger import Ledger, Line
from storage_core.entry import Entry
from storage_core.errors import InvalidValueError
from storage_core.needle import Needle
from storage_core.query import Address, Chunk, Group, Hit, Listing, Match, Order, Query
from storage_core.scope import Scope, after_prefix

_LOOK_EVERY = 2_000  # lines between two looks at whether anybody still waits
_STEP = 0.03  # seconds
_HITS_IN_A_STEP = 200
_PART = 256 * 1024
_SNIFFED = 1  # byte, by which kinds are told apart in the order of kinds


class LedgerBrowser(ABC):
    """What `Browsing` asks for, over the lines of a ledger; a database adds how it is looked at and read in parts."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lines: Mapping[Address, Line] = {}
        self._numbered: dict[int, Line] = {}

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def refresh(self) -> None:
        """Have the ledger know what is there now."""

    @abstractmethod
    def chunk(self, scope: Scope, key: str, offset: int, size: int) -> Chunk | None: ...

    def count(self, query: Query, errand: Errand) -> int:
        return sum(1 for _ in self._found(query, errand))

    def counts(self, errand: Errand) -> dict[Scope, int]:
        found: dict[Scope, int] = {}
        for line in self._found(Query(), errand):
            scope = line.address.scope
            found[scope] = found.get(scope, 0) + 1
        return {scope: found[scope] for scope in sorted(found, key=by_scope)}

    def page(self, query: Query, offset: int, limit: int, errand: Errand) -> list[Entry]:
        return [line.as_entry() for line in self._sorted(query, errand)[offset : offset + limit]]

    def listing(self, query: Query, limit: int | None, errand: Errand) -> Listing:
        revision = self._ledger.last_revision
        lines = self._sorted(query, errand)
        return Listing(query, array("q", (line.id for line in islice(lines, limit))), revision)

    def next_expiry(self) -> datetime | None:
        return None

    def rows(self, listing: Listing, ids: Sequence[int]) -> list[Entry | None]:
        lines = self._by_id()
        return [lines[number].as_entry() if number in lines else None for number in ids]

    def addresses(self, listing: Listing, ids: Sequence[int]) -> list[Address]:
        lines = self._by_id()
        return [lines[number].address for number in ids if number in lines]

    def id_of(self, scope: Scope, key: str) -> int | None:
        line = self._ledger.lines().get(Address(scope, key))
        return None if line is None else line.id

    def groups(
        self, scope: Scope, prefix: str, delimiter: str, after: str | None, limit: int, errand: Errand
    ) -> list[Group]:
        if after_prefix(delimiter) is None:
            raise InvalidValueError(f"this cannot separate groups: {delimiter!r:.80}")
        counts: dict[str, int] = {}
        for line in self._found(Query(scope, prefix=prefix), errand):
            end = line.address.key.find(delimiter, len(prefix))
            if end >= 0:
                stem = line.address.key[: end + len(delimiter)]
                counts[stem] = counts.get(stem, 0) + 1
        stems = sorted(stem for stem in counts if after is None or stem > after)
        names = ((stem, stem[len(prefix) : -len(delimiter)]) for stem in stems[:limit])
        return [Group(stem, name, counts[stem]) for stem, name in names]

    def heads(self, addresses: Sequence[tuple[Scope, str]], size: int) -> list[bytes | None]:
        return [self._head(scope, key, size) for scope, key in addresses]

    def _head(self, scope: Scope, key: str, size: int) -> bytes | None:
        part = self.chunk(scope, key, 0, size)
        return None if part is None else part.data

    def search(self, ids: Sequence[int], needle: Needle, errand: Errand) -> tuple[list[Hit], int]:
        lines = self._by_id()
        hits: list[Hit] = []
        ends = time.monotonic() + _STEP
        looked = 0
        while looked < len(ids) and time.monotonic() < ends and len(hits) < _HITS_IN_A_STEP:
            line = lines.get(ids[looked])
            excerpt = None if line is None else self._excerpt(line.address, needle, errand)
            if line is not None and excerpt is not None:
                hits.append(Hit(line.as_entry(), excerpt))
            looked += 1
        return hits, looked

    def _excerpt(self, address: Address, needle: Needle, errand: Errand) -> str | None:
        start = 0
        while True:
            if errand.cancelled:
                raise InterruptedError("the search was ended")
            part = self.chunk(*address, start, _PART + needle.overlap)
            if part is None:
                return None
            excerpt = needle.excerpt(part.data)
            start += _PART
            if excerpt is not None or start >= part.size:
                return excerpt

    def _found(self, query: Query, errand: Errand) -> Iterator[Line]:
        self.refresh()
        matches = _matching(query)
        for place, line in enumerate(self._ledger.lines().values()):
            if place % _LOOK_EVERY == 0 and errand.cancelled:
                raise InterruptedError("nobody waits for it any more")
            if query.concerns(*line.address) and matches(line.address.key):
                yield line

    def _sorted(self, query: Query, errand: Errand) -> list[Line]:
        lines = sorted(self._found(query, errand), key=by_address, reverse=query.descending)
        if query.order is Order.KIND:
            lines.sort(key=lambda line: self._kind(line, errand), reverse=query.descending)
        elif query.order is Order.SIZE:
            lines.sort(key=lambda line: line.seen.size, reverse=query.descending)
        elif query.order is Order.UPDATED:
            lines.sort(key=lambda line: line.updated, reverse=query.descending)
        return lines

    def _kind(self, line: Line, errand: Errand) -> tuple[int, bytes]:
        if errand.cancelled:
            raise InterruptedError("nobody waits for it any more")
        return line.seen.kind, self._head(*line.address, _SNIFFED) or b""

    def _by_id(self) -> dict[int, Line]:
        lines = self._ledger.lines()
        if lines is not self._lines:
            self._lines = lines
            self._numbered = {line.id: line for line in lines.values()}
        return self._numbered


def by_scope(scope: Scope) -> tuple[str, str]:
    """In the order of names, the shared scope of a workspace before its members."""
    return scope.workspace, scope.user or ""


def by_address(line: Line) -> tuple[str, str, str]:
    """By workspace, member and key."""
    scope, key = line.address
    return scope.workspace, scope.user or "", key


def _matching(query: Query) -> Callable[[str], bool]:
    pattern = query.pattern
    if not pattern:
        return lambda key: True
    if query.match is Match.EXACT:
        return lambda key: key == pattern
    if query.match is Match.GLOB:
        whole = re.compile(fnmatch.translate(pattern.replace("[", "[[]")))
        return lambda key: whole.match(key) is not None
    anywhere = re.compile(re.escape(pattern), re.IGNORECASE)
    return lambda key: anywhere.search(key) is not None
