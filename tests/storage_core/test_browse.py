"""Browsing: what a query finds, in what order, how it stays true while others write, and what a search finds."""

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage_core import (
    AsyncStorage,
    AsyncStore,
    ClosedError,
    InvalidNameError,
    InvalidValueError,
    Scope,
    Storage,
)
from storage_core.browse import Browser, Group, Match, Order, Query
from storage_core.engine import Browsing, Errand
from storage_core.engines.sqlite.database import SqliteDatabase
from storage_core.needle import Needle, unescaped
from tests.storage_core.conftest import Clock

ACME = Scope("acme")
ANN = Scope("acme", "ann")
MANY = {f"{'a' * 100}{number:05}": 1 for number in range(30_000)}
SLOW = "a?" * 40 + "*b"


@pytest.fixture
async def storage(location: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(location, durability="process") as opened:
        yield opened


@pytest.fixture
def store(storage: AsyncStorage) -> AsyncStore:
    return storage.workspace("acme")


@pytest.fixture
async def browser(storage: AsyncStorage) -> AsyncIterator[Browser]:
    async with Browser(storage) as opened:
        yield opened


async def keys_found(browser: Browser, query: Query) -> list[str]:
    """The keys that a query finds, which a page, a listing and the count must agree on."""
    page = [entry.key for entry in await browser.page(query, 0, 1_000)]
    listing = await browser.listing(query)
    rows = await browser.rows(listing, 0, len(listing))
    assert [row.key for row in rows if row is not None] == page
    assert await browser.count(query) == len(listing) == len(page)
    return page


async def hits_of(browser: Browser, text: str, **options: object) -> list[tuple[str, str | None]]:
    return [
        (hit.entry.key, hit.excerpt) async for step in browser.search(text, **options) for hit in step.hits
    ]


async def test_a_page_holds_what_is_known_of_entries_but_no_values(
    browser: Browser, store: AsyncStore
) -> None:
    await store.save("todos", ["milk"], ttl=60)
    known = await store.entry("todos")
    (entry,) = await browser.page(Query(ACME))
    assert entry.value is None
    assert (entry.scope, entry.key, entry.kind, entry.size) == (ACME, "todos", known.kind, 8)
    assert (entry.revision, entry.updated, entry.expires) == (known.revision, known.updated, known.expires)


async def test_keys_come_by_code_point(browser: Browser, store: AsyncStore) -> None:
    keys = ["a", "B", "é", "\uffff", "\U0001f600", " a", "a b", "a:1"]
    await store.save_many(dict.fromkeys(keys))
    assert await keys_found(browser, Query(ACME)) == sorted(keys)
    assert await keys_found(browser, Query(ACME, descending=True)) == sorted(keys, reverse=True)


async def test_everywhere_comes_by_workspace_then_user_then_key_whatever_was_written_first(
    browser: Browser, storage: AsyncStorage
) -> None:
    for workspace, user, key in (
        ("b", "y", "1"),
        ("b", None, "2"),
        ("a", "z", "3"),
        ("a", "x", "4"),
        ("a", None, "5"),
    ):
        await storage.store(Scope(workspace, user)).save(key, 1)
    assert await keys_found(browser, Query()) == ["5", "4", "3", "2", "1"]
    assert await keys_found(browser, Query(descending=True)) == ["1", "2", "3", "4", "5"]


async def test_a_scope_or_a_prefix_that_holds_nothing_is_empty(browser: Browser, store: AsyncStore) -> None:
    await store.save("todos", 1)
    assert await keys_found(browser, Query(Scope("other"))) == []
    assert await keys_found(browser, Query(ACME, prefix="x")) == []


async def test_a_prefix_is_literal(browser: Browser, store: AsyncStore) -> None:
    await store.save_many(dict.fromkeys(["a_1", "ab1", "a%1", "a*1", "a_"]))
    assert await keys_found(browser, Query(ACME, prefix="a_")) == ["a_", "a_1"]
    assert await keys_found(browser, Query(ACME, prefix="a*")) == ["a*1"]
    with pytest.raises(InvalidNameError):
        Query(ACME, prefix="\ud800")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("LOGO", ["Logo.png", "old logo"]),
        ("o.p", ["Logo.png"]),
        ("É", ["CAFÉ [1]", "café"]),
        ("é [", ["CAFÉ [1]"]),
        ("é*", []),
        ("100%", ["100%_sure"]),
        ("%_", ["100%_sure"]),
        ("\\", ["back\\slash"]),
        ("ß^", ["ß^2"]),
        ("\ud800", []),
        ("o\0", []),
        ("o" * 60_000, []),
    ],
)
async def test_a_substring_is_literal_and_knows_no_case(
    browser: Browser, store: AsyncStore, pattern: str, found: list[str]
) -> None:
    keys = ["Logo.png", "old logo", "café", "CAFÉ [1]", "100%_sure", "100 sure", "back\\slash", "ß^2"]
    await store.save_many(dict.fromkeys(keys))
    assert await keys_found(browser, Query(ACME, pattern=pattern)) == found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a*", ["a", "a:1", "a[1]"]),
        ("a?1", ["a:1"]),
        ("a[1]", ["a[1]"]),
        ("A*", ["A"]),
        ("*", ["A", "a", "a:1", "a[1]"]),
        ("*" * 60_000 + "1]", ["a[1]"]),
        ("a" * 60_000 + "*", []),
    ],
)
async def test_a_glob_matches_the_whole_key_and_knows_only_stars_and_question_marks(
    browser: Browser, store: AsyncStore, pattern: str, found: list[str]
) -> None:
    await store.save_many(dict.fromkeys(["A", "a", "a:1", "a[1]"]))
    assert await keys_found(browser, Query(ACME, pattern=pattern, match=Match.GLOB)) == found


