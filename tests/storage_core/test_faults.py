"""The device and the operating system fail: the right error of ours, nothing acknowledged is lost, and it goes on."""

import json
import subprocess
from pathlib import Path

import pytest

from storage_core import Storage
from tests.storage_core.children import said_by
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.facades import FACADES
from tests.storage_core.programs.write_numbers import values
from tests.storage_core.verbs import READS, VERBS, fill

SIZE = 20_000


def _outcomes(said: list[str]) -> dict[str, set[int]]:
    """The numbers of the writes, by what came of them."""
    outcomes: dict[str, set[int]] = {}
    for line in said:
        number, outcome = line.split()
        outcomes.setdefault(outcome, set()).add(int(number))
    return outcomes


def _found(location: Path) -> set[int]:
    """The writes that a storage holds, each whole; the storage is sound."""
    with Storage(location) as storage:
        assert storage.check() == []
        store = storage.workspace("acme")
        keys = list(store.keys())
        numbers = {int(key.removesuffix(" again")) for key in keys}
        wanted = [values(number, SIZE) for number in numbers]
        assert store.get_many(keys) == {key: value for pair in wanted for key, value in pair.items()}
    return numbers


def _failing(call: str, error: str, when: str, *paths: Path) -> list[str]:
    """What starts a command whose system calls of that name fail, those that `when` counts out."""
    only = [option for path in paths for option in ("-P", str(path))]
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]
    return ["strace", "-f", "-o", "/dev/null", *only, *inject]


def _small_disk(folder: Path) -> list[str]:
    """What starts a command that sees a disk of 1 MiB at `folder`, of which `ballast` takes a third.

    Its files are copied to the real folder when the command has ended. Where nobody may mount a disk, calls fail.
    """
    fill = f'head -c 350000 /dev/zero > "{folder}/ballast"'
    mount = f'set -e; cd "{folder}"; mount -t tmpfs -o size=1m none "{folder}"; {fill}'
    started = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    if subprocess.run([*started, mount], capture_output=True, check=False).returncode == 0:
        return [*started, f'{mount}; "$0" "$@"; cp "{folder}"/state.db* .']
    return _failing("pwrite64", "ENOSPC", "300..320")


def test_a_full_disk_refuses_writes_loses_nothing_and_goes_on_when_there_is_room(
    location: Path, facade: str
) -> None:
    ballast = location.with_name("ballast")
    said = said_by("write_despite", facade, location, 25, SIZE, ballast, through=_small_disk(location.parent))
    outcomes = _outcomes(said)
    assert set(outcomes) == {"written", "StorageFullError"}
    assert _found(location) == outcomes.get("written", set())
    assert max(outcomes["written"]) > max(outcomes["StorageFullError"])


def test_a_disk_on_which_nothing_can_be_made_says_so_and_is_used_later(location: Path, facade: str) -> None:
    for call, error, expected in (
        ("pwrite64", "ENOSPC", "StorageFullError"),
        ("pwrite64", "EIO", "StorageIOError"),
        ("fdatasync", "EIO", "StorageIOError"),
    ):
        failing = _failing(call, error, "1+")
        said = said_by("ask_everything", facade, location, "{}", "{}", through=failing)
        assert said == [*(f"{name} {expected}" for name in VERBS), "threads 1"]
    assert said_by("write_despite", facade, location, 1, SIZE, location.with_name("ballast")) == [
        "0 written",
        "1 written",
    ]
    assert _found(location) == {0, 1}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("ENOSPC", "StorageFullError"),
        ("EROFS", "ReadOnlyError"),
        ("EACCES", "ReadOnlyError"),
        ("EIO", "StorageIOError"),
    ],
)
def test_a_folder_that_cannot_be_made_says_why(
    tmp_path: Path, facade: str, error: str, expected: str
) -> None:
    location = tmp_path / "folder" / "state.db"
    failing = _failing("mkdir", error, "1+", location.parent)
    said = said_by("ask_everything", facade, location, "{}", "{}", through=failing)
    assert said == [*(f"{name} {expected}" for name in VERBS), "threads 1"]
    assert list(tmp_path.iterdir()) == []


