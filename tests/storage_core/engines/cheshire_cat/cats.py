"""Databases that the Cheshire Cat has made itself, for tests to open."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage_core import Scope
from tests.foreign.cat_store import ADMIN, CatStore

PROJECT = "mycat"
SHARED = Scope(PROJECT)
OF_ADMIN = Scope(PROJECT, ADMIN)


@pytest.fixture(scope="session")
def running_cat(one_running_cat: CatStore) -> CatStore:
    """The one Cat of all tests: a module that imports this has a fixture of its own, but no Cat of its own."""
    return one_running_cat


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A Cat's project folder of the test's own."""
    return tmp_path / PROJECT


@pytest.fixture
def location(project: Path, running_cat: CatStore) -> Path:
    """Where the database of that Cat is, made by the Cat itself."""
    at = project / "data" / "core" / "core.db"
    running_cat.make(at)
    return at


@pytest.fixture
def cat(location: Path, running_cat: CatStore) -> CatStore:
    """The Cat itself, at its database beside the test."""
    running_cat.open(location)
    return running_cat


def execute(location: Path, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
    """Do to a database what its Cat, another version of it or another program may have done."""
    with closing(sqlite3.connect(location, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(*((statement,) if isinstance(statement, str) else statement))


def rows(location: Path, statement: str) -> list[Any]:
    """What a database answers."""
    with closing(sqlite3.connect(f"file:{location}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


@contextmanager
def holding(location: Path, *statements: str) -> Iterator[None]:
    """Somebody holds the database in a transaction of his own meanwhile."""
    with closing(sqlite3.connect(location, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
        yield
