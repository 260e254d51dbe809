"""swap_dify.py FOLDER: writes one value in the place of the one that was read, where it is that still."""

import sys

from storage_core import Storage
from tests.storage_core.engines.dify.folder import PLUGIN


def main(folder: str) -> None:
    with Storage(folder) as storage:
        store = storage.store(PLUGIN)
        entry = store.entry("counter")
        assert entry is not None
        store.set("counter", b"43", if_revision=entry.revision)
        print("written")


if __name__ == "__main__":
    main(sys.argv[1])
