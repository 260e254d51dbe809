"""write_dify.py FOLDER COUNT: write numbered values to a storage of Dify's, and say which, until killed."""

import sys

from storage_core import Storage
from tests.storage_core.engines.dify.folder import PLUGIN


def main(folder: str, count: int) -> None:
    with Storage(folder) as storage:
        store = storage.store(PLUGIN)
        for number in range(0, count, 2):
            store.set_many({f"n/{each}": b"%d;" % each * 10_000 for each in (number, number + 1)})
            print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
