"""Between addresses and paths: every file shown once, and no key that could mean anything else than one file."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage_core import AsyncStorage, AsyncStore, InvalidNameError, Scope, Storage
from storage_core.engines.dify.names import address_at, check_new, place_of
from storage_core.hosts.dify.plugin_storage import DifyStorageError, PluginStorage, cleaned
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.engines.dify.folder import PLUGIN, files
from tests.storage_core.facades import listed

UNCLEAN = {
    "/counter": "counter",
    "./counter": "counter",
    "counter/": "counter",
    "counter/.": "counter",
    "x/../counter": "counter",
    "//counter": "counter",
    "conversations//2026/11/abc": "conversations/2026/11/abc",
    "/": None,
    ".": None,
    "..": None,
    "./": None,
    "x/..": None,
    "../storage/counter": None,
    "../../langgenius/gmail_trigger/x": None,
    "/../x": "x",
}


@pytest.mark.parametrize("key", UNCLEAN)
async def test_another_spelling_of_a_key_is_refused_by_every_verb_with_the_right_one(
    store: AsyncStore, folder: Path, key: str
) -> None:
    before = files(folder)
    verbs = [
        lambda: store.get(key),
        lambda: store.exists(key),
        lambda: store.set(key, b"1"),
        lambda: store.set_many({"new": b"", key: b"1"}),
        lambda: store.delete(key),
        lambda: store.delete_many(["counter", key]),
        lambda: store.rename(key, "new"),
        lambda: store.rename("counter", key),
    ]
    for verb in verbs:
        with pytest.raises(InvalidNameError) as refused:
            await verb()
        clean = UNCLEAN[key]
        assert clean is None or f"the same file as {clean!r}" in str(refused.value)
    assert files(folder) == before


@pytest.mark.parametrize(
    "key", ["", "nul\0", "x" * 256, "a" * 250 + "/" + "b" * 250, "é" * 128 + "/x", "a..b", "a\\b", "\udc80"]
)
async def test_a_key_that_dify_would_not_take_is_refused(store: AsyncStore, folder: Path, key: str) -> None:
    before = files(folder)
    with pytest.raises(InvalidNameError):
        await store.set(key, b"1")
    assert files(folder) == before


@pytest.mark.parametrize("key", ["x" * 255, "é" * 127, "a" * 127 + "/" + "b" * 128, ".", ""])
async def test_the_longest_keys_that_dify_takes_are_taken(store: AsyncStore, folder: Path, key: str) -> None:
    key = key.strip(".") or "…" * 85
    await store.set(key, b"1")
    assert Daemon(folder, "hjlarry/storage").get(key) == b"1"
    assert key in await listed(store.keys())


async def test_what_others_put_there_against_the_rules_is_shown_read_and_deleted(
    store: AsyncStore, folder: Path
) -> None:
    keys = ["a..b", "back\\slash", "d" * 200 + "/" + "e" * 200]
    for key in keys:
        path = folder / TENANT / "hjlarry/storage" / key
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(key.encode())
    assert set(keys) <= set(await listed(store.keys()))
    assert [await store.get(key) for key in keys] == [key.encode() for key in keys]
    await store.set(keys[0], b"changed")
    assert await store.delete_many(keys) == 3


@pytest.mark.parametrize(
    "plugin",
    [
        "a/b/c",
        "/a",
        "a/",
        "a//b",
        "../hjlarry",
        "hjlarry/..",
        ".",
        "..",
        "hjlarry/./storage",
        "x" * 256 + "/y",
    ],
)
async def test_what_cannot_be_a_plugin_reaches_no_file(
    storage: AsyncStorage, folder: Path, plugin: str
) -> None:
    before = files(folder)
    if len(plugin) > 256:
        with pytest.raises(InvalidNameError):
            Scope(TENANT, plugin)
        return
    store = storage.store(Scope(TENANT, plugin))
    for verb in (
        lambda: store.set("counter", b""),
        lambda: store.get("counter"),
        lambda: store.delete("counter"),
    ):
        with pytest.raises(InvalidNameError):
            await verb()
    assert await listed(store.keys()) == []
    assert files(folder) == before


@pytest.mark.parametrize(
    "plugin", ["Author/name", "author/näme", "with space", "a.b", "a/" + "b" * 250 + ".c"]
)
async def test_no_value_is_made_for_a_plugin_that_cannot_be(
    storage: AsyncStorage, folder: Path, plugin: str
) -> None:
    before = files(folder)
    with pytest.raises(InvalidNameError):
        await storage.store(Scope(TENANT, plugin)).set("key", b"1")
    assert files(folder) == before


async def test_each_file_is_shown_exactly_once_also_where_an_author_is_missing(
    storage: AsyncStorage, folder: Path
) -> None:
    await storage.scopes()  # as none but Dify's own plugins were there
    made = {
        "lone/key": (Scope(TENANT, "lone"), "key"),
        "lone/sub/key": (Scope(TENANT, "lone/sub"), "key"),
        "lone/Sub/key": (Scope(TENANT, "lone"), "Sub/key"),
        "lone/sub:1/sub/key": (Scope(TENANT, "lone"), "sub:1/sub/key"),
        "hjlarry/storage2": (Scope(TENANT, "hjlarry"), "storage2"),
        "Odd One/x/y": (Scope(TENANT, "Odd One/x"), "y"),
    }
    for path in made:
        target = folder / TENANT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.encode())
    found = [
        (info.scope, key)
        for info in await storage.scopes()
        for key in await listed(storage.store(info.scope).keys())
    ]
    on_disk = [path for path, data in files(folder).items() if data is not None]
    assert len(found) == len(set(found)) == len(on_disk)
    for path, (scope, key) in made.items():
        assert await storage.store(scope).get(key) == path.encode()


async def test_the_other_reading_of_a_path_is_refused_with_the_one_that_is_listed(
    storage: AsyncStorage, folder: Path
) -> None:
    store = storage.store(Scope(TENANT, "hjlarry"))
    for verb in (lambda: store.get("storage/counter"), lambda: store.set("storage/counter", b"")):
        with pytest.raises(InvalidNameError, match=f"listed as 'counter' of {TENANT} / hjlarry/storage"):
            await verb()


async def test_a_key_and_one_below_it_cannot_both_be(store: AsyncStore, folder: Path) -> None:
    before = files(folder)
    for key in ("conversations", "conversations/2026", "counter/x", "counter/x/y"):
        with pytest.raises(InvalidNameError):
            await store.set(key, b"1")
    assert files(folder) == before
    await store.delete("counter")
    await store.set("counter/x", b"1")
    assert await store.get("counter/x") == b"1"


NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12
).filter(lambda name: name not in (".", ".."))


@given(st.lists(NAMES, min_size=2, max_size=6))
def test_a_path_has_one_address_and_that_leads_back_to_it(names: list[str]) -> None:
    place = (TENANT, *names)
    address = address_at(place)
    assert address is not None
    assert place_of(*address) == place


@given(st.text(max_size=40))
def test_no_key_leads_out_of_its_plugins_folder(key: str) -> None:
    try:
        place = place_of(PLUGIN, key)
    except InvalidNameError:
        return
    assert place is not None
    base = f"/p/{TENANT}/hjlarry/storage/"
    path = os.path.normpath("/p/" + "/".join(place))
    assert path == base + key


@given(st.text(st.sampled_from("a./\\é"), max_size=12))
def test_every_key_that_plugins_run_here_may_use_is_taken_as_it_was_cleaned_for_them(key: str) -> None:
    try:
        clean = cleaned(key)
    except InvalidNameError:
        return
    check_new(PLUGIN, clean)
    assert place_of(PLUGIN, clean) == (TENANT, "hjlarry", "storage", *clean.split("/"))


def test_a_plugin_that_is_run_here_goes_on_with_what_dify_kept_for_it(folder: Path) -> None:
    with Storage(folder) as storage:
        kept = PluginStorage(storage.store(PLUGIN))
        assert kept.get("/counter") == b"42"
        kept.set("x/../counter", b"43")
        assert Daemon(folder, "hjlarry/storage").get("counter") == b"43"
        assert not kept.exist("conversations")
        kept.delete("counter")
        with pytest.raises(DifyStorageError):
            kept.get("counter")
