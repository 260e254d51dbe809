"""open_dify.py FOLDER: what a storage of Dify's says to this user when it is opened."""

import sys

from storage_core import Storage, StorageError


def main(folder: str) -> None:
    try:
        with Storage(folder, read_only=True) as storage:
            print(storage.location)
    except StorageError as error:
        print(type(error).__name__, error)


if __name__ == "__main__":
    main(sys.argv[1])
