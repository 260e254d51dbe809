"""Image files for the tests, made on the spot."""

import struct
import zlib

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage


@pytest.fixture
def encoded():
    """A real file of a format, in one colour: `encoded("PNG", 7, 5)`."""

    def encode(format_name, width=7, height=5, colour=(200, 30, 30)):
        image = QImage(width, height, QImage.Format.Format_ARGB32)
        image.fill(QColor(*colour))
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        assert image.save(buffer, format_name)
        return buffer.data().data()

    return encode


@pytest.fixture
def png_claiming():
    """A PNG of a few bytes whose header says that it is as large as this: `png_claiming(60_000, 60_000)`."""

    def forge(width, height):
        header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
        body = b"".join(
            struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))
            for kind, held in chunks
        )
        return b"\x89PNG\r\n\x1a\n" + body

    return forge
