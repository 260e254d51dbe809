"""Databases that the Cheshire Cat has made itself, for tests to open."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage_core import Scope
from tests.foreign.cat_store import ADMIN, CatStore

PROJECT = "mycat"
SHARED = Scope(PROJECT)
OF_ADMIN = Scope(PROJECT, ADMIN)


@pytest.fixture(scope="session")
def fresh_cat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Cat that has made its tables and stored nothing yet."""
    folder = tmp_path_factory.mktemp("fresh")
    with CatStore(folder):
        pass
    return folder


@pytest.fixture
def project(tmp_path: Path, fresh_cat: Path) -> Path:
    """A Cat's project folder of the test's own."""
    return Path(shutil.copytree(fresh_cat, tmp_path / PROJECT))


@pytest.fixture
def location(project: Path) -> Path:
    """Where the database of that Cat is."""
    return project / "data" / "core" / "core.db"


def execute(location: Path, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
    """Do to a database what its Cat, another version of it or another program may have done."""
    with closing(sqlite3.connect(location, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(*((statement,) if isinstance(statement, str) else statement))


def rows(location: Path, statement: str) -> list[Any]:
    """What a database answers."""
    with closing(sqlite3.connect(f"file:{location}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()
