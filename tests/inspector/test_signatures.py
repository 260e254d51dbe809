"""File formats that show in their first bytes."""

import gzip
import io
import pickle
import sqlite3
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QColor, QImage

from inspector.signatures import recognised


def badge_of(value: bytes) -> str | None:
    found = recognised(value[:4_096], len(value))
    return None if found is None else found.badge


def drawn(image_format: str) -> bytes:
    """A small picture, written by Qt."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("#2563EB"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    assert image.save(buffer, image_format)
    return data.data()


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WebP", "BMP", "ICO"])
def test_pictures_are_recognised_as_they_are_really_written(image_format):
    value = drawn(image_format)
    found = recognised(value[:4_096], len(value))
    assert found is not None
    assert (found.badge, found.image) == (image_format, True)


def test_a_gif_is_recognised():
    assert badge_of(b"GIF89a\x01\x00\x01\x00\x80\x00\x00") == "GIF"


def test_files_are_recognised(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "text")
    assert badge_of(archive.getvalue()) == "ZIP"
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE a (b)")
    database.close()
    assert badge_of((tmp_path / "a.db").read_bytes()) == "SQLite"
    assert badge_of(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") == "PDF"


@pytest.mark.parametrize("level", range(-1, 10))
def test_packed_bytes_are_recognised_at_every_level(level):
    text = b"the same words, the same words, the same words" * 300
    assert badge_of(zlib.compress(text, level)) == "zlib"
    assert badge_of(gzip.compress(text, max(level, 0))) == "gzip"


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("value", [None, 1, "text", {"a": [1, 2.5, (True, None)]}, list(range(5_000))])
def test_a_pickle_is_recognised(protocol, value):
    assert badge_of(pickle.dumps(value, protocol)) == "pickle"


@pytest.mark.parametrize(
    "value",
    [
        b"BM is how this text begins, and it goes on",
        b"\x00\x00\x01\x00" + b"\x00" * 30,
        b"\x00\x00\x01\x00\x01\x00" + struct.pack("<8xII", 5_000, 22),
        b"x\x9c is no zlib",
        b"x^ nor is this",
        b"\x80\x04 is no pickle.",
        b"\x80\x02",
        b"\x80\x02N. and more behind it",
        b"RIFF1234WAVEfmt ",
        b"",
    ],
)
def test_what_only_begins_alike_is_not_taken_for_it(value):
    assert badge_of(value) is None


def test_the_start_of_a_pickle_has_to_make_sense():
    assert recognised(b"\x80\x02NN\xff\xff\xff", 10_000) is None
    assert recognised(b"\x80\x02]q\x00(K\x01K", 10_000) is not None


@given(st.binary(max_size=300).map(lambda tail: b"\x80\x04" + tail))
def test_hostile_pickles_are_only_looked_at(value):
    assert badge_of(value) in (None, "pickle")
