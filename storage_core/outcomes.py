"""What became of each entry that was to be brought over, kept so that a million of them fit into memory."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import overload

from storage_core.errors import StorageError
from storage_core.query import Address
from storage_core.scope import Scope


class Outcome(Enum):
    """What became of one entry."""

    COPIED = "copied"
    REPLACED = "replaced"
    """Another value was there, which is gone."""
    KEPT_BESIDE = "kept beside"
    """Another value was there, which stays: this one has a key of its own."""
    ALREADY_THERE = "already there"
    """The same value was there: nothing was written."""
    SKIPPED = "skipped"
    """Another value was there, which stays: this one was not copied."""
    REFUSED = "refused"
    """The target cannot hold it; the reason is the error's message."""
    UNREADABLE = "unreadable"
    """What the source holds there cannot be read; the reason is the error's message."""
    GONE = "gone meanwhile"
    """It was deleted from the source, or expired, after it had been listed."""
    NOT_REACHED = "not reached"
    """It was not looked at to the end; the reason says what ended everything before."""


_NUMBERED = tuple(Outcome)
_NUMBER = {outcome: number for number, outcome in enumerate(_NUMBERED)}
_NOT_REACHED = _NUMBER[Outcome.NOT_REACHED]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the entry at `source`; `target` is where it is now, or where it would have been.

    `reason` is empty where the outcome says it all.
    """

    source: Address
    target: Address
    outcome: Outcome
    reason: str


class Report(Sequence[Line]):
    """A line for each entry that was listed, in that order: each is NOT_REACHED until something became of it.

    In a dry run it says what would become of them. Iterate, or take single lines: they are made when asked for.
    """

    def __init__(self, source: str, target: str, *, dry_run: bool) -> None:
        self.source = source
        self.target = target
        self.dry_run = dry_run
        self.is_listed = False
        """Whether every entry of the source has its line: not where it was ended while they were being listed."""
        self.is_finished = False
        """Whether something became of every entry."""
        self.fault: StorageError | None = None
        """What went wrong with the world, where that has ended it."""
        self._keys: list[str] = []
        self._outcomes = bytearray()
        self._names: dict[int, str] = {}
        self._reasons: dict[int, str] = {}
        self._starts: list[int] = []
        self._scopes: list[tuple[Scope, Scope]] = []
        self._counts = [0] * len(_NUMBERED)

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many entries have which outcome, without those that none has."""
        return {outcome: count for outcome, count in zip(_NUMBERED, self._counts, strict=True) if count}

    @property
    def end(self) -> str:
        """How it ended, in words: finished, cancelled, or stopped by what."""
        if self.fault is not None:
            return f"stopped: {self.fault}"
        return "finished" if self.is_finished else "cancelled"

    def rows(self, outcome: Outcome) -> list[int]:
        """The numbers of the lines with this outcome."""
        number = _NUMBER[outcome]
        return [row for row, each in enumerate(self._outcomes) if each == number]

    @property
    def scope_starts(self) -> Sequence[int]:
        """The rows with which scopes begin."""
        return self._starts

    def begin_scope(self, source: Scope, target: Scope) -> None:
        """The keys that are listed from now on are of this scope, and go into that one."""
        self._starts.append(len(self._keys))
        self._scopes.append((source, target))

    def list_key(self, key: str) -> None:
        self._keys.append(key)
        self._outcomes.append(_NOT_REACHED)
        self._counts[_NOT_REACHED] += 1

    def settle(self, row: int, outcome: Outcome, reason: str = "", name: str | None = None) -> None:
        """Say what became of a row; `name` is the key that it was given where that is another one."""
        self._counts[self._outcomes[row]] -= 1
        self._outcomes[row] = _NUMBER[outcome]
        self._counts[self._outcomes[row]] += 1
        if reason:
            self._reasons[row] = reason
        if name is not None:
            self._names[row] = name

    def places(self, row: int) -> tuple[Address, Address]:
        """Where the entry of a row is, and where it goes under its own key."""
        source, target = self._scopes[bisect_right(self._starts, row) - 1]
        return Address(source, self._keys[row]), Address(target, self._keys[row])

    @overload
    def __getitem__(self, index: int) -> Line: ...

    @overload
    def __getitem__(self, index: slice) -> list[Line]: ...

    def __getitem__(self, index: int | slice) -> Line | list[Line]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        row = range(len(self))[index]
        source, target = self.places(row)
        outcome = _NUMBERED[self._outcomes[row]]
        reason = self.end if outcome is Outcome.NOT_REACHED else self._reasons.get(row, "")
        return Line(source, Address(target.scope, self._names.get(row, target.key)), outcome, reason)

    def __len__(self) -> int:
        return len(self._keys)

    def summary(self) -> str:
        """How many entries have which outcome, in words."""
        counts = ", ".join(f"{count:,} {outcome.value}" for outcome, count in self.counts.items())
        return counts or "no entries"

    def text_lines(self) -> Iterator[str]:
        """The report as lines of text, to be read: what was done, the counts, and a line for each entry.

        Names with characters that are not seen are written as JSON writes them, so that each entry has one line.
        """
        yield f"From {_shown(self.source)} into {_shown(self.target)}"
        yield f"{self.end}{'; nothing was written: this is what would be done' if self.dry_run else ''}"
        yield self.summary()
        if not self.is_listed:
            yield "it ended while the entries were being listed: those that follow are not all"
        yield ""
        for line in self:
            yield _in_words(line)

    def json_lines(self) -> Iterator[str]:
        """The report as JSON, an object a line: the first about the whole, then one for each entry."""
        yield json.dumps(
            {
                "source": self.source,
                "target": self.target,
                "dry_run": self.dry_run,
                "end": self.end,
                "listed": self.is_listed,
                "counts": {outcome.value: count for outcome, count in self.counts.items()},
            }
        )
        for line in self:
            yield json.dumps(
                {
                    "source": _as_object(line.source),
                    "target": _as_object(line.target),
                    "outcome": line.outcome.value,
                    "reason": line.reason,
                }
            )


def _as_object(place: Address) -> dict[str, str | None]:
    return {"workspace": place.scope.workspace, "user": place.scope.user, "key": place.key}


def _in_words(line: Line) -> str:
    moved = line.source.scope != line.target.scope
    where = _place(line.source)
    if moved:
        where += f" -> {_place(line.target)}"
    elif line.source.key != line.target.key:
        where += f" -> {_shown(line.target.key)}"
    return f"{line.outcome.value:<14} {where}{': ' + _one_line(line.reason) if line.reason else ''}"


def _place(place: Address) -> str:
    user = "Shared" if place.scope.user is None else _shown(place.scope.user)
    return f"{_shown(place.scope.workspace)} / {user} / {_shown(place.key)}"


def _shown(name: str) -> str:
    return name if name.isprintable() and name else json.dumps(name)


def _one_line(text: str) -> str:
    return text if text.isprintable() else json.dumps(text)[1:-1]
