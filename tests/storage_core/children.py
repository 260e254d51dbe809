"""Second processes, real ones: the programs of this folder, started, told what to do, listened to, killed."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]


class Running:
    """A program that runs, and speaks a line at a time. Leaving the block waits for its end."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def line(self) -> str:
        """The next line that it says; empty when it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def lines(self) -> list[str]:
        """All that it says until it ends, whole lines only: a killed one may stop in the middle of a line."""
        assert self._process.stdout is not None
        return [line[:-1] for line in self._process.stdout if line.endswith("\n")]

    def tell(self, line: str = "go") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """End it as `kill -9` does: not one more instruction of its own."""
        self._process.kill()

    @property
    def exit_code(self) -> int:
        """How it ended, waited for."""
        return self._process.wait(timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.kill()
        with self._process:  # closes its pipes, and waits
            pass


class Child(Running):
    """A program of `programs/`; `through` is a command that starts it (strace, setpriv, unshare)."""

    def __init__(self, program: str, *arguments: object, through: Sequence[str] = ()) -> None:
        module = f"tests.storage_core.programs.{program}"
        super().__init__([*through, sys.executable, "-m", module, *map(str, arguments)], ROOT)


def said_by(program: str, *arguments: object, through: Sequence[str] = ()) -> list[str]:
    """What a program says from its start to its end, which must be a good one."""
    with Child(program, *arguments, through=through) as child:
        said = child.lines()
        assert child.exit_code == 0, said
    return said
