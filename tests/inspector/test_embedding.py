"""The window in a host's process and as a command: it leaves nothing behind, and ends when it is told to."""

import asyncio
import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from inspector.app import open_window
from storage_core import Scope, Storage
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

ANN = Scope("acme", "ann")
PATIENCE = 60
DISPLAYS = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")

SAYS_WHEN_OPEN = """
import asyncio, importlib, sys
from inspector import app
module = importlib.import_module(sys.argv.pop(1))
open_window = app.open_window
async def open_and_say_so(*arguments, **options):
    window = await open_window(*arguments, **options)
    asyncio.get_running_loop().call_soon(lambda: print("open", flush=True))
    return window
app.open_window = open_and_say_so
sys.exit(module.main())
"""


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        storage.store(ANN).save_many({"todos": ["buy milk"], "visits": 3})
    return path


def run_inspector(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "inspector.app", *map(str, arguments)],
        env={name: value for name, value in os.environ.items() if name not in DISPLAYS},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


# In a host's process.


def left_running(before: set[threading.Thread]) -> list[threading.Thread]:
    """The threads that go on; one that has just been told to end is given the time to."""
    pools = ("asyncio_", "QThread")  # the loop's own, which it keeps for later
    others = [each for each in set(threading.enumerate()) - before if not each.name.startswith(pools)]
    for each in others:
        each.join(timeout=PATIENCE)
    return [each for each in others if each.is_alive()]


async def test_a_window_leaves_no_task_no_thread_and_no_widget(location: Path) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    tasks, threads, was_collecting = asyncio.all_tasks(), set(threading.enumerate()), gc.isenabled()
    widgets = len(app.topLevelWidgets())
    window = await open_window(location)
    await window.idle()
    assert not gc.isenabled()
    person = Person(window)
    await person.go_to(ANN, "visits")
    await person.edit("$", "4")
    await window.shutdown()
    await window.shutdown()
    assert asyncio.all_tasks() == tasks
    assert left_running(threads) == []
    assert gc.isenabled() == was_collecting
    await asyncio.sleep(0)
    assert len(app.topLevelWidgets()) <= widgets
    assert Elsewhere(location, ANN).reads("visits") == "3"


async def test_idle_returns_at_a_moment_at_which_nothing_is_pending(location: Path) -> None:
    window = await open_window(location)
    loop = asyncio.get_running_loop()
    for milliseconds in range(24):  # while it waits, and while it makes sure
        begun = loop.call_later(milliseconds / 1_000, lambda: window.tasks.start(asyncio.sleep(0.02)))
        await window.idle()
        assert window.tasks.is_idle, milliseconds
        begun.cancel()
        await window.idle()
    await window.shutdown()


async def test_two_windows_on_one_storage_see_what_the_other_does(location: Path) -> None:
    was_collecting = gc.isenabled()
    first, second = Person(await open_window(location)), Person(await open_window(location))
    for person in (first, second):
        await person.window.idle()
        await person.go_to(ANN, "visits")
    await first.edit("$", "4")
    await first.do("actionSave")
    await second.sees(lambda: second.window.value.data() == b"4")
    assert second.field("$").text() == "4"
    await second.do("actionDelete")
    await first.sees(lambda: first.keys() == ["todos"])
    await second.window.shutdown()
    assert not gc.isenabled()
    await first.do("actionRefresh")
    assert first.keys() == ["todos"]
    await first.window.shutdown()
    assert gc.isenabled() == was_collecting


async def test_two_windows_on_two_storages_do_not_meet(location: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with Storage(other) as storage:
        storage.workspace("beta").save("theme", "dark")
    first, second = Person(await open_window(location)), Person(await open_window(other, read_only=True))
    await first.window.idle()
    await second.window.idle()
    await first.go_to(ANN, "visits")
    await first.edit("$", "4")
    await second.window.shutdown()
    await first.do("actionSave")
    assert Elsewhere(location, ANN).reads("visits") == "4"
    await first.window.shutdown()


async def test_of_two_files_opened_at_once_one_is_shown_and_the_other_is_closed(
    location: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with Storage(other) as storage:
        storage.workspace("beta").save("theme", "dark")
    threads = set(threading.enumerate())
    window = await open_window(location)
    person = Person(window)
    for path in (location, other, location, other):
        window.start(window.open(path))
    await window.idle()
    assert window.session is not None
    assert window.session.location == other
    assert person.keys() == ["theme"]
    await window.shutdown()
    assert left_running(threads) == []


async def test_a_host_that_cancels_the_opening_is_left_with_nothing_running(location: Path) -> None:
    threads = set(threading.enumerate())
    window = await open_window(location)
    window.start(window.open(location))
    await window.shutdown()
    assert left_running(threads) == []


# As a command.


def test_a_picture_is_made_of_a_storage(location: Path, tmp_path: Path) -> None:
    target = tmp_path / "shot.png"
    ran = run_inspector(location, "--screenshot", target)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert QImage(str(target)).size().toTuple() == (1280, 800)


@pytest.mark.parametrize("what", ["missing", "text", "folder"])
def test_a_picture_of_what_is_no_storage_says_so_and_leaves_it(tmp_path: Path, what: str) -> None:
    path, target = tmp_path / "what", tmp_path / "shot.png"
    if what == "text":
        path.write_text("no storage")
    elif what == "folder":
        path.mkdir()
    ran = run_inspector(path, "--screenshot", target)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not QImage(str(target)).isNull()
    assert {each.name for each in tmp_path.iterdir()} == (
        {"shot.png"} if what == "missing" else {"what", "shot.png"}
    )


@pytest.mark.parametrize("target", ["no/such/folder/shot.png", "shot.txt", "."])
def test_a_picture_that_cannot_be_written_is_a_clear_failure(
    location: Path, tmp_path: Path, target: str
) -> None:
    ran = run_inspector(location, "--screenshot", tmp_path / target)
    assert ran.returncode == 1
    assert ran.stderr == f"state-inspector: {tmp_path / target}: the picture cannot be written there\n"


def test_wrong_arguments_are_refused_before_a_window_opens(location: Path) -> None:
    ran = run_inspector(location, "--theme", "pink")
    assert ran.returncode == 2
    assert "--theme" in ran.stderr


def start(module: str, *arguments: object, home: Path) -> subprocess.Popen[str]:
    """Run the `main` of a module as a process of its own, and return when its window is open."""
    started = subprocess.Popen(
        [sys.executable, "-c", SAYS_WHEN_OPEN, module, *map(str, arguments)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "open\n"
    return started


def test_the_command_ends_on_sigterm_and_the_storage_is_free(location: Path, tmp_path: Path) -> None:
    with start("inspector.app", location, home=tmp_path) as inspector:
        inspector.send_signal(signal.SIGTERM)
        said, complained = inspector.communicate(timeout=PATIENCE)
    assert (inspector.returncode, said) == (0, "")
    assert [line for line in complained.splitlines() if "This plugin does not support" not in line] == []
    with closing(sqlite3.connect(location, timeout=0)) as database:
        assert database.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone() == ("exclusive",)
        database.execute("BEGIN EXCLUSIVE")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_plugin_of_the_sample_ends_with_the_window(tmp_path: Path, how: signal.Signals) -> None:
    with start("inspector.sample", tmp_path / "sample.db", home=tmp_path) as inspector:
        inspector.send_signal(how)
        # The plugin has the same standard error: this returns when both have ended.
        inspector.communicate(timeout=PATIENCE)
    with Storage(tmp_path / "sample.db") as storage:
        assert storage.workspace("acme").load("visits") >= 41
