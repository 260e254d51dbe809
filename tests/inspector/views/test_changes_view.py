"""What will change, as a person sees it before Save."""

import asyncio
from contextlib import suppress

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from inspector import theme
from inspector.garbage import GuiCollector
from inspector.views.changes_view import ChangesView

HOSTILE = '{"<img src=file:///etc/hostname>": "<b>\\u202e</b>", "\u202e&amp;": "\ufeff\u2028"}'


@pytest.fixture(autouse=True)
def light(qapp):
    """Start and end every test in the light look, and collect garbage on this thread alone."""
    collector = GuiCollector()
    theme.apply(qapp, dark=False)
    yield
    theme.apply(qapp, dark=False)
    collector.stop()


@pytest.fixture
def view(qtbot):
    view = ChangesView()
    qtbot.addWidget(view)
    view.resize(640, 420)
    view.show()
    return view


def text(view: ChangesView) -> str:
    return view.findChild(QPlainTextEdit, "changesText").toPlainText()


def summary(view: ChangesView) -> str:
    return view.findChild(QLabel, "changesSummary").text()


def colours_of_words(view: ChangesView) -> dict[str, str]:
    """The colour of the first piece of each line."""
    document = view.findChild(QPlainTextEdit).document()
    found: dict[str, str] = {}
    block = document.begin()
    while block.isValid():
        fragment = block.begin().fragment()
        found[fragment.text().strip()] = fragment.charFormat().foreground().color().name().upper()
        block = block.next()
    return found


async def test_it_counts_and_tells_what_changes_by_field(view):
    assert view.objectName() == "changesView"
    assert (view.count(), summary(view), text(view)) == (0, "Nothing changes", "")
    await view.show_difference(b'{"a": 1, "b": 2}', b'{"a": 2, "c": 3}', json=True)
    assert (view.count(), summary(view)) == (3, "3 fields")
    assert text(view).split("\n") == ["removed    $.b   2", "changed    $.a   1 → 2", "added      $.c   3"]
    view.clear()
    assert (view.count(), text(view)) == (0, "")


@pytest.mark.parametrize("dark", [False, True])
async def test_what_happened_has_a_word_and_a_colour_in_either_look(view, qapp, dark):
    await view.show_difference(b'{"a": 1, "b": 2}', b'{"a": 2, "c": 3}', json=True)
    theme.apply(qapp, dark=dark)
    colours = theme.tokens(dark)
    assert colours_of_words(view) == {
        "removed": colours.red, "changed": colours.amber, "added": colours.green,
    }  # fmt: skip


async def test_secrets_show_only_while_they_are_asked_for(view, qtbot):
    reveal = view.findChild(QPushButton, "revealButton")
    assert not reveal.isVisible()
    await view.show_difference(b'{"password": "hunter1"}', b'{"password": "hunter2"}', json=True)
    assert "hunter" not in text(view)
    qtbot.mouseClick(reveal, Qt.MouseButton.LeftButton)
    assert '"hunter1" → "hunter2"' in text(view)
    qtbot.mouseClick(reveal, Qt.MouseButton.LeftButton)
    assert "hunter" not in text(view)
    qtbot.mouseClick(reveal, Qt.MouseButton.LeftButton)
    await view.show_difference(b'{"password": "hunter1"}', b'{"password": "hunter3"}', json=True)
    assert "hunter" not in text(view)


async def test_hostile_names_and_values_are_shown_as_text(view):
    await view.show_difference(b"{}", HOSTILE.encode(), json=True)
    assert '$["<img src=file:///etc/hostname>"]' in text(view)
    assert "<b>\\u202e</b>" in text(view)
    assert not {"\u202e", "\ufeff", "\u2028", "\u2029"} & set(text(view))
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in view.findChildren(QLabel))


async def test_it_can_be_read_and_copied_but_not_written(view):
    editor = view.findChild(QPlainTextEdit)
    assert editor.isReadOnly()
    view.setFocus()
    assert view.window().focusWidget() is editor


async def test_a_comparison_that_is_overtaken_shows_nothing(view):
    first = asyncio.ensure_future(view.show_difference(b"1", b"2", json=True))
    await asyncio.sleep(0)
    first.cancel()
    await view.show_difference(b"[]", b"[1]", json=True)
    with suppress(asyncio.CancelledError):
        await first
    assert first.cancelled()
    assert text(view) == "added      $[0]   1"
