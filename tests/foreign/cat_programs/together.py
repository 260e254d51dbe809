"""Saves the same two keys from many tasks, while other processes of the same do."""

import asyncio
import json
import sys
import uuid

from cat import User, store, user
from cat.ambient.context_vars import Ctx, use_ctx

number = int(sys.argv[1])


async def one(task: int) -> int:
    saved = 0
    with use_ctx(Ctx(user=User(id=uuid.UUID(int=1), name="ann"))):
        for turn in range(5):
            value = [number, task, turn]
            await asyncio.gather(store.save("shared", value), user.save("theirs", value))
            await store.save(f"own {number} {task} {turn}", value)
            saved += 1
    return saved


async def main() -> int:
    return sum(await asyncio.gather(*(one(task) for task in range(10))))


print("ready", flush=True)
sys.stdin.readline()
print(json.dumps(asyncio.run(main())))
