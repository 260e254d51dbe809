"""increment_dify.py FOLDER COUNT: count up in a value of Dify's, by compare-and-set, while others do so too."""

import sys

from storage_core import ConflictError, Storage
from tests.storage_core.engines.dify.folder import PLUGIN


def main(folder: str, count: int) -> None:
    with Storage(folder, durability="process") as storage:
        store = storage.store(PLUGIN)
        while count:
            entry = store.entry("counter")
            assert entry is not None
            try:
                store.set("counter", b"%d" % (int(entry.value) + 1), if_revision=entry.revision)
            except ConflictError:
                continue
            count -= 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
