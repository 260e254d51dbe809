"""The contract on Dify's files, on both facades: what is there is shown, what is written the daemon reads."""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage_core import (
    AsyncStorage,
    AsyncStore,
    ConflictError,
    InvalidNameError,
    KeyNotFoundError,
    Kind,
    KindError,
    ReadOnlyError,
    Scope,
    ScopeInfo,
    StorageMovedError,
    UnsupportedError,
)
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.engines.dify.folder import GMAIL, PLUGIN, files, plugin_folder, times
from tests.storage_core.facades import listed, revision_of

KEYS = [
    "avatar:content",
    "avatar:meta",
    "conversations/2026/11/abc",
    "conversations/2026/11/def",
    "counter",
    "empty",
    "gz",
    "naïve/ключ/键 with space.json",
    "nul",
    "token",
    "user_data",
    "user_name",
]


@pytest.fixture
def daemon(folder: Path) -> Daemon:
    return Daemon(folder, "hjlarry/storage")


async def test_tenants_are_workspaces_and_plugins_scopes_with_what_they_take(
    storage: AsyncStorage, folder: Path
) -> None:
    sizes = {
        scope: [path.stat().st_size for path in plugin_folder(folder, scope).rglob("*") if path.is_file()]
        for scope in (PLUGIN, GMAIL)
    }
    assert await storage.workspaces() == [TENANT]
    assert await storage.scopes() == [
        ScopeInfo(scope, len(found), sum(found)) for scope, found in sizes.items()
    ]


async def test_what_it_cannot_hold_is_declared(storage: AsyncStorage) -> None:
    await storage.scopes()
    can = storage.capabilities
    assert (can.system, can.members) == ("Dify", "Plugins")
    assert can.bytes
    assert can.times
    assert not any((can.shared, can.json, can.expiry, can.revisions, can.all_or_nothing))


async def test_keys_are_paths_in_the_order_of_code_points(store: AsyncStore, daemon: Daemon) -> None:
    assert await listed(store.keys()) == KEYS
    assert await listed(store.keys("conversations/")) == KEYS[2:4]
    assert await listed(store.keys(after="empty", limit=2)) == ["gz", KEYS[7]]
    for key in ("z0", "z/c", "z/b/d", "z-b"):
        daemon.set(key, b"")
    assert await listed(store.keys("z")) == ["z-b", "z/b/d", "z/c", "z0"]


async def test_entries_have_the_size_and_the_time_of_their_files(store: AsyncStore, folder: Path) -> None:
    for entry in await listed(store.entries()):
        status = (plugin_folder(folder) / entry.key).stat()
        assert (entry.kind, entry.value, entry.size, entry.expires) == (
            Kind.BYTES,
            None,
            status.st_size,
            None,
        )
        whole_ms = datetime.fromtimestamp(status.st_mtime_ns // 1_000_000 / 1000, UTC)
        assert abs(entry.updated - whole_ms).total_seconds() < 0.001


async def test_every_value_is_read_as_it_stands_in_its_file(store: AsyncStore, folder: Path) -> None:
    expected = {key: (plugin_folder(folder) / key).read_bytes() for key in KEYS}
    assert {key: await store.get(key) for key in KEYS} == expected
    assert await store.get_many([*KEYS, "not there"]) == expected
    entry = await store.entry("counter")
    assert entry is not None
    assert (entry.value, entry.size) == (b"42", 2)
    assert await store.get("not there") is None
    assert await store.get("conversations") is None
    assert not await store.exists("conversations/2026")
    assert await store.exists("empty")


async def test_a_list_longer_than_a_page_is_whole(store: AsyncStore, daemon: Daemon) -> None:
    for number in range(2_500):
        daemon.set(f"many/{number:04}", b"")
    keys = await listed(store.keys("many/"))
    assert keys == [f"many/{number:04}" for number in range(2_500)]
    assert [entry.key for entry in await listed(store.entries("many/"))] == keys


async def test_the_daemon_reads_what_was_set(store: AsyncStore, daemon: Daemon) -> None:
    values = {"counter": b"43", "new": b"", "a/b/c": b"\0\xff" * 50_000, "ключ/键": "値".encode()}
    for key, value in values.items():
        await store.set(key, value)
    assert {key: daemon.get(key) for key in values} == values
    assert {key: await store.get(key) for key in values} == values


async def test_new_files_and_folders_have_the_daemons_modes_whatever_the_umask(
    store: AsyncStore, folder: Path
) -> None:
    before = os.umask(0o077)
    try:
        await store.set("deep/er/key", b"")
    finally:
        os.umask(before)
    base = plugin_folder(folder)
    modes = [(base / name).stat().st_mode & 0o7777 for name in ("deep", "deep/er", "deep/er/key")]
    assert modes == [0o755, 0o755, 0o644]


async def test_a_file_that_is_replaced_keeps_its_mode_and_owner(store: AsyncStore, folder: Path) -> None:
    path = plugin_folder(folder) / "counter"
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 1234, 4321)
    before = path.stat()
    await store.set("counter", b"43")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_what_root_makes_belongs_to_whom_the_plugins_folder_does(
    store: AsyncStore, folder: Path
) -> None:
    os.chown(plugin_folder(folder), 1234, 4321)
    await store.set("made/by/root", b"")
    made = [plugin_folder(folder) / name for name in ("made", "made/by", "made/by/root")]
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(1234, 4321)}


