"""follow.py FACADE LOCATION USER: each time that it is told to, say what a reader that is that user finds."""

import asyncio
import os
import sys

from storage_core import StorageError
from tests.storage_core.facades import FACADES


async def main(facade: str, location: str) -> None:
    async with FACADES[facade](location, read_only=True) as storage:
        print("ready", flush=True)
        for _ in sys.stdin:
            try:
                found = await storage.workspace("acme").load("key")
            except StorageError as error:
                found = type(error).__name__
            print(found, flush=True)


if __name__ == "__main__":
    _, facade, location, user = sys.argv
    if os.geteuid() == 0:
        os.setgroups([])
        os.setuid(int(user))
    asyncio.run(main(facade, location))
