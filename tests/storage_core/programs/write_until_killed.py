"""write_until_killed.py FACADE LOCATION FIRST: write on and on, from the number FIRST, until somebody ends it.

Each number is written into a value of its own and added to `sum`, and said once both are acknowledged.
"""

import asyncio
import itertools
import os
import sys

from storage_core import AsyncStore
from tests.storage_core.facades import FACADES

TASKS = 4


async def write(store: AsyncStore, numbers: "itertools.count[int]") -> None:
    for number in numbers:
        await store.save_many({f"{number}": number, f"{number} twice": [number, number]})
        os.write(1, f"{number}\n".encode())


async def main(facade: str, location: str, first: int) -> None:
    async with FACADES[facade](location) as storage:
        store = storage.workspace("acme")
        numbers = itertools.count(first)
        await asyncio.gather(*(write(store, numbers) for _ in range(TASKS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
