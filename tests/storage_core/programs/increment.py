"""increment.py FACADE LOCATION NAME COUNT: so many times, add 1 to a counter that others change too, and write."""

import asyncio
import sys

from storage_core import AsyncStore
from tests.storage_core.facades import FACADES

TASKS = 4


async def work(store: AsyncStore, keys: list[str]) -> None:
    for key in keys:
        await store.update("counter", lambda number: number + 1, 0)
        await store.save(key, "written")


async def main(facade: str, location: str, name: str, count: int) -> None:
    async with FACADES[facade](location) as storage:
        print("ready", flush=True)
        sys.stdin.readline()
        store = storage.workspace("acme")
        keys = [f"{name}:{number}" for number in range(count)]
        await asyncio.gather(*(work(store, keys[task::TASKS]) for task in range(TASKS)))


if __name__ == "__main__":
    _, facade, location, name, count = sys.argv
    asyncio.run(main(facade, location, name, int(count)))
