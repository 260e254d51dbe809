"""The Cheshire Cat's and Dify's own packages, each in an environment of its own: what they do is the judge.

`python -m tests.foreign.environments` sets both up; `make test` does so by itself. `python_in("cat")` is the
interpreter that a test starts.
"""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / ".venv" / "foreign"
_OURS = ("aiosqlite>=0.22,<0.23", "platformdirs>=4.2")
# The Cat asks for fastmcp from 3.4.3 on, without an upper bound; with 4 its own `@tool` fails.
_CAT = ("cheshire-cat-ai==2.0.23", "fastmcp>=3.4.3,<4")
_DIFY = ("dify_plugin==0.10.2",)
_DIFY_BEFORE_3_12 = ("dify_plugin==0.7.4",)
"""All that is tested holds with it too, but that it sends no traceback of a plugin that fails."""
_ASK_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def python_in(name: str) -> str:
    """The interpreter that has the packages of "cat" or "dify", and those that storage_core needs."""
    python = FOLDER / name / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        raise FileNotFoundError(f"{python} is missing: `make test`, or python -m tests.foreign.environments")
    return str(python)


def sends_tracebacks() -> bool:
    """Whether the dify_plugin that is set up tells where a plugin has failed: that for Python 3.11 does not."""
    asked = subprocess.run(
        [python_in("dify"), "-c", _ASK_VERSION], capture_output=True, text=True, check=True
    )
    return _as_version(asked.stdout) >= (3, 12)


def environment_for(**more: str) -> dict[str, str]:
    """The variables for such an interpreter: it finds this checkout's storage_core and tests.

    It keeps its bytecode beside its packages: the folders of projects and plugins stay as they are.
    """
    return os.environ | {"PYTHONPATH": str(PROJECT), "PYTHONPYCACHEPREFIX": str(FOLDER / "bytecode")} | more


def _installed_pythons() -> Iterator[str]:
    yield sys.executable
    for version in ("3.12", "3.13", "3.14"):
        yield f"python{version}"
        for root in (Path.home() / ".pyenv" / "versions", Path("/opt/python")):
            yield from (str(path) for path in sorted(root.glob(f"{version}*/bin/python3")))


def _python_for_dify() -> str | None:
    """An interpreter that the newest dify_plugin runs on; None where this machine has none."""
    for python in _installed_pythons():
        try:
            asked = subprocess.run(
                [python, "-c", _ASK_VERSION], capture_output=True, text=True, timeout=60, check=False
            )
        except OSError:
            continue
        if asked.returncode == 0 and _as_version(asked.stdout) >= (3, 12):
            return python
    return None


def _as_version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _make(name: str, python: str, packages: tuple[str, ...]) -> None:
    print(f"setting up {name}: {', '.join(packages)}", flush=True)
    subprocess.run([python, "-m", "venv", "--clear", str(FOLDER / name)], check=True)
    quiet = ("--quiet", "--disable-pip-version-check")
    subprocess.run([python_in(name), "-m", "pip", "install", *quiet, *packages, *_OURS], check=True)


def main() -> None:
    _make("cat", sys.executable, _CAT)
    python = _python_for_dify()
    if python is None:
        print(f"no Python 3.12 or newer beside {sysconfig.get_python_version()}: an older dify_plugin it is")
    _make("dify", python or sys.executable, _DIFY if python else _DIFY_BEFORE_3_12)


if __name__ == "__main__":
    main()
