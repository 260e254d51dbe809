"""What other processes write shows by itself, with selection, expansion, scroll position and edits kept."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QTabWidget

from inspector.app import open_window
from inspector.models.activity import KEPT
from storage_core import Scope, Storage
from storage_core.browse import Address
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

ACME = Scope("acme")
ANN = Scope("acme", "ann")
BURST = """
import sys
from storage_core import Storage
with Storage(sys.argv[1], durability="process") as storage:
    store = storage.workspace("acme").user("ann")
    for number in range(int(sys.argv[2])):
        store.save(f"key {number % 300:04}", number)
    storage.workspace("last").save("written", True)
"""

FLOOD = """
import sys
from storage_core import Storage
with Storage(sys.argv[1], durability="process") as storage:
    storage.workspace("acme").user("bob").save("profile", {"name": "Bob", "age": 42})
    for number in range(3):
        storage.workspace("flood").save_many({f"key {each:06}": number for each in range(70_000)})
    storage.workspace("flood").save("last", True)
"""


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path, durability="process") as storage:
        acme = storage.workspace("acme")
        acme.save_many({f"cache:page:{number}": number for number in range(5)})
        acme.user("ann").save_many({f"key {number:04}": [number] for number in range(300)})
        acme.user("bob").save("profile", {"name": "Bob", "age": 41})
        storage.workspace("beta").save("theme", "dark")
    return path


@pytest.fixture
async def person(location: Path) -> AsyncIterator[Person]:
    window = await open_window(location)
    await window.idle()
    yield Person(window)
    await window.shutdown()


def shown_at_the_top(person: Person) -> str:
    return person.table.model().index(person.table.rowAt(0), 0).data()


def labels(person: Person) -> str:
    return " | ".join(each.text() for each in person.window.value.findChildren(QLabel) if each.isVisible())


async def test_writes_elsewhere_move_neither_selection_nor_scroll_position(
    person: Person, location: Path
) -> None:
    await person.choose_scope(ANN)
    await person.choose_key("key 0150")
    person.table.scrollTo(person.table.model().index(200, 0), person.table.ScrollHint.PositionAtTop)
    await person.window.idle()
    assert shown_at_the_top(person) == "key 0200"
    ann = Elsewhere(location, ANN)
    ann.writes("a new one before all", "1")
    ann.deletes("key 0003")
    ann.deletes("key 0004")
    ann.writes("key 0204", '"changed"')
    await person.sees(lambda: person.table.model().rowCount() == 299)
    assert person.current_key() == "key 0150"
    assert person.place() == "acme / ann / key 0150"
    assert shown_at_the_top(person) == "key 0200"
    assert person.table.model().index(0, 0).data() == "a new one before all"


async def test_new_scopes_appear_and_the_tree_stays_as_it_was_unfolded(
    person: Person, location: Path
) -> None:
    await person.choose_scope(ANN)
    before = person.tree.isExpanded(person.scope_row(ACME).parent())
    Elsewhere(location, Scope("aaa")).writes("first", "1")
    Elsewhere(location, Scope("acme", "zoe")).writes("first", "1")
    await person.sees(lambda: person.scope_row(Scope("aaa")).isValid())
    await person.sees(lambda: person.scope_row(Scope("acme", "zoe")).isValid())
    assert person.tree.isExpanded(person.scope_row(ACME).parent()) == before
    assert person.tree.currentIndex() == person.scope_row(ANN)
    assert person.place().startswith("acme / ann")
    Elsewhere(location, Scope("aaa")).deletes("first")
    await person.sees(lambda: not person.scope_row(Scope("aaa")).isValid())
    assert person.tree.currentIndex() == person.scope_row(ANN)


async def test_the_scope_that_is_looked_at_may_lose_its_last_key(person: Person, location: Path) -> None:
    await person.go_to(Scope("beta"), "theme")
    Elsewhere(location, Scope("beta")).deletes("theme")
    await person.sees(lambda: person.keys() == [])
    assert person.place().startswith("beta / Shared")
    assert "deleted meanwhile" in labels(person)
    Elsewhere(location, Scope("beta")).writes("theme", '"light"')
    await person.sees(lambda: person.keys() == ["theme"])


async def test_a_value_that_is_only_looked_at_is_shown_anew(person: Person, location: Path) -> None:
    await person.go_to(Scope("acme", "bob"), "profile")
    await person.open_tab("textPage")
    Elsewhere(location, Scope("acme", "bob")).writes("profile", '{"name": "Bob", "age": 42}')
    await person.sees(lambda: b"42" in person.window.value.data())
    tabs = person.find(QTabWidget, "valueTabs")
    assert tabs.currentWidget().objectName() == "textPage"
    await person.open_tab("formPage")
    assert person.field("$.age").text() == "42"
    assert not person.action("actionSave").isEnabled()


@pytest.mark.parametrize(
    ("happens", "word"),
    [
        (lambda bob: bob.writes("profile", '{"name": "Robert", "age": 41}'), "changed"),
        (lambda bob: bob.deletes("profile"), "deleted"),
    ],
)
async def test_a_value_that_is_being_edited_is_kept_and_it_is_said(
    person: Person, location: Path, happens: Callable[[Elsewhere], None], word: str
) -> None:
    await person.go_to(Scope("acme", "bob"), "profile")
    await person.edit("$.age", "50")
    caret = person.field("$.age").cursorPosition()
    happens(Elsewhere(location, Scope("acme", "bob")))
    await person.sees(lambda: f"Somebody has {word} it meanwhile" in labels(person))
    assert person.window.value.data() == b'{"name":"Bob","age":50}'
    assert person.field("$.age").cursorPosition() == caret
    assert person.place() == "acme / bob / profile"
    await person.do("actionRefresh")
    assert person.window.value.data() == b'{"name":"Bob","age":50}'


async def test_a_filter_shows_what_comes_to_match_it(person: Person, location: Path) -> None:
    await person.choose_scope(ANN)
    person.window.keys.start_filter()
    person.window.focusWidget().insert("0007")
    await person.window.idle()
    assert person.keys() == ["key 0007"]
    Elsewhere(location, ANN).writes("another 0007", "1")
    Elsewhere(location, ANN).writes("another 0008", "1")
    await person.sees(lambda: person.keys() == ["another 0007", "key 0007"])


async def test_a_burst_of_ten_thousand_writes_is_shown_in_bundles(person: Person, location: Path) -> None:
    await person.go_to(ANN, "key 0099")
    bundles: list[int] = []
    person.window.live.changed.connect(lambda changes: bundles.append(len(changes)))
    with subprocess.Popen([sys.executable, "-c", BURST, str(location), "10000"]) as writing:
        await person.sees(lambda: sum(bundles) == 10_001)
        assert writing.wait(timeout=60) == 0
    await person.sees(lambda: person.scope_row(Scope("last")).isValid())
    await person.window.idle()
    assert len(bundles) < 10_001 / 10
    assert person.current_key() == "key 0099"
    assert person.window.value.data() == b"9999"
    assert person.window.activity.model.rowCount() <= KEPT
    assert person.dialogs() == []


async def test_activity_tells_each_change_and_a_click_leads_there(person: Person, location: Path) -> None:
    await person.choose_scope(ANN)
    Elsewhere(location, Scope("acme", "bob")).writes("profile", "7")
    activity = person.window.activity
    await person.sees(
        lambda: activity.model.change(0).key == "profile" and activity.model.change(0).size == 1
    )
    await person.click_row(activity.table, activity.model.index(0, 0))
    assert person.place() == "acme / bob / profile"
    assert person.field("$").text() == "7"
    assert person.tree.currentIndex() == person.scope_row(Scope("acme", "bob"))


@pytest.mark.parametrize("name", ["aaa", "key 0150b", "zzz"])
async def test_a_key_that_is_made_here_is_selected_when_the_table_has_it(person: Person, name: str) -> None:
    await person.go_to(ANN, "key 0003")
    await person.do("actionNewKey")
    dialog = person.dialog("newKeyDialog")
    line = dialog.findChild(QLineEdit, "keyEdit")
    assert line is not None
    line.setText(name)
    await person.answer("newKeyDialog", "acceptButton")
    await person.sees(lambda: person.current_key() == name)
    assert person.place() == f"acme / ann / {name}"
    await person.do("actionDelete")
    await person.sees(lambda: name not in person.keys())


async def test_nobody_is_led_back_who_is_on_their_way_while_the_row_they_were_at_goes(
    person: Person, location: Path
) -> None:
    await person.go_to(ANN, "key 0003")
    window = person.window
    elsewhere = Address(Scope("acme", "bob"), "profile")
    window.keys.model.shifting.connect(
        lambda: window.go_to(elsewhere), Qt.ConnectionType.SingleShotConnection
    )
    Elsewhere(location, ANN).deletes("key 0003")
    await person.sees(lambda: window.desk.address != Address(ANN, "key 0003"))
    assert window.desk.address == elsewhere
    assert person.place() == "acme / bob / profile"
    assert person.current_key() == "profile"


async def test_more_than_the_storage_keeps_of_the_changes_is_shown_all_the_same(
    person: Person, location: Path
) -> None:
    await person.go_to(Scope("acme", "bob"), "profile")
    subprocess.run([sys.executable, "-c", FLOOD, str(location)], check=True, timeout=60)
    await person.sees(lambda: person.scope_row(Scope("flood")).isValid())
    assert person.dialogs() == []
    assert b"42" in person.window.value.data()
    assert person.window.activity.model.change(0).key == "last"
    Elsewhere(location, Scope("acme", "bob")).writes("profile", '{"age": 43}')
    await person.sees(lambda: b"43" in person.window.value.data())


async def test_more_than_the_storage_keeps_of_the_changes_is_shown_also_where_nothing_was_before(
    person: Person, tmp_path: Path
) -> None:
    location = tmp_path / "empty.db"
    await person.window.open(location, create=True)
    await person.window.idle()
    assert person.state()
    subprocess.run([sys.executable, "-c", FLOOD, str(location)], check=True, timeout=60)
    await person.sees(lambda: not person.state())
    assert person.scope_row(Scope("flood")).isValid()
