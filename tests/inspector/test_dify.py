"""Dify's plugin storage in the window: looked at, corrected, deleted and brought back, while plugins write."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit

from inspector.app import open_window
from storage_core import Scope
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.foreign.environments import PROJECT
from tests.inspector.person import Person

PLUGIN = Scope(TENANT, "hjlarry/storage")
_WRITTEN = PROJECT / "tests" / "foreign" / "data" / "dify" / "persistence"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(_WRITTEN, tmp_path / "persistence"))


@pytest.fixture
def daemon(folder: Path) -> Daemon:
    return Daemon(folder, "hjlarry/storage")


@pytest.fixture
async def person(folder: Path) -> AsyncIterator[Person]:
    window = await open_window(folder)
    await window.idle()
    yield Person(window)
    await window.shutdown()


async def test_every_plugin_and_every_key_is_shown(person: Person) -> None:
    await person.choose_scope(PLUGIN)
    assert len(person.keys()) == 12
    await person.choose_scope(Scope(TENANT, "langgenius/gmail_trigger"))
    assert len(person.keys()) == 6


async def test_a_value_that_was_only_looked_at_is_not_written(
    person: Person, folder: Path, daemon: Daemon
) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    await person.choose_scope(PLUGIN)
    for key in person.keys():
        await person.choose_key(key)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


async def test_a_field_that_is_corrected_is_what_the_plugin_gets(person: Person, daemon: Daemon) -> None:
    await person.go_to(PLUGIN, "avatar:meta")
    before = daemon.get("avatar:meta")
    await person.edit("$.mime_type", "image/jpeg")
    await person.do("actionSave")
    await person.sees(lambda: daemon.get("avatar:meta") != before)
    assert daemon.get("avatar:meta") == before.replace(b"image/png", b"image/jpeg")


async def test_what_is_deleted_comes_back_with_undo(person: Person, daemon: Daemon) -> None:
    await person.go_to(PLUGIN, "counter")
    await person.do("actionDelete")
    await person.sees(lambda: not daemon.exist("counter"))
    await person.do("actionUndo")
    await person.sees(lambda: daemon.exist("counter"))
    assert daemon.get("counter") == b"42"


async def test_what_a_plugin_writes_shows_by_itself(person: Person, daemon: Daemon) -> None:
    await person.choose_scope(PLUGIN)
    daemon.set("brand new", b"1")
    await person.sees(lambda: "brand new" in person.keys())
    daemon.delete("brand new")
    await person.sees(lambda: "brand new" not in person.keys())


async def test_what_is_no_value_is_shown_and_said_to_be_none(
    person: Person, folder: Path, daemon: Daemon
) -> None:
    base = folder / TENANT / "hjlarry" / "storage"
    (base / "link").symlink_to("/etc/hostname")
    os.mkfifo(base / "pipe")
    (base / "a..b").write_bytes(b"out of reach")
    with open(os.fsencode(base) + b"/bad\xff", "wb"):
        pass
    await person.choose_scope(PLUGIN)
    await person.sees(lambda: {"link", "pipe", "a..b"} <= set(person.keys()))
    for key in ("link", "pipe"):
        await person.choose_key(key)
        await person.sees(lambda: "neither followed nor read" in _details(person))
    await person.choose_key("a..b")
    await person.choose_key("counter")
    assert person.current_key() == "counter"


async def test_a_folder_that_may_not_be_read_is_shown_says_so_and_opens_once_it_may(
    person: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / TENANT / "hjlarry" / "storage" / "conversations"
    inode, scan = closed.stat().st_ino, os.scandir

    def refusing(path: int) -> object:  # root is refused nothing by a mode
        if isinstance(path, int) and os.fstat(path).st_ino == inode:
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    await person.choose_scope(PLUGIN)
    await person.sees(lambda: "conversations/" in person.keys())
    await person.choose_key("conversations/")
    await person.sees(lambda: f"{closed}: Permission denied" in _details(person).replace("\n", ""))
    await person.do("actionDelete")
    assert "conversations/" in person.keys()
    monkeypatch.undo()
    await person.do("actionRefresh")
    await person.sees(lambda: "conversations/" not in person.keys())
    assert "conversations/2026/11/abc" in person.keys()
    await person.choose_key("counter")
    assert person.current_key() == "counter"


def _details(person: Person) -> str:
    """What can be copied of the state that is shown in the place of a value."""
    texts = person.window.findChildren(QPlainTextEdit)
    return " ".join(
        each.toPlainText() for each in texts if each.isVisible() and each.accessibleName() == "Details"
    )
