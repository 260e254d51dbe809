"""The storage part: every promise about speed and size, and what every peer does in a second."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import install, report, storage_async, storage_plain, storage_sync
from tests.benchmarks.runs import Plan


def sections(plan: Plan) -> Iterator[str]:
    """The report in Markdown, section by section."""
    install.make_importable()
    yield f"{report.machine(plan.folder)}. {report.versions(['aiosqlite', *install.PACKAGES])}."
    yield (
        f"JSON dicts of 100 bytes, {plan.keys:,} keys, each write another value; medians of {plan.rounds}"
        " interleaved runs, and of their ratios. After the comma, whom we are compared with."
    )
    rows = [*storage_sync.rows(plan), *storage_async.rows(plan)]
    yield report.table(rows)
    missed = [row for row in rows if not row.reached]
    yield f"{len(rows) - len(missed)} of {len(rows)} reached."
    yield "What each does in a second, with the durability that it has:"
    with TemporaryDirectory(dir=plan.folder) as folder:
        here = Plan(Path(folder), plan.keys, plan.rounds, plan.seconds)
        yield storage_plain.sync_table(here)
        yield storage_plain.async_table(here)
