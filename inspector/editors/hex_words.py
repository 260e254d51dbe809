"""How a person writes bytes, and looks for them: as hex digits or as text."""

import re
from collections.abc import Iterator

from inspector.editors.hex_buffer import ByteSource

SLICE = 1024 * 1024  # bytes looked through before others get a turn

_HEX_NOISE = re.compile(r"0x|\\x|[\s,:;]+", re.IGNORECASE)


def parse_hex(text: str) -> bytes | None:
    """The bytes that `text` gives in hexadecimal, such as `de ad` or `0xDE, 0xAD`; None where it does not."""
    digits = _HEX_NOISE.sub("", text)
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2})*", digits):
        return None
    return bytes.fromhex(digits)


def parse_offset(text: str, here: int) -> int | None:
    """The offset that `text` names: `4096`, `0x1000`, or `+16` and `-0x10` from `here`; None where it does not."""
    match = re.fullmatch(r"\s*([+-]?)\s*(?:0x([0-9a-fA-F_]+)|([0-9][0-9_,]*))\s*", text)
    if match is None:
        return None
    sign, hexadecimal, decimal = match.groups()
    if len(hexadecimal or decimal) > 20:
        return None
    digits = (hexadecimal or decimal).replace("_", "").replace(",", "")
    if not digits:
        return None
    number = int(digits, 16 if hexadecimal else 10)
    return {"": number, "+": here + number, "-": here - number}[sign]


class ByteSearch:
    """Looks for bytes through a whole source, a slice at a time: from `start` to the end and then around.

    `ignore_case` takes ASCII letters alike. Nothing is held but one slice.
    """

    def __init__(
        self,
        source: ByteSource,
        wanted: bytes,
        start: int,
        *,
        forwards: bool = True,
        ignore_case: bool = False,
    ) -> None:
        self._source = source
        self._wanted = wanted.lower() if ignore_case else wanted
        self._ignore_case = ignore_case
        self._forwards = forwards
        self._slices = self._in_order(max(0, min(start, len(source))))
        self.done = not wanted
        self.found: int | None = None
        self.looked_through = 0

    def step(self) -> None:
        """Look through one more slice; `done` and `found` then say how it stands."""
        bounds = next(self._slices, None)
        if self.done or bounds is None:
            self.done = True
            return
        first, last = bounds  # a match begins in here
        held = self._source.read(first, last - first + len(self._wanted) - 1) or b""
        self.looked_through += last - first
        if self._ignore_case:
            held = held.lower()
        place = held.find(self._wanted) if self._forwards else held.rfind(self._wanted)
        if place >= 0:
            self.found = first + place
            self.done = True

    def _in_order(self, start: int) -> Iterator[tuple[int, int]]:
        size = len(self._source)
        if self._forwards:
            for begin, end in ((start, size), (0, start)):
                for at in range(begin, end, SLICE):
                    yield at, min(at + SLICE, end)
        else:
            for begin, end in ((0, start), (start, size)):
                for at in range(end, begin, -SLICE):
                    yield max(begin, at - SLICE), at
