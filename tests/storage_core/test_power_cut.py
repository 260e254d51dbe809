"""The power is cut while a storage is written: what was acknowledged is there, and the storage is sound."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage_core import Storage
from tests.storage_core.disk_recorder import Event, record
from tests.storage_core.disk_replay import Disk, Image, write_image
from tests.storage_core.programs.write_numbers import values


@dataclass(frozen=True)
class Run:
    """What is written, and how many torn disks are tried at each sync."""

    sessions: int
    writes: int
    size: int
    torn: int


SHORT = Run(sessions=3, writes=4, size=9_000, torn=3)
LARGE = Run(sessions=4, writes=60, size=60_000, torn=8)
LONG = Run(sessions=1, writes=1_500, size=300, torn=2)

slow = pytest.mark.slow


class Recording:
    """A run of the program `write_numbers`, and the crashes that may end it."""

    def __init__(self, tmp_path: Path, facade: str, durability: str, run: Run) -> None:
        self._run = run
        self._disk = tmp_path / "disk"
        self._copy = tmp_path / "copy"
        self._disk.mkdir()
        location = self._disk / "new folder" / "state.db"
        written = (run.sessions, run.writes, run.size)
        self._events = record(
            self._disk, tmp_path / "trace", "write_numbers", facade, location, durability, *written
        )

    def crashes(self) -> Iterator[tuple[str, set[int], Image]]:
        """The ends that may come just before each sync, and after the last: "killed", where the process alone ends,
        or "cut" where the power is; what was acknowledged until then; what is on the disk afterwards.
        """
        disk, acknowledged, chance = Disk(self._disk), set[int](), random.Random(1)
        for event in [*self._events, Event("sync", len(self._events), str(self._disk))]:
            if event.action == "said":
                acknowledged.add(int(event.data))
            if event.action == "sync":
                yield "killed", acknowledged, disk.kept()
                yield "cut", acknowledged, disk.dropped()
                for _ in range(self._run.torn):
                    yield "cut", acknowledged, disk.torn(chance)
            disk.replay(event)
        assert len(acknowledged) == self._run.sessions * self._run.writes

    def found(self, image: Image) -> set[int]:
        """The writes that are there on this disk, each of them whole, in a storage that is sound and can be used."""
        shutil.rmtree(self._copy, ignore_errors=True)
        self._copy.mkdir()
        write_image(image, self._disk, self._copy)
        with Storage(self._copy / "new folder" / "state.db") as storage:
            assert storage.check() == []
            store = storage.workspace("acme")
            keys = list(store.keys())
            numbers = {int(key.removesuffix(" again")) for key in keys}
            wanted = [values(number, self._run.size) for number in numbers]
            assert store.get_many(keys) == {key: value for pair in wanted for key, value in pair.items()}
            store.save("written after the crash", 1)
        return numbers


@pytest.mark.parametrize(
    "run", [SHORT, pytest.param(LARGE, marks=slow), pytest.param(LONG, marks=slow)], ids=str
)
def test_every_acknowledged_write_is_there_after_a_power_cut(tmp_path: Path, facade: str, run: Run) -> None:
    recording = Recording(tmp_path, facade, "power", run)
    for _, acknowledged, image in recording.crashes():
        assert acknowledged <= recording.found(image)


@pytest.mark.parametrize("run", [SHORT, pytest.param(LARGE, marks=slow)], ids=str)
def test_durability_for_the_process_outlives_the_process_but_not_every_power_cut(
    tmp_path: Path, facade: str, run: Run
) -> None:
    recording = Recording(tmp_path, facade, "process", run)
    lost = set[int]()
    for end, acknowledged, image in recording.crashes():
        missing = acknowledged - recording.found(image)
        assert end == "cut" or not missing
        lost |= missing
    assert lost, "the recording shows no difference: would it show a write that power durability loses?"
