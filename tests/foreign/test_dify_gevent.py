"""Under gevent, as dify_plugin brings it about, nothing deadlocks and nothing is lost, whoever else writes."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage_core import Scope, Storage
from tests.foreign.environments import PROJECT, environment_for, python_in
from tests.storage_core.children import Child


@pytest.fixture(params=["before", "after"])
def when(request: pytest.FixtureRequest) -> str:
    """Whether the storage was made before or after dify_plugin had patched everything for gevent."""
    name: str = request.param
    return name


@pytest.fixture
def location(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


class Greenlets:
    """The program with the greenlets, running; it speaks a line at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def tell(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@contextmanager
def greenlets(when: str, location: Path, work: str) -> Iterator[Greenlets]:
    command = [python_in("dify"), "tests/foreign/dify_programs/greenlets.py", when, str(location), work]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment_for(PYTHONWARNINGS="ignore"),
        stdin=pipe,
        stdout=pipe,
        text=True,
    ) as process:
        try:
            yield Greenlets(process)
            assert process.wait(timeout=120) == 0
        finally:
            process.kill()


def test_greenlets_that_store_beside_another_process_lose_nothing(when: str, location: Path) -> None:
    with Child("increment", "sync", location, 1, 200) as other, greenlets(when, location, "write") as plugin:
        assert (other.line(), plugin.line()) == ("ready", "ready")
        other.tell()
        plugin.tell()
        assert plugin.line() == "done"
        assert other.exit_code == 0
    with Storage(location, read_only=True) as storage:
        kept = storage.store(Scope("acme", "author/name"))
        expected = {f"{greenlet}:{number}" for greenlet in range(10) for number in range(0, 30, 2)}
        assert set(kept.keys()) == expected
        assert kept.get("9:28") == b"28" * 1_000
        assert storage.workspace("acme").load("counter") == 200
        assert storage.check() == []


def test_greenlets_read_while_one_waits_for_another_process_to_let_go(when: str, location: Path) -> None:
    with greenlets(when, location, "wait") as plugin:
        assert plugin.line() == "ready"
        plugin.tell()
        assert plugin.line() == "stored"
        with Child("hold", location, "BEGIN IMMEDIATE") as other:
            assert other.line() == "holding"
            plugin.tell()
            assert plugin.line() == "waits 1 1 1 1 1"
            other.tell()
            assert other.exit_code == 0
        plugin.tell()
        assert plugin.line() == "done"
    with Storage(location, read_only=True) as storage:
        assert storage.store(Scope("acme", "author/name")).get("waited") == b"2"
