"""A Cheshire Cat's database where nothing can be written: it is read all the same, or said why not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.foreign.cat_store import CatStore
from tests.storage_core.children import said_by
from tests.storage_core.engines.cheshire_cat.cats import execute, running_cat
from tests.storage_core.verbs import READS

__all__ = ["running_cat"]  # a fixture

_OVERRIDE = "-dac_override,-dac_read_search"
AS_OTHERS = ["setpriv", f"--bounding-set={_OVERRIDE}", f"--inh-caps={_OVERRIDE}"] if os.geteuid() == 0 else []
"""What starts a program for which permissions hold: root may write everywhere."""


@pytest.fixture
def location(tmp_path: Path, running_cat: CatStore) -> Iterator[Path]:
    """A database in which the Cat has saved something."""
    location = tmp_path / "core" / "core.db"
    location.parent.mkdir()
    running_cat.open(location)
    running_cat.save("json", [1])
    yield location
    location.parent.chmod(0o755)


def _said_where_nothing_can_be_written(facade: str, location: Path) -> list[str]:
    """What each verb that reads comes to for somebody who can write neither the file nor its folder."""
    location.chmod(0o444)
    location.parent.chmod(0o555)
    before = sorted(os.listdir(location.parent))
    said = said_by("ask_everything", facade, location, '{"read_only": true}', "{}", through=AS_OTHERS)
    assert sorted(os.listdir(location.parent)) == before
    return said


def test_everything_can_be_read_where_nothing_can_be_written(facade: str, location: Path) -> None:
    outcomes = {"backup": "ReadOnlyError", "changes": "ChangesLostError"}  # those of before are not known
    assert _said_where_nothing_can_be_written(facade, location) == [
        *(f"{name} {outcomes.get(name, 'done')}" for name in READS),
        "threads 1",
    ]


def test_a_log_that_cannot_be_read_is_no_matter_of_opening_it_read_only(facade: str, location: Path) -> None:
    execute(location, "PRAGMA journal_mode = WAL")
    assert _said_where_nothing_can_be_written(facade, location) == [
        *(f"{name} StorageIOError" for name in READS),
        "threads 1",
    ]
