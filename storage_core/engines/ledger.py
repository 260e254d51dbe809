"""Revisions and changes of a database that keeps none: found by comparing what is there with what was seen before."""

import threading
import time
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, NamedTuple, TypeVar

from storage_core.entry import Change, Entry, Kind, as_datetime
from storage_core.errors import ChangesLostError
from storage_core.query import Address
from storage_core.scope import Scope

Result = TypeVar("Result")

KEPT_CHANGES = 100_000


class Seen(NamedTuple):
    """What was seen of an entry: `mark` is anything that is another one whenever the value may be.

    `updated` is in milliseconds since 1970, None where the database does not tell.
    """

    kind: Kind
    size: int
    mark: Any
    updated: int | None = None


class Line(NamedTuple):
    """What the ledger knows of an entry: `id` stays with it, `revision` with its value."""

    id: int
    address: Address
    seen: Seen
    revision: int
    updated: int
    noted: int

    def as_entry(self) -> Entry:
        """The entry without its value."""
        scope, key = self.address
        return Entry(
            scope, key, self.seen.kind, None, self.seen.size, self.revision, as_datetime(self.updated), None
        )


@dataclass(slots=True)
class _Promise:
    """A change that is being made: what will be seen of its entry, whose earlier looks count until its `moment`."""

    address: Address
    seen: Seen | None
    moment: int
    is_told: bool = False


