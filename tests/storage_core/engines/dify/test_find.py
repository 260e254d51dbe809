"""Which folders are Dify's: found by looking inside, never by the name, and without changing anything."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from storage_core import NotAStorageError, Storage
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.engines.dify.folder import GMAIL, PLUGIN, plugin_folder, times
from tests.storage_core.facades import run_python


async def test_the_folder_is_found_whatever_its_name(open_storage: OpenStorage, folder: Path) -> None:
    renamed = folder.rename(folder.with_name("2026-11-20.bak"))
    storage = open_storage(renamed)
    assert [info.scope for info in await storage.scopes()] == [PLUGIN, GMAIL]
    assert storage.location == renamed


async def test_the_daemons_own_folder_is_opened_by_the_persistence_in_it(
    open_storage: OpenStorage, folder: Path
) -> None:
    for other in ("cwd", "plugin", "assets"):
        (folder.parent / other).mkdir()
    storage = open_storage(folder.parent)
    assert await storage.store(PLUGIN).get("counter") == b"42"
    await storage.store(PLUGIN).set("counter", b"43")
    assert Daemon(folder, "hjlarry/storage").get("counter") == b"43"


async def test_a_link_to_the_folder_is_as_good(
    open_storage: OpenStorage, folder: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert await open_storage(link).store(PLUGIN).get("counter") == b"42"


async def test_it_is_found_again_when_its_last_value_was_deleted(
    open_storage: OpenStorage, folder: Path
) -> None:
    storage = open_storage()
    for scope in (PLUGIN, GMAIL):
        await storage.store(scope).clear()
    await storage.close()
    again = open_storage()
    assert await again.scopes() == []
    await again.store(PLUGIN).set("counter", b"1")


async def test_what_hides_or_was_found_when_a_disk_was_mended_is_no_hindrance(
    open_storage: OpenStorage, folder: Path
) -> None:
    (folder / "lost+found").mkdir()
    (folder / ".DS_Store").write_bytes(b"")
    (folder / TENANT / ".DS_Store").write_bytes(b"")
    assert len(await open_storage().scopes()) == 2


def _make(*paths: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for path in paths:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.mkdir() if path.endswith("/") else target.write_bytes(b"precious")

    return make


NOT_DIFYS: dict[str, Callable[[Path], None]] = {
    "an empty folder called persistence": _make("persistence/"),
    "files": _make("notes.txt", "persistence/notes.txt"),
    "a folder beside the tenants": _make(f"{TENANT}/author/name/key", "photos/1.jpg"),
    "empty folders named by UUIDs": _make(f"{TENANT}/"),
    "files in folders named by UUIDs": _make(f"{TENANT}/report.pdf"),
    "files beside folders in folders named by UUIDs": _make(f"{TENANT}/data/x/y", f"{TENANT}/index.json"),
    "folders that no plugin can have": _make(f"{TENANT}/My Pictures/x/y"),
    "UUIDs in capital letters": _make(f"{TENANT.upper()}/author/name/key"),
    "UUIDs without hyphens": _make(f"{TENANT.replace('-', '')}/author/name/key"),
    "files named by UUIDs": _make(TENANT),
}


@pytest.mark.parametrize("what", NOT_DIFYS)
async def test_a_folder_of_anybodys_is_refused_and_left_as_it_is(
    open_storage: OpenStorage, tmp_path: Path, what: str
) -> None:
    folder = tmp_path / "persistence"
    folder.mkdir()
    NOT_DIFYS[what](folder)
    before = times(folder)
    for read_only in (False, True):
        with pytest.raises(NotAStorageError, match="this is a folder, and"):
            await open_storage(folder, read_only=read_only).scopes()
    assert times(folder) == before


@pytest.mark.parametrize(
    "inner", [TENANT, f"{TENANT}/hjlarry", f"{TENANT}/hjlarry/storage/conversations/2026"]
)
async def test_a_part_of_the_folder_is_refused_with_where_the_whole_is(
    open_storage: OpenStorage, folder: Path, inner: str
) -> None:
    with pytest.raises(NotAStorageError) as refused:
        await open_storage(folder / inner).scopes()
    assert f"open the whole of it, {folder}" in str(refused.value)


async def test_a_tenant_that_is_a_link_is_not_followed(
    open_storage: OpenStorage, folder: Path, tmp_path: Path
) -> None:
    elsewhere = Path(shutil.move(folder / TENANT, tmp_path / "elsewhere"))
    (folder / TENANT).symlink_to(elsewhere)
    with pytest.raises(NotAStorageError):
        await open_storage().scopes()


def test_native_storages_are_opened_without_a_thought_of_dify(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with Storage(file) as storage:
        storage.workspace("acme").save("key", 1)
        assert storage.capabilities.system == "storage_core"
    assert os.listdir(tmp_path) == ["state.db"]
    assert plugin_folder(tmp_path).exists() is False


def test_on_a_system_that_cannot_walk_folders_by_name_it_says_so_and_does_not_break(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = "import sys; sys.modules['fcntl'] = None; import storage_core.engines.dify.database; print('imported')"
    assert run_python(without) == "imported"
    monkeypatch.setattr(os, "supports_dir_fd", set())
    with pytest.raises(NotAStorageError, match="Linux and macOS"), Storage(folder):
        pass
