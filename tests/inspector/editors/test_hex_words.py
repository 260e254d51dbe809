"""Bytes and offsets as a person writes them, and the search through bytes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.editors import hex_words
from inspector.editors.hex_buffer import HexBuffer
from inspector.editors.hex_words import ByteSearch, parse_hex, parse_offset


@pytest.mark.parametrize(
    "text", ["de ad be ef", "DEADBEEF", "0xDE, 0xAD, 0xBE, 0xEF", "\\xde\\xad\\xbe\\xef\n", "de:ad:be:ef"]
)
def test_hex_is_read_in_the_ways_it_is_written(text):
    assert parse_hex(text) == b"\xde\xad\xbe\xef"


@pytest.mark.parametrize("text", ["d", "de a", "xyz", "de-ad", "ｄｅ"])
def test_what_is_no_hex_is_refused(text):
    assert parse_hex(text) is None


@pytest.mark.parametrize(
    ("text", "offset"),
    [("4096", 4096), ("0x1000", 4096), (" +16 ", 116), ("-0x10", 84), ("1,000", 1000), ("1_000", 1000)],
)
def test_an_offset_is_decimal_hexadecimal_or_relative(text, offset):
    assert parse_offset(text, 100) == offset


@pytest.mark.parametrize("text", ["", "x", "12z", "0x", "--1", "１", "9" * 21, "0x_"])
def test_what_is_no_offset_is_refused(text):
    assert parse_offset(text, 0) is None


def run(search):
    while not search.done:
        search.step()
    return search.found


@given(
    st.text("ab", max_size=40).map(str.encode),
    st.text("ab", min_size=1, max_size=3).map(str.encode),
    st.integers(0, 40),
    st.booleans(),
)
def test_the_search_finds_the_next_place_and_goes_around(data, wanted, start, forwards):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hex_words, "SLICE", 4)
        found = run(ByteSearch(HexBuffer(data), wanted, start, forwards=forwards))
    places = [match.start() for match in re.finditer(b"(?=" + wanted + b")", data)]
    if forwards:
        expected = [place for place in places if place >= start] or places
        assert found == (expected[0] if expected else None)
    else:
        expected = [place for place in places if place < start] or places
        assert found == (expected[-1] if expected else None)


def test_the_search_takes_cases_alike_on_demand():
    buffer = HexBuffer(b"xxMiLk")
    assert run(ByteSearch(buffer, b"milk", 0)) is None
    assert run(ByteSearch(buffer, b"milk", 0, ignore_case=True)) == 2


def test_the_search_sees_edits_and_matches_across_them():
    buffer = HexBuffer(b"aaaa")
    buffer.replace(2, 0, b"bc")
    assert run(ByteSearch(buffer, b"abca", 0)) == 1


def test_a_search_for_nothing_finds_nothing():
    assert run(ByteSearch(HexBuffer(b"abc"), b"", 0)) is None


def test_a_search_can_be_left_in_the_middle():
    search = ByteSearch(HexBuffer(bytes(3 * hex_words.SLICE)), b"x", 0)
    search.step()
    assert not search.done
    assert search.looked_through == hex_words.SLICE
