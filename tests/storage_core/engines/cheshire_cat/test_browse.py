"""Browsing a Cheshire Cat's database finds what browsing any other finds, as far as its Cat can hold it."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage_core import AsyncStorage, AsyncStore, Kind
from storage_core.browse import Browser, Order, Query
from storage_core.engine import Errand
from storage_core.engines.cheshire_cat import look as cheshire_cat_look
from storage_core.engines.cheshire_cat.database import CheshireCatDatabase
from storage_core.engines.cheshire_cat.look import Looks, rows_of
from storage_core.engines.cheshire_cat.tables import tables_in
from storage_core.engines.ledger import Seen
from storage_core.query import Address
from tests.foreign.cat_store import ADMIN, CatStore
from tests.storage_core import test_browse
from tests.storage_core.engines.cheshire_cat.cats import execute, running_cat
from tests.storage_core.engines.errands import CancelledAfter
from tests.storage_core.test_browse import browser, hits_of, keys_found, storage, store

__all__ = ["browser", "running_cat", "storage", "store"]  # fixtures

HELD = [
    "test_keys_come_by_code_point",
    "test_a_scope_or_a_prefix_that_holds_nothing_is_empty",
    "test_a_prefix_is_literal",
    "test_a_substring_is_literal_and_knows_no_case",
    "test_a_glob_matches_the_whole_key_and_knows_only_stars_and_question_marks",
    "test_any_page_of_a_listing_is_what_an_offset_gives",
    "test_a_listing_keeps_its_rows_while_others_write",
    "test_a_new_entry_in_the_place_of_a_deleted_one_is_not_taken_for_it",
    "test_position_is_the_row_of_a_key_in_any_order",
    "test_groups_are_the_keys_up_to_the_next_delimiter",
    "test_odd_keys_keep_their_place_among_the_groups",
    "test_groups_come_in_pages",
    "test_what_cannot_separate_groups_is_refused",
    "test_an_excerpt_is_short_and_shows_what_was_found",
    "test_a_search_says_how_far_it_is_and_is_done_once_it_has_looked_everywhere",
    "test_a_search_can_be_left_at_any_step",
    "test_every_hit_arrives_once",
    "test_a_cancelled_call_leaves_its_thread_to_the_next",
    "test_browsing_sees_what_another_connection_wrote_at_once",
    "test_a_storage_opened_read_only_can_be_browsed",
    "test_a_closed_browser_refuses_and_closing_twice_does_no_harm",
    "test_closing_ends_what_is_under_way",
]

globals().update({name: getattr(test_browse, name) for name in HELD})


@pytest.fixture
def location(tmp_path: Path, running_cat: CatStore) -> Path:
    """The database of a Cat whose project is called as the tests' workspace."""
    at = tmp_path / "acme" / "core.db"
    running_cat.open(at)
    return at


async def test_everywhere_comes_shared_values_first_then_by_user_then_by_key(
    browser: Browser, store: AsyncStore, running_cat: CatStore
) -> None:
    for user in (ADMIN, None):
        running_cat.save("b", 1, user)
        running_cat.save("a", {"x": 1}, user)
    page = await browser.page(Query())
    assert [(entry.scope.user, entry.key) for entry in page] == [
        (None, "a"), (None, "b"), (ADMIN, "a"), (ADMIN, "b")
    ]  # fmt: skip
    assert [(entry.kind, entry.value, entry.size, entry.expires) for entry in page[:2]] == [
        (Kind.JSON, None, 8, None), (Kind.JSON, None, 1, None)
    ]  # fmt: skip
    assert await browser.counts() == {store.scope: 2, store.user(ADMIN).scope: 2}


async def test_kinds_and_sizes_sort_as_they_are_stored(browser: Browser, running_cat: CatStore) -> None:
    for key, value in {"a": "text", "b": [1, 2, 3, 4, 5], "c": 7, "d": {"e": 1}}.items():
        running_cat.save(key, value)
    assert await keys_found(browser, Query(order=Order.KIND)) == ["a", "c", "b", "d"]
    assert await keys_found(browser, Query(order=Order.SIZE, descending=True)) == ["b", "d", "a", "c"]


@pytest.mark.parametrize("place", [0, 100, 262_140, 999_990])
async def test_a_search_finds_what_the_cat_saved_to_the_end_of_large_values(
    browser: Browser, running_cat: CatStore, place: int
) -> None:
    running_cat.save("large", "x" * place + "néedle" + "y" * (1_000_000 - place))
    running_cat.save("number", 12345)
    assert [key for key, _ in await hits_of(browser, "NÉEDLE")] == ["large"]
    assert [key for key, _ in await hits_of(browser, "234")] == ["number"]


