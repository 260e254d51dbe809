"""What stands in Dify's folder and is no value of its daemon's: shown, never followed, and never in the way."""

import gc
import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

from storage_core import AsyncStorage, AsyncStore, Storage, StorageIOError, raw
from storage_core.engines.dify import files as dify_files
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.children import said_by
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.engines.dify.folder import GMAIL, PLUGIN, as_nobody, files, plugin_folder
from tests.storage_core.facades import listed


@pytest.fixture
def base(folder: Path) -> Path:
    return plugin_folder(folder)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    file = tmp_path / "outside" / "secret"
    file.write_bytes(b"outside of it all")
    return file


async def test_a_link_is_listed_but_neither_read_nor_written_through(
    storage: AsyncStorage, store: AsyncStore, base: Path, secret: Path
) -> None:
    (base / "file").symlink_to(secret)
    (base / "dir").symlink_to(secret.parent)
    (base / "nowhere").symlink_to("/does/not/exist")
    keys = await listed(store.keys())
    assert {"file", "dir", "nowhere"} <= set(keys)
    assert not any(key.startswith("dir/") for key in keys)
    for key in ("file", "dir", "nowhere"):
        with pytest.raises(StorageIOError, match="a symbolic link"):
            await store.get(key)
        with pytest.raises(StorageIOError, match="a symbolic link"):
            await store.set(key, b"mine")
        with pytest.raises(StorageIOError, match="a symbolic link"):
            await store.rename(key, "elsewhere")
    assert await store.get("dir/secret") is None
    assert not await store.delete("dir/secret")
    assert sum("a symbolic link in the place of a value" in fault for fault in await storage.check()) == 3
    assert await store.delete_many(["file", "dir", "nowhere"]) == 3
    assert secret.read_bytes() == b"outside of it all"


@pytest.mark.parametrize("level", ["hjlarry", "hjlarry/storage"])
async def test_a_plugins_folder_that_is_a_link_is_not_followed(
    storage: AsyncStorage, folder: Path, tmp_path: Path, level: str
) -> None:
    await storage.scopes()
    moved = Path(shutil.move(folder / TENANT / level, tmp_path / "elsewhere"))
    before = files(moved)
    (folder / TENANT / level).symlink_to(moved)
    store = storage.store(PLUGIN)
    assert await store.get("counter") is None
    assert not await store.delete("counter")
    assert await listed(store.keys()) == []
    assert PLUGIN not in [info.scope for info in await storage.scopes()]
    with pytest.raises(Exception, match="file cannot be a folder"):
        await store.set("counter", b"1")
    assert files(moved) == before


async def test_pipes_and_sockets_are_listed_and_never_opened(
    storage: AsyncStorage, store: AsyncStore, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(base / "pipe")
    monkeypatch.chdir(base)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
    assert {"pipe", "socket"} <= set(await listed(store.keys()))
    for key, what in (("pipe", "a named pipe"), ("socket", "a socket")):
        with pytest.raises(StorageIOError, match=what):
            await store.get(key)
        with pytest.raises(StorageIOError, match=what):
            await store.set(key, b"")
    assert len(await storage.check()) == 2
    assert await store.delete("pipe")


async def test_names_that_are_no_utf_8_are_left_alone_and_named_by_the_check(
    storage: AsyncStorage, store: AsyncStore, folder: Path, base: Path
) -> None:
    await storage.scopes()
    raw = os.fsencode(base)
    os.mkdir(raw + b"/dir\xfe")
    for name in (b"/bad\xff", b"/dir\xfe/inner"):
        os.close(os.open(raw + name, os.O_CREAT))
    os.mkdir(os.fsencode(folder / TENANT) + b"/plug\xfd")
    assert not any("\ufffd" in key or "bad" in key for key in await listed(store.keys()))
    assert len(await storage.scopes()) == 2
    faults = await storage.check()
    assert len(faults) == 3
    assert any("bad\\xff" in fault for fault in faults)
    await store.clear()
    assert os.path.exists(raw + b"/bad\xff")


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="other file systems keep no such times")
async def test_times_that_no_calendar_has_are_shown_as_near_as_can_be(
    open_storage: OpenStorage, folder: Path
) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as outside:
        copied = Path(shutil.copytree(folder, Path(outside) / "persistence"))
        for key, moment in (("counter", 10**12), ("token", -(10**12))):
            os.utime(plugin_folder(copied) / key, (moment, moment))
        async with AsyncStorage(copied) as storage:
            entries = [entry async for entry in storage.store(PLUGIN).entries()]
            years = {entry.key: entry.updated.year for entry in entries}
            assert (years["counter"], years["token"]) == (9999, 1)
            assert await storage.store(PLUGIN).get("counter") == b"42"


