"""What a user may not read of Dify's folder: shown to be there, with the reason and what to do, and never lost."""

import json
import os
from pathlib import Path

import pytest

from storage_core import AsyncStorage, InvalidNameError, Scope, Storage, StorageIOError, raw
from storage_core.browse import Browser, Query
from tests.foreign.dify_daemon import TENANT
from tests.storage_core.children import said_by
from tests.storage_core.engines.dify.folder import GMAIL, PLUGIN, as_nobody, files, plugin_folder
from tests.storage_core.facades import listed

OTHER = "7d4f1a5e-0f0b-4c6b-9a55-0b5a1c3f7e21"


def _shown(folder: Path) -> dict[str, dict[str, str]]:
    """What somebody is shown who owns nothing of it."""
    (said,) = said_by("look_at_dify", folder, through=as_nobody(folder))
    found: dict[str, dict[str, str]] = json.loads(said)
    return found


@pytest.mark.parametrize(
    ("mode", "key"),
    [(0o000, "conversations/"), (0o711, "conversations/"), (0o744, "conversations/2026/")],
    ids=["closed", "only entered", "only listed"],
)
def test_a_folder_of_keys_that_may_not_be_read_is_listed_and_says_what_to_do(
    folder: Path, mode: int, key: str
) -> None:
    closed = plugin_folder(folder) / "conversations"
    closed.chmod(mode)
    found = _shown(folder)[str(PLUGIN)]
    said = found.pop(key)
    assert said.startswith(f"StorageIOError: {plugin_folder(folder) / key[:-1]}: Permission denied")
    assert "root" in said
    assert "nobody" in said or "65534" in said
    assert f"chmod o+rx {closed}" in said
    assert found["counter"] == "42"
    assert not any(key.startswith("conversations") for key in found)
    assert len(found) == 12 - 2


@pytest.mark.parametrize(
    ("closed", "scope"),
    [
        ("hjlarry/storage", Scope(TENANT, "hjlarry/storage")),
        ("hjlarry", Scope(TENANT, "hjlarry")),
        ("", Scope(TENANT, "./")),
    ],
)
def test_a_folder_of_a_plugin_an_author_or_a_tenant_that_may_not_be_read_is_in_its_place(
    folder: Path, closed: str, scope: Scope
) -> None:
    (folder / OTHER / "au" / "pl").mkdir(parents=True)
    (folder / OTHER / "au" / "pl" / "k").write_bytes(b"1")
    (folder / TENANT / closed).chmod(0)
    found = _shown(folder)
    assert list(found[str(scope)]) == ["./"]
    assert found[str(scope)]["./"].startswith(
        f"StorageIOError: {folder / TENANT / closed}: Permission denied"
    )
    assert found[f"{OTHER} / au/pl"] == {"k": "1"}
    assert (str(GMAIL) in found) is (closed != "")


def test_a_value_that_may_not_be_read_says_whose_it_is_and_what_to_do(folder: Path) -> None:
    closed = plugin_folder(folder) / "counter"
    closed.chmod(0o600)
    said = _shown(folder)[str(PLUGIN)]["counter"]
    assert said.startswith(f"StorageIOError: {closed}: Permission denied")
    assert "root" in said
    assert f"chmod o+r {closed}" in said


def test_a_storage_of_which_no_tenant_may_be_read_is_not_said_to_be_no_storage(folder: Path) -> None:
    (folder / TENANT).chmod(0o700)
    through = as_nobody(folder)
    (said,) = said_by("open_dify", folder, through=through)
    assert said.startswith(f"StorageIOError {folder / TENANT}: Permission denied")
    assert f"chmod o+rx {folder / TENANT}" in said
    folder.chmod(0o700)
    (said,) = said_by("open_dify", folder, through=through)
    assert said.startswith(f"StorageIOError {folder}: Permission denied")
    assert f"chmod o+rx {folder}" in said


@pytest.fixture
def closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A folder that the system refuses to this process, by its inode: root is refused none by its mode."""
    inode = (plugin_folder(folder) / "conversations").stat().st_ino
    scan = os.scandir

    def refusing(path: int) -> object:
        if isinstance(path, int) and os.fstat(path).st_ino == inode:
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    return inode


async def test_what_stands_for_a_folder_that_may_not_be_read_is_no_value(folder: Path, closed: int) -> None:
    before = files(folder)
    async with AsyncStorage(folder) as storage, Browser(storage) as browser:
        store = storage.store(PLUGIN)
        keys = await listed(store.keys())
        assert "conversations/" in keys
        entry = next(
            entry for entry in [entry async for entry in store.entries()] if entry.key == "conversations/"
        )
        assert entry.size == 0
        listing = await browser.listing(Query(PLUGIN))
        assert await browser.heads([(PLUGIN, "conversations/")]) == [None]
        assert len(listing) == len(keys)
        hits = [hit.entry.key async for step in browser.search("conversations") for hit in step.hits]
        assert "conversations/" in hits
        for refused in (
            store.get("conversations/"),
            store.delete("conversations/"),
            store.delete_many(["counter", "conversations/"]),
            store.clear(),
            store.rename("conversations/", "elsewhere"),
            raw.read(storage, PLUGIN, "conversations/", 10),
            raw.notes(storage, PLUGIN, "conversations/"),
            browser.chunk(PLUGIN, "conversations/", 0, 10),
        ):
            with pytest.raises(StorageIOError, match="Permission denied"):
                await refused
        with pytest.raises(InvalidNameError):
            await store.set("conversations/", b"mine")
        with pytest.raises(InvalidNameError):
            await store.get("counter/")
    assert files(folder) == before


async def test_a_tenant_that_may_not_be_read_is_called_so(folder: Path) -> None:
    async with AsyncStorage(folder) as storage:
        await storage.scopes()
        assert raw.title(storage, Scope(TENANT, "./")) == "cannot be looked into"
        assert raw.title(storage, PLUGIN) is None


def test_once_a_folder_may_be_read_again_its_values_take_its_place(
    folder: Path, closed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Storage(folder) as storage:
        store, since = storage.store(PLUGIN), storage.revision()
        assert list(store.keys("conversations")) == ["conversations/"]
        monkeypatch.undo()
        assert store.get("conversations/") is None
        assert list(store.keys("conversations")) == ["conversations/2026/11/abc", "conversations/2026/11/def"]
        assert store.get("conversations/") is None
        changes = {change.key: change.deleted for change in storage.changes(since)}
        assert changes == {
            "conversations/": True,
            "conversations/2026/11/abc": False,
            "conversations/2026/11/def": False,
        }


def test_what_was_listed_until_its_folder_was_closed_stays_beside_what_stands_for_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with Storage(folder) as storage:
        store = storage.store(PLUGIN)
        before = list(store.keys())
        request.getfixturevalue("closed")
        for _ in range(2):
            assert list(store.keys()) == sorted([*before, "conversations/"])
            assert next(info.count for info in storage.scopes() if info.scope == PLUGIN) == len(before) + 1
