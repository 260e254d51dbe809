"""Where each byte of a hex view stands: as an offset, as hexadecimal and as text, in rows that fit the view."""

from dataclasses import dataclass

ROWS = (16, 8, 4)
"""Bytes of a row: the most that fit, and so few only where there is no room for more."""


@dataclass(frozen=True, slots=True)
class HexLayout:
    """The places of the columns, in pixels from the left, for a face of one width.

    `digits` is how many figures an offset has, `advance` a letter's width, which need not be whole, `row` how many
    bytes stand side by side.
    """

    digits: int
    advance: float
    height: int
    row: int = ROWS[0]

    @classmethod
    def for_size(cls, size: int, advance: float, height: int, width: float) -> "HexLayout":
        """Of `size` bytes within `width`; wider than that only where not even the shortest rows fit."""
        digits = max(8, len(f"{size:x}"))
        layouts = [cls(digits, advance, height, row) for row in ROWS]
        return next((layout for layout in layouts if layout.width <= width), layouts[-1])

    @property
    def hex_left(self) -> int:
        return round(self.advance * (self.digits + 2))

    @property
    def text_left(self) -> int:
        return self.hex_left + round(self.advance * (3 * self.row + 2))

    @property
    def width(self) -> int:
        return self.text_left + round(self.advance * self.row)

    @property
    def half(self) -> int:
        return self.row // 2

    def hex_x(self, column: int) -> int:
        """The left side of the two figures of the byte in `column`; a gap parts the two halves of a row."""
        return self.hex_left + round(self.advance * (3 * column + (column >= self.half)))

    def text_x(self, column: int) -> int:
        return self.text_left + round(self.advance * column)

    def column_at(self, x: int) -> tuple[int, bool]:
        """Which byte of a row is at `x`, and whether in the text column."""
        if x >= self.text_left - self.advance:
            return self._within(int((x - self.text_left) // self.advance)), True
        cell = int((x - self.hex_left) // self.advance)
        if cell > 3 * self.half:
            cell -= 1
        return self._within(cell // 3), False

    def _within(self, column: int) -> int:
        return max(0, min(column, self.row - 1))
