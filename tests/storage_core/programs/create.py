"""create.py FACADE KEY: in each location that it is told, make the storage and write one entry."""

import asyncio
import sys

from tests.storage_core.facades import FACADES


async def make(facade: str, key: str, location: str) -> None:
    async with FACADES[facade](location) as storage:
        await storage.workspace("acme").save(key, "made")


_, facade, key = sys.argv
print("ready", flush=True)
for line in sys.stdin:
    asyncio.run(make(facade, key, line.rstrip("\n")))
    print("made", flush=True)
