"""A Cheshire Cat's values through storage_core: what its Cat saved is read, and what is written the Cat loads."""

import asyncio
import os
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from storage_core import (
    AsyncStorage,
    AsyncStore,
    ConflictError,
    InvalidNameError,
    KeyNotFoundError,
    Kind,
    Scope,
    ScopeInfo,
    UnsupportedError,
)
from tests.foreign.cat_store import ADMIN, CatStore
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.engines.cheshire_cat.cats import (
    OF_ADMIN,
    PROJECT,
    SHARED,
    cat,
    holding,
    location,
    project,
    rows,
    running_cat,
)
from tests.storage_core.facades import first, listed, revision_of

__all__ = ["cat", "location", "project", "running_cat"]  # fixtures

ANN = "0b0e4fd2-5a3c-4f63-9d0c-2f1f3e1c9a77"
ODD_KEYS = ["", " ", "a\nb\r\n", "a\0b", "k" * 2000, "naïve/ключ/键", "'\"", "%_*", "\U0001f408"]
VALUES: list[Any] = [
    None,
    True,
    "",
    "9",
    "ünï \ud83d",
    [1, 2.5, {"n": 2**70}],
    {"a": {"b": [9.0]}},
    9,
    -(2**63),
    3.14,
]


@pytest.fixture
def store(storage: AsyncStorage) -> AsyncStore:
    """What the Cat keeps for all of its users."""
    return storage.store(SHARED)


@pytest.fixture
def admin(storage: AsyncStorage) -> AsyncStore:
    """What the Cat keeps for the user whom it makes itself."""
    return storage.store(OF_ADMIN)


async def test_a_cat_is_one_workspace_named_for_its_project_with_shared_values_and_users(
    storage: AsyncStorage, cat: CatStore
) -> None:
    assert await storage.workspaces() == []
    cat.save("theme", "dark")
    cat.save("todos", [], user=ANN)
    cat.save("todos", ["milk"], user=ADMIN)
    assert await storage.workspaces() == [PROJECT]
    assert await storage.scopes() == [
        ScopeInfo(SHARED, 1, 6), ScopeInfo(Scope(PROJECT, ANN), 1, 2), ScopeInfo(OF_ADMIN, 1, 8)
    ]  # fmt: skip


async def test_what_a_cat_cannot_hold_is_declared(storage: AsyncStorage, store: AsyncStore) -> None:
    await storage.scopes()
    can = storage.capabilities
    assert (can.system, can.members, can.shared, can.json) == ("Cheshire Cat", "Users", True, True)
    assert [can.bytes, can.expiry, can.revisions, can.times] == [False] * 4
    assert can.all_or_nothing


async def test_bytes_and_lifetimes_are_refused_before_anything_is_written(store: AsyncStore) -> None:
    await store.save("key", 1)
    for refused in (
        store.set("key", b"bytes"),
        store.set_many({"key": b"bytes"}),
        store.save("key", 2, ttl=60),
        store.save_text("key", "2", ttl=60),
        store.expire("key", 60),
        store.expire("key", None),
    ):
        with pytest.raises(UnsupportedError):
            await refused
    assert await store.load("key") == 1


@pytest.mark.parametrize("user", [None, ADMIN, ANN])
async def test_what_the_cat_saved_is_loaded_and_what_is_saved_the_cat_loads(
    storage: AsyncStorage, cat: CatStore, user: str | None
) -> None:
    store = storage.store(Scope(PROJECT, user))
    for number, value in enumerate(VALUES):
        cat.save(f"theirs {number}", value, user)
        await store.save(f"ours {number}", value)
        for name in (f"theirs {number}", f"ours {number}"):
            loaded = (await store.load(name), cat.load(name, user))
            assert [(type(found), found) for found in loaded] == [(type(value), value)] * 2


@pytest.mark.parametrize("user", [None, ADMIN])
@pytest.mark.parametrize("key", ODD_KEYS)
async def test_any_key_of_the_cats_can_be_read_edited_renamed_and_deleted(
    storage: AsyncStorage, cat: CatStore, key: str, user: str | None
) -> None:
    store = storage.store(Scope(PROJECT, user))
    cat.save(key, "theirs", user)
    assert await listed(store.keys()) == [key]
    assert [entry.key async for entry in store.entries()] == [key]
    assert await store.load(key) == "theirs"
    await store.save(key, "ours", if_revision=await revision_of(store, key))
    assert cat.load(key, user) == "ours"
    await store.rename(key, key + "!")
    assert (cat.exists(key, user), cat.load(key + "!", user)) == (False, "ours")
    await store.rename(key + "!", key)
    assert await store.delete(key)
    assert not cat.exists(key, user)
    assert await listed(store.keys()) == []


