"""look_at_dify.py FOLDER: all that this user is shown of a storage of Dify's, as JSON: by scope, each key and value.

The value of a key that cannot be read is the error's name and words.
"""

import json
import sys
from collections.abc import Callable

from storage_core import Storage, StorageError, Store


def main(folder: str) -> None:
    with Storage(folder, read_only=True) as storage:
        scopes = [info.scope for info in storage.scopes()]
        found = {
            str(scope): dict(map(_of(storage.store(scope)), storage.store(scope).keys())) for scope in scopes
        }
        assert [info.scope for info in storage.scopes()] == scopes, "listing has changed what there is"
    print(json.dumps(found))


def _of(store: Store) -> Callable[[str], tuple[str, str]]:
    def of(key: str) -> tuple[str, str]:
        try:
            return key, (store.get(key) or b"").decode(errors="replace")
        except StorageError as error:
            return key, f"{type(error).__name__}: {error}"

    return of


if __name__ == "__main__":
    main(sys.argv[1])
