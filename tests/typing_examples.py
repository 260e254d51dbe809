"""How the public names are used, for the type checker: it fails where an annotation no longer says so."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, assert_type
from uuid import UUID

from storage_core import (
    AsyncStorage,
    AsyncStore,
    Change,
    ConflictError,
    Entry,
    Kind,
    Scope,
    ScopeInfo,
    Storage,
    Store,
    acting_as,
    store,
    use_storage,
    user,
)
from storage_core.hosts.dify import HasStorage, Patch, PluginStorage, attach, patch
from storage_core.transfer import IfTaken, Line, Outcome, Progress, Report, Transfer


def synchronous(path: Path, id: UUID) -> None:
    with Storage(path, read_only=False, timeout=5, durability="process") as storage:
        assert_type(storage, Storage)
        acme = storage.workspace("acme")
        assert_type(acme, Store)
        ann = acme.user(id)
        acme.set("logo.png", b"bytes", ttl=60)
        acme.set("logo.png", bytearray(b"bytes"), ttl=timedelta(days=1), if_revision=0)
        acme.set_many({"a": b"bytes", "b": memoryview(b"view")})
        assert_type(acme.get("logo.png"), bytes | None)
        assert_type(acme.get_many(["logo.png"]), dict[str, bytes])
        assert_type(ann.save("todos", [{"text": "buy milk"}]), Any)
        assert_type(ann.load("todos", []), Any)
        assert_type(ann.load_text("todos"), str | None)
        assert_type(ann.load_many({"todos"}), dict[str, Any])
        assert_type(ann.exists("todos"), bool)
        assert_type(ann.delete("todos", if_revision=3), bool)
        assert_type(ann.delete_many(key for key in ann.keys("old/")), int)
        assert_type(ann.clear("old/"), int)
        assert_type(ann.update("count", lambda count: count + 1, 0), Any)
        assert_type(ann.keys(after="a", limit=10), Iterator[str])
        assert_type(ann.entries("prefix"), Iterator[Entry])
        ann.move("todos", Scope("acme", "bob"), "hers", overwrite=True)
        ann.expire("todos", None)
        assert_type(storage.workspaces(), list[str])
        assert_type(storage.scopes(), list[ScopeInfo])
        assert_type(storage.changes(0), Iterator[Change])
        assert_type(storage.check(), list[str])
        storage.backup("copy.db")


def records(entry: Entry, change: Change, info: ScopeInfo) -> None:
    assert_type(entry.kind, Kind)
    assert_type(entry.expires, datetime | None)
    assert_type(entry.value, Any)
    assert_type(change.deleted, bool)
    assert_type(change.at, datetime)
    assert_type(info.scope.user, str | None)


def conflicts(ann: Store, theirs: Entry) -> Entry | None:
    try:
        ann.save("todos", [], if_revision=theirs.revision)
    except ConflictError as conflict:
        return assert_type(conflict.entry, Entry | None)
    return None


async def asynchronous(path: str) -> None:
    async with AsyncStorage(path) as storage:
        assert_type(storage, AsyncStorage)
        acme = storage.store(Scope("acme"))
        assert_type(acme, AsyncStore)
        assert_type(acme.user("ann"), AsyncStore)
        assert_type(await acme.get("logo.png"), bytes | None)
        assert_type(await acme.entry("todos"), Entry | None)
        assert_type(await acme.update("count", lambda count: count + 1, 0), Any)
        assert_type(acme.keys(), AsyncIterator[str])
        assert_type(storage.changes(0), AsyncIterator[Change])
        async for change in storage.watch():
            assert_type(change, Change)


async def bringing_over(source: AsyncStorage, target: AsyncStorage) -> None:
    transfer = Transfer(source, target, [Scope("acme")], if_taken=IfTaken.KEEP_BOTH)
    async for progress in transfer.steps():
        assert_type(progress, Progress)
    assert_type(await Transfer(source, None, {Scope("acme"): Scope("beta")}, dry_run=True).run(), Report)
    assert_type(transfer.report[0], Line)
    assert_type(transfer.report.counts, dict[Outcome, int])


async def ambient(storage: AsyncStorage) -> None:
    use_storage(storage, workspace="acme")
    assert_type(await store.save("theme", {"color": "dark"}), Any)
    with acting_as("ann"):
        assert_type(await user.get("picture"), bytes | None)
        assert_type(user.user("bob"), AsyncStore)
    use_storage(None)


def dify(storage: Storage, session: HasStorage) -> None:
    plugin = attach(session, storage.workspace("acme").user("author/name"), missing="none")
    assert_type(plugin, PluginStorage)
    assert_type(plugin.get("todos"), bytes | None)
    assert_type(plugin.exist("todos"), bool)
    with patch(lambda session: storage.workspace(session.app_id)) as changed:
        assert_type(changed, Patch)
