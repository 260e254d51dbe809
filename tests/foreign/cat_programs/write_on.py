"""write_on.py SECONDS USER: several tasks of the Cat's save, load and delete at once; says what each saved last.

Each task has keys of its own, of which nobody else writes any, and all write the key "both", whose "cat" only grows.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from cat.db import Store, UserStore

seconds, user = float(sys.argv[1]), UUID(sys.argv[2])
ends = time.monotonic() + seconds
last: dict[str, Any] = {}
errors: list[str] = []


async def tried(call: Awaitable[Any]) -> Any:
    try:
        return await call
    except Exception as error:  # noqa: BLE001 - the test says that there is none
        errors.append(repr(error))


async def shared(task: int) -> None:
    count = 0
    while time.monotonic() < ends:
        key = f"cat:{task}:{count % 5}"
        await tried(Store.save(key, {"count": count, "text": "ünï" * (count % 50)}))
        loaded = await tried(Store.load(key))
        if loaded is None or loaded["count"] != count:
            errors.append(f"{key}: saved {count}, loaded {loaded}")
        last[key] = loaded
        if count % 7 == 0:
            await tried(Store.delete(key))
            last[key] = None
        count += 1


async def of_user(task: int) -> None:
    count = 0
    while time.monotonic() < ends:
        count += 1
        await tried(UserStore.save(user, f"cat:{task}", count))
        last[f"user:cat:{task}"] = count


async def both() -> None:
    count = 0
    while time.monotonic() < ends:
        count += 1
        await tried(Store.save("both", {"cat": count, "ours": 0}))
        last["both"] = count
        await asyncio.sleep(0.02)


async def main() -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(shared(task) for task in range(3)), *(of_user(task) for task in range(2)), both())
    print(json.dumps({"last": last, "errors": errors}), flush=True)


asyncio.run(main())