async def test_a_new_plugin_and_a_new_tenant_can_be_begun(storage: AsyncStorage, folder: Path) -> None:
    tenant = "0198c1de-0000-7000-8000-00000000abcd"
    for scope in (Scope(TENANT, "someone/new"), Scope(TENANT, "no_author"), Scope(tenant, "someone/new")):
        await storage.store(scope).set("key", b"value")
        assert Daemon(folder, str(scope.user), scope.workspace).get("key") == b"value"
        assert scope in [info.scope for info in await storage.scopes()]
    assert await storage.workspaces() == [tenant, TENANT]


async def test_delete_takes_the_file_and_leaves_every_folder(
    store: AsyncStore, daemon: Daemon, folder: Path
) -> None:
    assert await store.delete("conversations/2026/11/abc")
    assert await store.delete("conversations/2026/11/def")
    assert not await store.delete("conversations/2026/11/def")
    assert not daemon.exist("conversations/2026/11/abc")
    assert (plugin_folder(folder) / "conversations/2026/11").is_dir()
    assert await listed(store.keys("conversations")) == []


async def test_delete_of_a_folder_takes_nothing(store: AsyncStore, folder: Path) -> None:
    before = files(folder)
    assert not await store.delete("conversations")
    assert await store.delete_many(["conversations/2026", "naïve"]) == 0
    assert files(folder) == before


async def test_values_are_bytes_only_and_last(store: AsyncStore, folder: Path) -> None:
    before = files(folder)
    refused: list[Callable[[], Awaitable[object]]] = [
        lambda: store.save("counter", 1),
        lambda: store.save_text("counter", "1"),
        lambda: store.save_many({"counter": 1}),
        lambda: store.update("new", lambda value: value, 1),
        lambda: store.set("counter", b"1", ttl=60),
        lambda: store.expire("counter", 60),
        lambda: store.expire("counter", None),
    ]
    for verb in refused:
        with pytest.raises(UnsupportedError, match="Dify"):
            await verb()
    for read in (lambda: store.load("counter"), lambda: store.load_text("counter")):
        with pytest.raises(KindError):
            await read()
    assert await store.load("not there", 5) == 5
    assert files(folder) == before


async def test_a_tenant_itself_holds_nothing_and_takes_nothing(storage: AsyncStorage, folder: Path) -> None:
    before = files(folder)
    shared = storage.workspace(TENANT)
    assert await listed(shared.keys()) == []
    assert await shared.get("counter") is None
    assert not await shared.delete("counter")
    with pytest.raises(UnsupportedError, match="belong to plugins"):
        await shared.set("counter", b"1")
    with pytest.raises(UnsupportedError):
        await storage.store(PLUGIN).move("counter", Scope(TENANT))
    assert files(folder) == before


@pytest.mark.parametrize("workspace", ["acme", TENANT.upper(), "..", ".", TENANT[:-1], f"{TENANT}/hjlarry"])
async def test_what_is_no_tenant_holds_nothing_and_takes_nothing(
    storage: AsyncStorage, folder: Path, workspace: str
) -> None:
    before = files(folder)
    store = storage.store(Scope(workspace, "hjlarry/storage"))
    assert await store.get("counter") is None
    assert await listed(store.keys()) == []
    with pytest.raises(InvalidNameError, match="UUID"):
        await store.set("counter", b"1")
    assert files(folder) == before


async def test_compare_and_set_goes_by_what_was_seen(store: AsyncStore, daemon: Daemon) -> None:
    revision = await revision_of(store, "counter")
    daemon.set("counter", b"43")
    with pytest.raises(ConflictError) as refused:
        await store.set("counter", b"mine", if_revision=revision)
    assert refused.value.entry is not None
    assert refused.value.entry.value == b"43"
    await store.set("counter", b"mine", if_revision=refused.value.entry.revision)
    assert daemon.get("counter") == b"mine"
    with pytest.raises(ConflictError):
        await store.delete("counter", if_revision=revision)
    assert await store.delete("counter", if_revision=await revision_of(store, "counter"))


async def test_revision_zero_is_only_for_what_is_not_there(store: AsyncStore, daemon: Daemon) -> None:
    await store.set("new", b"1", if_revision=0)
    with pytest.raises(ConflictError):
        await store.set("new", b"2", if_revision=0)
    assert daemon.get("new") == b"1"
    daemon.delete("new")
    await store.set("new", b"3", if_revision=0)
    assert daemon.get("new") == b"3"


