"""Chunks of a large value: asked for once, held a while, and cut into pages between characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.editors import large_chunks
from inspector.editors.large_chunks import CHUNK, MOST_HELD, ChunkCache, page_count, page_text


def whole(data):
    """A cache that is answered at once."""
    cache = ChunkCache(len(data), lambda offset, size: cache.arrived(offset, data[offset : offset + size]))
    return cache


def test_a_missing_chunk_is_asked_for_once_and_then_read():
    asked = []
    cache = ChunkCache(CHUNK + 10, lambda *chunk: asked.append(chunk))
    assert cache.read(CHUNK - 1, 5) is None
    assert cache.read(CHUNK - 2, 5) is None
    assert asked == [(0, CHUNK), (CHUNK, 10)]
    assert cache.arrived(0, b"a" * CHUNK)
    assert cache.arrived(CHUNK, b"b" * 10)
    assert cache.read(CHUNK - 1, 5) == b"abbbb"
    assert cache.read(CHUNK + 8, 100) == b"bb"


def test_a_chunk_that_was_not_asked_for_or_has_another_length_is_left_aside():
    cache = ChunkCache(100, lambda *chunk: None)
    assert not cache.arrived(0, b"a" * 100)
    assert cache.read(0, 1) is None
    assert not cache.arrived(0, b"a" * 99)
    assert not cache.arrived(50, b"a" * 50)


def test_only_the_chunks_read_last_are_held():
    data = bytes(CHUNK * (MOST_HELD + 5))
    asked = []
    cache = ChunkCache(len(data), lambda *chunk: asked.append(chunk[0]))
    for start in range(0, len(data), CHUNK):
        cache.read(start, 1)
        cache.arrived(start, data[start : start + CHUNK])
        cache.read(0, 1)
    assert cache.read(CHUNK * (MOST_HELD + 4), 1) == b"\0"
    assert cache.read(CHUNK, 1) is None
    assert asked.count(CHUNK) == 2
    assert asked.count(0) == 1


@given(st.text("aé€\U0001f600\n", max_size=60))
def test_the_pages_of_a_text_are_the_text(text):
    data = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_chunks, "PAGE", 7)
        cache = whole(data)
        pages = [page_text(cache, page) for page in range(page_count(len(data)))]
    assert "".join(pages) == text


@given(st.binary(max_size=60))
def test_the_pages_of_any_bytes_hold_each_byte_once(data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_chunks, "PAGE", 7)
        cache = whole(data)
        pages = [page_text(cache, page) for page in range(page_count(len(data)))]
    assert sum(written(page) for page in pages) == written(data.decode("utf-8", "backslashreplace"))


def written(text):
    return len(text.encode())


def test_a_value_of_no_bytes_has_one_empty_page():
    assert page_count(0) == 1
    assert page_text(whole(b""), 0) == ""


def test_looking_back_nothing_is_read_before_the_chunk_in_front_of_it_is_here():
    asked = []
    cache = ChunkCache(3 * CHUNK, lambda offset, size: asked.append(offset), looks_back=True)
    assert cache.read(2 * CHUNK + 5, 1) is None
    assert asked == [CHUNK, 2 * CHUNK]
    assert cache.arrived(2 * CHUNK, b"c" * CHUNK)
    assert cache.read(2 * CHUNK + 5, 1) is None
    assert cache.arrived(CHUNK, b"b" * CHUNK)
    assert cache.read(2 * CHUNK + 5, 1) == b"c"
    assert cache.read(0, 1) is None
    assert asked == [CHUNK, 2 * CHUNK, 0]
