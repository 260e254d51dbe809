"""What is promised of the asynchronous facade: one task, many tasks, slow disks, several processes."""

import asyncio
import itertools
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks import async_peers, mixed, peers
from tests.benchmarks.async_peers import AsyncContestant
from tests.benchmarks.mixed import Load, Tally
from tests.benchmarks.report import Row, limit_row, ratio_row
from tests.benchmarks.runs import Plan, interleaved, loads, progress, random_keys, value

_SLOWER = Path(__file__).with_name("slow_fsync.c")
_MOST_MILLISECONDS = 8


def rows(plan: Plan) -> Iterator[Row]:
    progress("one task")
    ours, theirs = plan.folder / "ours.db", plan.folder / "aiosqlite.db"
    with asyncio.Runner() as runner:
        runner.run(async_peers.fill_ours(ours, plan))
        async_peers.fill_aiosqlite(theirs, plan)
        yield from _one_task(plan, runner, ours, theirs)
    yield from _many_tasks(plan, ours, theirs)


async def async_loads(load: Callable[[str], Awaitable[Any]], plan: Plan) -> float:
    """How many random keys one task loads in a second."""
    done = 0
    keys = itertools.cycle(random_keys(plan, 50_000))
    started = now = time.perf_counter()
    while now - started < plan.seconds:
        for key in itertools.islice(keys, 64):
            await load(key)
        done += 64
        now = time.perf_counter()
    return done / (now - started)


async def async_saves(save: Callable[[str, Any], Awaitable[Any]], plan: Plan) -> float:
    """How many new values one task saves in a second, at random keys."""
    keys = itertools.cycle(random_keys(plan, 50_000))
    done = 0
    started = now = time.perf_counter()
    while now - started < plan.seconds:
        for key in itertools.islice(keys, 16):
            await save(key, value())
        done += 16
        now = time.perf_counter()
    return done / (now - started)


def _one_task(plan: Plan, runner: asyncio.Runner, ours_path: Path, theirs_path: Path) -> Iterator[Row]:
    ours = runner.run(async_peers.open_ours(ours_path, "power"))
    theirs = runner.run(async_peers.open_aiosqlite(theirs_path, "power"))
    raw = peers.open_raw(plan, "power")
    reading: list[Callable[[], float]] = [
        lambda: runner.run(async_loads(ours.load, plan)),
        partial(loads, raw.load, plan),
    ]
    yield ratio_row("async `load`, one task, sync raw sqlite3", interleaved(reading, plan.rounds), 0.7)
    writing = [partial(_saves_of, runner, contestant, plan) for contestant in (ours, theirs)]
    what = "async `save`, one task, aiosqlite `execute_fetchall`"
    yield ratio_row(what, interleaved(writing, plan.rounds), 0.85)
    runner.run(ours.close())
    runner.run(theirs.close())
    raw.close()


def _saves_of(runner: asyncio.Runner, contestant: AsyncContestant, plan: Plan) -> float:
    return runner.run(async_saves(contestant.save, plan))


def _many_tasks(plan: Plan, ours: Path, theirs: Path) -> Iterator[Row]:
    def measured(tasks: int, processes: int, environment: dict[str, str]) -> list[tuple[Tally, ...]]:
        runs = [
            partial(
                mixed.run,
                Load(contestant, str(path), plan.keys, plan.seconds, tasks, processes),
                environment,
            )
            for contestant, path in (("ours", ours), ("aiosqlite", theirs))
        ]
        return interleaved(runs, plan.rounds)

    progress("64 tasks")
    yield from _mixed_rows(
        "64 tasks, half `load` half `save`, `execute_fetchall` each", measured(64, 1, {}), 4
    )
    progress("64 tasks, a slow disk")
    slow = {"LD_PRELOAD": str(_compiled(plan.folder))}
    tallies = measured(64, 1, slow)
    yield _ratio("the same with 2 ms added to every fsync", tallies, 12)
    progress("4 processes of 16 tasks")
    tallies = measured(16, 4, {})
    yield _ratio("4 processes of 16 tasks, the same", tallies, 4)
    errors, lost = (
        [sum(getattr(tally, what) for tally in side) for side in zip(*tallies, strict=True)]
        for what in ("errors", "lost")
    )
    what = "... errors and saves lost"
    yield limit_row(
        what, f"{errors[0]}, {lost[0]}", f"{errors[1]}, {lost[1]}", errors[0] + lost[0], 0, digits=0
    )


def _mixed_rows(what: str, tallies: list[tuple[Tally, ...]], at_least: float) -> Iterator[Row]:
    yield _ratio(what, tallies, at_least)
    ours, theirs = (
        statistics.median(tally.p99 for tally in side) * 1000 for side in zip(*tallies, strict=True)
    )
    yield limit_row("... p99", f"{ours:.1f} ms", f"{theirs:.1f} ms", ours, _MOST_MILLISECONDS, " ms")


def _ratio(what: str, tallies: list[tuple[Tally, ...]], at_least: float) -> Row:
    return ratio_row(what, [(ours.rate, theirs.rate) for ours, theirs in tallies], at_least)


def _compiled(folder: Path) -> Path:
    """What to preload for a slow disk."""
    library = folder / "slow_fsync.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(_SLOWER), "-ldl"], check=True)
    return library
