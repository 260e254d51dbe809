"""The tour of the benchmark, on a small storage: what it shows at each step."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from inspector.app import open_window
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from tests.benchmarks.inspector_tour import Eyes, Ground, Step, Tour

ANN = Scope("acme", "ann")
JUMPS = 3


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.workspace("acme").save("theme", "dark")
        storage.workspace("beta").user("bob").save("todos", ["buy milk"])
        storage.store(ANN).save_many({f"todo:{number:03}": {"litres": number} for number in range(500)})
    return path


@pytest.fixture
async def window(location: Path) -> AsyncIterator[MainWindow]:
    window = await open_window(location)
    yield window
    await window.shutdown()


async def test_the_tour_shows_at_each_step_what_is_there(window: MainWindow) -> None:
    tour = Tour(window, Eyes(window.keys.table), Ground(ANN, ("42", "todo:499"), JUMPS, '"litres":42'))
    steps = [step async for step in tour.steps()]

    assert shown(steps, "select") == ["todo:000"]
    assert shown(steps, "filter") == ["todo:042", "todo:499"]
    assert shown(steps, "filter count") == ["15 of 500", "1 of 500"]
    assert shown(steps, "clear filter") == ["todo:000", "todo:000"]
    assert set(shown(steps, "count")) == {"500 keys"}
    assert shown(steps, "sort by size") == ["todo:000"]
    assert shown(steps, "sort by key") == ["todo:000"]
    assert shown(steps, "value") == [*(f"todo:{number:03}" for number in range(5)), "todo:000"]
    assert shown(steps, "select all") == ["500"]
    assert shown(steps, "unfold") == ["2", "1"]
    assert shown(steps, "filter scopes") == ["1"]
    assert shown(steps, "jump by name") == ["acme / ann"]
    assert shown(steps, "search") == ["11 found · looked at all 502 values"]
    assert Counter(step.what for step in steps)["jump"] == JUMPS


async def test_a_jump_shows_the_keys_of_where_it_leads(window: MainWindow) -> None:
    tour = Tour(window, Eyes(window.keys.table), Ground(ANN, (), JUMPS, "litres"))
    last = ""
    async for step in tour.steps():
        if step.what == "jump":
            last = step.shown
            assert last == f"todo:{window.keys.table.verticalScrollBar().value():03}"
    assert last


async def test_the_tour_writes_nothing(window: MainWindow, location: Path) -> None:
    with Storage(location, read_only=True) as storage:
        before = list(storage.changes(0))
        tour = Tour(window, Eyes(window.keys.table), Ground(ANN, ("7",), JUMPS, "milk"))
        assert shown([step async for step in tour.steps()], "search") == [
            "1 found · looked at all 502 values"
        ]
        assert list(storage.changes(0)) == before


def shown(steps: list[Step], what: str) -> list[str]:
    return [step.shown for step in steps if step.what == what]
