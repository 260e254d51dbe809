"""write_despite.py FACADE LOCATION COUNT SIZE BALLAST: write numbers, whatever fails, and say what came of each.

Where a write was refused for want of room, BALLAST is deleted to make some. At the end one write has to succeed.
"""

import asyncio
import sys
from pathlib import Path

from storage_core import AsyncStore, StorageError, StorageFullError
from tests.storage_core.facades import FACADES
from tests.storage_core.programs.write_numbers import values


async def outcome(store: AsyncStore, number: int, size: int, ballast: Path) -> str:
    try:
        await store.set_many(values(number, size))
    except StorageError as error:
        if isinstance(error, StorageFullError):
            ballast.unlink(missing_ok=True)
        return type(error).__name__
    return "written"


async def main(facade: str, location: str, count: int, size: int, ballast: Path) -> None:
    storage = FACADES[facade](location)
    store = storage.workspace("acme")
    for number in range(count + 100):
        came = await outcome(store, number, size, ballast)
        print(number, came, flush=True)
        if number >= count and came == "written":
            break
    await storage.close()


if __name__ == "__main__":
    _, facade, location, count, size, ballast = sys.argv
    asyncio.run(main(facade, location, int(count), int(size), Path(ballast)))
