"""The inspector part: every promise about a million keys, measured in fresh processes on a storage of that size."""

import shutil
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks import inspector_data, inspector_peer, report
from tests.benchmarks.inspector_process import Findings, run
from tests.benchmarks.inspector_stalls import Stall
from tests.benchmarks.inspector_writer import PER_SECOND, working
from tests.benchmarks.runs import Plan, interleaved, progress

_FOR_EACH_PLANNED = 10  # keys: a million, where the other parts have 100,000
_TOURS = 3
_CLOSED_SECONDS = 8.0
_STALLS_TOLD = 6


@dataclass(frozen=True, slots=True)
class _Tour:
    """What a tour found while another process wrote; the median of what its writes took then, and without it."""

    found: Findings
    open: float
    closed: float

    def seconds(self, what: str) -> list[float]:
        """What each step of that name took."""
        return [step.seconds for step in self.found.steps if step.what == what]

    def longest_stall(self) -> float:
        return max((stall.seconds for stall in self.found.stalls), default=0.0)


@dataclass(frozen=True, slots=True)
class _Limit:
    """A promise, and what was measured of it, several times."""

    what: str
    at_most: float
    figures: Sequence[float]
    unit: str = "ms"

    @property
    def is_kept(self) -> bool:
        return statistics.median(self.figures) <= self.at_most

    def cells(self) -> list[str]:
        digits = 0 if self.at_most >= 10 else 2
        median, worst = statistics.median(self.figures), max(self.figures)
        return [
            self.what,
            f"≤ {self.at_most:g} {self.unit}",
            f"{median:.{digits}f} {self.unit}",
            f"{worst:.{digits}f} {self.unit}",
            "reached" if self.is_kept else "**missed**",
        ]


def sections(plan: Plan) -> Iterator[str]:
    """The report in Markdown, section by section. The storages are made once, and kept beside the plan's folder."""
    keys = _FOR_EACH_PLANNED * plan.keys
    kept = plan.folder.parent / "inspector"
    progress(f"a storage of {keys:,} keys")
    crowded = Path(shutil.copy(inspector_data.crowded_storage(kept, keys), plan.folder / "crowded.db"))
    small = Path(shutil.copy(inspector_data.small_storage(kept), plan.folder / "small.db"))
    yield f"{report.machine(plan.folder)}. {report.versions(['PySide6-Essentials', 'qasync', 'aiosqlite'])}."
    yield (
        f"{keys:,} keys in {inspector_data.WORKSPACES} workspaces, {inspector_data.USERS:,} users, one of whom has"
        " half of the keys; offscreen, each run in a process of its own. During a tour another process saves"
        f" {PER_SECOND} values a second, half of them to that user. Medians of {plan.rounds} starts and of {_TOURS}"
        " tours, and the worst of them."
    )
    starts = list(_starts(plan, crowded, small))
    progress("at rest")
    rest = _Limit("a core's time, on a quiet storage", 1, [100 * run(crowded, "rest").at_rest], "%")
    tours = [_take_tour(crowded, keys, number) for number in range(1, _TOURS + 1)]
    limits = [*starts, *_limits(tours), rest]
    yield report.markdown(["what", "target", "measured", "worst", ""], [limit.cells() for limit in limits])
    yield f"{sum(limit.is_kept for limit in limits)} of {len(limits)} reached."
    yield "The longest times without an answer, where they were, and what they went into:"
    yield _stalls_table(stall for tour in tours for stall in tour.found.stalls)
    yield "Beside a program for any SQLite file, which is given the same keys and values as a plain table:"
    yield _peer_table(plan, crowded, kept, keys)


def _starts(plan: Plan, crowded: Path, small: Path) -> Iterator[_Limit]:
    progress("starting")
    runs = [partial(run, path, "start") for path in (crowded, small)]
    interleaved(runs, 1)  # so that everything is compiled, and in the memory of the system
    pairs = [(many.start, few.start) for many, few in interleaved(runs, plan.rounds)]
    yield _Limit("process start to first keys painted", 1.0, [many for many, _ in pairs], "s")
    yield _Limit("the same with ten keys", 1.0, [few for _, few in pairs], "s")
    yield _Limit("the first more than the second", 300, _in_ms(many - few for many, few in pairs))


def _take_tour(path: Path, keys: int, number: int) -> _Tour:
    progress(f"tour {number} of {_TOURS}")
    with working(path, keys) as times:
        time.sleep(_CLOSED_SECONDS)
        opened = time.monotonic()
        found = run(path, "tour", keys)
        closed = time.monotonic()
        time.sleep(_CLOSED_SECONDS)
    began, ended = found.toured
    return _Tour(
        found,
        statistics.median(seconds for at, seconds in times if began <= at <= ended),
        statistics.median(seconds for at, seconds in times if not opened <= at <= closed),
    )


def _limits(tours: Sequence[_Tour]) -> Iterator[_Limit]:
    def each(what: str) -> list[float]:
        return _in_ms(seconds for tour in tours for seconds in tour.seconds(what))

    yield _Limit("select the user with half of the keys, to first rows", 150, each("select"))
    jumps = [tour.seconds("jump") for tour in tours]
    yield _Limit("a random jump to rows painted, median of 20", 60, _in_ms(map(statistics.median, jumps)))
    yield _Limit("a random jump to rows painted, worst of 20", 60, _in_ms(map(max, jumps)))
    yield _Limit("filter, to first matches", 300, each("filter"))
    yield _Limit("filter, to the full count", 1_000, each("filter count"))
    stalls = _in_ms(tour.longest_stall() for tour in tours)
    yield _Limit("the longest time without an answer, of a whole tour", 50, stalls)
    yield _Limit("memory at the end of the tour", 250, [tour.found.memory for tour in tours], "MB")
    what = "the other process's saves, touring against closed"
    yield _Limit(what, 1.2, [tour.open / tour.closed for tour in tours], "x")


def _stalls_table(stalls: Iterable[Stall]) -> str:
    longest = sorted(stalls, key=lambda stall: stall.seconds, reverse=True)[:_STALLS_TOLD]
    return report.markdown(
        ["during", "ms", "it ran", "it waited for a core", "for something else"],
        [
            [
                stall.doing,
                *(f"{ms:.0f}" for ms in _in_ms((stall.seconds, stall.busy, stall.queued, stall.elsewhere))),
            ]
            for stall in longest
        ],
    )


def _peer_table(plan: Plan, crowded: Path, kept: Path, keys: int) -> str:
    """How long each takes to show the table on a virtual screen, and its memory then."""
    progress("sqlitebrowser")
    head = ["on a virtual screen", "until it shows the table", "memory"]
    if not inspector_peer.is_there():
        return report.markdown(head, [["sqlitebrowser", "not installed", ""]])
    table = inspector_data.plain_table(kept, keys)
    commands = {
        "the inspector": [sys.executable, "-m", "inspector.app", str(crowded)],
        "sqlitebrowser": ["sqlitebrowser", "--table", "entries", str(table)],
    }
    runs = [partial(inspector_peer.seconds_until_shown, command) for command in commands.values()]
    rounds = interleaved(runs, plan.rounds)
    rows = []
    for name, found in zip(commands, zip(*rounds, strict=True), strict=True):
        seconds, memory = (statistics.median(side) for side in zip(*found, strict=True))
        rows.append([name, f"{seconds:.2f} s", f"{memory:.0f} MB"])
    return report.markdown(head, rows)


def _in_ms(seconds: Iterable[float]) -> list[float]:
    return [1_000 * each for each in seconds]
