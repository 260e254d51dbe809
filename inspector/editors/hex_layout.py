"""Where each byte of a hex view stands: rows of 16, as an offset, as hexadecimal and as text."""

from dataclasses import dataclass

ROW = 16
HALF = 8


@dataclass(frozen=True, slots=True)
class HexLayout:
    """The places of the columns, in pixels from the left, for a face of one width.

    `digits` is how many figures an offset has, `advance` a letter's width, which need not be whole.
    """

    digits: int
    advance: float
    height: int

    @classmethod
    def for_size(cls, size: int, advance: float, height: int) -> "HexLayout":
        return cls(max(8, len(f"{size:x}")), advance, height)

    @property
    def hex_left(self) -> int:
        return round(self.advance * (self.digits + 3))

    @property
    def text_left(self) -> int:
        return self.hex_left + round(self.advance * (3 * ROW + 2))

    @property
    def width(self) -> int:
        return self.text_left + round(self.advance * (ROW + 1))

    def hex_x(self, column: int) -> int:
        """The left side of the two figures of the byte in `column`; a gap parts the two halves of a row."""
        return self.hex_left + round(self.advance * (3 * column + (column >= HALF)))

    def text_x(self, column: int) -> int:
        return self.text_left + round(self.advance * column)

    def column_at(self, x: int) -> tuple[int, bool]:
        """Which byte of a row is at `x`, and whether in the text column."""
        if x >= self.text_left - self.advance:
            return _within(int((x - self.text_left) // self.advance)), True
        cell = int((x - self.hex_left) // self.advance)
        if cell > 3 * HALF:
            cell -= 1
        return _within(cell // 3), False


def _within(column: int) -> int:
    return max(0, min(column, ROW - 1))