async def test_nothing_is_held_between_two_pages_of_a_look_at_everything(
    location: Path, storage: AsyncStorage
) -> None:
    many = json.dumps(list(range(1_000)))
    execute(location, ("INSERT INTO key_value_db SELECT 'key ' || value, '[1]' FROM json_each(?)", (many,)))
    with closing(sqlite3.connect(location)) as connection:
        connection.text_factory = bytes
        tables = tables_in(connection, location)
        assert tables is not None
        assert tables.shared is not None
        seen = 0
        for row in rows_of(connection.execute, tables.shared):
            seen += 1
            if seen % 200 == 0:  # would be locked out for the 5 s that sqlite3 waits, and fail
                execute(
                    location,
                    "PRAGMA busy_timeout = 0",
                    ("UPDATE key_value_db SET value = ?", (f"[{row[0]}]",)),
                )
        assert seen == 1_000


async def test_a_look_that_failed_half_way_is_made_up_for(location: Path, running_cat: CatStore) -> None:
    with closing(sqlite3.connect(location)) as connection:
        connection.text_factory = bytes
        tables = tables_in(connection, location)
        assert tables is not None
        looks, signature = Looks(), ((0, 0),)
        looks.look_first(connection.execute, tables, signature)
        running_cat.save("key", 1)

        def failing(address: Address) -> tuple[Seen | None, None]:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            looks.look(connection.execute, tables, signature, failing)
        told: list[Address] = []

        def seeing(address: Address) -> tuple[Seen | None, None]:
            told.append(address)
            return None, None

        looks.look(connection.execute, tables, signature, seeing)
        assert [address.key for address in told] == ["key"]


async def test_a_page_comes_while_the_cat_writes_all_the_time(
    browser: Browser, running_cat: CatStore
) -> None:
    def write() -> None:
        for number in range(100):
            running_cat.save(f"key {number % 10}", number)

    writing = asyncio.get_running_loop().run_in_executor(None, write)
    while not writing.done():
        listing = await browser.listing(Query())
        found = await browser.rows(listing, 0, len(listing))
        assert len({entry.key for entry in found if entry is not None}) <= 10
    await writing
    assert len(await browser.listing(Query())) == 10


def test_a_look_that_nobody_waits_for_any_more_stops_within_itself(location: Path) -> None:
    many = json.dumps(list(range(1_000)))
    execute(location, ("INSERT INTO key_value_db SELECT 'key ' || value, '[1]' FROM json_each(?)", (many,)))
    database = CheshireCatDatabase(location)
    database.prepare()
    errand = Errand()
    with closing(database.connect_browser()) as browsing:
        execute(location, "UPDATE key_value_db SET value = '[2]'")
        errand.cancelled = True
        with pytest.raises(InterruptedError):
            browsing.count(Query(), errand)
        assert browsing.count(Query(), Errand()) == 1_000


def test_an_order_that_nobody_waits_for_any_more_is_left_before_all_values_were_looked_at(
    location: Path,
) -> None:
    many = json.dumps(list(range(100)))
    execute(location, ("INSERT INTO key_value_db SELECT 'key ' || value, '[1]' FROM json_each(?)", (many,)))
    database = CheshireCatDatabase(location)
    database.prepare()
    looked: list[int] = []
    with closing(database.connect_browser()) as browsing:
        with pytest.raises(InterruptedError):
            browsing.page(Query(order=Order.KIND), 0, 100, CancelledAfter(10, looked))
        assert len(looked) == 11
        assert len(browsing.page(Query(order=Order.KIND), 0, 100, Errand())) == 100


def test_a_look_that_took_long_is_not_taken_again_at_once_but_what_is_asked_for_is_as_it_is(
    location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cheshire_cat_look, "_UNHEARD", -1)
    monkeypatch.setattr(cheshire_cat_look, "_BETWEEN", 1_000_000_000)
    database = CheshireCatDatabase(location)
    database.prepare()
    with closing(database.connect_reader()) as reader:
        execute(location, "INSERT INTO key_value_db VALUES ('a', '[1]')")
        seen = reader.version()
        assert [change.key for change in reader.changes(0, 10)] == ["a"]
        execute(location, "INSERT INTO key_value_db VALUES ('b', '[2]')")
        assert reader.version() == seen
        scope = reader.changes(0, 10)[0].scope
        assert reader.keys(scope, "", None, 10) == ["a", "b"]
        assert [entry.key for entry in reader.entries(scope, "", None, 10)] == ["a", "b"]
        record = reader.read(scope, "b")
        assert record is not None
        assert record[1] == b"[2]"