async def test_an_exact_pattern_is_the_key_itself_everywhere(browser: Browser, storage: AsyncStorage) -> None:
    for scope in (ACME, ANN):
        await storage.store(scope).save_many(dict.fromkeys(["todo", "todos", "TODO"]))
    rows = await browser.page(Query(pattern="todo", match=Match.EXACT))
    assert [(row.scope, row.key) for row in rows] == [(ACME, "todo"), (ANN, "todo")]


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.sets(st.text("aAéÉ%_*[]^\\:", min_size=1, max_size=4), min_size=1, max_size=12),
    pattern=st.text("aAéÉ%_*?[]^\\", min_size=1, max_size=3),
)
def test_a_substring_finds_what_python_finds(tmp_path_factory, keys: set[str], pattern: str) -> None:
    async def found() -> list[str]:
        location = tmp_path_factory.mktemp("substring") / "state.db"
        async with AsyncStorage(location, durability="process") as storage, Browser(storage) as browser:
            await storage.workspace("acme").save_many(dict.fromkeys(keys))
            return await keys_found(browser, Query(ACME, pattern=pattern))

    assert asyncio.run(found()) == sorted(key for key in keys if pattern.lower() in key.lower())


async def test_each_order_sorts_by_its_column_and_then_by_key(
    browser: Browser, store: AsyncStore, clock: Clock
) -> None:
    await store.save("c", {"long": "object"}, ttl=100)
    clock.advance(1)
    await store.set("b", b"12")
    await store.save("a", 12, ttl=50)
    clock.advance(1)
    await store.save("d", [1], ttl=75)

    async def sorted_by(order: Order, descending: bool = False) -> str:
        return "".join(await keys_found(browser, Query(ACME, order=order, descending=descending)))

    assert await sorted_by(Order.SIZE) == "abdc"
    assert await sorted_by(Order.SIZE, descending=True) == "cdba"
    assert await sorted_by(Order.UPDATED) == "cabd"
    assert await sorted_by(Order.KIND) == "adcb"  # a number, a list, an object; then bytes
    assert await sorted_by(Order.EXPIRES) == "adcb"
    assert await sorted_by(Order.EXPIRES, descending=True) == "cdab"  # what stays for good is last either way


