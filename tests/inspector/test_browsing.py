"""Rows of a real storage in a real model: complete, and true while another connection writes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QTableView

from inspector.browsing import Browsing
from inspector.models import key_table
from inspector.models.key_table import Counted, KeyRole, KeyTableModel
from inspector.models.row_cache import PAGE
from storage_core import AsyncStorage, BusyError, Change, Scope, Storage
from storage_core.browse import Address, Browser, Listing, Match, Order, Query
from tests.inspector.gate import Gate, hold

ACME = Scope("acme")
KEYS = [f"k{number:04}" for number in range(3 * PAGE)]


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[Storage]:
    """Somebody else who writes to the same storage."""
    with Storage(tmp_path / "state.db", durability="process") as storage:
        storage.workspace("acme").save_many({key: [key] for key in KEYS})
        yield storage


@pytest.fixture
async def browser(plugin: Storage, tmp_path: Path) -> AsyncIterator[Browser]:
    async with AsyncStorage(tmp_path / "state.db") as storage, Browser(storage) as browser:
        yield browser


@pytest.fixture
def model() -> KeyTableModel:
    return KeyTableModel()


@pytest.fixture
def browsing(browser: Browser, model: KeyTableModel) -> Browsing:
    return Browsing(browser, model)


class Feed:
    """What was written since the last look, as the change feed tells it."""

    def __init__(self, plugin: Storage) -> None:
        self._plugin = plugin
        self.take()

    def take(self) -> list[Change]:
        changes = list(self._plugin.changes(getattr(self, "_seen", 0)))
        self._seen = changes[-1].revision if changes else self._seen
        return changes


@pytest.fixture
def feed(plugin: Storage) -> Feed:
    return Feed(plugin)


async def shown(browsing: Browsing, model: KeyTableModel) -> list[str | None]:
    """The keys of all rows, each page loaded as a view would have it."""
    for page in range(model.rowCount() // PAGE + 1):
        await browsing.load(page)
    return [model.index(number, 0).data() for number in range(model.rowCount())]


async def test_a_query_shows_all_that_it_finds(browsing: Browsing, model: KeyTableModel) -> None:
    await browsing.show(Query(ACME))
    assert (model.count, model.counted) == (len(KEYS), Counted.COMPLETE)
    assert browsing.query == Query(ACME)
    assert await shown(browsing, model) == KEYS
    assert model.index(0, 1).data() == "[] 1"


async def test_the_first_rows_show_before_all_are_counted(browsing: Browsing, model: KeyTableModel) -> None:
    states: list[tuple[Counted, int, str | None]] = []
    model.count_changed.connect(lambda: states.append((model.counted, model.count, model.index(0, 0).data())))
    await browsing.show(Query(ACME))
    assert [(counted, count) for counted, count, _ in states[:2]] == [
        (Counted.UNKNOWN, 0),
        (Counted.PARTIAL, PAGE),
    ]
    assert (states[-1][0], states[-1][1], states[-1][2]) == (Counted.COMPLETE, len(KEYS), "k0000")


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (Query(ACME, pattern="59"), [key for key in KEYS if "59" in key]),
        (Query(ACME, prefix="k05", descending=True), [key for key in KEYS if key.startswith("k05")][::-1]),
        (Query(pattern="k059?", match=Match.GLOB), KEYS[-10:]),
        (Query(ACME, pattern="nowhere"), []),
        (Query(Scope("empty")), []),
    ],
)
async def test_filters_and_orders_show_what_the_storage_finds(
    browsing: Browsing, model: KeyTableModel, query: Query, keys: list[str]
) -> None:
    await browsing.show(query)
    assert await shown(browsing, model) == keys
    assert model.counted is Counted.COMPLETE


async def test_a_view_that_scrolls_gets_its_rows(browsing: Browsing, model: KeyTableModel, qtbot) -> None:
    loads: list[asyncio.Task[None]] = []
    model.page_wanted.connect(lambda page: loads.append(asyncio.ensure_future(browsing.load(page))))
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.show()
    await browsing.show(Query(ACME))
    view.scrollToBottom()
    view.grab()
    await asyncio.gather(*loads)
    assert loads
    assert model.index(len(KEYS) - 1, 0).data() == KEYS[-1]


async def test_of_many_pages_asked_for_the_oldest_are_not_read(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.workspace("acme").save_many({f"l{number:05}": 1 for number in range(20 * PAGE)})
    await browsing.show(Query(ACME))
    put: list[int] = []
    monkeypatch.setattr(model, "put", lambda first, rows: put.append(first // PAGE))
    await asyncio.gather(*(browsing.load(page) for page in range(1, 16)))
    assert put[0] == 1
    assert put[1:] == list(range(15, 15 - key_table.MOST_PAGES_WANTED, -1))


async def test_what_is_written_shows_with_its_new_size_and_flashes(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed
) -> None:
    await browsing.show(Query(ACME))
    plugin.workspace("acme").save("k0001", {"a": 1})
    await browsing.follow(feed.take())
    assert model.index(1, 1).data() == "{} 1"
    assert [model.index(row, 0).data(KeyRole.FLASHED) is None for row in range(3)] == [True, False, True]


async def test_writing_what_is_listed_makes_no_new_list(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browsing.show(Query(ACME))
    plugin.workspace("acme").save(KEYS[-1], "not at hand: whether it is new has to be looked up once")
    await browsing.follow(feed.take())
    monkeypatch.delattr(Browser, "listing")
    for key in (KEYS[0], KEYS[-1]):
        plugin.workspace("acme").save(key, "again")
        await browsing.follow(feed.take())
    plugin.workspace("other").save("elsewhere", 1)
    plugin.workspace("other").delete("elsewhere")
    await browsing.follow(feed.take())
    assert model.index(0, 1).data() == '"again"'


async def test_changes_that_the_list_was_made_after_make_no_new_one(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.workspace("acme").save("a new key", 1)
    plugin.workspace("acme").delete(KEYS[0])
    await browsing.show(Query(ACME))
    monkeypatch.delattr(Browser, "listing")
    await browsing.follow(feed.take())
    assert await shown(browsing, model) == ["a new key", *KEYS[1:]]


async def test_changes_that_come_while_all_is_listed_wait_for_that_list(
    browsing: Browsing,
    model: KeyTableModel,
    plugin: Storage,
    feed: Feed,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed: list[int | None] = []
    make = browser.listing

    async def listing(query: Query, *, limit: int | None = None) -> Listing:
        listed.append(limit)
        if limit is None and len(listed) == 2:
            plugin.workspace("acme").save("a new key", 1)
            await browsing.follow(feed.take())
        return await make(query, limit=limit)

    monkeypatch.setattr(browser, "listing", listing)
    await browsing.show(Query(ACME))
    assert listed == [PAGE, None]
    assert await shown(browsing, model) == ["a new key", *KEYS]


async def test_new_and_deleted_keys_come_and_go_in_their_places(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed, qtbot
) -> None:
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    await browsing.show(Query(ACME))
    select = QItemSelectionModel.SelectionFlag
    view.selectionModel().setCurrentIndex(model.index(100, 0), select.ClearAndSelect | select.Rows)
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    store = plugin.workspace("acme")
    store.delete("k0002")
    store.delete("k0150")
    store.save_many({"k0000+": 1, "k0001+": 1, "z": 1})
    await browsing.follow(feed.take())
    keys = sorted({*KEYS, "k0000+", "k0001+", "z"} - {"k0002", "k0150"})
    assert view.currentIndex().data() == "k0100"
    assert [index.data() for index in view.selectionModel().selectedRows()] == ["k0100"]
    assert await shown(browsing, model) == keys
    assert resets == []


async def test_a_scope_that_was_empty_fills(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed
) -> None:
    await browsing.show(Query(Scope("new")))
    plugin.workspace("new").save("first", 1)
    await browsing.follow(feed.take())
    assert await shown(browsing, model) == ["first"]
    plugin.workspace("new").delete("first")
    await browsing.follow(feed.take())
    assert await shown(browsing, model) == []


async def test_in_another_order_a_write_moves_its_row(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed
) -> None:
    await browsing.show(Query(ACME, order=Order.SIZE))
    plugin.workspace("acme").save("k0001", "the largest of all, and at hand")
    await browsing.follow(feed.take())
    assert (await shown(browsing, model))[-1] == "k0001"


async def test_a_page_that_was_read_from_the_former_list_does_not_show_in_todays(
    browsing: Browsing,
    browser: Browser,
    model: KeyTableModel,
    plugin: Storage,
    feed: Feed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await browsing.show(Query(ACME))
    gate = Gate(browser.heads)
    monkeypatch.setattr(browser, "heads", gate)
    loading = asyncio.ensure_future(browsing.load(1))
    await gate.reached.wait()
    monkeypatch.setattr(browser, "heads", gate.call)
    plugin.workspace("acme").delete("k0000")
    await browsing.follow(feed.take())
    gate.opened.set()
    await loading
    assert model.index(PAGE, 0).data() == KEYS[PAGE + 1]


async def test_a_burst_is_shown_whole(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed
) -> None:
    await browsing.show(Query(ACME))
    plugin.workspace("acme").save_many(
        {f"k{number:04}-{part}": 1 for number in range(1_000) for part in "abc"}
    )
    plugin.workspace("acme").delete_many(KEYS[::2])
    changes = feed.take()
    await asyncio.gather(
        *(browsing.follow(changes[start : start + 500]) for start in range(0, len(changes), 500))
    )
    assert await shown(browsing, model) == plugin_keys(plugin)


async def test_what_is_written_while_the_first_rows_are_read_is_not_missed(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed
) -> None:
    plugin.workspace("small").save("a", 1)
    feed.take()
    for number in range(20):
        showing = asyncio.ensure_future(browsing.show(Query(Scope("small"))))
        for _ in range(number):
            await asyncio.sleep(0)
        plugin.workspace("small").save(f"b{number:02}", 1)
        await browsing.follow(feed.take())
        await showing
        assert await shown(browsing, model) == ["a", *(f"b{done:02}" for done in range(number + 1))]


async def test_the_newest_query_wins(
    browsing: Browsing, browser: Browser, model: KeyTableModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(browser.heads)
    monkeypatch.setattr(browser, "heads", gate)
    former = asyncio.ensure_future(browsing.show(Query(ACME)))
    await gate.reached.wait()
    monkeypatch.setattr(browser, "heads", gate.call)
    await browsing.show(Query(ACME, pattern="k0001"))
    gate.opened.set()
    await former
    assert await shown(browsing, model) == ["k0001"]
    assert browsing.query == Query(ACME, pattern="k0001")


async def test_a_query_that_is_given_up_leaves_the_next_one_alone(
    browsing: Browsing, model: KeyTableModel
) -> None:
    former = asyncio.ensure_future(browsing.show(Query(ACME)))
    await asyncio.sleep(0)
    former.cancel()
    await browsing.show(Query(ACME, pattern="k0001"))
    await asyncio.gather(former, return_exceptions=True)
    assert await shown(browsing, model) == ["k0001"]


async def test_changes_that_could_not_be_shown_are_shown_with_the_next(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*arguments: object) -> None:
        raise BusyError("somebody else holds it")

    await browsing.show(Query(ACME))
    plugin.workspace("acme").delete("k0000")
    changes = feed.take()
    with monkeypatch.context() as patched:
        patched.setattr(Browser, "listing", busy)
        with pytest.raises(BusyError):
            await browsing.follow(changes)
    plugin.workspace("other").save("elsewhere", 1)
    await browsing.follow(feed.take())
    assert await shown(browsing, model) == KEYS[1:]


async def test_refresh_reads_what_no_change_told(
    browsing: Browsing, model: KeyTableModel, plugin: Storage
) -> None:
    await browsing.show(Query(ACME))
    plugin.workspace("acme").save("k0000", "new")
    plugin.workspace("acme").delete("k0001")
    await browsing.refresh()
    assert [model.index(row, 0).data() for row in range(2)] == ["k0000", "k0002"]
    assert model.index(0, 1).data() == '"new"'


async def test_a_row_goes_when_it_expires(browsing: Browsing, model: KeyTableModel, plugin: Storage) -> None:
    plugin.workspace("small").save("kept", 1)
    plugin.workspace("small").save("short", 1, ttl=1.5)
    plugin.workspace("small").save("long", 1, ttl=1_000)
    plugin.workspace("other").save("short", 1, ttl=500)
    await browsing.show(Query(Scope("small")))
    assert await shown(browsing, model) == ["kept", "long", "short"]
    while model.rowCount() == 3:
        await browsing.let_expire()
        await asyncio.sleep(0.01)
    assert await shown(browsing, model) == ["kept", "long"]
    await browsing.let_expire()
    assert await shown(browsing, model) == ["kept", "long"]


async def test_a_row_goes_when_an_expiry_passes_that_was_set_after_it_was_listed(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, feed: Feed
) -> None:
    await browsing.show(Query(ACME))
    plugin.workspace("acme").expire("k0001", 0.4)
    await browsing.follow(feed.take())
    while plugin.workspace("acme").exists("k0001"):
        await asyncio.sleep(0.01)
    await browsing.let_expire()
    assert await shown(browsing, model) == [key for key in KEYS if key != "k0001"]


async def test_what_expires_elsewhere_is_looked_at_once(
    browsing: Browsing, model: KeyTableModel, plugin: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.workspace("other").save("short", 1, ttl=0.1)
    await browsing.show(Query(ACME))
    while plugin.workspace("other").exists("short"):
        await asyncio.sleep(0.01)
    await browsing.let_expire()
    monkeypatch.delattr(Browser, "count")
    await browsing.let_expire()
    assert model.count == len(KEYS)


async def test_the_place_of_a_key_is_told_and_the_keys_of_places(browsing: Browsing, plugin: Storage) -> None:
    assert await browsing.position(Address(ACME, "k0500")) is None
    assert await browsing.addresses([range(3)]) == []
    await browsing.show(Query(ACME, pattern="k05"))
    assert await browsing.position(Address(ACME, "k0500")) == 0
    assert await browsing.position(Address(ACME, "k0499")) is None
    plugin.workspace("acme").delete("k0502")
    addresses = await browsing.addresses([range(1, 4), range(98, 100)])
    assert [address.key for address in addresses] == ["k0501", "k0503", "k0598", "k0599"]


async def test_all_rows_selected_are_all_keys_without_loading_them(
    browsing: Browsing, model: KeyTableModel, qtbot
) -> None:
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    await browsing.show(Query(ACME))
    view.selectAll()
    at_hand = model.at_hand()
    ranges = [range(each.top(), each.bottom() + 1) for each in view.selectionModel().selection()]
    assert [address.key for address in await browsing.addresses(ranges)] == KEYS
    assert model.at_hand() == at_hand


def plugin_keys(plugin: Storage) -> list[str]:
    return list(plugin.workspace("acme").keys())


async def test_an_expiry_elsewhere_does_not_bring_a_former_list_back(
    browsing: Browsing,
    browser: Browser,
    model: KeyTableModel,
    plugin: Storage,
    feed: Feed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seconds in range(1, 100):  # however slow the machine is, the next one goes soon
        plugin.workspace("other").save(f"short {seconds}", 1, ttl=seconds)
    await browsing.show(Query(ACME))
    gate = hold(monkeypatch, browser, "next_expiry", after=True)

    async def let_the_next_one_expire() -> None:
        while not gate.reached.is_set():
            await browsing.let_expire()
            await asyncio.sleep(0.01)

    expiring = asyncio.ensure_future(let_the_next_one_expire())
    await gate.reached.wait()
    monkeypatch.setattr(browser, "next_expiry", gate.call)
    plugin.workspace("acme").save("a new first one", 1)
    await browsing.follow(feed.take())
    gate.opened.set()
    await expiring
    rows = [model.index(row, 0).data() for row in range(3)]
    assert [address.key for address in await browsing.addresses([range(3)])] == rows


async def test_a_place_that_is_told_is_one_in_todays_list(
    browsing: Browsing, browser: Browser, plugin: Storage, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browsing.show(Query(ACME))
    gate = hold(monkeypatch, browser, "position", after=True)
    asking = asyncio.ensure_future(browsing.position(Address(ACME, "k0005")))
    await gate.reached.wait()
    plugin.workspace("acme").save("a new first one", 1)
    await browsing.follow(feed.take())
    gate.opened.set()
    assert await asking == 6


async def test_rows_that_are_read_in_pieces_are_all_of_one_list(
    browsing: Browsing, browser: Browser, plugin: Storage, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.workspace("acme").save_many({f"x{number:04}": 1 for number in range(1_000)})
    await browsing.show(Query(ACME))
    gate = hold(monkeypatch, browser, "rows", after=True)
    reading = asyncio.ensure_future(browsing.entries([range(1_600)], 1_600))
    await gate.reached.wait()
    monkeypatch.setattr(browser, "rows", gate.call)
    plugin.workspace("acme").save("a new first one", 1)
    await browsing.follow(feed.take())
    gate.opened.set()
    keys = [entry.key for entry in await reading]
    assert keys == [*KEYS, *(f"x{number:04}" for number in range(1_000))]
