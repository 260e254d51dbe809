"""What each storage does in a second, ours and every peer: nothing to reach, only to know who is ahead."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from tests.benchmarks import async_peers, peers
from tests.benchmarks.report import plain_table
from tests.benchmarks.runs import Plan, interleaved, loads, progress, random_keys, saves, value
from tests.benchmarks.storage_async import async_loads, async_saves

_TASKS = 64


def sync_table(plan: Plan) -> str:
    progress("every synchronous storage")
    contestants = [
        (peers.open_ours(plan, "process"), "process"),
        (peers.open_ours(plan, "power"), "power"),
        (peers.open_raw(plan, "process"), "process"),
        (peers.open_raw(plan, "process", cache_megabytes=32), "process"),
        (peers.open_raw(plan, "power"), "power"),
        (peers.open_diskcache(plan), "process"),
        (peers.open_sqlitedict(plan), "none (synchronous OFF)"),
    ]
    columns = [
        _medians([partial(loads, contestant.load, plan) for contestant, _ in contestants], plan),
        _medians([partial(saves, contestant.save, plan) for contestant, _ in contestants], plan),
    ]
    for contestant, _ in contestants:
        contestant.close()
    names = [f"{contestant.name}, durability {durability}" for contestant, durability in contestants]
    return plain_table(["load/s", "save/s"], zip(names, zip(*columns, strict=True), strict=True))


def async_table(plan: Plan) -> str:
    progress("every asynchronous storage")
    with asyncio.Runner() as runner:
        ours, theirs = plan.folder / "async.db", plan.folder / "aiosqlite_plain.db"
        runner.run(async_peers.fill_ours(ours, plan))
        async_peers.fill_aiosqlite(theirs, plan)
        contestants = [
            (runner.run(async_peers.open_ours(ours, "power")), "power"),
            (runner.run(async_peers.open_aiosqlite(theirs, "power")), "power"),
            (runner.run(async_peers.open_aiosqlite_stepwise(theirs, "power")), "power"),
            (runner.run(async_peers.open_key_value(plan)), "process"),
            (runner.run(async_peers.open_langgraph(plan)), "power"),
        ]

        def column(measure: Callable[[Any], Awaitable[float]]) -> list[float]:
            runs = [partial(_run, runner, measure, contestant) for contestant, _ in contestants]
            return _medians(runs, plan)

        columns = [
            column(lambda contestant: async_loads(contestant.load, plan)),
            column(lambda contestant: async_saves(contestant.save, plan)),
            column(lambda contestant: _mixed(contestant, plan)),
        ]
        for contestant, _ in contestants:
            runner.run(contestant.close())
    names = [f"{contestant.name}, durability {durability}" for contestant, durability in contestants]
    return plain_table(
        ["load/s", "save/s", f"{_TASKS} tasks mixed/s"], zip(names, zip(*columns, strict=True), strict=True)
    )


def _run(runner: asyncio.Runner, measure: Callable[[Any], Any], contestant: Any) -> float:
    rate: float = runner.run(measure(contestant))
    return rate


def _medians(runs: Sequence[Callable[[], float]], plan: Plan) -> list[float]:
    return [statistics.median(side) for side in zip(*interleaved(runs, plan.rounds), strict=True)]


async def _mixed(contestant: async_peers.AsyncContestant, plan: Plan) -> float:
    """How much `_TASKS` tasks do together in a second, half of it loads and half saves."""
    loop = asyncio.get_running_loop()
    done = 0
    started = loop.time()

    async def task() -> None:
        nonlocal done
        while loop.time() - started < plan.seconds:
            for key in random_keys(plan, 4):
                await contestant.load(key)
                await contestant.save(key, value())
                done += 2

    await asyncio.gather(*(task() for _ in range(_TASKS)))
    return done / (loop.time() - started)
