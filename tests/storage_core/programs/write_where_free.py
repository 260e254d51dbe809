"""Write `theirs` at every key that is free, from the last number down, and say which ones were."""

import sys

from storage_core import ConflictError, Storage

location, workspace, count = sys.argv[1:]
with Storage(location, timeout=60) as storage:
    store = storage.workspace(workspace)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in reversed(range(int(count))):
        key = f"{number:05}"
        try:
            store.set(key, b"theirs", if_revision=0)
        except ConflictError:
            continue
        print(key, flush=True)