async def test_what_has_expired_shows_nowhere(browser: Browser, store: AsyncStore, clock: Clock) -> None:
    await store.save("a:kept", "text")
    await store.save("a:gone", "text", ttl=1)
    listing = await browser.listing(Query(ACME))
    clock.advance(1)
    assert await keys_found(browser, Query(ACME)) == ["a:kept"]
    assert await keys_found(browser, Query(pattern="gone")) == []
    assert await browser.counts() == {ACME: 1}
    assert await browser.groups(ACME) == [Group("a:", "a", 1)]
    assert await browser.heads([(ACME, "a:gone")]) == [None]
    assert await browser.chunk(ACME, "a:gone", 0, 1) is None
    assert await browser.position(listing, ACME, "a:gone") is None
    assert [row and row.key for row in await browser.rows(listing, 0, 2)] == [None, "a:kept"]
    assert [key for key, _ in await hits_of(browser, "text")] == ["a:kept"]


async def test_counts_name_each_scope_that_holds_anything_in_order(
    browser: Browser, storage: AsyncStorage
) -> None:
    await storage.workspace("b").save("k", 1)
    await storage.store(ANN).save_many({"k": 1, "l": 2})
    await storage.workspace("acme").save("k", 1)
    await storage.workspace("left").save("k", 1)
    await storage.workspace("left").delete("k")
    assert list((await browser.counts()).items()) == [(ACME, 1), (ANN, 2), (Scope("b"), 1)]


async def test_any_page_of_a_listing_is_what_an_offset_gives(browser: Browser, store: AsyncStore) -> None:
    await store.save_many({f"k{number:04}": number for number in range(1_000)})
    for query in (Query(ACME), Query(ACME, order=Order.SIZE, descending=True), Query(pattern="7")):
        listing = await browser.listing(query)
        first = await browser.listing(query, limit=7)
        assert first.ids == listing.ids[:7]
        for start in (0, 3, 200, len(listing) - 5):
            assert await browser.rows(listing, start, start + 10) == await browser.page(query, start, 10)


async def test_a_listing_keeps_its_rows_while_others_write(browser: Browser, store: AsyncStore) -> None:
    await store.save_many(dict.fromkeys("abc"))
    listing = await browser.listing(Query(ACME))
    await store.save("b", "new")
    await store.delete("c")
    await store.save("aa", 1)
    rows = await browser.rows(listing, 0, 3)
    assert [row and (row.key, row.size) for row in rows[:2]] == [("a", 4), ("b", 5)]
    assert len(listing) == 3


async def test_a_row_that_moved_out_of_the_query_is_gone_from_its_listing(
    browser: Browser, store: AsyncStore
) -> None:
    await store.save_many(dict.fromkeys(["a:1", "a:2", "a:3"]))
    listing = await browser.listing(Query(ACME, prefix="a:"))
    await store.rename("a:2", "b:2")
    await store.move("a:3", ANN)
    assert [row and row.key for row in await browser.rows(listing, 0, 3)] == ["a:1", None, None]
    assert await browser.addresses(listing, [range(3)]) == [(ACME, "a:1")]


async def test_a_listing_says_up_to_which_revision_it_shows_all_changes(
    browser: Browser, store: AsyncStore
) -> None:
    await store.save("a", 1)
    await store.save("b", 1, ttl=60)
    listing = await browser.listing(Query(Scope("other")))
    entry = await store.entry("b")
    assert (listing.revision, listing.next_expiry) == (entry.revision, entry.expires)


