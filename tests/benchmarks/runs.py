"""How things are measured: the same keys and values for everybody, in turns, medians of several rounds."""

import gc
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

_BETWEEN_LOOKS = 64
"""Operations between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure, and the folder on the disk to measure on."""

    folder: Path
    keys: int = 100_000
    rounds: int = 11  # many and short: what else the machine does then falls on both sides
    seconds: float = 0.4


def progress(what: str) -> None:
    """Tell whoever waits, without touching what is printed as the result."""
    print(f"  {what}", file=sys.stderr, flush=True)


def key(number: int) -> str:
    return f"todos:{number:06d}"


_serial = itertools.count(random.randrange(10_000_000))


def value() -> dict[str, Any]:
    """A dict of about 100 bytes as JSON, never the same twice: SQLite skips writing what is there already."""
    serial = next(_serial)
    return {
        "id": serial,
        "title": f"buy {serial % 97} litres of milk",
        "done": serial % 2 == 0,
        "price": serial / 8,
        "tags": ["shop", "home"],
    }


def random_keys(plan: Plan, count: int) -> list[str]:
    return [key(random.randrange(plan.keys)) for _ in range(count)]


def loads(load: Callable[[str], Any], plan: Plan) -> float:
    """How many random keys `load` loads in a second."""
    calls = ((key,) for key in itertools.cycle(random_keys(plan, 50_000)))
    return _rate(load, calls, plan.seconds)


def saves(save: Callable[[str, Any], Any], plan: Plan) -> float:
    """How many new values `save` saves in a second, at random keys."""
    most = int(60_000 * plan.seconds)
    values = [value() for _ in range(most)]
    return _rate(save, zip(random_keys(plan, most), values, strict=True), plan.seconds)


def _rate(operation: Callable[..., Any], calls: Iterator[tuple[Any, ...]], seconds: float) -> float:
    done = 0
    started = now = time.perf_counter()
    while now - started < seconds:
        before = done
        for arguments in itertools.islice(calls, _BETWEEN_LOOKS):
            operation(*arguments)
            done += 1
        now = time.perf_counter()
        if done == before:  # faster than anybody thought: there is nothing left to do
            break
    return done / (now - started)


def timed(operation: Callable[[], Any]) -> float:
    """The seconds that one call takes."""
    started = time.perf_counter()
    operation()
    return time.perf_counter() - started


def interleaved(runs: Sequence[Callable[[], Result]], rounds: int) -> list[tuple[Result, ...]]:
    """What each of the `runs` gave in each round; every other round goes backwards: nobody is always first."""
    results: list[tuple[Result, ...]] = []
    for number in range(rounds):
        order = list(range(len(runs)))[:: -1 if number % 2 else 1]
        found: dict[int, Result] = {}
        for index in order:
            gc.collect()
            found[index] = runs[index]()
        results.append(tuple(found[index] for index in range(len(runs))))
    return results
