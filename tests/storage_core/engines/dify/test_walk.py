"""What is known of Dify's folder is what is there, however much of it a look passes over as known already."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from storage_core import AsyncStorage
from storage_core.engine import Engine
from storage_core.engines.dify import scan as dify_scan
from storage_core.engines.dify.database import DifyDatabase
from storage_core.engines.dify.walk import Walk
from storage_core.entry import Kind
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.engines.dify.folder import PLUGIN, files, plugin_folder

KEYS = ["a", "b", "c", "d/e", "d/f", "d/g/h", "i/j"]


def _there(folder: Path) -> dict[str, int]:
    return {key: len(data) for key, data in files(plugin_folder(folder)).items() if data is not None}


def _known(database: DifyDatabase) -> dict[str, int]:
    lines = database._lookout.ledger.lines().values()
    return {line.address.key: line.seen.size for line in lines if line.address.scope == PLUGIN}


class Steps:
    """Things that happen to a folder, one after the other, by chance."""

    def __init__(self, folder: Path, engine: Engine, seed: int) -> None:
        self._folder = folder
        self._daemon = Daemon(folder, "hjlarry/storage")
        self._engine = engine
        self._chance = random.Random(seed)
        self._size = 0

    def take(self) -> None:
        key, step = self._chance.choice(KEYS), self._chance.choice([self._theirs, self._ours, self._look])
        step(key)

    def _theirs(self, key: str) -> None:
        if self._chance.random() < 0.6:
            self._size += 1
            self._daemon.set(key, b"x" * self._size)
        elif self._daemon.exist(key):
            self._daemon.delete(self._chance.choice([key, key.partition("/")[0]]))

    def _ours(self, key: str) -> None:
        self._engine.begin()
        if self._chance.random() < 0.6:
            self._size += 1
            self._engine.write(PLUGIN, key, Kind.BYTES, b"y" * self._size, None, None)
        else:
            self._engine.delete(PLUGIN, key, None)
        self._engine.commit()

    def _look(self, key: str) -> None:
        self._chance.choice(
            [
                lambda: self._engine.version(),
                lambda: self._engine.read_small(PLUGIN, key, 0),
                lambda: self._engine.keys(PLUGIN, "", None, 100),
            ]
        )()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happened_a_look_knows_all_that_is_there_and_tells_each_change(
    folder: Path, seed: int
) -> None:
    database = DifyDatabase(folder, durability="process")
    database.prepare()
    engine = database.connect()
    steps, since = Steps(folder, engine, seed), engine.last_revision()
    told = _known(database)
    for _ in range(60):
        for _ in range(5):
            steps.take()
        engine.version()
        assert _known(database) == _there(folder)
    for change in engine.changes(since, 10_000):
        if change.deleted:
            told.pop(change.key, None)
        else:
            told[change.key] = change.size
    assert told == _there(folder)
    engine.close()


@pytest.fixture
def engine(folder: Path) -> Engine:
    database = DifyDatabase(folder)
    database.prepare()
    return database.connect()


def _write(engine: Engine, key: str) -> None:
    engine.begin()
    engine.write(PLUGIN, key, Kind.BYTES, b"1", None, None)
    engine.commit()


def test_a_value_that_was_made_from_here_and_deleted_by_its_plugin_before_a_look_is_gone(
    engine: Engine, folder: Path
) -> None:
    engine.version()
    _write(engine, "new")
    Daemon(folder, "hjlarry/storage").delete("new")
    engine.version()
    assert [entry.key for entry in engine.entries(PLUGIN, "new", None, 10)] == []
    assert [(change.key, change.deleted) for change in engine.changes(engine.last_revision() - 2, 10)] == [
        ("new", False),
        ("new", True),
    ]


def test_a_folder_that_goes_with_all_that_is_in_it_is_told_value_by_value(
    engine: Engine, folder: Path
) -> None:
    since = engine.version()
    Daemon(folder, "hjlarry/storage").delete("conversations")
    engine.version()
    changes = {change.key: change.deleted for change in engine.changes(since, 10)}
    assert changes == {"conversations/2026/11/abc": True, "conversations/2026/11/def": True}


def test_what_has_the_same_name_but_is_another_file_is_another_value(engine: Engine, folder: Path) -> None:
    path = plugin_folder(folder) / "counter"
    since, before = engine.version(), path.stat()
    aside = folder / "aside"
    aside.write_bytes(path.read_bytes())
    os.utime(aside, ns=(before.st_atime_ns, before.st_mtime_ns))
    aside.rename(path)
    engine.version()
    assert [change.key for change in engine.changes(since, 10)] == ["counter"]


class Standstill:
    """A clock that shows the same all the time: however slow this machine is, it was just now."""

    monotonic = staticmethod(lambda: 1.0)


async def test_a_large_storage_is_looked_through_once_when_it_is_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = plugin_folder(folder) / "many"
    many.mkdir()
    for number in range(3_000):
        (many / str(number)).touch()
    walks: list[object] = []
    through = Walk.through

    def counted(walk: Walk, *arguments: Any) -> None:
        walks.append(walk)
        through(walk, *arguments)

    monkeypatch.setattr(Walk, "through", counted)
    monkeypatch.setattr(dify_scan, "time", Standstill)
    async with AsyncStorage(folder) as storage:
        infos = await storage.scopes()
        assert [change async for change in storage.changes(await storage.revision())] == []
        assert sum(info.count for info in infos) == 3_000 + 18
        assert len(walks) == 1
        Daemon(folder, "hjlarry/storage").set("new", b"1")
        assert await storage.store(PLUGIN).get("new") == b"1"
    assert TENANT in os.listdir(folder)