async def test_looking_again_changes_no_revision(store: AsyncStore, storage: AsyncStorage) -> None:
    await store.set("counter", b"43")
    before = [entry.revision for entry in await listed(store.entries())]
    for _ in range(3):
        await storage.scopes()
        await store.get_many(KEYS)
        assert [entry.revision for entry in await listed(store.entries())] == before


async def test_a_value_moves_with_its_mode_to_a_key_or_a_plugin(
    store: AsyncStore, storage: AsyncStorage, folder: Path
) -> None:
    (plugin_folder(folder) / "counter").chmod(0o640)
    await store.rename("counter", "a/b")
    await store.move("a/b", GMAIL, "counted")
    moved = plugin_folder(folder, GMAIL) / "counted"
    assert (moved.read_bytes(), moved.stat().st_mode & 0o777) == (b"42", 0o640)
    assert await storage.store(GMAIL).get("counted") == b"42"
    assert not (plugin_folder(folder) / "counter").exists()
    assert moved.stat().st_nlink == 1


async def test_a_move_refuses_what_is_taken_and_what_is_not_there(store: AsyncStore, folder: Path) -> None:
    before = files(folder)
    with pytest.raises(ConflictError) as refused:
        await store.rename("counter", "token")
    assert refused.value.entry is not None
    assert refused.value.entry.value == files(folder)[f"{TENANT}/hjlarry/storage/token"]
    with pytest.raises(KeyNotFoundError):
        await store.rename("not there", "new")
    await store.rename("counter", "counter")
    with pytest.raises(InvalidNameError, match="file cannot be a folder"):
        await store.rename("counter", "counter/below")
    assert files(folder) == before
    await store.rename("counter", "token", overwrite=True)
    assert await store.get("token") == b"42"


async def test_many_are_written_deleted_and_cleared(store: AsyncStore, daemon: Daemon) -> None:
    await store.set_many({"m/1": b"1", "m/2": b"2", "m/3/x": b"3", "counter": b"0"})
    assert [daemon.get(key) for key in ("m/1", "m/2", "m/3/x", "counter")] == [b"1", b"2", b"3", b"0"]
    assert await store.delete_many(["m/1", "m/1", "not there"]) == 1
    assert await store.clear("m/") == 2
    assert await store.clear("m%") == 0
    assert await store.clear() == len(KEYS)
    assert await listed(store.keys()) == []


async def test_many_are_refused_together_where_one_of_them_is(store: AsyncStore, folder: Path) -> None:
    before = files(folder)
    for bad in ({"a": b"", "a/b": b""}, {"a": b"", "b/../c": b""}, {"a": b"", "counter/x": b""}):
        with pytest.raises(InvalidNameError):
            await store.set_many({"counter": b"changed", **bad})
    assert files(folder) == before


async def test_changes_are_everybodys_in_order_and_once(
    storage: AsyncStorage, store: AsyncStore, daemon: Daemon
) -> None:
    since = await storage.revision()
    await store.set("counter", b"1")
    await store.delete("token")
    assert [(change.key, change.deleted) for change in await listed(storage.changes(since))] == [
        ("counter", False),
        ("token", True),
    ]
    daemon.set("counter", b"12345")
    daemon.delete("user_name")
    changes = await listed(storage.changes(since))
    assert [change.revision for change in changes] == list(range(since + 1, since + 5))
    assert {(change.key, change.deleted, change.size) for change in changes[2:]} == {
        ("counter", False, 5),
        ("user_name", True, 8),
    }


async def test_read_only_changes_nothing_at_all(open_storage: OpenStorage, folder: Path) -> None:
    before = times(folder)
    storage = open_storage(read_only=True)
    store = storage.store(PLUGIN)
    for key in KEYS:
        await store.get(key)
    assert await storage.check() == []
    with pytest.raises(ReadOnlyError):
        await store.set("counter", b"1")
    assert times(folder) == before


async def test_a_folder_that_was_moved_or_replaced_is_neither_read_on_nor_written(
    storage: AsyncStorage, store: AsyncStore, folder: Path
) -> None:
    await store.get("counter")
    elsewhere = folder.rename(folder.with_name("elsewhere"))
    before = files(elsewhere)
    for replaced in (False, True):
        if replaced:
            folder.mkdir()
        for verb in (lambda: store.set("counter", b"1"), storage.scopes, lambda: store.get("not there")):
            with pytest.raises(StorageMovedError):
                await verb()
    assert files(elsewhere) == before
    assert files(folder) == {}


async def test_nothing_is_left_beside_the_tenants(store: AsyncStore, folder: Path) -> None:
    await store.set_many({"a": b"1", "b": b"2"})
    await store.rename("a", "c")
    await store.delete("c")
    with pytest.raises(ConflictError):
        await store.set("b", b"", if_revision=10**6)
    assert os.listdir(folder) == [TENANT]