async def test_addresses_of_ranges_are_those_of_their_rows(browser: Browser, storage: AsyncStorage) -> None:
    await storage.store(ANN).save_many(dict.fromkeys("abc"))
    await storage.workspace("acme").save_many(dict.fromkeys("xy"))
    listing = await browser.listing(Query())
    assert await browser.addresses(listing, [range(1, 3), range(4, 5)]) == [
        (ACME, "y"),
        (ANN, "a"),
        (ANN, "c"),
    ]


async def test_a_new_entry_in_the_place_of_a_deleted_one_is_not_taken_for_it(
    browser: Browser, store: AsyncStore
) -> None:
    await store.save_many(dict.fromkeys("abc"))
    listing = await browser.listing(Query(ACME))
    await store.save("a", "still the same")
    assert await browser.addresses(listing, [range(3)]) == [(ACME, "a"), (ACME, "b"), (ACME, "c")]
    await store.delete("c")
    await store.save("never seen", 1)  # gets the number of the entry that is gone
    assert await browser.addresses(listing, [range(2, 3)]) == []


async def test_a_new_entry_in_the_place_of_an_expired_one_is_not_taken_for_it(
    browser: Browser, store: AsyncStore, clock: Clock
) -> None:
    await store.save("a", 1)
    await store.save("b", 1, ttl=1)
    listing = await browser.listing(Query(ACME))
    clock.advance(5)
    await store.save("a", 2)  # sweeps what has expired
    await store.save("never seen", 1)
    assert (ACME, "never seen") not in await browser.addresses(listing, [range(2)])


async def test_position_is_the_row_of_a_key_in_any_order(browser: Browser, store: AsyncStore) -> None:
    await store.save_many({"a": "long text", "b": 1, "c": "text"})
    listing = await browser.listing(Query(ACME, order=Order.SIZE))
    assert [await browser.position(listing, ACME, key) for key in "abc"] == [2, 0, 1]
    assert await browser.position(listing, ACME, "d") is None
    await store.save("d", 1)
    assert await browser.position(listing, ACME, "d") is None


async def test_groups_are_the_keys_up_to_the_next_delimiter(browser: Browser, store: AsyncStore) -> None:
    await store.save_many(
        dict.fromkeys(["user:1", "user:2:a", "user:2:b", "user", "users:1", "flat", "zoo:1"])
    )
    assert await browser.groups(ACME) == [
        Group("user:", "user", 3),
        Group("users:", "users", 1),
        Group("zoo:", "zoo", 1),
    ]
    assert await browser.groups(ACME, "user:") == [Group("user:2:", "2", 2)]
    assert await browser.groups(ACME, "nothing:") == []
    assert await browser.groups(ACME, delimiter="/") == []
    assert await browser.groups(Scope("other")) == []


async def test_odd_keys_keep_their_place_among_the_groups(browser: Browser, store: AsyncStore) -> None:
    await store.save_many(
        dict.fromkeys([":lead", "::", "a::b", "a: b :c", "\n:x", "é:1", "\U0010ffff:1", "a:"])
    )
    assert await browser.groups(ACME) == [
        Group("\n:", "\n", 1),
        Group(":", "", 2),
        Group("a:", "a", 3),
        Group("é:", "é", 1),
        Group("\U0010ffff:", "\U0010ffff", 1),
    ]
    assert await browser.groups(ACME, "a:") == [Group("a: b :", " b ", 1), Group("a::", "", 1)]


async def test_groups_come_in_pages(browser: Browser, store: AsyncStore) -> None:
    await store.save_many({f"g{number:02}/{key}": 1 for number in range(10) for key in "ab"})
    first = await browser.groups(ACME, delimiter="/", limit=4)
    rest = await browser.groups(ACME, delimiter="/", after=first[-1].prefix, limit=100)
    assert [group.name for group in first + rest] == [f"g{number:02}" for number in range(10)]
    assert {group.count for group in first + rest} == {2}


