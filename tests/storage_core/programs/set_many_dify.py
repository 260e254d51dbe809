"""set_many_dify.py FOLDER [DURABILITY KEY...]: replace values of Dify's, three or those, and say what came of it."""

import sys

from storage_core import Storage, StorageError
from tests.storage_core.engines.dify.folder import PLUGIN


def main(folder: str, durability: str = "power", *keys: str) -> None:
    with Storage(folder, durability=durability) as storage:
        try:
            storage.store(PLUGIN).set_many(
                dict.fromkeys(keys or ("counter", "token", "user_name"), b"new" * 100_000)
            )
            print("written")
        except StorageError as error:
            print(type(error).__name__)


if __name__ == "__main__":
    main(*sys.argv[1:])
