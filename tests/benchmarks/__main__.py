"""`python -m tests.benchmarks [PART ...] [--quick]`: measure, and print the report in Markdown."""

import argparse
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.runs import Plan

_PARTS = {"storage": "tests.benchmarks.storage", "inspector": "tests.benchmarks.inspector"}
"""By its name the module of each part: its `sections(plan)` give the report, piece by piece."""

_RUN_FOLDER = Path(__file__).parents[2] / ".run"
"""On the disk of the project: a temporary folder may lie in memory, where a sync costs nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(_PARTS)}; all where none is named"
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of it: to see that it runs")
    arguments = parser.parse_args()
    for name in arguments.parts:
        if name not in _PARTS:
            parser.error(f"no part {name!r}: there are {', '.join(_PARTS)}")
    _RUN_FOLDER.mkdir(exist_ok=True)
    for name in arguments.parts or _PARTS:
        with TemporaryDirectory(dir=_RUN_FOLDER) as folder:
            plan = Plan(Path(folder))
            if arguments.quick:
                plan = Plan(Path(folder), keys=10_000, rounds=3, seconds=0.2)
            for section in import_module(_PARTS[name]).sections(plan):
                print(section, end="\n\n", flush=True)


if __name__ == "__main__":
    main()
