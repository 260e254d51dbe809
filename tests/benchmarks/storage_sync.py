"""What is promised of the synchronous facade, and of the file."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from storage_core import Storage
from tests.benchmarks import peers
from tests.benchmarks.peers import RAW_TABLE, RAW_UPSERT, Contestant, everything
from tests.benchmarks.report import Row, limit_row, ratio_row
from tests.benchmarks.runs import Plan, interleaved, key, loads, progress, saves, timed

_LARGE = 1024 * 1024
_LARGE_KEYS = 16
_SETTLED = "PRAGMA wal_checkpoint(TRUNCATE)"


def rows(plan: Plan) -> Iterator[Row]:
    yield from _single_values(plan)
    yield _save_many(plan)
    yield _listing(plan)
    yield from _large_values(plan)
    yield _size_on_disk(plan)
    yield _import_time(plan)


@contextmanager
def _opened(*contestants: Contestant) -> Iterator[tuple[Contestant, ...]]:
    try:
        yield contestants
    finally:
        for contestant in contestants:
            contestant.close()


@contextmanager
def _emptied(plan: Plan) -> Iterator[Plan]:
    """The plan in a folder of its own, which is gone afterwards."""
    with TemporaryDirectory(dir=plan.folder) as folder:
        yield Plan(Path(folder), plan.keys, plan.rounds, plan.seconds)


def _single_values(plan: Plan) -> Iterator[Row]:
    def against(mine: Contestant, peer: Contestant, measure: Callable[..., float], verb: str) -> Any:
        progress(f"{verb} against {peer.name}")
        runs = [partial(measure, getattr(contestant, verb), plan) for contestant in (mine, peer)]
        return interleaved(runs, plan.rounds)

    with (
        _emptied(plan) as here,
        _opened(
            peers.open_ours(here, "process"),
            peers.open_raw(here, "process"),
            peers.open_diskcache(here),
        ) as (ours, raw, diskcache),
    ):
        yield ratio_row("sync `load`, raw sqlite3 + json", against(ours, raw, loads, "load"), 0.9)
        yield ratio_row(
            "sync `save`, durability process, a raw upsert", against(ours, raw, saves, "save"), 0.45
        )
        yield ratio_row("sync `load`, diskcache", against(ours, diskcache, loads, "load"), 1.1)
        yield ratio_row("sync `save`, diskcache", against(ours, diskcache, saves, "save"), 1.0)
    with (
        _emptied(plan) as here,
        _opened(peers.open_ours(here, "power"), peers.open_raw(here, "power")) as (ours, raw),
    ):
        yield ratio_row(
            "sync `save`, durability power, a raw upsert", against(ours, raw, saves, "save"), 0.75
        )


def _save_many(plan: Plan) -> Row:
    progress("save_many")

    def ours() -> float:
        content = dict(everything(plan))
        with _emptied(plan) as here, Storage(here.folder / "ours.db") as storage:
            return len(content) / timed(lambda: storage.workspace("acme").save_many(content))

    def raw() -> float:
        content = dict(everything(plan))
        with (
            _emptied(plan) as here,
            closing(peers.raw_connection(here.folder / "raw.db", "power")) as connection,
        ):
            connection.execute(RAW_TABLE)

            def write() -> None:
                connection.execute("BEGIN")
                items = ((key, json.dumps(value)) for key, value in content.items())
                connection.executemany(RAW_UPSERT, items)
                connection.execute("COMMIT")

            return len(content) / timed(write)

    what = f"`save_many` of {plan.keys:,}, raw `executemany`"
    return ratio_row(what, interleaved([ours, raw], plan.rounds), 0.5)


def _listing(plan: Plan) -> Row:
    progress("listing")
    with _emptied(plan) as here, _filled(here) as (storage, raw):
        store = storage.workspace("acme")

        def ours() -> float:
            return plan.keys / timed(lambda: list(store.keys()))

        def theirs() -> float:
            select = "SELECT key FROM entries ORDER BY key"
            return plan.keys / timed(lambda: [key for (key,) in raw.execute(select)])

        what = f"listing {plan.keys:,} keys, a raw `SELECT`"
        return ratio_row(what, interleaved([ours, theirs], plan.rounds), 0.6)


@contextmanager
def _filled(plan: Plan) -> Iterator[tuple[Storage, Any]]:
    with (
        Storage(plan.folder / "ours.db") as storage,
        closing(peers.raw_connection(plan.folder / "raw.db", "power")) as raw,
    ):
        storage.workspace("acme").save_many(dict(everything(plan)))
        peers.fill_raw(raw, plan)
        yield storage, raw


def _large_values(plan: Plan) -> Iterator[Row]:
    progress("values of 1 MiB")
    with _emptied(plan) as here, _filled(Plan(here.folder, keys=1)) as (storage, raw):
        store = storage.workspace("acme")
        select, upsert = peers.RAW_SELECT, peers.RAW_UPSERT

        def written(write: Callable[[str, bytes], Any]) -> float:
            values = [os.urandom(_LARGE) for _ in range(_LARGE_KEYS)]
            return _LARGE_KEYS / timed(lambda: [write(key(n), data) for n, data in enumerate(values)])

        def read(read: Callable[[str], Any]) -> float:
            return (
                4 * _LARGE_KEYS / timed(lambda: [read(key(n % _LARGE_KEYS)) for n in range(4 * _LARGE_KEYS)])
            )

        sets = [
            lambda: written(store.set),
            lambda: written(lambda key, data: raw.execute(upsert, (key, data))),
        ]
        yield ratio_row("a 1 MiB `set`, raw", interleaved(sets, plan.rounds), 0.8)
        gets = [lambda: read(store.get), lambda: read(lambda key: raw.execute(select, (key,)).fetchone()[0])]
        yield ratio_row("a 1 MiB `get`, raw", interleaved(gets, plan.rounds), 0.8)


def _size_on_disk(plan: Plan) -> Row:
    progress("size on disk")
    with _emptied(plan) as here:
        with _filled(here) as (_, raw):
            raw.execute(_SETTLED)
        ours, theirs = (os.path.getsize(here.folder / name) / plan.keys for name in ("ours.db", "raw.db"))
    return limit_row(
        "bytes a key on disk, the raw table", f"{ours:.0f}", f"{theirs:.0f}", ours / theirs, 1.5, digits=2
    )


def _import_time(plan: Plan) -> Row:
    progress("import")
    compiling = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def importing(module: str) -> float:
        code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        python = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=compiling)
        return float(python.stdout)

    runs = [partial(importing, module) for module in ("storage_core", "aiosqlite")]
    interleaved(runs, 1)  # so that both are compiled
    pairs = [(ours * 1000, theirs * 1000) for ours, theirs in interleaved(runs, plan.rounds)]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    more = statistics.median(ours - theirs for ours, theirs in pairs)
    what = "`import storage_core`, more than `import aiosqlite`"
    return limit_row(what, f"{ours:.0f} ms", f"{theirs:.0f} ms", more, 25, " ms")
