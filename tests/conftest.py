"""What all tests share: the bytecode of what they run is kept, for the hundreds of processes that they start."""

import os
import sys

# Where a machine keeps none, each process compiles storage_core anew, and each worker all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
