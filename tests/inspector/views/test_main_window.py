"""The window in the middle of something else: another storage, read-only, the end, and what goes wrong meanwhile."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from inspector.app import open_window
from inspector.settings import Settings
from storage_core import Scope, Storage, StorageIOError
from storage_core.browse import Address
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.gate import a_moment, hold
from tests.inspector.person import Person

ACME, BOB = Scope("acme"), Scope("acme", "bob")


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path, durability="process") as storage:
        storage.store(ACME).save_many({"cache:page": 1, "zeta": 2})
        storage.store(BOB).save_many({"profile": {"age": 41}, "todos": [], "zz": 1})
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another storage with keys of the same names."""
    path = tmp_path / "other.db"
    with Storage(path, durability="process") as storage:
        storage.store(BOB).save_many({"profile": 1, "todos": 2})
    return path


@pytest.fixture
async def person(location: Path) -> AsyncIterator[Person]:
    window = await open_window(location)
    await window.idle()
    person = Person(window)
    await person.go_to(BOB, "profile")
    yield person
    await window.shutdown()


# Another storage is opened meanwhile.


async def test_what_was_to_be_deleted_is_not_deleted_from_another_storage(
    person: Person, location: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    assert window.session is not None
    finding = hold(monkeypatch, window.session.browser, "addresses", after=True)
    person.action("actionDelete").trigger()
    await person.reaches(finding.reached.is_set)
    await window.open(other)
    finding.opened.set()
    await window.idle()
    assert Elsewhere(other, BOB).reads("profile") == "1"
    assert Elsewhere(location, BOB).reads("profile") == '{"age":41}'


@pytest.mark.parametrize("name", ["rows", "listing"])
async def test_what_was_still_being_read_of_the_storage_before_is_no_trouble(
    person: Person, other: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    window = person.window
    assert window.session is not None
    reading = hold(monkeypatch, window.session.browser, name)
    person.press_row(person.tree, person.scope_row(ACME))
    person.action("actionRefresh").trigger()
    await person.reaches(reading.reached.is_set)
    await window.open(other)
    reading.opened.set()
    await window.idle()
    assert person.dialogs() == []
    assert (person.place(), person.keys()) == ("acme / bob / profile", ["profile", "todos"])


async def test_nothing_of_the_storage_before_is_left_where_the_next_one_cannot_be_opened(
    location: Path, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "settings.ini")
    settings.delimiter = "/"
    settings.set_delimiter_of(str(location), ":")
    window = await open_window(location, settings=settings)
    await window.idle()
    await window.scopes.choose(ACME, "cache:")
    await window.idle()
    await window.open(tmp_path / "nothing.db")
    await window.idle()
    assert Person(window).place() == ""
    assert window.desk.address is None
    await window.shutdown()


async def test_read_only_chosen_while_another_storage_opens_is_of_that_one(
    person: Person, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    closing = hold(monkeypatch, window.session, "close")
    window.start(window.open(other))
    await person.reaches(closing.reached.is_set)
    person.action("actionReadOnly").trigger()
    await a_moment()
    closing.opened.set()
    await window.idle()
    assert window.session is not None
    assert (window.session.location, window.session.read_only) == (other, True)


@pytest.mark.parametrize("name", ["long" * 100, "null\0"])
async def test_a_name_that_no_file_can_have_is_said_to_be_the_trouble(
    person: Person, tmp_path: Path, name: str
) -> None:
    await person.window.open(tmp_path / name)
    await person.window.idle()
    assert person.state().startswith("This storage cannot be opened")


async def test_many_things_at_once_end_without_a_fault(person: Person, location: Path, other: Path) -> None:
    window = person.window
    for number in range(40):
        window.go_to(Address(BOB, "todos" if number % 2 else "profile"))
        window.start(window.open(other if number % 3 else location))
        for name in ("actionRefresh", "actionUndo", "actionDelete", "actionBack"):
            person.action(name).trigger()
        if number % 10 == 5:
            await a_moment()
    await window.shutdown()
    assert person.dialogs() == []


# The clock and the end.


async def test_to_count_what_has_expired_is_not_begun_anew_with_every_tick(
    person: Person, location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = person.window
    assert window.session is not None
    with Storage(location, durability="process") as storage:
        for number in range(1, 100):  # however slow the machine is, the next one goes soon
            storage.store(BOB).save(f"token {number:02}", 1, ttl=number)
    await person.sees(lambda: "token 99" in person.keys())
    counting = hold(monkeypatch, window.session.browser, "count", after=True)

    def tick() -> bool:
        window._following.clock.timeout.emit()
        return counting.reached.is_set()

    await person.reaches(tick)
    for _ in range(3):
        tick()
        await a_moment()
    assert counting.calls == 1
    window._following.clock.stop()
    counting.opened.set()
    await window.idle()


async def test_to_close_twice_asks_once(person: Person) -> None:
    await person.edit("$.age", "50")
    person.window.close()
    await person.window.idle()
    asked = person.dialog("guardDialog")
    person.window.close()
    await person.window.idle()
    assert person.dialog("guardDialog") is asked
    await person.answer("guardDialog", "keepEditingButton")
    person.window.close()
    await person.window.idle()
    await person.answer("guardDialog", "discardButton")
    await person.reaches(lambda: person.has_left)


async def test_the_window_closes_also_where_its_temporary_files_were_cleared(person: Person) -> None:
    window = person.window
    assert window.session is not None
    kept = await window.session.spool.new_storage()
    shutil.rmtree(kept.location.parent)
    window.close()
    await person.reaches(lambda: person.has_left)


# What is said.


async def test_the_same_trouble_is_said_once_at_a_time(person: Person) -> None:
    for words in ("disk I/O error", "disk I/O error", "another trouble"):
        person.window.report(StorageIOError(words))
    said = person.dialogs()
    assert len(said) == 2
    for dialog in said:
        dialog.reject()
    person.window.report(StorageIOError("disk I/O error"))
    assert len(person.dialogs()) == 1


async def test_the_button_that_undoes_a_deletion_goes_when_something_else_was_done_since(
    person: Person, location: Path
) -> None:
    await person.choose_key("zz")
    await person.do("actionDelete")
    toast = person.find(QWidget, "undoToast")
    assert toast.isVisible()
    await person.choose_key("profile")
    await person.edit("$.age", "50")
    await person.do("actionSave")
    assert not toast.isVisible()
    await person.do("actionUndo")
    await person.do("actionUndo")
    assert Elsewhere(location, BOB).reads("zz") == "1"


async def test_the_button_that_undoes_a_deletion_goes_with_its_storage(person: Person, other: Path) -> None:
    await person.do("actionDelete")
    toast = person.find(QWidget, "undoToast")
    assert any(button.isVisible() for button in toast.findChildren(QPushButton))
    await person.window.open(other)
    await person.window.idle()
    assert not toast.isVisible()
