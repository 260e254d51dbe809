"""MessagePack and CBOR, read into text without making any of the objects that they describe."""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 1_000_000  # bytes that are read at all
DEEPEST = 64
MOST_ITEMS = 50_000
MOST_LEVELS = 400_000  # of all items together: the text of each is put together anew on every level around it


@dataclass(frozen=True, slots=True)
class Packed:
    """What packed bytes say, in a notation like JSON.

    `is_certain` where they can hardly mean anything else: a container that is not empty and holds text.
    """

    text: str
    is_certain: bool


class _MalformedError(ValueError):
    """The bytes are not of this format, or go beyond what is read."""


def read_messagepack(data: bytes) -> Packed | None:
    """`data` as MessagePack; None where it is not one whole value of it, or too large to read."""
    return _read(_MessagePack, data)


def read_cbor(data: bytes) -> Packed | None:
    """`data` as CBOR (RFC 8949); None where it is not one whole value of it, or too large to read."""
    return _read(_Cbor, data)


def _read(reader: type["_Reader"], data: bytes) -> Packed | None:
    if not 0 < len(data) <= LONGEST:
        return None
    found = reader(data)
    try:
        text = found.item(0)
    except _MalformedError:
        return None
    if found.at != len(data):
        return None
    return Packed(text, is_certain=found.items > 1 and found.texts > 0)