def test_a_backup_for_which_there_is_no_room_says_so_and_leaves_nothing(location: Path, facade: str) -> None:
    target = location.with_name("backup.db")
    with Storage(location) as storage:
        storage.workspace("acme").save("key", 1)
    for error, expected in (("ENOSPC", "StorageFullError"), ("EIO", "StorageIOError")):
        failing = _failing("pwrite64", error, "1+", target)
        said = said_by("ask_everything", facade, location, '{"read_only": true}', "{}", through=failing)
        assert said == [
            *(f"{name} done" for name in READS if name != "backup"),
            f"backup {expected}",
            "threads 1",
        ]
        assert not list(location.parent.glob("backup*"))


FEW = [1, 5, 21]
ALL = list(range(1, 50))


CALLS = [
    ("pwrite64", "ENOSPC", "StorageFullError"),
    ("pwrite64", "EIO", "StorageIOError"),
    ("fdatasync", "EIO", "StorageIOError"),
    ("ftruncate", "EIO", "StorageIOError"),
    ("pread64", "EIO", "StorageIOError CorruptError"),  # SQLite takes some reads that fail for damage
]


@pytest.mark.parametrize(
    ("facade", "places", "call", "error", "expected"),
    [
        *((list(FACADES)[number % 2], FEW, *call) for number, call in enumerate(CALLS)),
        *(pytest.param(name, ALL, *call, marks=pytest.mark.slow) for name in FACADES for call in CALLS),
    ],
)
def test_whichever_call_fails_nothing_acknowledged_is_lost_and_nothing_refused_is_there(
    location: Path, facade: str, places: list[int], call: str, error: str, expected: str
) -> None:
    with Storage(location):
        pass
    paths = [location, location.with_name("state.db-wal")]
    with Storage(location) as storage:
        for place in places:
            storage.workspace("acme").clear()
            said = said_by(
                "write_despite",
                facade,
                location,
                4,
                SIZE,
                location.with_name("ballast"),
                through=_failing(call, error, str(place), *paths),
            )
            outcomes = _outcomes(said)
            assert set(outcomes) <= {"written", *expected.split()}
            assert _found(location) == outcomes.get("written", set())


@pytest.mark.parametrize(
    "size", [0, 8192, 60_000, *(pytest.param(size, marks=pytest.mark.slow) for size in (4096, 40_000))]
)
async def test_a_limit_on_the_size_of_files_lets_nothing_out_but_errors_of_ours(
    location: Path, facade: str, open_storage: OpenStorage, size: int
) -> None:
    async with open_storage() as storage:
        await fill(storage.workspace("acme"))
        await storage.backup(location.with_name("before.db"))
    said = said_by("ask_everything", facade, location, "{}", json.dumps({"size": size}))
    assert said.pop() == "threads 1"
    assert [line.split()[0] for line in said] == list(VERBS)
    assert {line.split()[1] for line in said} <= {"done", "StorageIOError"}
    assert "clear StorageIOError" in said
    async with open_storage() as storage:
        assert await storage.check() == []
        assert await storage.workspace("acme").load("json") is not None


@pytest.mark.parametrize(
    "files", [6, 10, 16, *(pytest.param(files, marks=pytest.mark.slow) for files in (8, 12, 14, 18))]
)
async def test_a_limit_on_open_files_lets_nothing_out_but_errors_of_ours(
    location: Path, facade: str, open_storage: OpenStorage, files: int
) -> None:
    async with open_storage() as storage:
        await fill(storage.workspace("acme"))
    said = said_by("ask_everything", facade, location, "{}", json.dumps({"files": files}))
    assert said.pop() == "threads 1"
    assert [line.split()[0] for line in said] == list(VERBS)
    assert {line.split()[1] for line in said} <= {"done", "StorageIOError"}
