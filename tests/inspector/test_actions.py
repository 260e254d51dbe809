"""What a person does can be taken back to the last byte, and never over what somebody else wrote since."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector import actions
from inspector.actions import Stored
from inspector.history import History
from storage_core import AsyncStorage, ConflictError, Kind, Scope, StorageError
from storage_core.browse import Address
from storage_core.raw import RawEntry, read, write

SCOPE = Scope("acme", "ann")
PLACE = Address(SCOPE, "todos")
TEXT = b'{ "price": 22.00,\n  "n": 1e5 }\n'


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(tmp_path / "state.db") as storage:
        yield storage


async def put(
    storage: AsyncStorage, place: Address, data: bytes, expires: datetime | None = None
) -> RawEntry:
    await write(storage, place.scope, place.key, Kind.JSON, data, expires=expires, if_revision=0)
    return await found(storage, place)


async def found(storage: AsyncStorage, place: Address = PLACE) -> RawEntry:
    entry = await read(storage, place.scope, place.key)
    assert entry is not None
    return entry


async def is_set(storage: AsyncStorage, place: Address = PLACE) -> bool:
    return await read(storage, place.scope, place.key) is not None


async def test_an_edit_keeps_kind_and_expiry_and_its_undo_brings_the_very_bytes_back(
    storage: AsyncStorage,
) -> None:
    expires = datetime(2100, 1, 1, 12, 30, 0, 123000, tzinfo=UTC)
    base = await put(storage, PLACE, TEXT, expires)
    done = await actions.replace(storage, base, b"[1]")
    assert ((await found(storage)).data, (await found(storage)).expires) == (b"[1]", expires)
    await done.undo(storage)
    assert ((await found(storage)).data, (await found(storage)).expires) == (TEXT, expires)
    await done.redo(storage)
    assert (await found(storage)).data == b"[1]"


async def test_an_edit_of_what_somebody_changed_meanwhile_is_refused(storage: AsyncStorage) -> None:
    base = await put(storage, PLACE, TEXT)
    await storage.store(SCOPE).save("todos", "theirs")
    with pytest.raises(ConflictError):
        await actions.replace(storage, base, b'"mine"')
    assert (await found(storage)).data == b'"theirs"'


async def test_an_undo_never_overwrites_what_somebody_wrote_since_unless_told_to(
    storage: AsyncStorage,
) -> None:
    base = await put(storage, PLACE, TEXT)
    done = await actions.replace(storage, base, b'"mine"')
    await storage.store(SCOPE).save("todos", "theirs")
    with pytest.raises(ConflictError):
        await done.undo(storage)
    assert (await found(storage)).data == b'"theirs"'
    await done.undo(storage, force=True)
    assert (await found(storage)).data == TEXT


async def test_a_delete_hands_back_what_it_took_also_many_at_once(storage: AsyncStorage) -> None:
    places = [Address(SCOPE, f"key:{number}") for number in range(450)]
    for place in places:
        await put(storage, place, place.key.encode().join((b'"', b'"')))
    done = await actions.delete(storage, [*places, Address(SCOPE, "never there")])
    assert done.label == "deletion of 450 keys"
    assert [key async for key in storage.store(SCOPE).keys()] == []
    await done.undo(storage)
    assert await storage.store(SCOPE).load_many(["key:0", "key:449"]) == {
        "key:0": "key:0",
        "key:449": "key:449",
    }


async def test_an_undo_of_many_brings_back_all_but_those_that_somebody_has_set_again(
    storage: AsyncStorage,
) -> None:
    places = [Address(SCOPE, "a"), Address(SCOPE, "b")]
    for place in places:
        await put(storage, place, b"1")
    done = await actions.delete(storage, places)
    await storage.store(SCOPE).save("a", "theirs")
    with pytest.raises(ConflictError):
        await done.undo(storage)
    assert await storage.store(SCOPE).load_many(["a", "b"]) == {"a": "theirs", "b": 1}
    before = (await found(storage, places[1])).revision
    await done.undo(storage, force=True)
    assert await storage.store(SCOPE).load_many(["a", "b"]) == {"a": 1, "b": 1}
    assert (await found(storage, places[1])).revision == before


async def test_a_creation_is_refused_where_something_is_and_undone_by_deleting(storage: AsyncStorage) -> None:
    done = await actions.create(storage, PLACE, Stored(Kind.BYTES, b"new"))
    with pytest.raises(ConflictError):
        await actions.create(storage, PLACE, Stored(Kind.BYTES, b"other"))
    await done.undo(storage)
    assert not await is_set(storage)


async def test_a_renaming_keeps_everything_but_the_key_and_can_be_undone(storage: AsyncStorage) -> None:
    expires = datetime(2100, 1, 1, tzinfo=UTC)
    base = await put(storage, PLACE, TEXT, expires)
    target = Address(Scope("beta"), "chores")
    done = await actions.move(storage, base, target)
    moved = await found(storage, target)
    assert (moved.data, moved.expires, await is_set(storage)) == (TEXT, expires, False)
    await done.undo(storage)
    assert ((await found(storage)).data, await is_set(storage, target)) == (TEXT, False)


async def test_a_renaming_onto_another_key_is_refused(storage: AsyncStorage) -> None:
    base = await put(storage, PLACE, TEXT)
    taken = Address(SCOPE, "taken")
    await put(storage, taken, b"1")
    with pytest.raises(ConflictError):
        await actions.move(storage, base, taken)
    assert (await found(storage, taken)).data == b"1"


async def test_an_expiry_is_changed_alone_and_can_be_undone(storage: AsyncStorage) -> None:
    base = await put(storage, PLACE, TEXT)
    soon = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    done = await actions.set_expiry(storage, base, soon)
    assert ((await found(storage)).data, (await found(storage)).expires) == (TEXT, soon)
    await done.undo(storage)
    assert (await found(storage)).expires is None


async def test_a_copy_leaves_the_original_where_it_is(storage: AsyncStorage) -> None:
    base = await put(storage, PLACE, TEXT)
    target = Address(Scope("beta", "bob"), "todos")
    done = await actions.copy(storage, base, target)
    assert (await found(storage, target)).data == TEXT == (await found(storage)).data
    await done.undo(storage)
    assert (await is_set(storage), await is_set(storage, target)) == (True, False)


async def test_the_history_undoes_and_redoes_in_order_and_a_new_deed_ends_redoing(
    storage: AsyncStorage,
) -> None:
    history = History()
    history.add(await actions.create(storage, PLACE, Stored(Kind.JSON, b"1")))
    history.add(await actions.replace(storage, await found(storage), b"2"))
    await history.undo(storage)
    assert (await found(storage)).data == b"1"
    await history.undo(storage)
    assert not await is_set(storage)
    assert await history.undo(storage) is None
    await history.redo(storage)
    await history.redo(storage)
    assert (await found(storage)).data == b"2"
    await history.undo(storage)
    history.add(await actions.replace(storage, await found(storage), b"3"))
    assert history.to_redo is None


async def test_an_undo_that_conflicts_stays_to_be_undone(storage: AsyncStorage) -> None:
    history = History()
    history.add(await actions.create(storage, PLACE, Stored(Kind.JSON, b"1")))
    await storage.store(SCOPE).save("todos", "theirs")
    with pytest.raises(ConflictError):
        await history.undo(storage)
    assert history.to_undo is not None
    assert history.to_redo is None


async def test_an_undo_stops_at_what_somebody_wrote_between_two_of_ones_own_edits(
    storage: AsyncStorage,
) -> None:
    history = History()
    history.add(await actions.create(storage, PLACE, Stored(Kind.JSON, b'"mine"')))
    await storage.store(SCOPE).save("todos", "theirs")
    history.add(await actions.replace(storage, await found(storage), b'"mine again"'))
    await history.undo(storage)
    assert (await found(storage)).data == b'"theirs"'
    with pytest.raises(ConflictError):
        await history.undo(storage)
    assert (await found(storage)).data == b'"theirs"'


async def test_a_value_that_was_edited_renamed_and_edited_again_goes_all_the_way_back(
    storage: AsyncStorage,
) -> None:
    history, target = History(), Address(SCOPE, "chores")
    history.add(await actions.create(storage, PLACE, Stored(Kind.JSON, b"1")))
    history.add(await actions.replace(storage, await found(storage), b"2"))
    history.add(await actions.move(storage, await found(storage), target))
    history.add(await actions.replace(storage, await found(storage, target), b"3"))
    for _ in range(4):
        await history.undo(storage)
    assert (await is_set(storage), await is_set(storage, target)) == (False, False)
    for _ in range(4):
        await history.redo(storage)
    assert ((await found(storage, target)).data, await is_set(storage)) == (b"3", False)


async def test_of_a_deletion_that_fails_in_part_the_rest_can_be_taken_back(
    storage: AsyncStorage,
) -> None:
    keys = ["a", "b", "c"]
    await storage.store(SCOPE).save_many(dict.fromkeys(keys, 1))
    with closing(sqlite3.connect(storage.location, isolation_level=None)) as other:
        other.execute(
            "CREATE TRIGGER refuse BEFORE DELETE ON entries WHEN old.key = 'b' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        with pytest.raises(actions.PartlyDoneError) as failed:
            await actions.delete(storage, [Address(SCOPE, key) for key in keys])
        assert isinstance(failed.value.reason, StorageError)
        assert [key async for key in storage.store(SCOPE).keys()] == ["b"]
        other.execute("DROP TRIGGER refuse")
    await failed.value.done.undo(storage)
    assert [key async for key in storage.store(SCOPE).keys()] == keys


async def test_a_renaming_is_undone_over_what_was_told_to_be_in_the_way_and_nothing_newer(
    storage: AsyncStorage,
) -> None:
    base = await put(storage, PLACE, TEXT)
    done = await actions.move(storage, base, Address(SCOPE, "renamed"))
    store = storage.store(SCOPE)
    await store.save("todos", "theirs")
    with pytest.raises(ConflictError):
        await done.undo(storage)
    await store.save("todos", "newer")
    with pytest.raises(ConflictError):
        await done.undo(storage, force=True)
    assert await store.load("todos") == "newer"
    await done.undo(storage, force=True)
    assert (await found(storage)).data == TEXT
