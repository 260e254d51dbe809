"""What tests of a whole window share: a storage with people in it, and the window on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from inspector.app import open_window
from inspector.views.main_window import MainWindow
from storage_core import Storage


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """A storage of two workspaces; what it holds is told apart by its names."""
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        acme = storage.workspace("acme")
        acme.save("assistant", {"language": "en", "greeting": "Grüezi"})
        acme.set("notes.txt", b"Ring the plumber.\nBuy oat milk.\n")
        ann = acme.user("ann")
        ann.save("profile", {"name": "Ann", "password": "oat-password-7", "city": "Graz"})
        ann.save("todos", [{"text": "buy milk", "done": False}])
        ann.save("api_key", "milk-and-honey")
        acme.user("bob").save("todos", ["sell milk"])
        storage.workspace("beta").user("cy").save_many({"cache:milk": 1, "cache:bread": 2, "todos": []})
    return path


@pytest.fixture
async def window(location: Path) -> AsyncIterator[MainWindow]:
    window = await open_window(location)
    await window.idle()
    yield window
    await window.shutdown()