@pytest.mark.parametrize("key", ["\ud83d", 1, None, b"k"])
async def test_what_cannot_be_a_key_of_the_cats_is_refused(store: AsyncStore, key: Any) -> None:
    for refused in (
        store.save(key, 1),
        store.load(key),
        store.delete(key),
        store.rename("a", key),
        store.exists(key),
    ):
        with pytest.raises(InvalidNameError):
            await refused


async def test_save_many_writes_nothing_where_one_key_is_refused(store: AsyncStore) -> None:
    with pytest.raises(InvalidNameError):
        await store.save_many({"good": 1, "\ud83d": 2})
    assert await listed(store.keys()) == []


async def test_a_new_user_is_made_as_the_cat_makes_one(
    storage: AsyncStorage, cat: CatStore, location: Path
) -> None:
    user = uuid4()
    await storage.workspace(PROJECT).user(user).save("todos", [1])
    assert cat.load("todos", str(user)) == [1]
    ((id, user_id),) = rows(location, "SELECT id, user_id FROM user_key_value_db")
    assert (id, user_id) == (str(UUID(id)), str(user))


@pytest.mark.parametrize("user", ["ann", ANN.upper(), ANN.replace("-", ""), f"{{{ANN}}}", "None"])
async def test_a_user_whom_the_cat_would_never_find_is_refused(storage: AsyncStorage, user: str) -> None:
    store = storage.workspace(PROJECT).user(user)
    with pytest.raises(InvalidNameError, match="lower case with hyphens"):
        await store.save("key", 1)
    await storage.store(SHARED).save("key", 1)
    with pytest.raises(InvalidNameError):
        await storage.store(SHARED).move("key", store.scope)
    assert await store.load("key") is None
    assert await storage.store(SHARED).load("key") == 1


async def test_there_is_no_other_workspace(storage: AsyncStorage, store: AsyncStore) -> None:
    other = storage.workspace("other")
    with pytest.raises(InvalidNameError, match="one workspace"):
        await other.save("key", 1)
    await store.save("key", 1)
    with pytest.raises(InvalidNameError):
        await store.move("key", other.scope)
    assert await other.load("key") is None
    assert await listed(other.keys()) == []
    assert not await other.delete("key")
    assert await other.clear() == 0


async def test_a_value_moves_between_users_and_what_is_shared(
    store: AsyncStore, admin: AsyncStore, cat: CatStore
) -> None:
    cat.save("number", 3.5)
    await store.move("number", admin.scope, "half")
    assert (cat.exists("number"), cat.load("half", ADMIN)) == (False, 3.5)
    await admin.move("half", Scope(PROJECT, ANN))
    assert (cat.exists("half", ADMIN), cat.load("half", ANN)) == (False, 3.5)
    await admin.user(ANN).move("half", SHARED, "number")
    assert (cat.exists("half", ANN), cat.load("number")) == (False, 3.5)


async def test_a_taken_place_is_overwritten_only_where_that_is_said(
    store: AsyncStore, admin: AsyncStore
) -> None:
    await store.save_many({"a": 1, "b": 2})
    await admin.save("a", 3)
    with pytest.raises(ConflictError) as taken:
        await store.rename("a", "b")
    assert taken.value.entry is not None
    assert taken.value.entry.value == 2
    with pytest.raises(ConflictError):
        await store.move("a", admin.scope)
    await store.rename("a", "b", overwrite=True)
    await store.move("b", admin.scope, "a", overwrite=True)
    assert (await listed(store.keys()), await admin.load("a")) == ([], 1)
    with pytest.raises(KeyNotFoundError):
        await store.rename("a", "c")


