"""What is printed: the machine, the versions, and tables in Markdown."""

import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One promise, and what became of it."""

    what: str
    ours: str
    theirs: str
    figure: str
    target: str
    reached: bool


def ratio_row(what: str, pairs: Sequence[tuple[float, ...]], at_least: float, unit: str = "/s") -> Row:
    """Ours against theirs, where more is better: the median of the rounds' ratios."""
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Row(
        what,
        f"{_number(ours)}{unit}",
        f"{_number(theirs)}{unit}",
        f"{ratio:.2f}",
        f"≥ {at_least:g}",
        ratio >= at_least,
    )


def limit_row(
    what: str, ours: str, theirs: str, figure: float, at_most: float, unit: str = "", digits: int = 1
) -> Row:
    """A figure that must not be more than `at_most`."""
    return Row(what, ours, theirs, f"{figure:.{digits}f}{unit}", f"≤ {at_most:g}{unit}", figure <= at_most)


def table(rows: Iterable[Row]) -> str:
    return markdown(
        ["what", "ours", "theirs", "ratio", "target", ""],
        [
            [
                row.what,
                row.ours,
                row.theirs,
                row.figure,
                row.target,
                "reached" if row.reached else "**missed**",
            ]
            for row in rows
        ],
    )


def plain_table(columns: Sequence[str], rows: Iterable[tuple[str, Sequence[float | None]]]) -> str:
    """Figures a second by name, as they are; None where there is nothing to measure."""
    return markdown(
        ["", *columns],
        [
            [name, *("" if figure is None else _number(figure) for figure in figures)]
            for name, figures in rows
        ],
    )


def machine(folder: Path) -> str:
    """The processor, the memory and what a sync of the disk under `folder` takes."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()} {platform.release()};"
        f" fdatasync {_sync_time(folder) * 1000:.2f} ms"
    )


def versions(packages: Iterable[str]) -> str:
    names = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    return ", ".join([*names, *(f"{package} {metadata.version(package)}" for package in packages)])


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:  # not on Linux
        pass
    return platform.processor() or platform.machine()


def _sync_time(folder: Path) -> float:
    sync = os.fsync if sys.platform == "darwin" else os.fdatasync
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(200):
            os.write(file.fileno(), b"x" * 4096)
            started = time.perf_counter()
            sync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def _number(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table: the first column is text, the others are figures."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
