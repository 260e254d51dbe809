"""The rules for names, on both facades: which are refused, and that none is ever changed."""

import enum
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from storage_core import AsyncStorage, AsyncStore, InvalidNameError, Scope
from tests.storage_core.facades import listed

NOT_TEXT: list[Any] = [None, 1, 1.5, True, b"bytes", ["key"], ("key",), {}, 10**5000, object()]
NOT_NAMES = ["", "\0", "a\0b", "\ud800", "a\udfff"]


class Word(enum.StrEnum):
    KEY = "key"


VERBS: dict[str, Callable[[AsyncStore, Any], Awaitable[Any]]] = {
    "set": lambda store, key: store.set(key, b""),
    "get": lambda store, key: store.get(key),
    "save": lambda store, key: store.save(key, 1),
    "load": lambda store, key: store.load(key),
    "save_text": lambda store, key: store.save_text(key, "1"),
    "load_text": lambda store, key: store.load_text(key),
    "exists": lambda store, key: store.exists(key),
    "delete": lambda store, key: store.delete(key),
    "update": lambda store, key: store.update(key, lambda value: value),
    "entry": lambda store, key: store.entry(key),
    "load_many": lambda store, key: store.load_many(["there", key]),
    "get_many": lambda store, key: store.get_many([key]),
    "delete_many": lambda store, key: store.delete_many(["there", key]),
    "rename from": lambda store, key: store.rename(key, "new"),
    "rename to": lambda store, key: store.rename("there", key),
    "rename to, overwriting": lambda store, key: store.rename("there", key, overwrite=True),
    "move from": lambda store, key: store.move(key, Scope("other")),
    "expire": lambda store, key: store.expire(key, 1),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_refuses_what_cannot_be_a_key(store: AsyncStore, verb: str) -> None:
    await store.save("there", "kept")
    for key in [*NOT_TEXT, *NOT_NAMES, "k" * 1025]:
        with pytest.raises(InvalidNameError):
            await VERBS[verb](store, key)
    assert await store.load("there") == "kept"


@pytest.mark.parametrize("key", [1, *NOT_NAMES, "k" * 1025])
async def test_verbs_for_many_refuse_what_cannot_be_a_key_and_write_nothing(
    store: AsyncStore, key: Any
) -> None:
    with pytest.raises(InvalidNameError):
        await store.save_many({"a": 1, key: 2})
    with pytest.raises(InvalidNameError):
        await store.set_many({"a": b"", key: b""})
    with pytest.raises(InvalidNameError):
        await store.move("a", Scope("other"), "" if key == 1 else key)
    assert await listed(store.keys()) == []


async def test_one_key_is_not_taken_for_many(store: AsyncStore) -> None:
    broken: list[Any] = ["key", b"key", 1, None, 10**5000]
    for keys in broken:
        for verb in (store.load_many, store.get_many, store.delete_many):
            with pytest.raises(InvalidNameError):
                await verb(keys)


async def test_a_key_has_1_to_1024_characters(store: AsyncStore) -> None:
    for key in ("k", "k" * 1024, "😀" * 1024):
        await store.save(key, key)
        assert await store.load(key) == key
    assert await listed(store.keys()) == ["k", "k" * 1024, "😀" * 1024]
    with pytest.raises(InvalidNameError, match="1 to 1,024 characters; this one has 1,025 characters"):
        await store.save("é" * 1025, 1)
    with pytest.raises(InvalidNameError, match="this one is empty"):
        await store.save("", 1)


async def test_workspaces_and_users_have_1_to_256_characters(storage: AsyncStorage) -> None:
    for name in ("n", "n" * 256, "😀" * 256):
        store = storage.workspace(name).user(name)
        await store.save("key", name)
        assert store.scope == Scope(name, name)
        assert await storage.store(Scope(name, name)).load("key") == name
    assert await storage.workspaces() == ["n", "n" * 256, "😀" * 256]


def test_what_cannot_be_a_name_is_refused_for_workspaces_and_users(storage: AsyncStorage) -> None:
    for name in [*NOT_TEXT, *NOT_NAMES, "n" * 257]:
        with pytest.raises(InvalidNameError):
            storage.workspace(name)
        with pytest.raises(InvalidNameError):
            storage.workspace("acme").user(name)
        with pytest.raises(InvalidNameError):
            Scope(name)
        if name is not None:  # that is how the shared values are named
            with pytest.raises(InvalidNameError):
                Scope("acme", name)


def test_a_uuid_names_a_user_and_nothing_else(storage: AsyncStorage) -> None:
    id: Any = UUID(int=1)
    assert storage.workspace("acme").user(id).scope.user == "00000000-0000-0000-0000-000000000001"
    with pytest.raises(InvalidNameError):
        storage.workspace(id)


@pytest.mark.parametrize(
    "pair",
    [
        (unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")),
        ("key", "KEY"),
        ("key", " key"),
        ("key", "key "),
        ("key", "key\n"),
        ("a/b", "a//b"),
        ("ß", "ss"),
        ("1", "1.0"),
        ("ﬁ", "fi"),
        ("\u200b", "\u200c"),
    ],
)
async def test_names_are_never_trimmed_folded_or_normalised(
    storage: AsyncStorage, pair: tuple[str, str]
) -> None:
    for name in pair:
        store = storage.workspace(name).user(name)
        for key in pair:
            await store.save(key, [name, key])
    assert await storage.workspaces() == sorted(pair)
    for name in pair:
        store = storage.workspace(name).user(name)
        assert await listed(store.keys()) == sorted(pair)
        assert await store.load_many(pair) == {key: [name, key] for key in pair}


@pytest.mark.parametrize(
    "key",
    ["'; DROP TABLE entries; --", '"', "\\", "\x01\x1f\x7f", "%_*?[a]", "\u2028\u202e", "\ufeff", "\ufffe"],
)
async def test_any_other_text_is_a_key(store: AsyncStore, key: str) -> None:
    await store.save(key, key)
    assert await store.load(key) == key
    assert await store.load_many([key]) == {key: key}
    assert await listed(store.keys(key)) == [key]
    await store.rename(key, "new")
    await store.rename("new", key)
    assert await store.delete_many([key]) == 1


async def test_a_key_may_be_a_subclass_of_str(store: AsyncStore) -> None:
    await store.save(Word.KEY, 1)
    await store.save_many({Word.KEY: 2})
    assert await store.load_many([Word.KEY]) == {"key": 2}
    assert await listed(store.keys()) == ["key"]
    assert await store.delete(Word.KEY)


async def test_a_prefix_and_after_must_be_text_that_utf_8_can_encode(store: AsyncStore) -> None:
    for text in (1, b"a", "\ud800"):
        broken: Any = text
        for listing in (store.keys, store.entries):
            with pytest.raises(InvalidNameError):
                await listed(listing(broken))
            with pytest.raises(InvalidNameError):
                await listed(listing(after=broken))
        with pytest.raises(InvalidNameError):
            await store.clear(broken)


async def test_what_is_no_scope_has_no_store(storage: AsyncStorage) -> None:
    for scope in ["acme", ("acme", "ann"), None]:
        broken: Any = scope
        with pytest.raises(InvalidNameError):
            storage.store(broken)
