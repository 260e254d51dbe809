"""Looking through Dify's folder: pages, groups, parts of large values and search, while plugins write."""

import os
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage_core import AsyncStorage
from storage_core.browse import Browser, Group, Order, Query
from storage_core.engine import Errand
from storage_core.location import open_database
from tests.foreign.dify_daemon import Daemon
from tests.storage_core.engines.dify.folder import GMAIL, PLUGIN, plugin_folder
from tests.storage_core.engines.dify.test_verbs import KEYS


@pytest.fixture
async def opened(folder: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(folder) as storage:
        yield storage


@pytest.fixture
async def browser(opened: AsyncStorage) -> AsyncIterator[Browser]:
    async with Browser(opened) as browser:
        yield browser


@pytest.fixture
def daemon(folder: Path) -> Daemon:
    return Daemon(folder, "hjlarry/storage")


async def test_scopes_keys_and_groups_by_slash_are_listed_as_they_are_now(
    browser: Browser, daemon: Daemon
) -> None:
    assert await browser.counts() == {PLUGIN: 12, GMAIL: 6}
    assert [entry.key for entry in await browser.page(Query(PLUGIN))] == KEYS
    assert await browser.groups(PLUGIN, "", "/") == [
        Group("conversations/", "conversations", 2),
        Group("naïve/", "naïve", 1),
    ]
    daemon.set("conversations/2026/12/x", b"")
    daemon.delete("counter")
    assert await browser.groups(PLUGIN, "conversations/2026/", "/") == [
        Group("conversations/2026/11/", "11", 2),
        Group("conversations/2026/12/", "12", 1),
    ]
    assert await browser.count(Query(PLUGIN)) == 12
    sizes = [entry.size for entry in await browser.page(Query(PLUGIN, order=Order.SIZE, descending=True))]
    assert sizes == sorted(sizes, reverse=True)
    kinds = await browser.page(Query(PLUGIN, order=Order.KIND))
    assert sorted(entry.key for entry in kinds) == sorted({*KEYS, "conversations/2026/12/x"} - {"counter"})


async def test_a_row_stays_with_its_value_when_a_plugin_writes_it_anew(
    browser: Browser, daemon: Daemon
) -> None:
    listing = await browser.listing(Query(PLUGIN))
    place = await browser.position(listing, PLUGIN, "counter")
    assert place == KEYS.index("counter")
    daemon.set("counter", b"12345")
    await browser.count(Query())
    (row,) = await browser.rows(listing, place, place + 1)
    assert row is not None
    assert (row.key, row.size) == ("counter", 5)
    daemon.delete("counter")
    await browser.count(Query())
    assert await browser.rows(listing, place, place + 1) == [None]


async def test_a_part_of_a_huge_value_is_read_without_the_rest(browser: Browser, folder: Path) -> None:
    huge = plugin_folder(folder) / "huge"
    with huge.open("wb") as file:
        file.truncate(300_000_000)
        file.seek(200_000_000)
        file.write(b"needle")
    os.utime(huge)
    await browser.count(Query())
    tracemalloc.start()
    try:
        part = await browser.chunk(PLUGIN, "huge", 199_999_998, 10)
        (head,) = await browser.heads([(PLUGIN, "huge")], 16)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert part is not None
    assert (part.data, part.size) == (b"\0\0needle\0\0", 300_000_000)
    assert head == bytes(16)
    assert peak < 20_000_000
    assert await browser.chunk(PLUGIN, "huge", 300_000_000, 10) is not None
    assert await browser.chunk(PLUGIN, "not there", 0, 10) is None


async def test_a_search_looks_into_all_values_and_passes_over_what_cannot_be_read(
    browser: Browser, folder: Path, daemon: Daemon
) -> None:
    (plugin_folder(folder) / "link").symlink_to("/etc/hostname")
    daemon.set("deep/er", b"x" * 300_000 + "Füchse jagen".encode())
    hits = [hit async for step in browser.search("füchse JAGEN") for hit in step.hits]
    assert [(hit.entry.scope, hit.entry.key) for hit in hits] == [(PLUGIN, "deep/er")]
    assert await browser.heads([(PLUGIN, "link"), (PLUGIN, "counter")], 10) == [None, b"42"]
    await browser.page(Query(PLUGIN, order=Order.KIND))


def test_what_nobody_waits_for_any_more_ends_before_all_files_were_looked_at(folder: Path) -> None:
    database = open_database(folder, read_only=True, timeout=1, durability="power")
    browsing = database.connect_browser()
    looked = []
    errand = CancelledAfter(3, looked)
    with pytest.raises(InterruptedError):
        browsing.page(Query(order=Order.KIND), 0, 100, errand)
    assert len(looked) == 4
    assert len(browsing.page(Query(), 0, 100, Errand())) == 18
    browsing.close()


class CancelledAfter(Errand):
    """An errand that is cancelled once somebody has asked so many times whether it is."""

    __slots__ = ("_looked", "_looks")

    def __init__(self, looks: int, looked: list[int]) -> None:
        self._looks, self._looked = looks, looked
        super().__init__()

    @property  # type: ignore[override]
    def cancelled(self) -> bool:
        self._looked.append(1)
        return len(self._looked) > self._looks

    @cancelled.setter
    def cancelled(self, value: bool) -> None:
        """Only time tells."""
