"""What tests of other systems' data share: copies of what those systems wrote, and a person before the window."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inspector.app import open_window
from tests.foreign.environments import PROJECT
from tests.inspector.person import Person

DATA = PROJECT / "tests" / "foreign" / "data"

Sql = Callable[..., list[Any]]


@pytest.fixture
def core_db(tmp_path: Path) -> Path:
    """A Cat's database, in a project that is called mycat."""
    path = tmp_path / "mycat" / "data" / "core" / "core.db"
    path.parent.mkdir(parents=True)
    return Path(shutil.copy(DATA / "cat" / "core.db", path))


@pytest.fixture
def sql(core_db: Path) -> Sql:
    """Asks and changes that database as any other program may."""

    def run(statement: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(core_db, isolation_level=None)) as connection:
            return connection.execute(statement, values).fetchall()

    return run


@pytest.fixture
def persistence(tmp_path: Path) -> Path:
    """The folder of Dify's plugin daemon."""
    return Path(shutil.copytree(DATA / "dify" / "persistence", tmp_path / "persistence"))


@pytest.fixture
async def cat(core_db: Path) -> AsyncIterator[Person]:
    """A person before a window on the Cat's database."""
    window = await open_window(core_db)
    await window.idle()
    yield Person(window)
    await window.shutdown()


@pytest.fixture
async def dify(persistence: Path) -> AsyncIterator[Person]:
    """A person before a window on Dify's folder."""
    window = await open_window(persistence)
    await window.idle()
    yield Person(window)
    await window.shutdown()
