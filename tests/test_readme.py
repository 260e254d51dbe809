"""The README can be believed: its examples run, its commands exist, and its list of errors is complete."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import storage_core
from storage_core import StorageError

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_every_example_runs_as_it_stands(example: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (tmp_path / "state.db").exists()


def test_every_make_target_that_is_named_exists() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    assert {"run", "test", "check", "bench"} <= named
    assert named <= targets


def test_every_flag_of_the_command_is_listed() -> None:
    usage = subprocess.run(
        [sys.executable, "-m", "inspector.app", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    flags = set(re.findall(r"--[a-z-]+", usage)) - {"--help", "--version"}
    assert flags == set(re.findall(r"^\| `(--[a-z-]+)", README, re.MULTILINE))


def test_every_error_is_explained() -> None:
    errors = {
        name
        for name in storage_core.__all__
        if isinstance(getattr(storage_core, name), type)
        and issubclass(getattr(storage_core, name), StorageError)
    }
    explained = {
        name
        for row in re.findall(r"^\| (`\w+Error`.*?) \|", README, re.MULTILINE)
        for name in re.findall(r"\w+Error", row)
    }
    assert explained == errors - {"StorageError"}


def test_every_picture_and_path_that_is_named_is_there() -> None:
    paths = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(
        r"`((?:inspector|storage_core|resources|tests)/[\w./]+)`", README
    )
    assert paths
    assert [path for path in paths if not (PROJECT / path).exists()] == []