class _Reader:
    """A place in the bytes, and the limits that keep hostile ones from taking long."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self.items = 0
        self.levels = 0
        self.texts = 0
        self._data = data

    def item(self, depth: int) -> str:
        """The next value, written for the given depth of nesting."""
        raise NotImplementedError

    def take(self, count: int) -> bytes:
        taken = self._data[self.at : self.at + count]
        if len(taken) < count:
            raise _MalformedError("cut short")
        self.at += count
        return taken

    def uint(self, width: int) -> int:
        return int.from_bytes(self.take(width))

    def number(self, layout: str) -> str:
        return str(struct.unpack(layout, self.take(struct.calcsize(layout)))[0])

    def count_item(self, depth: int) -> None:
        self.items += 1
        self.levels += depth
        if depth > DEEPEST or self.items > MOST_ITEMS or self.levels > MOST_LEVELS:
            raise _MalformedError("too large to be shown")

    def text(self, raw: bytes) -> str:
        self.texts += 1
        try:
            return json.dumps(raw.decode(), ensure_ascii=False)
        except UnicodeDecodeError as error:
            raise _MalformedError("text that is not UTF-8") from error

    def list_of(self, more: Callable[[int], bool], depth: int) -> str:
        parts: list[str] = []
        while more(len(parts)):
            parts.append(self.item(depth + 1))
        return _block("[", parts, "]", depth)

    def map_of(self, more: Callable[[int], bool], depth: int) -> str:
        parts: list[str] = []
        while more(len(parts)):
            key = self.item(depth + 1)
            parts.append(f"{key}: {self.item(depth + 1)}")
        return _block("{", parts, "}", depth)


def _block(opening: str, parts: list[str], closing: str, depth: int) -> str:
    if not parts:
        return opening + closing
    inner, outer = "  " * (depth + 1), "  " * depth
    return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{outer}{closing}"


def _up_to(count: int) -> Callable[[int], bool]:
    return lambda done: done < count


class _MessagePack(_Reader):
    def item(self, depth: int) -> str:
        self.count_item(depth)
        code = self.uint(1)
        if code < 0x80:
            return str(code)
        if code < 0x90:
            return self.map_of(_up_to(code & 0x0F), depth)
        if code < 0xA0:
            return self.list_of(_up_to(code & 0x0F), depth)
        if code < 0xC0:
            return self.text(self.take(code & 0x1F))
        if code >= 0xE0:
            return str(code - 0x100)
        return self._by_code(code, depth)

    def _by_code(self, code: int, depth: int) -> str:
        match code:
            case 0xC0:
                return "null"
            case 0xC2 | 0xC3:
                return "true" if code == 0xC3 else "false"
            case 0xC4 | 0xC5 | 0xC6:
                return _hex(self.take(self.uint(1 << (code - 0xC4))))
            case 0xC7 | 0xC8 | 0xC9:
                return self._extension(self.uint(1 << (code - 0xC7)))
            case 0xCA | 0xCB:
                return self.number(">f" if code == 0xCA else ">d")
            case 0xCC | 0xCD | 0xCE | 0xCF:
                return str(self.uint(1 << (code - 0xCC)))
            case 0xD0 | 0xD1 | 0xD2 | 0xD3:
                return str(int.from_bytes(self.take(1 << (code - 0xD0)), signed=True))
            case 0xD4 | 0xD5 | 0xD6 | 0xD7 | 0xD8:
                return self._extension(1 << (code - 0xD4))
            case 0xD9 | 0xDA | 0xDB:
                return self.text(self.take(self.uint(1 << (code - 0xD9))))
            case 0xDC | 0xDD:
                return self.list_of(_up_to(self.uint(2 << (code - 0xDC))), depth)
            case 0xDE | 0xDF:
                return self.map_of(_up_to(self.uint(2 << (code - 0xDE))), depth)
            case _:
                raise _MalformedError("0xC1 is never used")

    def _extension(self, length: int) -> str:
        number = int.from_bytes(self.take(1), signed=True)
        return f"extension {number} ({_hex(self.take(length))})"


_INDEFINITE = 31
_BREAK = 0xFF
_SIMPLE = {20: "false", 21: "true", 22: "null", 23: "undefined"}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}


class _Cbor(_Reader):
    def item(self, depth: int) -> str:
        self.count_item(depth)
        major, low = divmod(self.uint(1), 32)
        if major == 7:
            return self._simple(low)
        if low == _INDEFINITE:
            return self._indefinite(major, depth)
        argument = self._argument(low)
        match major:
            case 0:
                return str(argument)
            case 1:
                return str(-1 - argument)
            case 2:
                return _hex(self.take(argument))
            case 3:
                return self.text(self.take(argument))
            case 4:
                return self.list_of(_up_to(argument), depth)
            case 5:
                return self.map_of(_up_to(argument), depth)
            case _:
                return f"{argument}({self.item(depth + 1)})"

    def _argument(self, low: int) -> int:
        if low < 24:
            return low
        if low > 27:
            raise _MalformedError("a reserved length")
        return self.uint(1 << (low - 24))

    def _indefinite(self, major: int, depth: int) -> str:
        match major:
            case 2:
                return _hex(b"".join(self._chunks(major)))
            case 3:
                return self.text(b"".join(self._chunks(major)))
            case 4:
                return self.list_of(self._until_break, depth)
            case 5:
                return self.map_of(self._until_break, depth)
            case _:
                raise _MalformedError("an endless number")

    def _chunks(self, major: int) -> list[bytes]:
        chunks: list[bytes] = []
        while self._until_break(len(chunks)):
            if len(chunks) == MOST_ITEMS:
                raise _MalformedError("too large to be shown")
            kind, low = divmod(self.uint(1), 32)
            if kind != major:
                raise _MalformedError("a piece of another type")
            chunks.append(self.take(self._argument(low)))
        return chunks

    def _until_break(self, done: int) -> bool:
        if self._data[self.at : self.at + 1] != bytes([_BREAK]):
            return True
        self.at += 1
        return False

    def _simple(self, low: int) -> str:
        if low in _SIMPLE:
            return _SIMPLE[low]
        if low in _FLOATS:
            return self.number(_FLOATS[low])
        number = low if low < 24 else self._argument(low) if low == 24 else None
        if number is None:
            raise _MalformedError("a reserved value")
        return f"simple({number})"


def _hex(raw: bytes) -> str:
    return f"h'{raw.hex()}'"
