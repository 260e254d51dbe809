"""What else a value may say: unpacked, as a number, a time or a UUID, or taken apart. Read only, and bounded."""

import base64
import binascii
import io
import pickletools
import re
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inspector.formats import PACKED, UUID, looks_base64, readable, shortened
from inspector.signatures import is_zlib

LONGEST_INPUT = 8_000_000  # bytes of a value that are looked at
LONGEST_OUTPUT = 1_000_000  # bytes that are unpacked: a bomb ends here
LONGEST_TEXT = 200_000  # characters of one decoding
LONGEST_PICKLE = 256_000
MOST_LAYERS = 4  # such as base64 around gzip around MessagePack


@dataclass(frozen=True, slots=True)
class Decoding:
    """One reading of the bytes: what it is called, and the text of it, to be shown as plain text."""

    name: str
    text: str


def decodings(data: bytes) -> list[Decoding]:
    """Every other way in which `data` makes sense; none of them changes, loads or runs anything.

    What is packed in layers is named so: `base64, gzip`. Takes well under a second on any input.
    """
    found: list[Decoding] = []
    layers: list[str] = []
    layer = data[:LONGEST_INPUT]
    while True:
        found += [
            Decoding(", ".join([*layers, each.name]), shortened(each.text, LONGEST_TEXT))
            for each in _readings(layer)
        ]
        opened = _opened(layer)
        if opened is None or len(layers) == MOST_LAYERS:
            return found
        name, layer, note = opened
        layers.append(name)
        found.append(Decoding(", ".join(layers), shortened(note + _as_text(layer), LONGEST_TEXT)))


def _opened(data: bytes) -> tuple[str, bytes, str] | None:
    """What wraps `data`, the bytes inside, and a line on what is missing of them; None where nothing wraps it."""
    if data.startswith(b"\x1f\x8b\x08"):
        return "gzip", *_inflated(data, zlib.MAX_WBITS | 16)
    if is_zlib(data[:4_096], len(data)):
        return "zlib", *_inflated(data, zlib.MAX_WBITS)
    text = readable(data)
    if text is not None and looks_base64(text):
        inside = _from_base64(text)
        if inside is not None:
            return "base64", inside, ""
    return None


def _inflated(data: bytes, window: int) -> tuple[bytes, str]:
    inflater = zlib.decompressobj(window)
    try:
        inside = inflater.decompress(data, LONGEST_OUTPUT)
    except zlib.error as error:
        return _inflated_before_the_damage(data, window), f"[damaged: {error}]\n"
    if inflater.eof:
        return inside, "[more follows behind it]\n" if inflater.unused_data else ""
    if len(inside) >= LONGEST_OUTPUT:
        return inside, f"[the first {LONGEST_OUTPUT:,} bytes]\n"
    return inside, "[cut short]\n"


def _inflated_before_the_damage(data: bytes, window: int) -> bytes:
    """zlib keeps nothing of a call that fails, so the bytes go in a few at a time."""
    inflater = zlib.decompressobj(window)
    inside = bytearray()
    try:
        for start in range(0, min(len(data), LONGEST_PICKLE), 64):
            inside += inflater.decompress(data[start : start + 64], LONGEST_OUTPUT)
            if len(inside) >= LONGEST_OUTPUT:
                break
    except zlib.error:
        pass  # the caller knows, and says so
    return bytes(inside)


