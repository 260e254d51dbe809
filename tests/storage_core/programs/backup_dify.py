"""backup_dify.py FOLDER TARGET: what a backup of a storage of Dify's says to this user."""

import sys

from storage_core import Storage, StorageError


def main(folder: str, target: str) -> None:
    try:
        with Storage(folder, read_only=True) as storage:
            storage.backup(target)
            print("copied")
    except StorageError as error:
        print(type(error).__name__, error)


if __name__ == "__main__":
    main(*sys.argv[1:])
