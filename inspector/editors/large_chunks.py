"""Holds the few chunks of a large value that are being looked at, and asks for those that are missing."""

from collections import OrderedDict
from collections.abc import Callable

CHUNK = 64 * 1024
MOST_HELD = 24
PAGE = 32 * 1024

_MARGIN = 256  # bytes: more than a name that is cut in two
_LONGEST_TAIL = 3  # bytes of a UTF-8 character behind its first


class ChunkCache:
    """The bytes of a value of `size` bytes, as far as they are here.

    `want(offset, size)` is called once for each chunk that is read and missing; `arrived` is its answer. While
    `looks_back`, nothing is read before the chunk in front of it is here as well.
    """

    def __init__(self, size: int, want: Callable[[int, int], None], *, looks_back: bool = False) -> None:
        self._size = size
        self._want = want
        self.looks_back = looks_back
        self._held: OrderedDict[int, bytes] = OrderedDict()
        self._asked: set[int] = set()

    def __len__(self) -> int:
        return self._size

    def read(self, offset: int, size: int) -> bytes | None:
        """Up to `size` bytes from `offset`; None while some of them are not here."""
        end = min(offset + size, self._size)
        first = max(0, offset - CHUNK * self.looks_back)
        starts = range(first - first % CHUNK, end, CHUNK)
        missing = [start for start in starts if start not in self._held]
        for start in missing:
            if start not in self._asked:
                self._asked.add(start)
                self._want(start, min(CHUNK, self._size - start))
        if any(start not in self._held for start in missing):
            return None
        for start in starts:
            self._held.move_to_end(start)
        begin = starts.start
        return b"".join(self._held[start] for start in starts)[offset - begin : end - begin]

    def arrived(self, offset: int, data: bytes) -> bool:
        """Hold the chunk that was asked for; whether it was one, and of the length that was asked for."""
        if offset not in self._asked or len(data) != min(CHUNK, self._size - offset):
            return False
        self._asked.remove(offset)
        self._held[offset] = data
        while len(self._held) > MOST_HELD:
            self._held.popitem(last=False)
        return True

    def around(self, offset: int) -> bytes:
        """The chunk at `offset`, with the ends of those beside it that are here."""
        before, after = self._held.get(offset - CHUNK, b""), self._held.get(offset + CHUNK, b"")
        return before[-_MARGIN:] + self._held.get(offset, b"") + after[:_MARGIN]


def page_count(size: int) -> int:
    """How many pages of text a value of `size` bytes has; at least one."""
    return max(1, -(-size // PAGE))


def page_text(cache: ChunkCache, page: int) -> str | None:
    """The text of a page, with escapes for what is not UTF-8; None while its bytes are not here.

    A character belongs to the page in which it begins.
    """
    start = page * PAGE
    held = cache.read(start, PAGE + _LONGEST_TAIL)
    if held is None:
        return None
    first = _tail(held) if page else 0
    last = min(len(held), PAGE)
    last += _tail(held[last:])
    return held[first:last].decode("utf-8", "backslashreplace")


def _tail(held: bytes) -> int:
    """How many bytes at the start of `held` can only go on with a character that began before."""
    rest = held[:_LONGEST_TAIL]
    return next((at for at, byte in enumerate(rest) if byte & 0xC0 != 0x80), len(rest))
