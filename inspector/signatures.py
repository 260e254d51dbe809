"""The file formats that show in their first bytes."""

import pickletools
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """A format that bytes were recognised as; `image` where a picture of it can be shown."""

    label: str
    badge: str
    image: bool = False


def recognised(head: bytes, size: int) -> Signature | None:
    """The format that a value of `size` bytes with this `head` has, None where nothing is certain enough."""
    for signature, fits in _SIGNATURES:
        if fits(head, size):
            return signature
    return None


def _starts(*magics: bytes) -> Callable[[bytes, int], bool]:
    return lambda head, size: head.startswith(magics)


def _is_webp(head: bytes, size: int) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _is_bmp(head: bytes, size: int) -> bool:
    """Two letters are weak evidence, so the length of the header behind them has to be one that exists."""
    return head[:2] == b"BM" and len(head) >= 26 and _uint32(head, 14) in (12, 40, 52, 56, 64, 108, 124)


def _is_ico(head: bytes, size: int) -> bool:
    """Nothing but small numbers, so the first picture has to lie inside the file."""
    if head[:4] != b"\0\0\1\0" or len(head) < 22:
        return False
    count = head[4] + 256 * head[5]
    length, offset = _uint32(head, 14), _uint32(head, 18)
    return 0 < count <= 64 and offset >= 6 + 16 * count and length > 0 and offset + length <= size


def _uint32(head: bytes, at: int) -> int:
    number: int = struct.unpack_from("<I", head, at)[0]
    return number


def is_zlib(head: bytes, size: int) -> bool:
    """Whether a zlib header stands here and what follows unpacks, as far as it goes."""
    if len(head) < 6 or head[0] & 0x0F != 8 or head[0] > 0x78 or int.from_bytes(head[:2]) % 31:
        return False
    try:
        return bool(zlib.decompressobj().decompress(head, 64))
    except zlib.error:
        return False


def is_pickle(head: bytes, size: int) -> bool:
    """Whether a pickle of protocol 2 to 5 starts here; the older protocols look like text. Nothing is loaded."""
    if head[:1] != b"\x80" or not 2 <= int.from_bytes(head[1:2]) <= 5:
        return False
    if len(head) >= size:
        return head.endswith(b".") and _whole_opcodes(head) is None
    return (_whole_opcodes(head) or 0) >= 4


def _whole_opcodes(data: bytes) -> int | None:
    """How many opcodes can be read before the bytes make no sense or end; None where they end as a pickle does."""
    count = 0
    try:
        for _ in pickletools.genops(data):
            count += 1
    except ValueError:
        return count
    return None


_SIGNATURES: tuple[tuple[Signature, Callable[[bytes, int], bool]], ...] = (
    (Signature("PNG image", "PNG", image=True), _starts(b"\x89PNG\r\n\x1a\n")),
    (Signature("JPEG image", "JPEG", image=True), _starts(b"\xff\xd8\xff")),
    (Signature("GIF image", "GIF", image=True), _starts(b"GIF87a", b"GIF89a")),
    (Signature("WebP image", "WebP", image=True), _is_webp),
    (Signature("BMP image", "BMP", image=True), _is_bmp),
    (Signature("ICO image", "ICO", image=True), _is_ico),
    (Signature("gzip", "gzip"), _starts(b"\x1f\x8b\x08")),
    (Signature("PDF document", "PDF"), _starts(b"%PDF-")),
    (Signature("ZIP archive", "ZIP"), _starts(b"PK\3\4", b"PK\5\6")),
    (Signature("SQLite database", "SQLite"), _starts(b"SQLite format 3\0")),
    (Signature("pickle", "pickle"), is_pickle),
    (Signature("zlib", "zlib"), is_zlib),
)
