"""The pane of scopes on real storages: what it shows, where the person is in it, and what others' writes do to it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTreeView

from inspector import theme
from inspector.models.scope_rows import LOADED_AT_MOST
from inspector.session import Session
from inspector.tasks import Tasks
from inspector.views.scope_pane import COUNTED_ONE_BY_ONE, LOOKED_INTO, ScopePane
from storage_core import Change, ClosedError, Scope, Storage

ACME, ANN, BOB, CY = Scope("acme"), Scope("acme", "ann"), Scope("acme", "bob"), Scope("beta", "cy")
FOLDED = ["acme 9", "beta 1"]


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[Storage]:
    """Somebody else who writes to the same storage."""
    with Storage(tmp_path / "state.db", durability="process") as storage:
        storage.store(ACME).save_many({"cache:page:1": 1, "cache:page:2": 2, "cache:other": 3, "theme": 4})
        storage.store(ANN).save_many({"todos": [], "session:current": 1, "a/b": 2})
        storage.store(BOB).save_many({"todos": [], "visits": 1})
        storage.store(CY).save("todos", [])
        yield storage


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    errors: list[BaseException] = []
    tasks = Tasks(errors.append)
    yield tasks
    await tasks.close()
    assert errors == []


@pytest.fixture
async def session(plugin: Storage) -> AsyncIterator[Session]:
    session = Session(plugin.location, read_only=False)
    await session.open()
    yield session
    await session.close()


def colours(picture: QPixmap) -> set[int]:
    image = picture.toImage()
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


class Person:
    """Someone at the pane: what is in sight, what they do, and what the pane told the window."""

    def __init__(self, pane: ScopePane, tasks: Tasks, plugin: Storage) -> None:
        self.pane = pane
        self.tree = pane.findChild(QTreeView, "scopeTree")
        self.filter = pane.findChild(QLineEdit, "scopeFilter")
        self.chosen: list[tuple[Scope, str]] = []
        pane.scope_chosen.connect(lambda scope, prefix: self.chosen.append((scope, prefix)))
        self._tasks = tasks
        self._plugin = plugin
        self._seen = self._changes(0)[-1].revision

    async def wait(self) -> None:
        await self._tasks.idle()

    def outline(self) -> list[str]:
        """The rows that are not folded away, each indented below the one that it belongs to."""
        lines: list[str] = []
        index = self.tree.model().index(0, 0)
        while index.isValid():
            depth, above = 0, index.parent()
            while above.isValid():
                depth, above = depth + 1, above.parent()
            lines.append(f"{'  ' * depth}{index.data()} {index.siblingAtColumn(1).data() or ''}".rstrip())
            index = self.tree.indexBelow(index)
        return lines

    def row(self, *names: str) -> QModelIndex:
        """The row of that name, below the one of the name before, and so on."""
        index = QModelIndex()
        for name in names:
            rows = (
                self.tree.model().index(row, 0, index) for row in range(self.tree.model().rowCount(index))
            )
            index = next(each for each in rows if each.data() == name)
        return index

    async def unfold(self, *names: str) -> None:
        self.tree.expand(self.row(*names))
        await self.wait()

    async def click(self, *names: str) -> None:
        index = self.row(*names)
        self.tree.scrollTo(index)
        QTest.mouseClick(
            self.tree.viewport(), Qt.MouseButton.LeftButton, pos=self.tree.visualRect(index).center()
        )
        await self.wait()

    async def press(self, key: Qt.Key, widget: object = None) -> None:
        QTest.keyClick(widget or self.tree, key)
        await self.wait()

    def promises_more(self, *names: str) -> bool:
        """Whether there is an arrow before the row."""
        cell = self.tree.visualRect(self.row(*names))
        room = QRect(
            cell.left() - self.tree.indentation(), cell.top(), self.tree.indentation(), cell.height()
        )
        return len(colours(self.tree.viewport().grab(room))) > 1

    def current(self) -> str | None:
        return self.tree.currentIndex().data()

    async def hear(self) -> None:
        """Let the pane follow all that was written since the last time."""
        changes = self._changes(self._seen)
        self._seen = changes[-1].revision
        await self.pane.follow(changes)
        await self.wait()

    def _changes(self, since: int) -> list[Change]:
        return list(self._plugin.changes(since))


@pytest.fixture
async def pane(
    qapp: QApplication, tasks: Tasks, session: Session, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ScopePane]:
    theme.apply(qapp, dark=False)
    for pause in ("CATCH_UP_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(f"inspector.views.scope_pane.{pause}", 0.001)
    pane = ScopePane(tasks)
    pane.resize(240, 420)
    pane.show()
    await pane.show_session(session)
    await tasks.idle()
    yield pane
    pane.leave_session()
    await tasks.idle()
    pane.close()
    pane.deleteLater()


@pytest.fixture
def person(pane: ScopePane, tasks: Tasks, plugin: Storage) -> Person:
    return Person(pane, tasks, plugin)


# What it shows, and going somewhere.


async def test_a_storage_shows_its_workspaces_folded_and_nothing_chosen(pane, person):
    assert person.outline() == FOLDED
    assert (pane.scope, pane.prefix, person.chosen) == (None, "", [])


async def test_the_first_scope_that_holds_anything_is_chosen_and_seen(pane, person):
    await pane.choose_first()
    await person.wait()
    assert person.outline() == ["acme 9", "  Shared 4", "  ann 3", "  bob 2", "beta 1"]
    assert (pane.scope, pane.prefix, person.chosen) == (ACME, "", [(ACME, "")])
    assert person.current() == "Shared"


async def test_without_shared_values_the_first_user_is_the_first(pane, plugin, person):
    plugin.store(ACME).clear()
    await pane.refresh()
    await pane.choose_first()
    assert person.chosen == [(ANN, "")]


async def test_in_an_empty_storage_there_is_nothing_to_choose(pane, plugin, person):
    for scope in (ACME, ANN, BOB, CY):
        plugin.store(scope).clear()
    await pane.refresh()
    await pane.choose_first()
    assert (person.outline(), person.chosen) == ([], [])


async def test_a_click_and_an_arrow_key_choose_a_scope_or_a_group(pane, person):
    await person.unfold("acme")
    await person.unfold("acme", "Shared")
    await person.click("acme", "Shared", "cache")
    await person.press(Qt.Key.Key_Down)
    assert person.chosen == [(ACME, "cache:"), (ANN, "")]
    assert (pane.scope, pane.prefix) == (ANN, "")


async def test_a_workspace_stands_for_its_shared_values(pane, person):
    await person.click("beta")
    assert person.chosen == [(Scope("beta"), "")]
    assert "Shared" not in "".join(person.outline())
    await person.unfold("acme")
    await person.click("acme")
    await person.click("acme", "Shared")
    assert person.chosen[1:] == [(ACME, "")]


async def test_what_is_chosen_already_is_not_told_again(pane, person):
    await pane.choose(ANN)
    await pane.choose(ANN)
    await person.click("acme", "ann")
    assert person.chosen == [(ANN, "")]


async def test_a_scope_without_keys_can_be_chosen_and_goes_when_it_is_left(pane, person):
    await pane.choose(Scope("gamma", "dee"))
    assert person.outline() == [*FOLDED, "gamma 0", "  dee 0"]
    assert person.current() == "dee"
    await pane.choose(CY)
    assert person.outline() == ["acme 9", "beta 1", "  cy 1"]


async def test_a_group_can_be_chosen_before_anybody_has_unfolded_what_is_above_it(pane, person):
    await pane.choose(ACME, "cache:page:")
    await person.wait()
    assert person.outline()[1:5] == ["  Shared 4", "    cache 3", "      page 2", "  ann 3"]
    assert person.chosen == [(ACME, "cache:page:")]


async def test_a_group_without_keys_can_be_chosen_too(pane, person):
    await pane.choose(ANN, "old:er:")
    assert (person.current(), person.chosen) == ("er", [(ANN, "old:er:")])
    assert person.outline()[2:5] == ["  ann 3", "    old 0", "      er 0"]
    await pane.choose(BOB)
    await person.wait()
    assert person.outline()[2:5] == ["  ann 3", "    session 1", "  bob 2"]


# Groups.


async def test_groups_come_when_their_scope_is_unfolded(pane, person):
    await person.unfold("acme")
    await person.unfold("acme", "Shared")
    await person.unfold("acme", "Shared", "cache")
    assert person.outline()[1:5] == ["  Shared 4", "    cache 3", "      page 2", "  ann 3"]


async def test_only_what_has_groups_promises_some(pane, person):
    await person.unfold("acme")
    assert person.promises_more("acme", "ann")
    assert not person.promises_more("acme", "bob")


async def test_a_large_scope_is_searched_for_groups_only_when_it_is_unfolded(pane, plugin, person):
    plugin.store(CY).save_many({f"k{number}": number for number in range(LOOKED_INTO + 1)})
    await person.hear()
    await person.unfold("beta")
    assert person.promises_more("beta", "cy")
    await person.unfold("beta", "cy")
    assert not person.promises_more("beta", "cy")


async def test_without_a_delimiter_nothing_promises_groups(pane, plugin, person):
    plugin.store(CY).save_many({f"k{number}": number for number in range(LOOKED_INTO + 1)})
    await person.hear()
    await person.unfold("beta")
    pane.set_delimiter("")
    await person.wait()
    assert not person.promises_more("beta", "cy")


@pytest.mark.parametrize(
    ("delimiter", "groups_of_ann"), [(":", ["    session 1"]), ("/", ["    a 1"]), (".", []), ("", [])]
)
async def test_keys_are_grouped_by_the_delimiter_that_is_chosen(pane, person, delimiter, groups_of_ann):
    pane.set_delimiter(".")
    pane.set_delimiter(delimiter)
    await person.unfold("acme")
    await person.unfold("acme", "ann")
    assert person.outline() == ["acme 9", "  Shared 4", "  ann 3", *groups_of_ann, "  bob 2", "beta 1"]


async def test_another_delimiter_leads_out_of_a_group_into_its_scope(pane, person):
    await pane.choose(ACME, "cache:page:")
    pane.set_delimiter("/")
    await person.wait()
    assert person.chosen[1:] == [(ACME, "")]
    assert (pane.scope, pane.prefix, person.current()) == (ACME, "", "Shared")


async def test_of_too_many_groups_the_first_are_shown_and_the_last_row_leads_to_all_keys(
    pane, plugin, person
):
    plugin.store(CY).save_many({f"g{number:05}:x": 1 for number in range(LOADED_AT_MOST + 1)})
    await person.hear()
    await pane.choose(CY)
    await person.unfold("beta", "cy")
    cy = person.row("beta", "cy")
    assert person.tree.model().rowCount(cy) == LOADED_AT_MOST + 1
    await person.click("beta", "cy", "g00000")
    await person.click("beta", "cy", "more…")
    assert person.chosen == [(CY, ""), (CY, "g00000:"), (CY, "")]
    await pane.choose(ANN)
    plugin.store(CY).save_many({"z:1": 1, "z:2": 1})
    await person.hear()
    await pane.choose(CY, "z:")
    assert (person.current(), person.tree.currentIndex().siblingAtColumn(1).data()) == ("z", "2")


async def test_of_too_many_users_the_last_row_leads_to_the_filter(pane, tmp_path, tasks):
    with Storage(tmp_path / "crowd.db", durability="process") as crowd:
        for number in range(LOADED_AT_MOST + 5):
            crowd.store(Scope("w", f"u{number:05}")).save("k", 1)
    session = Session(tmp_path / "crowd.db", read_only=False)
    await session.open()
    await pane.show_session(session)
    person = Person(pane, tasks, crowd_changes := Storage(tmp_path / "crowd.db"))
    await person.unfold("w")
    pane.activateWindow()
    await person.click("w", "5 more…")
    assert pane.window().focusWidget() is person.filter
    await pane.choose(Scope("w", "u02003"))
    assert (person.current(), person.chosen) == ("u02003", [(Scope("w", "u02003"), "")])
    pane.leave_session()
    await session.close()
    crowd_changes.close()


# The filter.


async def test_the_filter_unfolds_what_is_there_for_a_user_until_it_is_cleared(pane, person):
    person.filter.setText("CY")
    await person.wait()
    assert person.outline() == ["beta 1", "  cy 1"]
    person.filter.clear()
    await person.wait()
    assert person.outline() == FOLDED


async def test_where_the_person_is_survives_a_filter_that_hides_it(pane, person):
    await pane.choose(ANN)
    person.filter.setText("cy")
    assert person.current() is None
    person.filter.clear()
    await person.wait()
    assert (person.current(), pane.scope, person.chosen) == ("ann", ANN, [(ANN, "")])


async def test_enter_in_the_filter_chooses_the_first_match(pane, person):
    QTest.keyClicks(person.filter, "bo")
    await person.press(Qt.Key.Key_Return, person.filter)
    assert person.chosen == [(BOB, "")]
    assert person.current() == "bob"
    person.filter.clear()
    await person.wait()
    assert person.outline() == ["acme 9", "  Shared 4", "  ann 3", "  bob 2", "beta 1"]


async def test_escape_clears_the_filter_and_down_leads_into_the_tree(pane, person):
    pane.activateWindow()
    QTest.keyClicks(person.filter, "bo")
    await person.press(Qt.Key.Key_Escape, person.filter)
    assert person.filter.text() == ""
    person.filter.setFocus()
    await person.press(Qt.Key.Key_Down, person.filter)
    assert pane.window().focusWidget() is person.tree


async def test_going_somewhere_that_the_filter_hides_clears_it(pane, person):
    person.filter.setText("cy")
    await pane.choose(BOB)
    assert (person.filter.text(), person.current()) == ("", "bob")


async def test_without_a_match_it_says_so(pane, person):
    person.filter.setText("nobody")
    await person.wait()
    assert person.outline() == []
    assert len(colours(person.tree.viewport().grab())) > 1
    pane.leave_session()
    assert len(colours(person.tree.viewport().grab())) == 1


# What others write.


async def test_counts_follow_what_others_write(pane, plugin, person):
    await pane.choose_first()
    plugin.store(ANN).save_many({"one": 1, "two": 2, "todos": 3})
    plugin.store(BOB).delete("todos")
    await person.hear()
    assert person.outline() == ["acme 10", "  Shared 4", "  ann 5", "  bob 1", "beta 1"]


async def test_scopes_come_with_their_first_key_and_go_with_their_last(pane, plugin, person):
    await pane.choose_first()
    plugin.store(Scope("acme", "ayo")).save("k", 1)
    plugin.store(Scope("aaa")).save("k", 1)
    plugin.store(BOB).clear()
    plugin.store(CY).clear()
    await person.hear()
    assert person.outline() == ["aaa 1", "acme 8", "  Shared 4", "  ann 3", "  ayo 1"]
    assert (person.current(), person.chosen) == ("Shared", [(ACME, "")])


async def test_many_scopes_at_once_are_followed_too(pane, plugin, person):
    for number in range(COUNTED_ONE_BY_ONE + 5):
        plugin.store(Scope("crowd", f"u{number:02}")).save("k", 1)
    plugin.store(CY).clear()
    await person.hear()
    assert person.outline() == ["acme 9", f"crowd {COUNTED_ONE_BY_ONE + 5}"]


async def test_groups_follow_what_others_write(pane, plugin, person):
    await pane.choose(ACME, "cache:")
    await person.unfold("acme", "Shared", "cache")
    plugin.store(ACME).save_many({"cache:page:3": 1, "cache:image:1": 1, "log:1": 1})
    plugin.store(ACME).delete("cache:other")
    await person.hear()
    assert person.outline()[1:7] == [
        "  Shared 6",
        "    cache 4",
        "      image 1",
        "      page 3",
        "    log 1",
        "  ann 3",
    ]
    assert person.chosen == [(ACME, "cache:")]


async def test_the_first_group_of_a_scope_brings_its_arrow(pane, plugin, person):
    await person.unfold("acme")
    plugin.store(BOB).save("session:1", 1)
    await person.hear()
    assert person.promises_more("acme", "bob")
    await person.unfold("acme", "bob")
    assert person.outline()[-2:] == ["    session 1", "beta 1"]


async def test_where_the_person_is_stays_when_its_last_key_goes_and_comes_back(pane, plugin, person):
    await person.unfold("beta")
    await person.click("beta", "cy")
    plugin.store(CY).clear()
    await person.hear()
    assert person.outline() == ["acme 9", "beta 0", "  cy 0"]
    assert (person.current(), person.chosen) == ("cy", [(CY, "")])
    plugin.store(CY).save("again", 1)
    await person.hear()
    assert person.outline() == ["acme 9", "beta 1", "  cy 1"]


async def test_what_is_in_sight_stays_in_sight_while_rows_come_above_it(pane, plugin, person):
    for number in range(60):
        plugin.store(Scope("acme", f"user{number:02}")).save("k", 1)
    await person.hear()
    await person.unfold("acme")
    person.tree.verticalScrollBar().setValue(500)
    await person.wait()
    top = person.tree.indexAt(QPoint(0, 0))
    seen = (top.data(), person.tree.visualRect(top).top())
    for number in range(20):
        plugin.store(Scope("acme", f"early{number:02}")).save("k", 1)
    await person.hear()
    top = person.tree.indexAt(QPoint(0, 0))
    assert (top.data(), person.tree.visualRect(top).top()) == seen


async def test_refreshing_counts_everything_again(pane, plugin, person):
    await person.unfold("acme")
    await person.unfold("acme", "ann")
    plugin.store(ANN).save_many({"session:other": 1, "history:1": 1})
    plugin.store(CY).clear()
    await pane.refresh()
    await person.wait()
    assert person.outline() == [
        "acme 11",
        "  Shared 4",
        "  ann 5",
        "    history 1",
        "    session 2",
        "  bob 2",
    ]


# Sessions.


async def test_after_a_session_is_left_nothing_is_shown_or_followed(pane, plugin, person):
    await pane.choose(ANN)
    plugin.store(ANN).save("more", 1)
    pane.leave_session()
    await person.hear()
    await pane.refresh()
    await pane.choose(BOB)
    assert (person.outline(), pane.scope, pane.prefix) == ([], None, "")
    assert person.chosen == [(ANN, "")]


async def test_a_storage_that_is_closed_while_it_is_asked_is_no_fault(pane, session, person, tasks):
    before = asyncio.gather(*(session.browser.counts() for _ in range(500)), return_exceptions=True)
    refreshing = tasks.start(pane.refresh())  # has to wait for all of these
    await asyncio.sleep(0)
    pane.leave_session()
    await session.close()
    await person.wait()
    assert isinstance((await before)[-1], ClosedError)
    assert refreshing.exception() is None
    assert person.outline() == []


# By keyboard and by other means.


async def test_taking_the_keyboard_goes_nowhere(pane, person):
    pane.activateWindow()
    person.filter.setFocus()
    person.tree.setFocus()
    assert (person.current(), person.chosen) == (None, [])
    await person.press(Qt.Key.Key_Down)
    assert person.chosen == [(ACME, "")]


async def test_a_context_menu_is_asked_for_at_the_row(pane, person):
    asked: list[QPoint] = []
    pane.menu_asked.connect(asked.append)
    at = person.tree.visualRect(person.row("beta")).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, person.tree.viewport().mapToGlobal(at))
    QApplication.sendEvent(person.tree.viewport(), event)
    assert asked == [person.tree.viewport().mapToGlobal(at)]


async def test_a_star_unfolds_one_row_and_not_all_that_is_below_it(pane, person):
    person.tree.setCurrentIndex(person.row("acme"))
    await person.press(Qt.Key.Key_Asterisk)
    assert person.outline() == ["acme 9", "  Shared 4", "  ann 3", "  bob 2", "beta 1"]


async def test_rows_are_dense_and_counts_have_the_room_that_they_need(pane, plugin, person):
    plugin.store(CY).save_many({f"k{number:05}": 1 for number in range(12_344)})
    await person.hear()
    beta = person.row("beta").siblingAtColumn(1)
    needed = person.tree.fontMetrics().horizontalAdvance("12,345")
    assert beta.data() == "12,345"
    assert person.tree.visualRect(beta).width() >= needed + 2 * theme.GRID
    assert person.tree.visualRect(beta).height() == theme.ROW_HEIGHT