@pytest.mark.parametrize("delimiter", ["", "\U0010ffff"])
async def test_what_cannot_separate_groups_is_refused(browser: Browser, delimiter: str) -> None:
    with pytest.raises(InvalidValueError):
        await browser.groups(ACME, delimiter=delimiter)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.sets(st.text("ab:.;\U0010ffff", min_size=1, max_size=5), min_size=1, max_size=15),
    prefix=st.text("ab:", max_size=2),
    limit=st.integers(1, 4),
)
def test_pages_of_groups_together_are_all_groups(
    tmp_path_factory, keys: set[str], prefix: str, limit: int
) -> None:
    async def found() -> list[Group]:
        location = tmp_path_factory.mktemp("groups") / "state.db"
        async with AsyncStorage(location, durability="process") as storage, Browser(storage) as browser:
            await storage.workspace("acme").save_many(dict.fromkeys(keys))
            groups: list[Group] = []
            while page := await browser.groups(
                ACME, prefix, after=groups[-1].prefix if groups else None, limit=limit
            ):
                groups += page
            return groups

    stems = [
        key[: key.index(":", len(prefix))]
        for key in keys
        if key.startswith(prefix) and ":" in key[len(prefix) :]
    ]
    expected = [Group(f"{stem}:", stem[len(prefix) :], stems.count(stem)) for stem in set(stems)]
    assert asyncio.run(found()) == sorted(expected, key=lambda group: group.prefix)


async def test_heads_are_the_first_bytes_of_each_value_in_the_order_asked_for(
    browser: Browser, storage: AsyncStorage
) -> None:
    await storage.workspace("acme").set("large", bytes(range(256)) * 1_000)
    await storage.store(ANN).save("todos", ["milk"])
    addresses = [(ANN, "todos"), (ACME, "missing"), (ACME, "large")]
    assert await browser.heads(addresses, 5) == [b'["mil', None, b"\0\1\2\3\4"]


async def test_chunks_of_a_large_value_are_its_parts_and_tell_when_it_changes(
    browser: Browser, store: AsyncStore
) -> None:
    value = bytes(range(256)) * 8_000
    await store.set("large", value)
    part = await browser.chunk(ACME, "large", 1_000_001, 70_000)
    assert (part.data, part.size) == (value[1_000_001:1_070_001], len(value))
    assert (await browser.chunk(ACME, "large", len(value) - 3, 10)).data == value[-3:]
    assert (await browser.chunk(ACME, "large", len(value) + 3, 10)).data == b""
    await store.set("large", b"new")
    assert (await browser.chunk(ACME, "large", 0, 10)).revision > part.revision
    assert await browser.chunk(ACME, "missing", 0, 10) is None


async def test_a_search_finds_keys_first_and_then_values_everywhere(
    browser: Browser, storage: AsyncStorage
) -> None:
    await storage.workspace("acme").save("Milk", 1)
    await storage.store(ANN).save("todos", ["buy milk"])
    await storage.store(ANN).set("notes", b"MILK is out")
    await storage.store(ANN).save("other", "cheese")
    assert await hits_of(browser, "milk") == [
        ("Milk", None),
        ("notes", "MILK is out"),
        ("todos", '["buy milk"]'),
    ]
    assert await hits_of(browser, "milk", values=False) == [("Milk", None)]
    assert await hits_of(browser, "milk", names=False, scope=ACME) == []
    assert await hits_of(browser, "") == []


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("café", '"caf\\u00e9"'),
        ("CAFÉ", '"caf\\u00e9"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("😀", '"\\ud83d\\ude00"'),
        ("a\nb", '"a\\nb"'),
        ("c:\\u00e9", '"c:\\\\u00e9"'),
        ("\\u00e9", '"\\u00e9"'),
        ("a/b", '"a\\/b"'),
    ],
)
async def test_what_json_has_escaped_is_found_as_it_is_meant_and_as_it_is_stored(
    browser: Browser, store: AsyncStore, text: str, stored: str
) -> None:
    await store.save_text("json", stored)
    await store.set("bytes", stored.encode())
    await store.save("other", "nothing of it")
    assert [key for key, _ in await hits_of(browser, text)] == ["bytes", "json"]


