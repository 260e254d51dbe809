"""The write-ahead log is folded into the database while an asynchronous storage writes on, and does not grow."""

import asyncio
from pathlib import Path

import pytest

from storage_core import AsyncStorage, upkeep


async def test_what_is_written_ahead_is_folded_in_while_the_storage_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "WRITES_BETWEEN", 500)
    location = tmp_path / "state.db"
    async with AsyncStorage(location, durability="process") as storage:
        store = storage.workspace("acme")
        await store.save("key", 0)
        log = location.with_name("state.db-wal")
        for number in range(40):
            await asyncio.gather(*(store.save(f"{key}", "x" * 1_000 + str(number)) for key in range(250)))
        assert location.stat().st_size > 250 * 1_000
        assert log.stat().st_size < 5_000_000
