"""How all tests run: with the bytecode kept of what they start, and beside each other while they wait."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.foreign.cat_store import CatStore

settings.register_profile("ours", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("ours")

# Where a machine keeps none, each process compiles storage_core anew, and each worker all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three for two cores: half of the time a test waits, for a disk, a second process or a window's next event."""
    return -(-(os.cpu_count() or 1) * 3 // 2)


@pytest.fixture(scope="session")
def one_running_cat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatStore]:
    """The Cat's own code in a process of its own: it takes two seconds to come, so one does for all tests."""
    with CatStore(tmp_path_factory.mktemp("cat")) as running:
        yield running