async def test_text_is_found_in_bytes_of_any_sort(browser: Browser, store: AsyncStore) -> None:
    await store.set_many(
        {"latin": b"\xff\xfe-less \xe9 needle", "nul": b"\0\0needle\0", "utf16": "a needle".encode("utf-16")}
    )
    assert [key for key, _ in await hits_of(browser, "Needle", names=False)] == ["nul", "utf16"]


@pytest.mark.parametrize("place", [0, 100, 256 * 1024 - 3, 256 * 1024, 999_994])
@pytest.mark.parametrize("needle", ["needle", "n\u00e4dle"])
async def test_a_search_reads_a_large_value_to_its_end(
    browser: Browser, store: AsyncStore, place: int, needle: str
) -> None:
    value = bytearray(b"x" * 1_000_000)
    stored = needle.upper().encode()
    value[place : place + len(stored)] = stored
    await store.set("large", value)
    ((key, excerpt),) = await hits_of(browser, needle)
    assert key == "large"
    assert needle.upper() in excerpt


async def test_an_excerpt_is_short_and_shows_what_was_found(browser: Browser, store: AsyncStore) -> None:
    await store.save("long", "x" * 5_000 + "needle" + "y" * 5_000)
    ((_, excerpt),) = await hits_of(browser, "NEEDLE")
    assert excerpt == f"…{'x' * 40}needle{'y' * 40}…"


async def test_a_search_says_how_far_it_is_and_is_done_once_it_has_looked_everywhere(
    browser: Browser, store: AsyncStore
) -> None:
    await store.save_many({f"k{number}": number for number in range(2_500)})
    steps = [step async for step in browser.search("nowhere")]
    looked = [step.looked for step in steps]
    assert looked == sorted(looked)
    assert [step.done for step in steps] == [False] * (len(steps) - 1) + [True]
    assert {step.total for step in steps} == {2_500}
    assert looked[-1] == 2_500


async def test_a_search_can_be_left_at_any_step(browser: Browser, store: AsyncStore) -> None:
    await store.save_many({f"k{number}": "needle" for number in range(2_000)})
    search = browser.search("needle")
    step = await anext(search)
    await search.aclose()
    assert 0 < len(step.hits) < 2_000
    assert await browser.count(Query(ACME)) == 2_000


async def test_every_hit_arrives_once(browser: Browser, store: AsyncStore) -> None:
    await store.save_many({f"k{number:04}": f"needle {number % 7}" for number in range(3_000)})
    found = await hits_of(browser, "needle 3", names=False)
    assert [key for key, _ in found] == [f"k{number:04}" for number in range(3_000) if number % 7 == 3]


