"""Secrets are in no widget of the window before a person asks for them, and never in what is saved as dots."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from inspector.editors.hex_view import HexView
from inspector.editors.large_chunks import CHUNK
from inspector.views.main_window import MainWindow
from storage_core import Scope, Storage
from tests.inspector.elsewhere import Elsewhere
from tests.inspector.person import Person

ANN = Scope("acme", "ann")
SECRET = "hunter2-correct-horse"
PROFILE = f'{{ "name": "Ann",  "password": "{SECRET}", "price": 22.00 }}\n'
LARGE = b'{"a": "' + b"x" * 1_500_000 + b'", "password": "' + SECRET.encode() + b'"}'


@pytest.fixture
def location(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with Storage(path) as storage:
        ann = storage.store(ANN)
        ann.save_text("profile", PROFILE)
        ann.save("token", SECRET)
        ann.set("secret.txt", SECRET.encode())
        ann.set("settings", f"DEBUG=1\nAPI_KEY={SECRET}\n".encode())
        ann.set("packed", gzip.compress(PROFILE.encode()))
        ann.set("plugin", PROFILE.encode())
        ann.set("msgpack", b"\x81\xa8password" + bytes([0xA0 | len(SECRET)]) + SECRET.encode())
        ann.set("broken", b'{"password": "' + SECRET.encode())
        ann.set("large", LARGE)
        ann.set("large chunk", b" " * (20 * CHUNK - 13) + b'{"password":"' + SECRET.encode() * 20_000)
        ann.set("large token", SECRET.encode() * 100_000)
        ann.save("open", {"city": "Graz"})
    return path


@pytest.fixture
def person(window: MainWindow) -> Person:
    return Person(window)


def holders(window: QWidget) -> list[str]:
    """The widgets that hold the secret, or would paint it."""
    return [
        f"{type(each).__name__} {each.objectName()}"
        for each in [window, *window.findChildren(QWidget)]
        if any(SECRET in text for text in _texts(each))
    ]


def _texts(widget: QWidget) -> Iterator[str]:
    yield from (widget.windowTitle(), widget.toolTip(), widget.accessibleName())
    yield widget.accessibleDescription()
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        yield widget.text()
    if isinstance(widget, QPlainTextEdit):
        yield widget.toPlainText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(index) for index in range(widget.count()))
    if isinstance(widget, HexView):
        source = widget._source  # what it paints has no other name
        yield (source.read(0, min(len(source), 1000)) or b"").decode("latin-1")
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for row in range(min(400, model.rowCount(QModelIndex()))):
            for column in range(model.columnCount(QModelIndex())):
                index = model.index(row, column)
                for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                    yield str(index.data(role))


def show_button(person: Person) -> QPushButton:
    (found,) = (
        each for each in person.window.value.findChildren(QPushButton, "showSecretButton") if each.isVisible()
    )
    return found


def masked_text(person: Person) -> str:
    shown = person.find(QWidget, "textPage").findChild(QPlainTextEdit, "maskedText")
    assert shown.isVisible()
    return shown.toPlainText()


@pytest.mark.parametrize(
    "key",
    [
        "profile", "token", "secret.txt", "settings", "packed", "plugin", "msgpack", "broken", "large token",
    ],
)  # fmt: skip
async def test_no_page_holds_a_secret_before_it_is_asked_for(person: Person, key: str) -> None:
    assert holders(person.window) == []
    await person.go_to(ANN, key)
    assert person.window.value.entry is not None
    for page in person.tabs():
        await person.open_tab(page)
        assert holders(person.window) == [], page
    assert not person.window.value.is_edited()


async def test_one_click_shows_it_on_every_page_until_another_key_is_chosen(person: Person) -> None:
    await person.go_to(ANN, "profile")
    await person.open_tab("textPage")
    assert masked_text(person) == PROFILE.replace(SECRET, "••••")
    await person.click(show_button(person))
    assert person.find(QPlainTextEdit, "textEdit").toPlainText() == PROFILE
    await person.open_tab("hexPage")
    assert person.find(HexView, "hexView").isVisible()
    assert person.window.value.data() is person.window.value.entry.data
    await person.choose_key("open")
    assert holders(person.window) == []
    await person.choose_key("profile")
    await person.open_tab("textPage")
    assert holders(person.window) == []


async def test_a_field_that_was_shown_is_in_no_widget_once_another_key_is_chosen(person: Person) -> None:
    await person.go_to(ANN, "profile")
    form = person.find(QWidget, "formView")
    (show,) = (each for each in form.findChildren(QPushButton) if each.text() == "Show")
    await person.click(show)
    assert holders(person.window) == ["LineField "]
    await person.choose_key("packed")
    assert holders(person.window) == []


async def test_what_is_shown_stays_shown_while_others_write_it(person: Person, location: Path) -> None:
    await person.go_to(ANN, "profile")
    await person.open_tab("textPage")
    await person.click(show_button(person))
    Elsewhere(location, ANN).writes("profile", PROFILE.replace("22.00", "23"))
    edit = person.find(QPlainTextEdit, "textEdit")
    await person.sees(lambda: "23" in edit.toPlainText())
    assert edit.isVisible()


async def test_an_edit_goes_behind_the_cover_and_is_saved_byte_by_byte(
    person: Person, location: Path
) -> None:
    await person.go_to(ANN, "profile")
    await person.edit("$.name", "Bea")
    await person.open_tab("hexPage")
    assert holders(person.window) == []
    await person.open_tab("textPage")
    assert "Bea" in masked_text(person)
    assert person.window.value.is_edited()
    await person.do("actionSave")
    assert Elsewhere(location, ANN).reads("profile") == PROFILE.replace("Ann", "Bea")
    assert holders(person.window) == []


async def test_text_is_edited_after_it_was_shown(person: Person, location: Path) -> None:
    await person.go_to(ANN, "profile")
    await person.open_tab("textPage")
    await person.click(show_button(person))
    edit = person.find(QPlainTextEdit, "textEdit")
    edit.setFocus()
    QTest.keyClicks(edit, " ")
    await person.do("actionSave")
    assert Elsewhere(location, ANN).reads("profile") == " " + PROFILE


async def test_readings_of_a_secret_are_shown_on_demand(person: Person) -> None:
    await person.go_to(ANN, "packed")
    await person.open_tab("readingsPage")
    assert not person.find(QComboBox, "readingBox").isVisible()
    await person.click(show_button(person))
    box = person.find(QComboBox, "readingBox")
    assert box.isVisible()
    box.setCurrentIndex(box.findText("gzip"))
    assert SECRET in person.find(QPlainTextEdit, "readingText").toPlainText()


async def test_a_large_value_is_covered_as_soon_as_a_secret_comes_into_sight(person: Person) -> None:
    await person.go_to(ANN, "large")
    text = person.find(QPlainTextEdit, "largeText")
    assert text.isVisible()
    person.find(QLineEdit, "largeOffset").setText("1,500,000")
    QTest.keyClick(person.find(QLineEdit, "largeOffset"), Qt.Key.Key_Return)
    await person.window.idle()
    assert holders(person.window) == []
    assert not text.isVisible()
    await person.click(person.find(QPushButton, "largeAsHex"))
    assert holders(person.window) == []
    await person.click(person.find(QPushButton, "largeAsText"))
    await person.click(show_button(person))
    assert text.isVisible()
    assert SECRET in text.toPlainText()


async def test_a_large_value_is_covered_by_the_name_in_the_chunk_before(person: Person) -> None:
    await person.go_to(ANN, "large chunk")
    person.find(QLineEdit, "largeOffset").setText(f"{20 * CHUNK:,}")
    QTest.keyClick(person.find(QLineEdit, "largeOffset"), Qt.Key.Key_Return)
    await person.window.idle()
    assert holders(person.window) == []
    assert not person.find(QPlainTextEdit, "largeText").isVisible()
    await person.click(show_button(person))
    assert SECRET in person.find(QPlainTextEdit, "largeText").toPlainText()


async def test_a_large_value_under_a_secret_key_is_not_even_read(person: Person) -> None:
    await person.go_to(ANN, "large token")
    assert not person.find(QWidget, "largeText").isVisible()
    await person.click(show_button(person))
    assert SECRET in person.find(QPlainTextEdit, "largeText").toPlainText()
    await person.choose_key("open")
    assert holders(person.window) == []


async def test_the_difference_of_settings_hides_what_they_are_set_to(person: Person) -> None:
    await person.go_to(ANN, "settings")
    await person.open_tab("textPage")
    await person.click(show_button(person))
    edit = person.find(QPlainTextEdit, "textEdit")
    edit.setFocus()
    QTest.keyClicks(edit, "A")
    await person.window.idle()
    await person.click(person.find(QPushButton, "changesToggle"))
    assert SECRET not in person.find(QPlainTextEdit, "changesText").toPlainText()
