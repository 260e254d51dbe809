"""write_numbers.py FACADE LOCATION DURABILITY SESSIONS WRITES SIZE: open, write, close, so many times over.

Each write is of two values that belong together; its number is said once it is acknowledged.
"""

import asyncio
import os
import sys

from storage_core import AsyncStore
from tests.storage_core.facades import FACADES


def values(number: int, size: int) -> dict[str, bytes]:
    """What is written as the write `number`: of many lengths, up to `size`."""
    value = f"{number} ".encode() * (number * 7919 % size // 4 + 1)
    return {f"{number}": value, f"{number} again": value}


async def write(store: AsyncStore, number: int, size: int) -> None:
    await store.set_many(values(number, size))
    os.write(1, f"{number}\n".encode())


async def main(facade: str, location: str, durability: str, sessions: int, writes: int, size: int) -> None:
    for session in range(sessions):
        async with FACADES[facade](location, durability=durability) as storage:
            store = storage.workspace("acme")
            numbers = range(session * writes, (session + 1) * writes)
            await asyncio.gather(*(write(store, number, size) for number in numbers))


if __name__ == "__main__":
    _, facade, location, durability, *sizes = sys.argv
    sessions, writes, size = map(int, sizes)
    asyncio.run(main(facade, location, durability, sessions, writes, size))
