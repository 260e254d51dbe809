"""Storages of both facades, each closed when its test is over, and a clock that only a test moves."""

import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage_core import AsyncStorage, AsyncStore
from tests.storage_core.facades import FACADES

OpenStorage = Callable[..., AsyncStorage]


class Clock:
    """The time that storage_core sees, in milliseconds since 1970."""

    def __init__(self) -> None:
        self.now = time.time_ns() // 1_000_000

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


def stopped_clock(patch: pytest.MonkeyPatch) -> Clock:
    """A clock that all of storage_core looks at until the patch is undone."""
    clock = Clock()
    for name, module in list(sys.modules.items()):
        if name.startswith("storage_core") and hasattr(module, "now_in_milliseconds"):
            patch.setattr(module, "now_in_milliseconds", clock)
    return clock


@pytest.fixture(params=list(FACADES))
def facade(request: pytest.FixtureRequest) -> str:
    """The name of a facade: what uses it runs once on each."""
    name: str = request.param
    return name


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """Where the storage of a test is."""
    return tmp_path / "state.db"


@pytest.fixture
async def open_storage(facade: str, location: Path) -> AsyncIterator[OpenStorage]:
    """Opens storages of the facade, at `location` where no other is named."""
    opened: list[AsyncStorage] = []

    def open_one(at: object = location, **options: object) -> AsyncStorage:
        opened.append(FACADES[facade](at, **options))
        return opened[-1]

    yield open_one
    for storage in opened:
        await storage.close()


@pytest.fixture
def storage(open_storage: OpenStorage) -> AsyncStorage:
    return open_storage()


@pytest.fixture
def store(storage: AsyncStorage) -> AsyncStore:
    """The shared store of the workspace "acme"."""
    return storage.workspace("acme")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every storage of the test."""
    return stopped_clock(monkeypatch)
