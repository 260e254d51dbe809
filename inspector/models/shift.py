"""What became of the rows of a list: which went, which came, and where each of the others is now."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_FIRST_STRETCH = 32
_LONGEST_STRETCH = 1 << 16
_FIRST_WINDOW = 16


@dataclass(frozen=True, slots=True)
class Run:
    """Rows `old` of the former list that are no longer there, and rows `new` of today's that are in their place."""

    old: range
    new: range


class Shift:
    """How the list `old` of distinct numbers became the list `new`, of the same type: `runs`, from top to bottom."""

    def __init__(self, old: Sequence[int], new: Sequence[int]) -> None:
        self._old = old
        self._new = new
        self.runs = _runs(old, new)
        self._starts = [run.old.start for run in self.runs]
        # Made here, where it is another thread's time: it can take as long as a frame.
        self._came = self._those_that_moved()

    @property
    def has_moves(self) -> bool:
        """Whether a row of the former list is somewhere else among the others now."""
        return bool(self._came)

    def _those_that_moved(self) -> dict[int, int]:
        """The numbers that went in one place and came in another, with their rows now."""
        gone = {number for run in self.runs for number in self._old[run.old.start : run.old.stop]}
        if not gone:
            return {}
        return {
            number: row
            for run in self.runs
            for row, number in enumerate(self._new[run.new.start : run.new.stop], run.new.start)
            if number in gone
        }

    def new_row(self, row: int) -> int | None:
        """Where the former row `row` is now; None where it is gone."""
        run = self._run_before(row)
        if run is not None and row in run.old:
            return self._came.get(self._old[row])
        return row if run is None else row - run.old.stop + run.new.stop

    def nearest(self, row: int) -> int:
        """Where the former row `row` is now, or what came into its place."""
        found = self.new_row(row)
        if found is not None:
            return found
        run = self._run_before(row)
        assert run is not None
        return max(0, min(run.new.start, len(self._new) - 1))

    def _run_before(self, row: int) -> Run | None:
        place = bisect_right(self._starts, row)
        return self.runs[place - 1] if place else None


def _runs(old: Sequence[int], new: Sequence[int]) -> list[Run]:
    runs: list[Run] = []
    i = j = 0
    while True:
        alike = _alike(old, i, new, j)
        i, j = i + alike, j + alike
        if i == len(old) and j == len(new):
            return runs
        if i == len(old) or j == len(new):  # the rest came, or is gone
            return [*runs, Run(range(i, len(old)), range(j, len(new)))]
        gone, came = _until_alike(old, i, new, j)
        runs.append(Run(range(i, i + gone), range(j, j + came)))
        i, j = i + gone, j + came


def _alike(old: Sequence[int], i: int, new: Sequence[int], j: int) -> int:
    """How many rows from `i` and `j` on are the same: looked at in ever longer stretches, then in shorter ones."""
    most = min(len(old) - i, len(new) - j)
    alike, stretch = 0, _FIRST_STRETCH
    while alike < most and stretch:
        length = min(stretch, most - alike)
        if old[i + alike : i + alike + length] == new[j + alike : j + alike + length]:
            alike += length
            stretch = min(2 * stretch, _LONGEST_STRETCH)
        else:
            stretch = length // 2
    return alike


def _until_alike(old: Sequence[int], i: int, new: Sequence[int], j: int) -> tuple[int, int]:
    """How many rows to skip in each list, so that the next ones are the same again; few rather than many."""
    window = _FIRST_WINDOW
    while True:
        here, there = old[i : i + window], new[j : j + window]
        places = {number: place for place, number in enumerate(there)}
        found = [(gone + places[number], gone) for gone, number in enumerate(here) if number in places]
        if found:
            both, gone = min(found)
            return gone, both - gone
        if i + window >= len(old) and j + window >= len(new):
            return len(here), len(there)
        window *= 4
