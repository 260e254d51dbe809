"""A small plugin for the sample: it counts, and keeps a to-do list, through the ambient `store` and `user`."""

import asyncio
import random
import sys
import threading

from storage_core import AsyncStorage, acting_as, store, use_storage, user

CHORES = ("buy milk", "water the plants", "answer Jo", "book the train", "feed the cat", "pay the rent")
EVERY = 1.0
"""Seconds between two rounds."""


async def one_round(count: int) -> None:
    """What the plugin does for one request: count the visit, and now and then add or finish a chore."""
    await store.update("visits", lambda visits: visits + 1, 0)
    with acting_as("ann"):
        await user.update("visits", lambda visits: visits + 1, 0)
        if count % 3 == 0:
            await user.update("todos", _with_one_more_or_less, [])


def _with_one_more_or_less(todos: list[dict[str, object]]) -> list[dict[str, object]]:
    if len(todos) >= 6:
        return todos[1:]
    return [*todos, {"text": random.choice(CHORES), "done": random.random() < 0.5}]


async def main(location: str) -> None:
    """Work until standard input ends."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    threading.Thread(target=_await_end_of_input, args=(loop, ended), daemon=True).start()
    async with AsyncStorage(location) as storage:
        use_storage(storage, workspace="acme")
        count = 0
        while not ended.is_set():
            await one_round(count)
            count += 1
            try:
                await asyncio.wait_for(ended.wait(), EVERY)
            except TimeoutError:
                continue


def _await_end_of_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    sys.stdin.read()
    loop.call_soon_threadsafe(ended.set)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
