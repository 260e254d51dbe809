"""Many tasks that load and save at once, in processes of their own, so that their disk can be slowed."""

import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from storage_core import StorageError
from tests.benchmarks.async_peers import AsyncContestant, open_aiosqlite, open_ours
from tests.benchmarks.runs import key, value

_OPEN = {"ours": open_ours, "aiosqlite": open_aiosqlite}


@dataclass(frozen=True, slots=True)
class Load:
    """What the tasks do: half of it loads, half saves, all with durability power."""

    contestant: str
    path: str
    keys: int
    seconds: float
    tasks: int
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of it; `p99` is in seconds, `errors` those that a caller got, `lost` acknowledged saves not there."""

    rate: float
    p99: float
    errors: int
    lost: int


def run(load: Load, environment: Mapping[str, str] | None = None) -> Tally:
    """Let `load.processes` processes begin at the same moment, and add up what they did."""
    command = [sys.executable, "-m", "tests.benchmarks.mixed", json.dumps(asdict(load))]
    processes = [
        subprocess.Popen(
            [*command, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **(environment or {})},
        )
        for number in range(load.processes)
    ]
    for process in processes:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{load.contestant}: a process did not come up")
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    tallies = [Tally(**json.loads(process.communicate()[0])) for process in processes]
    return Tally(
        sum(tally.rate for tally in tallies),
        max(tally.p99 for tally in tallies),
        sum(tally.errors for tally in tallies),
        sum(tally.lost for tally in tallies),
    )


class _Tasks:
    """The tasks of one process; each saves at keys of its own, so that it knows what must be there."""

    def __init__(self, load: Load, number: int, contestant: AsyncContestant) -> None:
        self._load = load
        self._number = number
        self._contestant = contestant
        self._times: list[float] = []
        self._saved: dict[str, Any] = {}
        self._errors = 0

    async def run(self) -> tuple[float, float, int]:
        """Operations a second, the 99th percentile of their times in seconds, and how many failed."""
        started = time.perf_counter()
        until = started + self._load.seconds
        await asyncio.gather(*(self._task(number, until) for number in range(self._load.tasks)))
        ended = time.perf_counter()
        self._times.sort()
        p99 = self._times[len(self._times) * 99 // 100]
        return len(self._times) / (ended - started), p99, self._errors

    async def _task(self, number: int, until: float) -> None:
        own = self._number * self._load.tasks + number
        step = self._load.processes * self._load.tasks
        while time.perf_counter() < until:
            await self._timed(self._contestant.load(key(random.randrange(self._load.keys))))
            address, content = key(random.randrange(own, self._load.keys, step)), value()
            if await self._timed(self._contestant.save(address, content)):
                self._saved[address] = content

    async def _timed(self, operation: Awaitable[Any]) -> bool:
        started = time.perf_counter()
        try:
            await operation
        except (StorageError, sqlite3.Error):
            self._errors += 1
            return False
        self._times.append(time.perf_counter() - started)
        return True

    async def lost(self, contestant: AsyncContestant) -> int:
        """How many of the saves that were acknowledged cannot be loaded."""
        found = [await contestant.load(address) == content for address, content in self._saved.items()]
        return found.count(False)


async def _main(load: Load, number: int) -> None:
    path = Path(load.path)
    contestant = await _OPEN[load.contestant](path, "power")
    tasks = _Tasks(load, number, contestant)
    await contestant.save(key(number), value())
    print("ready", flush=True)
    sys.stdin.readline()
    rate, p99, errors = await tasks.run()
    await contestant.close()
    again = await _OPEN[load.contestant](path, "power")
    lost = await tasks.lost(again)
    await again.close()
    print(json.dumps(asdict(Tally(rate, p99, errors, lost))))


if __name__ == "__main__":
    asyncio.run(_main(Load(**json.loads(sys.argv[1])), int(sys.argv[2])))
