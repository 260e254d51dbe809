"""What is painted is finished at once, also where a debugger or a profiler holds on to the frames that painted."""

import sys
from pathlib import Path
from types import FrameType

import pytest

from inspector.app import open_window
from storage_core import Scope, Storage
from tests.inspector.person import Person

ACME = Scope("acme")


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.store(ACME).save("profile", {"name": "Ann", "mode": "odd"})
        storage.store(ACME).save(
            "$schema:profile", {"required": ["age"], "properties": {"mode": {"enum": ["a"]}}}
        )
    return path


@pytest.mark.parametrize("shown", ["the form", "the shortcuts", "a tree that a filter has emptied"])
async def test_no_painter_outlives_the_painting_though_its_frame_does(location: Path, shown: str) -> None:
    window = await open_window(location)
    person = Person(window)
    await person.go_to(ACME, "profile")
    match shown:
        case "the shortcuts":
            await person.do("actionShortcuts")
        case "a tree that a filter has emptied":
            window.scopes.filter.setText("nobody")
            await window.idle()
    held: list[FrameType] = []

    def hold(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            held.append(frame)

    sys.setprofile(hold)
    try:
        window.repaint()
        window.grab()  # a warning of Qt's, that a painter is still active, fails the test
    finally:
        sys.setprofile(None)
    painted = {frame.f_code.co_qualname for frame in held if frame.f_code.co_name == "paintEvent"}
    assert "PlainLabel.paintEvent" in painted
    held.clear()
    await window.shutdown()
