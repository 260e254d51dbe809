"""The view of large values: it opens at once, and holds what is seen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QSlider

from inspector.editors.hex_view import HexView
from inspector.editors.large import LargeView
from inspector.editors.large_chunks import CHUNK, PAGE
from inspector.plain import PlainLabel

SIZE = 100 * 1024 * 1024


@pytest.fixture
def large(qtbot):
    made = LargeView()
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show()
    return made


@pytest.fixture
def wanted(large):
    """Every chunk that was asked for."""
    chunks = []
    large.chunk_wanted.connect(lambda offset, size: chunks.append((offset, size)))
    return chunks


def answer(large, byte_at):
    """Answer every request with bytes that tell their place."""
    large.chunk_wanted.connect(
        lambda offset, size: large.chunk_arrived(offset, byte_at(offset, size)),
        Qt.ConnectionType.QueuedConnection,
    )


def field(large):
    return large.findChild(QPlainTextEdit, "largeText")


def hex_view(large):
    return large.findChild(HexView, "largeHex")


def status(large):
    return large.findChild(PlainLabel, "largeStatus").text()


def click(large, name):
    large.findChild(QPushButton, name).click()


def go_to(large, text):
    offset = large.findChild(QLineEdit, "largeOffset")
    offset.setText(text)
    QTest.keyClick(offset, Qt.Key.Key_Return)


def test_100_mb_open_with_one_small_request(large, wanted):
    large.show_value(SIZE, text=True)
    assert wanted == [(0, CHUNK)]
    assert status(large) == "Page 1 of 3,200 · from offset 0 · 104,857,600 B"


def test_the_page_shows_when_its_bytes_are_here(large, wanted):
    large.show_value(SIZE, text=True)
    assert field(large).toPlainText() == ""
    large.chunk_arrived(0, b"x" * CHUNK)
    assert large.is_text()
    assert field(large).map.exact(field(large).shown_text()) == "x" * PAGE
    assert field(large).isReadOnly()


def test_sizes_beyond_32_bits_are_asked_for_and_shown(large, wanted):
    large.show_value(2**33, text=False)
    hex_view(large).go_to(2**33 - 1)
    hex_view(large).viewport().repaint()
    assert (2**33 - CHUNK, CHUNK) in wanted
    assert status(large).startswith("Offset 0x1FFFFFFFF")


def test_bytes_of_another_value_are_left_aside(large, wanted):
    large.show_value(SIZE, text=True)
    large.show_value(10, text=True)
    large.chunk_arrived(0, b"x" * CHUNK)
    assert field(large).toPlainText() == ""
    large.chunk_arrived(0, b"0123456789")
    assert field(large).toPlainText() == "0123456789"


def test_pages_are_turned_by_buttons_slider_and_page_keys(large, qtbot):
    answer(large, lambda offset, size: b"%07d\n" % (offset // CHUNK) * (size // 8))
    large.show_value(SIZE, text=True)
    qtbot.waitUntil(lambda: field(large).toPlainText().startswith("0000000"))
    click(large, "largeNext")
    click(large, "largeNext")
    qtbot.waitUntil(lambda: field(large).toPlainText().startswith("0000001"))
    large.findChild(QSlider, "largePage").setValue(20)
    qtbot.waitUntil(lambda: field(large).toPlainText().startswith("0000010"))
    QTest.keyClick(field(large), Qt.Key.Key_PageUp)
    assert status(large).startswith("Page 20 ")
    qtbot.waitUntil(lambda: field(large).toPlainText().startswith("0000009"))
    bar = field(large).verticalScrollBar()
    bar.setValue(bar.maximum())
    QTest.keyClick(field(large), Qt.Key.Key_PageDown)
    assert status(large).startswith("Page 21 ")


def test_the_ends_have_no_further_page(large, wanted):
    large.show_value(2 * PAGE, text=True)
    assert not large.findChild(QPushButton, "largePrevious").isEnabled()
    large.show_page(99)
    assert status(large).startswith("Page 2 of 2")
    assert not large.findChild(QPushButton, "largeNext").isEnabled()


def test_text_and_hexadecimal_can_be_chosen(large, wanted):
    large.show_value(SIZE, text=False)
    assert hex_view(large).isVisible()
    assert not large.findChild(QSlider, "largePage").isVisible()
    click(large, "largeAsText")
    assert field(large).isVisible()
    assert large.findChild(QSlider, "largePage").isVisible()


def test_hexadecimal_asks_for_what_is_seen_and_paints_it(large, qtbot):
    answer(large, lambda offset, size: bytes(size))
    large.show_value(SIZE, text=False)
    go_to(large, f"{SIZE - 1}")
    qtbot.waitUntil(lambda: hex_view(large).byte_at(SIZE - 1) == 0)
    assert status(large).startswith(f"Offset 0x{SIZE - 1:X}")
    assert hex_view(large).accessibleDescription().startswith(f"Offset 0x{SIZE - 1:X}")


@pytest.mark.parametrize("text", [True, False])
def test_an_offset_leads_there_or_is_refused_with_a_reason(large, wanted, text):
    large.show_value(SIZE, text=text)
    go_to(large, "50,000,000")
    assert ("Page 1,526 " if text else "50,000,000") in status(large)
    go_to(large, "104857601")
    assert "outside" in status(large)
    go_to(large, "there")
    assert "a number" in status(large)


def test_what_cannot_be_read_is_said_and_not_asked_for_again(large, wanted):
    large.show_value(SIZE, text=True)
    large.chunk_failed(0, "<b>the file is gone</b>")
    large.show_page(0)
    assert status(large) == "From offset 0 the value cannot be read: <b>the file is gone</b>"
    assert wanted == [(0, CHUNK)]


def test_the_ways_out_are_asked_for_and_read_only_leaves_one(large):
    asked = []
    large.save_wanted.connect(lambda: asked.append("save"))
    large.replace_wanted.connect(lambda: asked.append("replace"))
    large.show_value(SIZE, text=True)
    click(large, "largeSave")
    click(large, "largeReplace")
    large.show_value(SIZE, text=True, read_only=True)
    click(large, "largeSave")
    click(large, "largeReplace")
    assert asked == ["save", "replace", "save"]


def test_a_page_without_a_free_stand_in_is_shown_with_escapes(large, wanted):
    data = ("".join(map(chr, range(0xE000, 0xF900))) + "∅\x00").encode()
    large.show_value(len(data), text=True)
    large.chunk_arrived(0, data)
    assert "\\ue000" in field(large).toPlainText()


def test_bytes_that_are_still_being_read_cannot_be_copied(large, wanted):
    large.show_value(SIZE, text=False)
    hex_view(large).go_to(10, anchor=0)
    QTest.keyClick(hex_view(large), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "still being read" in status(large)