async def test_the_check_names_what_no_plugin_can_reach(
    storage: AsyncStorage, folder: Path, base: Path
) -> None:
    assert await storage.check() == []
    (base / "a..b").write_bytes(b"")
    (folder / TENANT / "stray").write_bytes(b"")
    (folder / "stray").write_bytes(b"")
    (folder / "not-a-tenant").mkdir()
    (folder / TENANT / "No Plugin").mkdir()
    deep = base
    for _ in range(6):
        deep /= "d" * 200
    deep.mkdir(parents=True)
    (deep / "x").write_bytes(b"")
    faults = await storage.check()
    assert [fault.partition(":")[0] for fault in faults] == [
        "a file that is no plugin's",
        "a file that is no plugin's",
        "a folder that is no tenant's",
        "a folder that no plugin can have",
        "a value that plugins cannot reach, as Dify refuses keys with two dots",
        "a value whose name is too long to be shown",
    ]


def test_what_cannot_be_read_is_listed_and_said_and_the_rest_goes_on(folder: Path, base: Path) -> None:
    (base / "counter").chmod(0)
    (base / "conversations").chmod(0)
    said = said_by("read_dify", folder, through=as_nobody(folder))
    assert "counter listed" in said
    assert "counter StorageIOError" in said
    assert "token read" in said
    assert "set ReadOnlyError" in said
    assert sum("cannot be" in line for line in said) == 2


async def test_a_folder_that_cannot_be_looked_into_for_once_has_not_lost_its_values(
    storage: AsyncStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, since = await storage.scopes(), await storage.revision()
    scan = os.scandir
    inside = (plugin_folder(folder) / "conversations" / "2026" / "11").stat().st_ino

    def failing(path: int) -> object:
        if isinstance(path, int) and os.fstat(path).st_ino == inside:
            raise OSError(5, "Input/output error")
        return scan(path)

    monkeypatch.setattr(os, "scandir", failing)
    assert sum(info.count for info in await storage.scopes()) == sum(info.count for info in before) + 1
    monkeypatch.undo()
    assert await storage.scopes() == before
    changes = await listed(storage.changes(since))
    assert [(change.key, change.deleted) for change in changes] == [
        ("conversations/2026/11/", False),
        ("conversations/2026/11/", True),
    ]


async def test_a_file_system_that_folds_names_is_not_asked_for_another_spelling(
    open_storage: OpenStorage, folder: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dify_files, "_folds_names", lambda folder: True)
    store = open_storage().store(PLUGIN)
    assert await store.get("counter") == b"42"
    assert await store.get("Counter") is None
    await store.set("new/key", b"1")
    await store.set("counter", b"43")
    assert Daemon(folder, "hjlarry/storage").get("new/key") == b"1"


def test_a_storage_that_nobody_closed_leaves_no_file_open(folder: Path) -> None:
    def opened() -> list[str]:
        gc.collect()
        links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
        return [target for link in links if (target := _target_of(link)) == str(folder)]

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("what is open is found in /proc only")
    storage = Storage(folder)
    storage.store(PLUGIN).set("counter", b"1")
    assert opened() != []
    del storage
    assert opened() == []


def _target_of(link: str) -> str:
    try:
        return os.readlink(link)
    except FileNotFoundError:  # that of the listing itself
        return ""


async def test_notes_tell_of_links_and_of_the_other_reading_of_a_path(folder: Path, base: Path) -> None:
    (base / "link").symlink_to("counter")
    Daemon(folder, "hjlarry").set("own", b"")
    async with AsyncStorage(folder) as storage:
        notes = await raw.notes(storage, PLUGIN, "link")
        assert any("leads to counter" in note for note in notes)
        assert any("its key is 'storage/link'" in note for note in notes)
        assert await raw.notes(storage, GMAIL, "wecom_msg_sub_0") == []


async def test_after_a_change_the_copy_that_dify_goes_on_with_is_named(folder: Path) -> None:
    async with AsyncStorage(folder) as storage:
        await storage.scopes()
        told = raw.aftermath(storage, PLUGIN, "a/b")
        assert told is not None
        assert "5 minutes" in told
        assert told.endswith(f"plugin_daemon:persistence:cache:{TENANT}:hjlarry/storage:a/b")
        assert raw.title(storage, PLUGIN) is None
