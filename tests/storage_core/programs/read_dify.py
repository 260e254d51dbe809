"""read_dify.py FOLDER: what this user is shown of a storage of Dify's, and what is refused."""

import sys

from storage_core import Storage, StorageError
from tests.storage_core.engines.dify.folder import PLUGIN


def main(folder: str) -> None:
    with Storage(folder) as storage:
        store = storage.store(PLUGIN)
        for key in store.keys():
            print(key, "listed")
            try:
                store.get(key)
                print(key, "read")
            except StorageError as error:
                print(key, type(error).__name__)
        try:
            store.set("new", b"")
        except StorageError as error:
            print("set", type(error).__name__)
        for fault in storage.check():
            print(fault)


if __name__ == "__main__":
    main(sys.argv[1])
