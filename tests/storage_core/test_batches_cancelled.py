"""Writes that go over together."""

import asyncio
from pathlib import Path

import pytest

from storage_core import AsyncStorage


async def test_a_storage_goes_on_writing_after_every_task_was_cancelled(location: Path) -> None:
    async with AsyncStorage(location) as storage:
        store = storage.workspace("acme")
        await store.save("before", 1)
        under_way = asyncio.create_task(store.save("under way", 2))
        waiting = asyncio.create_task(store.save("meanwhile", 2))
        await asyncio.sleep(0)  # the first is on its way, and the task that sends the second has not begun
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await store.save("after", 3)
        assert [key async for key in store.keys()] == ["after", "before", "under way"]


async def test_closing_writes_what_was_handed_over_also_where_its_sender_was_cancelled(
    location: Path,
) -> None:
    storage = AsyncStorage(location)
    store = storage.workspace("acme")
    await store.save("before", 1)
    waiting = asyncio.create_task(store.save("meanwhile", 2))
    await asyncio.sleep(0)
    for task in asyncio.all_tasks() - {asyncio.current_task(), waiting}:
        task.cancel()
    await storage.close()
    await waiting
    async with AsyncStorage(location) as again:
        assert await again.workspace("acme").load("meanwhile") == 2
