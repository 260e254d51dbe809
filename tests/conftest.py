"""How all tests run: with the bytecode kept of what they start, and beside each other while they wait."""

import os
import sys

import pytest
from hypothesis import settings

settings.register_profile("ours", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("ours")

# Where a machine keeps none, each process compiles storage_core anew, and each worker all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three for two cores: half of the time a test waits, for a disk, a second process or a window's next event."""
    return -(-(os.cpu_count() or 1) * 3 // 2)
