"""A plugin at work while the inspector is measured: a process that saves 500 values a second."""

import itertools
import json
import random
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage_core import Scope, Storage
from tests.benchmarks.inspector_data import CROWDED, keys_of, scopes, value

PER_SECOND = 500
_NEW_ONE_IN = 20
_LIVES_FOR = 100  # new keys, until it is deleted

Times = list[tuple[float, float]]
"""Of each save when it ended, by `time.monotonic()`, which processes share, and how many seconds it took."""


@contextmanager
def working(path: Path, keys: int) -> Iterator[Times]:
    """Have a process of its own save while the context lasts; the times are there once it is over."""
    times: Times = []
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.inspector_writer", str(path), str(keys)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield times
    finally:
        printed, _ = process.communicate(timeout=60)
        times += [(ended, seconds) for ended, seconds in json.loads(printed)]


def _writes(keys: int) -> Iterator[tuple[Scope, str]]:
    """Half of them to the user with half of the keys; of these some are new, and deleted after a while."""
    crowd = list(keys_of(CROWDED, keys))
    others = scopes()
    for number in itertools.count():
        if number % 2:
            scope = random.choice(others)
            yield scope, random.choice(crowd if scope == CROWDED else _FEW)
        elif number % (2 * _NEW_ONE_IN):
            yield CROWDED, random.choice(crowd)
        else:
            yield CROWDED, f"new:{number // (2 * _NEW_ONE_IN)}"


_FEW = ("todos", "visits", "profile")


def _main(path: Path, keys: int) -> None:
    times: Times = []
    with Storage(path) as storage:
        due = time.monotonic()
        for number, (scope, key) in enumerate(_writes(keys)):
            if select.select([sys.stdin], [], [], max(0, due - time.monotonic()))[0]:
                break  # whoever started it has closed its standard input
            due = max(due, time.monotonic() - 1) + 1 / PER_SECOND
            store, content = storage.store(scope), value(number)
            started = time.monotonic()
            store.save(key, content)
            times.append((time.monotonic(), time.monotonic() - started))
            if key.startswith("new:") and (age := int(key[4:]) - _LIVES_FOR) >= 0:
                store.delete(f"new:{age}")
    print(json.dumps(times))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