async def test_a_cancelled_call_leaves_its_thread_to_the_next(browser: Browser, store: AsyncStore) -> None:
    await store.save_many(MANY)
    waiting = asyncio.create_task(browser.count(Query(ACME, pattern=SLOW, match=Match.GLOB)))
    queued = asyncio.create_task(browser.listing(Query(ACME, pattern=SLOW, match=Match.GLOB)))
    await asyncio.sleep(0)
    waiting.cancel()
    queued.cancel()
    results = await asyncio.gather(waiting, queued, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert await browser.groups(ACME) == []


@pytest.mark.parametrize(
    "work",
    [
        lambda browsing, errand: browsing.count(Query(ACME), errand),
        lambda browsing, errand: browsing.counts(errand),
        lambda browsing, errand: browsing.page(Query(ACME, pattern="zzz"), 0, 1, errand),
        lambda browsing, errand: browsing.listing(Query(ACME, order=Order.SIZE), None, errand),
        lambda browsing, errand: browsing.groups(ACME, "", ":", None, 10, errand),
    ],
)
async def test_work_that_nobody_waits_for_stops_within_itself(
    store: AsyncStore, location: Path, work: Callable[[Browsing, Errand], object]
) -> None:
    await store.save_many(MANY)
    errand = Errand()
    errand.cancelled = True
    with closing(SqliteDatabase(location).connect_browser()) as browsing:
        with pytest.raises(InterruptedError):
            work(browsing, errand)
        assert browsing.count(Query(ACME, prefix="b"), Errand()) == 0


async def test_pages_do_not_wait_for_long_work(browser: Browser, store: AsyncStore) -> None:
    await store.save_many(MANY)
    long_work = asyncio.create_task(browser.count(Query(ACME, pattern="zzz")))
    await asyncio.sleep(0)
    assert len(await browser.page(Query(ACME))) == 200
    assert not long_work.done()
    assert await long_work == 0


async def test_browsing_sees_what_another_connection_wrote_at_once(browser: Browser, location: Path) -> None:
    with Storage(location) as other:
        other.workspace("acme").save("theirs", 1)
        assert await keys_found(browser, Query(ACME)) == ["theirs"]
        other.workspace("acme").delete("theirs")
        assert await keys_found(browser, Query(ACME)) == []


async def test_nothing_stays_open_between_two_calls(
    browser: Browser, store: AsyncStore, location: Path
) -> None:
    await store.set("large", b"needle" * 100_000)
    search = browser.search("needle", names=False)
    await anext(search)
    await browser.chunk(ACME, "large", 500_000, 10)
    await browser.heads([(ACME, "large")])
    await store.save("more", 1)
    with closing(sqlite3.connect(location)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert Path(f"{location}-wal").stat().st_size == 0
    await search.aclose()


async def test_a_storage_opened_read_only_can_be_browsed(location: Path) -> None:
    with Storage(location) as storage:
        storage.workspace("acme").save("todos", ["milk"])
    before = location.read_bytes()
    async with AsyncStorage(location, read_only=True) as storage, Browser(storage) as browser:
        assert await keys_found(browser, Query(ACME)) == ["todos"]
        assert await hits_of(browser, "milk") == [("todos", '["milk"]')]
    assert location.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
async def test_long_requests_give_way_to_whoever_shows_what_short_ones_bring(browser: Browser) -> None:
    here = os.getpriority(os.PRIO_PROCESS, 0)
    short, long = [await lane.run(lambda *_: os.getpriority(os.PRIO_PROCESS, 0)) for lane in browser._lanes]
    assert short == here < long


async def test_whoever_looks_on_is_told_of_every_change_in_order(
    storage: AsyncStorage, browser: Browser, location: Path
) -> None:
    watched = browser.watch(await storage.revision())
    with Storage(location) as elsewhere:
        store = elsewhere.workspace("acme")
        for number in range(3):
            store.save_many({"first": number, "second": number})
            assert [(await anext(watched)).key for _ in range(2)] == ["first", "second"]
        store.delete("first")
    gone = await anext(watched)
    assert (gone.key, gone.deleted) == ("first", True)
    await storage.close()
    with pytest.raises(StopAsyncIteration):
        await anext(watched)


async def test_a_closed_browser_refuses_and_closing_twice_does_no_harm(storage: AsyncStorage) -> None:
    async with Browser(storage) as browser:
        pass
    await browser.close()
    with pytest.raises(ClosedError):
        await browser.page(Query())


async def test_closing_ends_what_is_under_way(storage: AsyncStorage) -> None:
    await storage.workspace("acme").save_many(MANY)
    async with Browser(storage) as browser:
        running = asyncio.create_task(browser.listing(Query(ACME, pattern=SLOW, match=Match.GLOB)))
        await asyncio.sleep(0)
    with pytest.raises(ClosedError):
        await running


@given(st.text())
def test_a_json_string_unescaped_is_its_text(text: str) -> None:
    assert unescaped(json.dumps(text)) == f'"{text}"'


def test_a_needle_that_is_not_there_has_no_excerpt() -> None:
    assert Needle("needle").excerpt(b"hay \\ hay") is None