async def test_no_write_of_the_cats_made_meanwhile_is_overwritten(
    store: AsyncStore, admin: AsyncStore, cat: CatStore
) -> None:
    for scoped, user in ((store, None), (admin, ADMIN)):
        cat.save("key", "seen", user)
        revision = await revision_of(scoped, "key")
        cat.save("key", "theirs", user)
        for refused in (
            scoped.save("key", "ours", if_revision=revision),
            scoped.delete("key", if_revision=revision),
            scoped.rename("key", "other", if_revision=revision),
        ):
            with pytest.raises(ConflictError) as conflict:
                await refused
            assert conflict.value.entry is not None
            assert conflict.value.entry.value == "theirs"
        assert cat.load("key", user) == "theirs"
        cat.delete("key", user)
        with pytest.raises(ConflictError) as gone:
            await scoped.save("key", "ours", if_revision=revision)
        assert gone.value.entry is None


async def test_a_value_that_the_cat_saved_again_as_it_was_is_still_the_one_that_was_seen(
    store: AsyncStore, cat: CatStore
) -> None:
    cat.save("key", [1])
    revision = await revision_of(store, "key")
    cat.save("key", [1])
    await store.save("key", [2], if_revision=revision)
    assert cat.load("key") == [2]


async def test_the_changes_of_the_cat_are_told_as_ours_are(
    storage: AsyncStorage, store: AsyncStore, cat: CatStore
) -> None:
    cat.save("before", 1)
    since = await storage.revision()
    await store.save("ours", 1)
    cat.save("theirs", 2)
    cat.save("theirs", 2, user=ADMIN)
    told = await listed(storage.changes(since))
    assert {(change.scope, change.key) for change in told} == {
        (SHARED, "ours"), (SHARED, "theirs"), (OF_ADMIN, "theirs")
    }  # fmt: skip
    cat.delete("theirs")
    (change,) = await listed(storage.changes(told[-1].revision))
    assert (change.key, change.deleted, change.kind, change.size) == ("theirs", True, Kind.JSON, 1)


async def test_a_watch_tells_what_the_cat_does(location: Path, cat: CatStore) -> None:
    async with AsyncStorage(location) as storage:
        told = storage.watch(await storage.revision())
        cat.save("a", 1)
        assert [(change.scope, change.key) for change in await first(1, told)] == [(SHARED, "a")]
        await storage.store(SHARED).save("b", 1)
        cat.delete("a")
        assert {(change.key, change.deleted) for change in await first(2, told)} == {
            ("b", False),
            ("a", True),
        }


async def test_a_watch_goes_on_while_somebody_holds_the_database_for_long(
    location: Path, cat: CatStore
) -> None:
    async with AsyncStorage(location, timeout=0.01) as storage:
        told = storage.watch(await storage.revision())
        waiting = asyncio.ensure_future(anext(told))
        cat.save("a", 1)
        assert (await waiting).key == "a"
        with holding(location, "BEGIN EXCLUSIVE"):
            waiting = asyncio.ensure_future(anext(told))
            await asyncio.wait([waiting], timeout=0.3)
            assert not waiting.done()
        cat.save("b", 1)
        assert (await waiting).key == "b"


async def test_update_never_loses_a_write_of_another_writer(
    open_storage: OpenStorage, admin: AsyncStore
) -> None:
    others = [open_storage().store(OF_ADMIN) for _ in range(3)]

    async def count_up(store: AsyncStore) -> None:
        for _ in range(20):
            await store.update("count", lambda count: count + 1, 0)

    await asyncio.gather(*(count_up(store) for store in (admin, *others)))
    assert await admin.load("count") == 80


async def test_clear_deletes_what_starts_with_a_prefix_and_nothing_else(
    store: AsyncStore, admin: AsyncStore, cat: CatStore
) -> None:
    for key in ("a_1", "a_2", "aX3", "b"):
        cat.save(key, 1)
        cat.save(key, 1, ADMIN)
    assert await store.clear("a_") == 2
    assert await listed(store.keys()) == ["aX3", "b"]
    assert len(await listed(admin.keys())) == 4
    assert await admin.delete_many(["b", "none"]) == 1
    assert await admin.clear() == 3


async def test_a_write_is_seen_that_leaves_the_file_as_old_as_it_was(
    storage: AsyncStorage, cat: CatStore, location: Path
) -> None:
    cat.save("key", 1)
    since = await storage.revision()
    assert await listed(storage.changes(since)) == []
    times = location.stat()
    cat.save("key", 2)
    os.utime(location, ns=(times.st_atime_ns, times.st_mtime_ns))  # as within one tick of a coarse clock
    assert [change.key for change in await listed(storage.changes(since))] == ["key"]
