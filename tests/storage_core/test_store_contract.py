"""The verbs of a store that read, write, change and move one entry, on both facades."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from storage_core import (
    AsyncStorage,
    AsyncStore,
    ConflictError,
    Entry,
    InvalidNameError,
    InvalidValueError,
    KeyNotFoundError,
    Kind,
    KindError,
    Scope,
    Storage,
)
from tests.storage_core.conftest import Clock
from tests.storage_core.facades import revision_of


async def test_get_gives_the_bytes_that_were_set(store: AsyncStore) -> None:
    await store.set("logo.png", b"\x89PNG\0")
    assert await store.get("logo.png") == b"\x89PNG\0"


async def test_get_gives_none_where_the_key_is_not_set(store: AsyncStore) -> None:
    assert await store.get("logo.png") is None


async def test_empty_bytes_are_not_a_missing_key(store: AsyncStore) -> None:
    await store.set("empty", b"")
    assert await store.get("empty") == b""
    assert await store.exists("empty")


async def test_save_returns_the_value_it_was_given(store: AsyncStore) -> None:
    value = [{"text": "buy milk"}]
    assert await store.save("todos", value) is value
    assert await store.load("todos") == value


async def test_load_gives_the_default_where_the_key_is_not_set(store: AsyncStore) -> None:
    default: list[str] = []
    assert await store.load("todos", default) is default
    assert await store.load("todos") is None


async def test_a_stored_none_is_not_a_missing_key(store: AsyncStore) -> None:
    await store.save("nothing", None)
    assert await store.load("nothing", "default") is None
    assert await store.exists("nothing")


async def test_a_write_replaces_whatever_was_there(store: AsyncStore) -> None:
    await store.save("key", {"a": 1, "b": 2})
    await store.save("key", {"c": 3})
    assert await store.load("key") == {"c": 3}
    await store.set("key", b"bytes")
    assert await store.get("key") == b"bytes"
    await store.save_text("key", "[1]")
    assert await store.load("key") == [1]


async def test_reading_bytes_with_a_verb_for_json_raises_kind_error(store: AsyncStore) -> None:
    await store.set("key", b"1")
    with pytest.raises(KindError, match="read them with get"):
        await store.load("key")
    with pytest.raises(KindError):
        await store.load("key", "default")
    with pytest.raises(KindError):
        await store.load_text("key")
    with pytest.raises(KindError):
        await store.load_many(["key"])
    with pytest.raises(KindError):
        await store.update("key", lambda value: value)
    assert await store.get("key") == b"1"


async def test_reading_json_with_a_verb_for_bytes_raises_kind_error(store: AsyncStore) -> None:
    await store.save("key", 1)
    with pytest.raises(KindError, match="read it with load"):
        await store.get("key")
    with pytest.raises(KindError):
        await store.get_many(["other", "key"])
    assert await store.load("key") == 1


async def test_delete_and_exists_tell_whether_there_was_something(store: AsyncStore) -> None:
    assert not await store.exists("key")
    assert not await store.delete("key")
    await store.save("key", 1)
    assert await store.exists("key")
    assert await store.delete("key") is True
    assert await store.exists("key") is False
    assert await store.delete("key") is False


async def test_load_text_gives_the_json_text_as_it_was_saved(store: AsyncStore) -> None:
    text = '{ "price": 22.00, "price": 1e5,\r\n\t"é": "\\u00e9\\/" }\n'
    await store.save_text("key", text)
    assert await store.load_text("key") == text
    assert await store.load("key") == {"price": 1e5, "é": "é/"}
    assert await store.load_text("missing") is None


async def test_load_text_gives_the_compact_text_of_what_save_wrote(store: AsyncStore) -> None:
    await store.save("key", {"b": [1, 2.0], "a": "é"})
    assert await store.load_text("key") == '{"b":[1,2.0],"a":"é"}'


async def test_an_entry_is_the_value_and_what_is_known_of_it(store: AsyncStore, clock: Clock) -> None:
    await store.save("first", 1)
    await store.save("key", {"a": "é"}, ttl=90.5)
    moment = datetime.fromtimestamp(clock.now / 1000, UTC)
    expected = Entry(
        Scope("acme"), "key", Kind.JSON, {"a": "é"}, 10, 2, moment, moment + timedelta(seconds=90.5)
    )
    assert await store.entry("key") == expected


async def test_an_entry_of_bytes_holds_them_and_one_without_ttl_never_expires(store: AsyncStore) -> None:
    await store.set("key", b"12345")
    entry = await store.entry("key")
    assert entry is not None
    assert (entry.kind, entry.value, entry.size, entry.expires) == (Kind.BYTES, b"12345", 5, None)
    assert entry.updated.tzinfo is UTC
    assert await store.entry("missing") is None


async def test_update_saves_what_change_makes_of_the_value_and_returns_it(store: AsyncStore) -> None:
    await store.save("count", 41)
    assert await store.update("count", lambda count: count + 1) == 42
    assert await store.load("count") == 42


async def test_update_starts_from_a_copy_of_the_default(store: AsyncStore) -> None:
    default: list[str] = []

    def append(items: list[str]) -> list[str]:
        items.append("milk")
        return items

    assert await store.update("todos", append, default) == ["milk"]
    assert default == []
    assert await store.update("todos", append, default) == ["milk", "milk"]


async def test_update_gives_change_none_where_there_is_neither_value_nor_default(store: AsyncStore) -> None:
    assert await store.update("key", lambda value: [value]) == [None]


async def test_an_update_whose_change_raises_writes_nothing(store: AsyncStore) -> None:
    await store.save("todos", ["milk"])

    def spoil(items: list[str]) -> list[str]:
        items.clear()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.update("todos", spoil)
    with pytest.raises(InvalidValueError):
        await store.update("todos", lambda items: {items[0]: object()})
    assert await store.load("todos") == ["milk"]
    assert await store.update("todos", lambda items: [*items, "tea"]) == ["milk", "tea"]


async def test_update_runs_change_again_when_another_writer_was_quicker(
    store: AsyncStore, location: Path
) -> None:
    seen = []
    with Storage(location) as other:

        def change(count: int) -> int:
            seen.append(count)
            if len(seen) == 1:
                other.workspace("acme").save("count", 10)
            return count + 1

        assert await store.update("count", change, 0) == 11
    assert seen == [0, 10]
    assert await store.load("count") == 11


async def test_rename_keeps_value_and_kind(store: AsyncStore) -> None:
    await store.set("old", b"bytes")
    await store.rename("old", "new")
    assert await store.get("new") == b"bytes"
    assert not await store.exists("old")


async def test_rename_to_a_taken_key_raises_conflict_error_with_what_is_there(store: AsyncStore) -> None:
    await store.save("old", 1)
    await store.set("new", b"taken")
    with pytest.raises(ConflictError, match="taken") as conflict:
        await store.rename("old", "new")
    assert conflict.value.entry == await store.entry("new")
    assert await store.load("old") == 1


async def test_rename_overwrites_where_it_is_told_to(store: AsyncStore) -> None:
    await store.save("old", 1)
    await store.set("new", b"taken")
    await store.rename("old", "new", overwrite=True)
    assert await store.load("new") == 1
    assert not await store.exists("old")


@pytest.mark.parametrize("new_key", ["old", "new"])
async def test_rename_of_a_missing_key_raises_key_not_found_error(store: AsyncStore, new_key: str) -> None:
    with pytest.raises(KeyNotFoundError):
        await store.rename("old", new_key)
    with pytest.raises(KeyNotFoundError):
        await store.rename("old", new_key, overwrite=True, if_revision=0)


async def test_rename_onto_itself_changes_nothing(store: AsyncStore) -> None:
    await store.save("key", 1, ttl=60)
    before = await store.entry("key")
    await store.rename("key", "key")
    await store.move("key", store.scope, overwrite=True)
    assert await store.entry("key") == before


async def test_move_takes_the_entry_to_another_scope(storage: AsyncStorage, store: AsyncStore) -> None:
    ann = store.user("ann")
    await store.save("draft", ["text"])
    await store.move("draft", ann.scope)
    assert await ann.load("draft") == ["text"]
    assert not await store.exists("draft")
    await ann.move("draft", Scope("other", "bob"), "page", if_revision=(await revision_of(ann, "draft")))
    assert await storage.store(Scope("other", "bob")).load("page") == ["text"]


async def test_move_into_a_taken_place_raises_conflict_error_with_what_is_there(store: AsyncStore) -> None:
    ann = store.user("ann")
    await store.save("key", "mine")
    await ann.save("key", "hers")
    with pytest.raises(ConflictError) as conflict:
        await store.move("key", ann.scope)
    assert conflict.value.entry == await ann.entry("key")
    await store.move("key", ann.scope, overwrite=True)
    assert await ann.load("key") == "mine"


async def test_move_of_a_missing_key_raises_key_not_found_error(store: AsyncStore) -> None:
    with pytest.raises(KeyNotFoundError):
        await store.move("key", Scope("other"))
    with pytest.raises(InvalidNameError):
        await store.move("key", "other")  # type: ignore[arg-type]  # what a caller may get wrong


async def test_values_of_one_scope_are_not_seen_in_another(storage: AsyncStorage, store: AsyncStore) -> None:
    for place in (store, store.user("ann"), store.user("bob"), storage.workspace("ann")):
        await place.save("key", str(place.scope))
    assert await store.load("key") == "acme / Shared"
    assert await store.user("ann").load("key") == "acme / ann"
    assert await store.user("ann").clear() == 1
    assert await store.user("bob").load("key") == "acme / bob"
    assert await storage.workspace("ann").load("key") == "ann / Shared"


async def test_a_uuid_is_accepted_as_a_user_and_becomes_its_text(
    storage: AsyncStorage, store: AsyncStore
) -> None:
    id = UUID("12345678-1234-5678-1234-567812345678")
    await store.user(id).save("key", 1)
    assert store.user(id).scope == Scope("acme", str(id))
    assert await storage.store(Scope("acme", str(id))).load("key") == 1


async def test_user_of_a_user_is_another_user_of_the_same_workspace(store: AsyncStore) -> None:
    assert store.user("ann").user("bob").scope == Scope("acme", "bob")
