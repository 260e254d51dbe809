"""A large value is opened as hex or as an image on demand: all of it is there, nothing else of it changes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from inspector import opened
from inspector.editors.hex_view import HexView
from inspector.opened import EDIT_LIMIT
from inspector.views import desk
from inspector.views.main_window import MainWindow
from inspector.views.states import NOTHING_CHOSEN
from storage_core import Scope, Storage
from tests.inspector.gate import Gate, hold
from tests.inspector.person import Person

ANN = Scope("acme", "ann")
LARGE = bytes(range(256)) * 12_000
LARGE_JSON = '["' + "x" * EDIT_LIMIT + '", 22.00,\r\n 1e5]\n'
MIDDLE = len(LARGE) // 2


def photo() -> bytes:
    image = QImage(1000, 500, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    held = QBuffer()
    held.open(QBuffer.OpenModeFlag.WriteOnly)
    assert image.save(held, "BMP")
    return held.data().data()


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        ann = storage.store(ANN)
        ann.set("large", LARGE)
        ann.save_text("json", LARGE_JSON)
        ann.set("deep", bytes(9_000_000) + b'{"password": "hunter2"}')
        ann.set("secret.bin", LARGE)
        ann.set("photo", photo())
        ann.set("text", b"a" * 1_500_000)
        ann.save("small", 1)
    return path


@pytest.fixture
async def person(window: MainWindow) -> Person:
    person = Person(window)
    await person.choose_scope(ANN)
    return person


def stored(location: Path) -> bytes | None:
    with Storage(location, read_only=True) as storage:
        return storage.store(ANN).get("large")


def open_button(person: Person) -> QPushButton:
    return person.find(QPushButton, "largeOpen")


async def insert_in_the_middle(person: Person) -> HexView:
    view = person.find(HexView, "hexView")
    assert view.isVisible()
    offset = person.find(QLineEdit, "hexOffset")
    offset.setText(str(MIDDLE))
    QTest.keyClick(offset, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_Insert)
    QTest.keyClicks(view, "abcd")
    await person.window.idle()
    return view


async def test_bytes_are_inserted_in_the_middle_saved_and_undone(person: Person, location: Path) -> None:
    await person.choose_key("large")
    await person.click(open_button(person))
    assert not person.window.value.is_edited()
    view = await insert_in_the_middle(person)
    assert person.window.value.is_edited()
    assert person.find(QPushButton, "changesToggle").isVisible()
    await person.click(person.find(QPushButton, "changesToggle"))
    assert "Too large to compare" in person.find(QWidget, "changesSummary").text()
    await person.do("actionSave")
    assert stored(location) == LARGE[:MIDDLE] + b"\xab\xcd" + LARGE[MIDDLE:]
    assert view.isVisible()
    assert not person.window.value.is_edited()
    await person.do("actionUndo")
    assert stored(location) == LARGE


async def test_json_is_edited_as_hex_and_stored_to_the_byte_while_it_is_json(
    person: Person, location: Path
) -> None:
    await person.choose_key("json")
    await person.click(open_button(person))
    assert person.tabs() == ["hexPage"]
    view = person.find(HexView, "hexView")
    view.go_to(2)
    QTest.keyClicks(view, "79")
    await person.do("actionSave")
    with Storage(location, read_only=True) as storage:
        assert storage.store(ANN).load_text("json") == LARGE_JSON.replace("x", "y", 1)
    view.go_to(0)
    QTest.keyClicks(view, "58")
    await person.do("actionSave")
    await person.answer("problemDialog", "closeButton")
    assert person.window.value.is_edited()
    with Storage(location, read_only=True) as storage:
        assert storage.store(ANN).load_text("json") == LARGE_JSON.replace("x", "y", 1)


async def test_a_secret_far_down_in_what_is_opened_whole_is_covered(person: Person) -> None:
    await person.choose_key("deep")
    await person.click(open_button(person))
    view = person.find(HexView, "hexView")
    assert not view.isVisible()
    (show,) = (
        each for each in person.window.value.findChildren(QPushButton, "showSecretButton") if each.isVisible()
    )
    await person.click(show)
    assert view.isVisible()


async def test_the_guard_asks_before_the_edit_is_lost(person: Person, location: Path) -> None:
    await person.choose_key("large")
    await person.click(open_button(person))
    await insert_in_the_middle(person)
    await person.choose_key("small")
    await person.answer("guardDialog", "discardButton")
    assert person.current_key() == "small"
    assert stored(location) == LARGE
    await person.choose_key("large")
    assert person.tabs() == ["largePage"]


async def test_what_cannot_be_edited_so_says_why(
    person: Person, location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "HEX_LIMIT", 2 * 1024 * 1024)
    await person.choose_key("large")
    assert not open_button(person).isEnabled()
    assert "More than 2 MB cannot be opened at once" in open_button(person).toolTip()


async def test_a_storage_that_is_read_only_stays_so(person: Person, location: Path) -> None:
    await person.window.open(location, read_only=True)
    await person.go_to(ANN, "large")
    await person.click(open_button(person))
    await insert_in_the_middle(person)
    assert not person.window.value.is_edited()
    assert stored(location) == LARGE


async def test_a_large_image_is_opened_as_an_image(person: Person, location: Path) -> None:
    await person.choose_key("photo")
    assert open_button(person).text() == "Open as image"
    await person.click(open_button(person))
    assert person.tabs() == ["imagePage", "hexPage"]
    status = person.find(QLabel, "imageStatus")
    await person.sees(lambda: status.text().startswith("BMP · 1,000 x 500 pixels"))
    assert person.find(QWidget, "imageView").isVisible()


async def test_the_place_stays_while_others_write_a_large_value(person: Person, location: Path) -> None:
    await person.choose_key("text")
    offset = person.find(QLineEdit, "largeOffset")
    offset.setText("1,000,000")
    QTest.keyClick(offset, Qt.Key.Key_Return)
    await person.window.idle()
    before = person.find(QLabel, "largeStatus").text()
    assert before.startswith("Page 31 of 46")
    with Storage(location) as storage:
        storage.store(ANN).set("text", b"b" * 1_500_000)
    text = person.find(QPlainTextEdit, "largeText")
    await person.sees(lambda: text.toPlainText().startswith("bbb"))
    assert person.find(QLabel, "largeStatus").text() == before


async def test_a_secret_stays_covered_until_it_is_asked_for(person: Person) -> None:
    await person.choose_key("secret.bin")
    assert not open_button(person).isEnabled()
    (show,) = (
        each for each in person.window.value.findChildren(QPushButton, "showSecretButton") if each.isVisible()
    )
    await person.click(show)
    await person.click(open_button(person))
    assert person.find(HexView, "hexView").isVisible()
    assert person.find(QPlainTextEdit, "largeText").toPlainText() == ""


async def test_no_button_is_cut_off_in_a_small_window(person: Person) -> None:
    person.window.resize(1024, 640)
    await person.choose_key("large")
    buttons = [person.find(QPushButton, f"large{name}") for name in ("Open", "Save", "Replace")]
    assert all(each.isVisible() for each in buttons)
    assert [each.text() for each in buttons if each.width() < each.sizeHint().width()] == []


async def test_a_second_click_on_open_loses_nothing_that_is_typed_after_the_first(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane, button = person.window.value, open_button(person)
    await person.choose_key("large")
    reading: list[Gate] = []
    pane.settled.connect(
        lambda: reading.append(hold(monkeypatch, desk, "read", after=True)),
        Qt.ConnectionType.SingleShotConnection,
    )
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    await person.reaches(lambda: reading and reading[0].reached.is_set())
    QTest.keyClicks(person.find(HexView, "hexView"), "ff")
    assert pane.is_edited()
    reading[0].opened.set()
    await person.window.idle()
    assert pane.data() == b"\xff" + LARGE[1:]


async def test_what_is_compared_may_be_gone_when_it_is_put_together(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = person.window.value
    await person.choose_key("large")
    await person.click(open_button(person))
    gathering = hold(monkeypatch, pane, "gather", after=True)
    QTest.keyClicks(person.find(HexView, "hexView"), "ff")
    QTest.mouseClick(person.find(QPushButton, "changesToggle"), Qt.MouseButton.LeftButton)
    await person.reaches(gathering.reached.is_set)
    pane.show_state(NOTHING_CHOSEN)
    gathering.opened.set()
    await person.window.idle()
    assert person.dialogs() == []


async def test_all_of_a_large_value_is_not_put_into_the_clipboard(person: Person) -> None:
    await person.choose_key("large")
    await person.click(open_button(person))
    QGuiApplication.clipboard().setText("as before")
    await person.do("actionCopyValue")
    assert QGuiApplication.clipboard().text() == "as before"