def _from_base64(text: str) -> bytes | None:
    compact = "".join(text.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(compact, validate=True)
    except binascii.Error:
        return None


def _as_text(data: bytes) -> str:
    """Text where it is text, else hexadecimal, sixteen bytes a line."""
    text = readable(data)
    if text is not None:
        return text
    shown = data[: LONGEST_TEXT // 4]
    lines = (f"{start:08x}  {shown[start : start + 16].hex(' ')}" for start in range(0, len(shown), 16))
    return "\n".join(lines)


def _readings(data: bytes) -> Iterator[Decoding]:
    """The readings of one layer: `data` as it stands, without unpacking."""
    if len(data) == 16:
        yield Decoding("UUID", _uuid(uuid.UUID(bytes=data)))
    if len(data) in (1, 2, 4, 8):
        yield from _numbers(data)
    text = readable(data[:40])
    if text is not None and len(data) <= 40:
        if UUID.fullmatch(text):
            yield Decoding("UUID", _uuid(uuid.UUID(text)))
        if re.fullmatch("[0-9]{9,19}", text):
            yield from _times(int(text), "")
    if readable(data[:64], whole=False) is None:
        for name, read in PACKED:
            packed = read(data)
            if packed is not None and packed.is_certain:
                yield Decoding(name, packed.text)
    disassembled = _pickle(data)
    if disassembled is not None:
        yield Decoding("pickle, taken apart", disassembled)


def _uuid(value: uuid.UUID) -> str:
    if value.variant != uuid.RFC_4122:
        return f"{value}"
    lines = [f"{value}", f"version {value.version}"]
    gregorian_to_unix = 0x01B21DD213814000  # in 100 ns, from 1582 to 1970
    if value.version == 1:
        lines += [each.text for each in _times((value.time - gregorian_to_unix) // 10, "")]
    if value.version == 7:
        lines += [each.text for each in _times(value.int >> 80, "")]
    return "\n".join(lines)


def _numbers(data: bytes) -> Iterator[Decoding]:
    orders = (("", "big"),) if len(data) == 1 else ((", big-endian", "big"), (", little-endian", "little"))
    for suffix, order in orders:
        unsigned = int.from_bytes(data, "big" if order == "big" else "little")
        signed = unsigned - (1 << 8 * len(data)) if unsigned >> (8 * len(data) - 1) else unsigned
        text = f"{unsigned}" if signed == unsigned else f"{unsigned}\n{signed} with a sign"
        yield Decoding(f"integer{suffix}", text)
        if len(data) >= 4:
            yield from _times(unsigned, suffix)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_TICKS = ((1, "s"), (10**3, "ms"), (10**6, "µs"), (10**9, "ns"))


def _times(number: int, suffix: str) -> Iterator[Decoding]:
    """`number` as a time since 1970, in each unit in which it falls into the years that anybody stores."""
    for ticks, unit in _TICKS:
        seconds, rest = divmod(number, ticks)
        if not 0 < seconds < 2**33:
            continue
        moment = _EPOCH + timedelta(seconds=seconds, microseconds=rest * 10**6 // ticks)
        if _FIRST_YEAR <= moment.year < _LAST_YEAR:
            yield Decoding(f"time in {unit}{suffix}", moment.isoformat(" ").replace("+00:00", " UTC"))


class _FullError(Exception):
    """As much has been written as is wanted."""


class _Limited(io.StringIO):
    """A text file that takes `LONGEST_TEXT` characters."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > LONGEST_TEXT:
            raise _FullError
        return super().write(text)


def _pickle(data: bytes) -> str | None:
    """The opcodes of a pickle, one a line; nothing is loaded or imported. None where it is none."""
    if not _may_be_pickle(data):
        return None
    out = _Limited()
    try:
        pickletools.dis(data[:LONGEST_PICKLE], out)
    except _FullError:
        return out.getvalue() + "[more follows]\n"
    except ValueError as error:
        return out.getvalue() + f"[ends here: {error}]\n"
    return out.getvalue()


def _may_be_pickle(data: bytes) -> bool:
    if data[:1] == b"\x80" and 2 <= int.from_bytes(data[1:2]) <= 5:
        return data.endswith(b".") or len(data) > LONGEST_PICKLE
    # Protocols 0 and 1 have no header: they open with a mark, or import a name, and end with a full stop.
    return data[:1] in (b"(", b"c", b"}", b"]") and data.endswith(b".") and _reads_to_its_end(data)


def _reads_to_its_end(data: bytes) -> bool:
    positions: list[int | None] = []
    try:
        positions += (position for _, _, position in pickletools.genops(data[:LONGEST_PICKLE]))
    except ValueError:
        return False
    return len(positions) > 2 and positions[-1] == len(data) - 1
