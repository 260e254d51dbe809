"""Values are written to files whole or not at all, whatever the files are called."""

from pathlib import Path

import pytest

from inspector.value_files import save_bytes, save_stored
from storage_core import AsyncStorage, Scope
from storage_core.browse import Address, Browser


@pytest.mark.parametrize("name", ["value.bin", "漢" * 85, "a" * 255])
async def test_a_value_goes_to_a_file_of_any_name_that_the_system_takes(tmp_path: Path, name: str) -> None:
    async with AsyncStorage(tmp_path / "state.db") as storage, Browser(storage) as browser:
        await storage.workspace("acme").set("key", b"stored")
        target = tmp_path / name
        assert await save_stored(browser, Address(Scope("acme"), "key"), target, lambda done: None) == 6
        assert target.read_bytes() == b"stored"
        await save_bytes(b"edited", target)
        assert target.read_bytes() == b"edited"
    assert sorted(tmp_path.glob(".*")) == []