class Ledger:
    """Counts the changes of a database for as long as this process has it open, whoever made them.

    All connections to the database share one. What is seen is told to it together with its `moment` of before the
    look: so what was seen earlier never stands in the place of what was seen later.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[Address, Line] = {}
        self._gone: dict[Address, tuple[int, int]] = {}
        self._also: dict[Address, int] = {}
        """The revision that somebody was told who saw a change, otherwise than it was made, before it was kept."""
        self._ids = count(1)
        self._moment = 0
        self._last = 0
        self._known_from = 0
        self._changes: list[Change] = []
        self._promised: dict[int, _Promise] = {}
        self._awaited: dict[Address, int] = {}
        """The newest promised revision of an entry of which nothing else was seen since."""
        self._copy: tuple[int, dict[Address, Line]] = (-1, {})

    @property
    def moment(self) -> int:
        """A number that grows with everything that is noted."""
        return self._moment

    @property
    def last_revision(self) -> int:
        """The newest revision up to which everything has been told."""
        with self._lock:
            return self._told_up_to()

    def lines(self) -> Mapping[Address, Line]:
        """All that is known to be there now: a copy that stays as it is."""
        with self._lock:
            if self._copy[0] != self._moment:
                self._copy = (self._moment, dict(self._lines))
            return self._copy[1]

    def line(self, address: Address) -> Line | None:
        """What is known of one entry; None where there is none."""
        with self._lock:
            return self._lines.get(address)

    def begin_with(self, found: Mapping[Address, Seen]) -> None:
        """Take down what is there when the database is opened: no changes, but with revisions."""
        now = _now()
        with self._lock:
            for address, seen in found.items():
                self._last += 1
                self._moment += 1
                updated = now if seen.updated is None else seen.updated
                self._lines[address] = Line(next(self._ids), address, seen, self._last, updated, self._moment)
            self._known_from = self._last

    def compare(self, found: Mapping[Address, Seen], moment: int, scope: Scope | None = None) -> bool:
        """Note all that is different now that the database, or all of one scope, was looked at, from `moment` on.

        Returns whether all of it was: not, where somebody noted something newer meanwhile.
        """
        known = self.lines()
        other = {address: seen for address, seen in found.items() if not _is_known(known.get(address), seen)}
        gone: list[Address] = []
        if scope is not None or len(known) + sum(address not in known for address in other) > len(found):
            here = [address for address in known if scope is None or address.scope == scope]
            gone = [address for address in here if address not in found]
        return self.note(other, gone, moment)

    def note(self, others: Mapping[Address, Seen], gone: Iterable[Address], moment: int) -> bool:
        """As `compare`, of what is known to be all that is different."""
        now = _now()
        with self._lock:  # only for what is different: whoever asks for the last revision does not wait
            noted = [self._note(address, None, moment, now) for address in gone]
            noted += [self._note(address, seen, moment, now) for address, seen in others.items()]
        return None not in noted

    def look(self, address: Address, see: Callable[[], tuple[Seen | None, Result]]) -> tuple[int, Result]:
        """Look at one entry; returns its revision, 0 where there is none, and what else `see` handed over.

        `see` is called again where somebody noted something newer meanwhile.
        """
        while True:
            moment = self._moment
            seen, result = see()
            with self._lock:
                revision = self._note(address, seen, moment, _now())
            if revision is not None:
                return revision, result

    def revisions_of(self, found: Mapping[Address, Seen | None], moment: int) -> dict[Address, int] | None:
        """The revisions of entries that were seen in one state, looked at from `moment` on.

        None where something newer is known of one of them, so that all must be looked at again.
        """
        now = _now()
        with self._lock:
            noted = {address: self._note(address, seen, moment, now) for address, seen in found.items()}
        revisions = {address: revision for address, revision in noted.items() if revision is not None}
        return revisions if len(revisions) == len(noted) else None

    def revision_of(self, address: Address, seen: Seen | None) -> int:
        """The revision of an entry that is seen while nobody else can change it; 0 where there is none."""
        with self._lock:
            revision = self._note(address, seen, self._moment, _now())
        assert revision is not None
        return revision

    def is_also(self, address: Address, revision: int) -> bool:
        """Whether the entry, as it is known now, was told to somebody with that revision, too."""
        with self._lock:
            return self._also.get(address) == revision

    def promise(self, address: Address, seen: Seen | None) -> int:
        """The revision of a change that is being made: nothing newer is told until it is kept or withdrawn.

        `seen` is what will be seen of the entry, None where it will be gone; whoever sees that from now on sees this
        change. What somebody saw who began to look before has to be looked at again: it may be older than the change.
        """
        with self._lock:
            revision = self._next()
            self._moment += 1
            self._promised[revision] = _Promise(address, seen, self._moment)
            self._awaited[address] = revision
            return revision

    def withdraw(self, revisions: Iterable[int]) -> None:
        """Forget promised changes that were not made after all."""
        with self._lock:
            for revision in revisions:
                self._fulfilled(revision)

    def keep(self, made: Iterable[tuple[int, Address, Seen | None]]) -> None:
        """Note changes that were promised, in their order, now that they are made; None where an entry is gone."""
        now = _now()
        with self._lock:
            for revision, address, seen in made:
                promise = self._fulfilled(revision)
                if not promise.is_told:
                    self._keep_one(revision, address, seen, promise, now)

    def changes(self, since: int, limit: int) -> list[Change]:
        """The oldest `limit` changes after `since`; raises ChangesLostError for those of before the opening."""
        with self._lock:
            if since < self._known_from:
                raise ChangesLostError(
                    f"changes are known from revision {self._known_from + 1:,} on: list the entries anew"
                )
            start = bisect_right(self._changes, since, key=_revision)
            told = bisect_right(self._changes, self._told_up_to(), key=_revision)
            return self._changes[start : min(told, start + limit)]

    def _told_up_to(self) -> int:
        return min(self._promised) - 1 if self._promised else self._last

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _note(self, address: Address, seen: Seen | None, moment: int, now: int) -> int | None:
        """Note what was seen; None where something newer is known, so that it must be looked at again."""
        line = self._lines.get(address)
        if line is not None and seen is not None and line.seen.mark == seen.mark:
            return line.revision
        if line is None and seen is None:
            return 0
        awaited = self._awaited.get(address)
        since = 0 if awaited is None else self._promised[awaited].moment
        if max(since, self._newest(address)[1]) > moment:
            return None
        if awaited is not None:
            del self._awaited[address]
        if awaited is not None and _is_same(self._promised[awaited].seen, seen):
            revision = awaited
            self._promised[awaited].is_told = True
        else:
            revision = self._next()
        self._tell(address, seen, revision, now if seen is None or seen.updated is None else seen.updated)
        self._take_down(address, seen, revision, now)
        return 0 if seen is None else revision

    def _fulfilled(self, revision: int) -> _Promise:
        promise = self._promised.pop(revision)
        if self._awaited.get(promise.address) == revision:
            del self._awaited[promise.address]
        return promise

    def _keep_one(
        self, revision: int, address: Address, seen: Seen | None, promise: _Promise, now: int
    ) -> None:
        newest, _ = self._newest(address)
        line = self._lines.get(address)
        is_settled = seen is not None and not _is_same(promise.seen, seen)
        was_seen = is_settled and newest > revision and line is not None and _is_same(line.seen, seen)
        if was_seen:  # somebody looked between the writing and now: it is this change
            del self._changes[bisect_right(self._changes, newest, key=_revision) - 1]
        self._tell(address, seen, revision, now)
        if newest < revision or was_seen:
            self._take_down(address, seen, revision, now)
        if was_seen:
            self._also[address] = newest

    def _newest(self, address: Address) -> tuple[int, int]:
        """The revision that is known of an entry, also of one that is gone, and the moment when it was noted."""
        line = self._lines.get(address)
        return self._gone.get(address, (0, 0)) if line is None else (line.revision, line.noted)

    def _tell(self, address: Address, seen: Seen | None, revision: int, at: int) -> None:
        line = self._lines.get(address)
        described = seen or (None if line is None else line.seen)
        kind, size = (Kind.JSON, 0) if described is None else (described.kind, described.size)
        change = Change(revision, *address, seen is None, kind, size, as_datetime(at))
        insort(self._changes, change, key=_revision)
        if len(self._changes) > 2 * KEPT_CHANGES:
            del self._changes[:KEPT_CHANGES]
            self._known_from = self._changes[0].revision - 1

    def _take_down(self, address: Address, seen: Seen | None, revision: int, now: int) -> None:
        self._moment += 1
        line = self._lines.pop(address, None)
        self._also.pop(address, None)
        if seen is None:
            self._gone[address] = (revision, self._moment)
            if len(self._gone) > 2 * KEPT_CHANGES:  # no look that is under way began so long ago
                for oldest in list(islice(self._gone, KEPT_CHANGES)):
                    del self._gone[oldest]
            return
        self._gone.pop(address, None)
        number = next(self._ids) if line is None else line.id
        updated = now if seen.updated is None else seen.updated
        self._lines[address] = Line(number, address, seen, revision, updated, self._moment)


class Making:
    """The changes of one write transaction: promised while it runs, kept or withdrawn at its end.

    Asked for the revision of an entry before that is changed, it has what others had changed told before.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._made: list[tuple[int, Address, Seen | None]] = []
        self._newest: dict[Address, int] = {}

    def revision_of(self, address: Address, seen: Seen | None) -> int:
        """The revision of an entry as this transaction sees it; 0 where there is none."""
        known = self._newest.get(address)
        return self._ledger.revision_of(address, seen) if known is None else known

    def is_expected(self, address: Address, revision: int, expected: int) -> bool:
        """Whether an entry that has that revision is still the one that was told with the `expected` one."""
        return revision == expected or (
            address not in self._newest and self._ledger.is_also(address, expected)
        )

    def made(self, address: Address, seen: Seen | None) -> int:
        """Note that the entry is this from now on, None where it is gone; returns the revision of the change."""
        revision = self._ledger.promise(address, seen)
        self._made.append((revision, address, seen))
        self._newest[address] = 0 if seen is None else revision
        return revision

    def keep(self, settled: Mapping[Address, Seen] | None = None) -> None:
        """The transaction was committed; `settled` is what is seen of entries that are not seen as they were made."""
        if settled:
            last = {address: place for place, (_, address, _) in enumerate(self._made)}
            for address, seen in settled.items():
                self._made[last[address]] = (self._made[last[address]][0], address, seen)
        self._ledger.keep(self._made)
        self._forget()

    def withdraw(self) -> None:
        """The transaction was rolled back, or there was none."""
        self._ledger.withdraw(revision for revision, _, _ in self._made)
        self._forget()

    def _forget(self) -> None:
        self._made, self._newest = [], {}


def _is_known(line: Line | None, seen: Seen) -> bool:
    return line is not None and line.seen.mark == seen.mark


def _is_same(one: Seen | None, other: Seen | None) -> bool:
    return one is other if one is None or other is None else one.mark == other.mark


def _revision(change: Change) -> int:
    return change.revision


def _now() -> int:
    return time.time_ns() // 1_000_000
