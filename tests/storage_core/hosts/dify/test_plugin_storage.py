"""A store behind a plugin's storage keeps to what Dify's own does: its keys, its errors, its bytes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage_core import (
    AsyncStorage,
    InvalidNameError,
    InvalidValueError,
    Scope,
    Storage,
    StorageError,
    Store,
)
from storage_core.hosts.dify import LOAD_FAILED, DifyStorageError, NotSetError, PluginStorage, patch
from tests.storage_core.facades import run_python

SPELLINGS = ["k", "/k", "./k", "k/", "x/../k", "//k", "/../k", "k//", "./x/.././k"]
REFUSED = {
    "empty": "",
    "the folder of all keys": ".",
    "its other spellings": "x/..",
    "the root": "/",
    "two dots that are left": "../k",
    "two dots inside": "a..b",
    "a backslash": "a\\b",
    "a NUL": "a\0b",
    "more than 256 bytes": "é" * 128 + "/",
    "more than 255 bytes between slashes": "k" * 256,
    "a lone surrogate": "\ud800",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Storage(tmp_path / "state.db") as storage:
        yield storage.workspace("acme").user("author/name")


@pytest.fixture
def plugin(store: Store) -> PluginStorage:
    return PluginStorage(store)


def test_what_is_set_is_got_and_is_bytes_in_the_store(plugin: PluginStorage, store: Store) -> None:
    for value in (b"", b"\x00\xff", bytearray(b"ab"), memoryview(b"cd")):
        plugin.set("k", value)
        assert plugin.get("k") == store.get("k") == bytes(value)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_spellings_that_dify_takes_for_one_key_are_one(
    plugin: PluginStorage, store: Store, spelling: str
) -> None:
    plugin.set(spelling, b"1")
    assert list(store.keys()) == ["k"]
    assert (plugin.get("k"), plugin.get(spelling), plugin.exist(spelling)) == (b"1", b"1", True)
    plugin.delete(spelling)
    assert list(store.keys()) == []


@pytest.mark.parametrize(
    "key", ["naïve/ключ/键 with space.json", "k" * 255, "a/b/c", "avatar:meta", " ", "~", "a.b"]
)
def test_keys_that_dify_can_hold_stay_as_they_are(plugin: PluginStorage, store: Store, key: str) -> None:
    plugin.set(key, b"1")
    assert list(store.keys()) == [key]


@pytest.mark.parametrize("key", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("missing", ["raise", "none"])
def test_a_key_that_dify_cannot_hold_is_refused_by_every_verb(store: Store, key: str, missing: str) -> None:
    plugin = PluginStorage(store, missing=missing)
    store.set("there", b"1")
    for verb, said in [
        ("get", LOAD_FAILED),
        ("delete", "delete data failed: "),
        ("exist", "exist data failed: "),
    ]:
        with pytest.raises(DifyStorageError, match=said) as refusal:
            getattr(plugin, verb)(key)
        assert isinstance(refusal.value.__cause__, InvalidNameError)
    with pytest.raises(DifyStorageError, match="save data failed: "):
        plugin.set(key, b"1")
    assert store.get_many(store.keys()) == {"there": b"1"}


def test_a_key_that_is_no_text_is_refused(plugin: PluginStorage) -> None:
    with pytest.raises(DifyStorageError, match="save data failed: a key must be a str"):
        plugin.set(5, b"1")  # type: ignore[arg-type]


def test_what_is_not_set_raises_in_difys_words(plugin: PluginStorage) -> None:
    with pytest.raises(NotSetError) as refusal:
        plugin.get("k")
    assert str(refusal.value) == LOAD_FAILED
    with pytest.raises(NotSetError, match="delete data failed: stat k: no such file or directory"):
        plugin.delete("k")
    assert (plugin.exist("k"), plugin.exists("k")) == (False, False)


def test_what_is_not_set_gives_none_where_that_is_asked_for(store: Store) -> None:
    plugin = PluginStorage(store, missing="none")
    assert plugin.get("k") is None
    plugin.delete("k")
    plugin.set("k", b"")
    assert plugin.get("k") == b""


def test_exists_is_exist(plugin: PluginStorage) -> None:
    plugin.set("k", b"1")
    assert (plugin.exist("k"), plugin.exists("k"), plugin.exists("/k")) == (True, True, True)


def test_a_key_and_keys_below_it_are_values_of_their_own(plugin: PluginStorage, store: Store) -> None:
    plugin.set("a/b", b"below")
    assert not plugin.exist("a")
    with pytest.raises(NotSetError):
        plugin.delete("a")  # in Dify it would take a/b with it
    plugin.set("a", b"1")
    plugin.delete("a")
    assert store.get_many(store.keys()) == {"a/b": b"below"}


def test_a_json_value_reads_as_the_bytes_of_its_text(plugin: PluginStorage, store: Store) -> None:
    store.save_text("config", '{"price": 22.00, "name": "café"}')
    assert plugin.get("config") == '{"price": 22.00, "name": "café"}'.encode()
    assert plugin.exist("config")
    plugin.set("config", b"{}")
    assert store.get("config") == b"{}"


@pytest.mark.parametrize("value", ["text", 5, None, [1]])
def test_what_is_not_bytes_is_refused_as_the_sdk_refuses_it(
    plugin: PluginStorage, store: Store, value: object
) -> None:
    with pytest.raises(TypeError, match="bytes-like"):
        plugin.set("k", value)  # type: ignore[arg-type]
    assert not store.exists("k")


def test_a_fault_of_the_storage_is_told_with_its_reason(
    plugin: PluginStorage, store: Store, tmp_path: Path
) -> None:
    plugin.set("k", b"1")
    with Storage(tmp_path / "state.db", read_only=True) as storage:
        reader = PluginStorage(storage.store(store.scope))
        assert reader.get("k") == b"1"
        with pytest.raises(DifyStorageError, match=r"save data failed: .*read-only"):
            reader.set("k", b"2")
    with pytest.raises(DifyStorageError, match=r"load data failed: .*closed") as refusal:
        reader.get("k")
    assert not isinstance(refusal.value, NotSetError)
    assert isinstance(refusal.value, StorageError)


def test_only_a_synchronous_store_can_be_behind_it(tmp_path: Path) -> None:
    for wrong in (
        AsyncStorage(tmp_path / "a.db").workspace("acme"),
        Storage(tmp_path / "b.db"),
        Scope("acme"),
    ):
        with pytest.raises(TypeError, match=r"storage\.workspace"):
            PluginStorage(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"storage\.workspace"):
            patch(wrong)  # type: ignore[arg-type]


def test_missing_is_raise_or_none(store: Store) -> None:
    with pytest.raises(InvalidValueError, match='"raise" or "none"'):
        PluginStorage(store, missing="None")
    with pytest.raises(InvalidValueError, match='"raise" or "none"'):
        patch(store, missing="")


def test_the_module_needs_no_dify_plugin_until_it_patches(tmp_path: Path) -> None:
    code = """
import sys
from storage_core import Storage
import storage_core.hosts.dify, storage_core.hosts.dify.runner
assert not {"dify_plugin", "gevent", "yaml"} & set(sys.modules)
try:
    storage_core.hosts.dify.patch(Storage(sys.argv[1]).workspace("acme"))
except ImportError as error:
    print(error)
"""
    assert run_python(code, tmp_path / "state.db") == "No module named 'dify_plugin'"
