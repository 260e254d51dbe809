"""A storage of Dify's, as its daemon wrote it, for each test anew."""

import shutil
from pathlib import Path

import pytest

from storage_core import AsyncStorage, AsyncStore
from tests.foreign.environments import PROJECT
from tests.storage_core.engines.dify.folder import PLUGIN

_WRITTEN = PROJECT / "tests" / "foreign" / "data" / "dify" / "persistence"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A persistence folder."""
    return Path(shutil.copytree(_WRITTEN, tmp_path / "storage" / "persistence"))


@pytest.fixture
def location(folder: Path) -> Path:
    return folder


@pytest.fixture
def store(storage: AsyncStorage) -> AsyncStore:
    """The store of a plugin that has values of many kinds."""
    return storage.store(PLUGIN)
