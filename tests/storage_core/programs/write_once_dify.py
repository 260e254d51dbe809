"""write_once_dify.py FOLDER SIZE: what a storage of Dify's says when a value of that size is written."""

import sys

from storage_core import Storage, StorageError
from tests.storage_core.engines.dify.folder import PLUGIN


def main(folder: str, size: str) -> None:
    with Storage(folder) as storage:
        try:
            storage.store(PLUGIN).set("counter", b"x" * int(size))
            print("written")
        except StorageError as error:
            print(type(error).__name__, error)


if __name__ == "__main__":
    main(*sys.argv[1:])
