"""Three values in three columns, where they are taken as lines of text or as bytes."""

from collections.abc import Sequence
from itertools import zip_longest

from inspector.compare.spans import EMPTY, Line, Span, Tone, clipped, pair, seen
from inspector.compare.textual import as_text, changed_lines, lines_of
from inspector.formats import human_size, thousands

MOST_SHOWN = 400  # lines of a column, before the rest is only counted
_CONTEXT = 2  # rows alike around those that differ
_FIRST = 4_096  # bytes that are shown of what is too large to compare
_BYTES = 8  # in a row: three columns leave room for no more

Sides = tuple[bytes, bytes | None, bytes]
"""Base, theirs and mine; theirs is None where the value was deleted."""

Columns = tuple[tuple[Line, ...], tuple[Line, ...], tuple[Line, ...]]
"""The lines of base, theirs and mine: as many in each."""


class Rows:
    """Columns that grow row by row."""

    def __init__(self) -> None:
        self._columns: tuple[list[Line], list[Line], list[Line]] = ([], [], [])

    def __len__(self) -> int:
        return len(self._columns[0])

    @property
    def is_full(self) -> bool:
        return len(self) > MOST_SHOWN

    def add(self, base: Sequence[Line], theirs: Sequence[Line], mine: Sequence[Line]) -> None:
        """Lines side by side; the shorter ones get empty lines to the length of the longest."""
        height = max(len(base), len(theirs), len(mine))
        for column, lines in zip(self._columns, (base, theirs, mine), strict=True):
            column.extend(lines)
            column.extend([EMPTY] * (height - len(lines)))

    def skip(self, count: int, noun: str, why: str) -> None:
        """Say in each column that so many are left out."""
        line = (Span(f"⋯ {thousands(count)} {noun}{'' if count == 1 else 's'} {why}", Tone.SECOND),)
        self.add([line], [line], [line])

    def columns(self, *, deleted: bool = False) -> Columns:
        """What has been added; where theirs was `deleted`, its column says that alone."""
        base, theirs, mine = (tuple(column) for column in self._columns)
        return base, deleted_column(len(base)) if deleted else theirs, mine


def deleted_column(height: int) -> tuple[Line, ...]:
    return ((Span("deleted", Tone.REMOVED),), *[EMPTY] * (height - 1))


def first_parts(sides: Sides) -> Columns:
    """The size and the first lines of each, uncompared."""
    rows = Rows()
    parts: list[list[Line]] = []
    for side in sides:
        if side is None:
            parts.append([(Span("deleted", Tone.REMOVED),)])
            continue
        text = side[:_FIRST].decode("utf-8", "replace")
        shown = [seen(clipped(line.removesuffix("\n"))) for line in lines_of(text)]
        parts.append(
            [
                (Span(human_size(len(side)), Tone.SECOND),),
                *shown[: MOST_SHOWN // 4],
                (Span("⋯", Tone.SECOND),),
            ]
        )
    rows.add(*parts)
    return rows.columns()


def by_line(sides: Sides) -> Columns | None:
    """The lines that differ, with those around them; None where one side is not text."""
    texts = ["" if side is None else as_text(side) for side in sides]
    base, theirs, mine = (None if text is None else lines_of(text) for text in texts)
    if base is None or theirs is None or mine is None:
        return None
    if sides[1] is None:
        theirs = base
    aligned = _aligned(base, theirs, mine)
    differ = [row for row, (one, two, own) in enumerate(aligned) if not one == two == own]
    rows, told = Rows(), 0
    for row in _around(differ, len(aligned)):
        if rows.is_full:
            break
        if row > told:
            rows.skip(row - told, "line", "alike")
        one, two, own = aligned[row]
        rows.add([_text(one, one)], [_text(one, two)], [_text(one, own)])
        told = row + 1
    if told < len(aligned):
        rows.skip(len(aligned) - told, "line", "more" if rows.is_full else "alike")
    return rows.columns(deleted=sides[1] is None)


def _aligned(base: list[str], theirs: list[str], mine: list[str]) -> list[tuple[str | None, ...]]:
    """The lines of base, each beside what it became, and after it what was put there."""
    became = [_matched_lines(base, theirs), _matched_lines(base, mine)]
    rows: list[tuple[str | None, ...]] = []
    for place in range(len(base) + 1):
        put = [side[1].get(place, []) for side in became]
        rows.extend((None, *lines) for lines in zip_longest(*put))
        if place < len(base):
            rows.append((base[place], became[0][0].get(place), became[1][0].get(place)))
    return rows


def _matched_lines(base: list[str], other: list[str]) -> tuple[dict[int, str], dict[int, list[str]]]:
    """What each line of base became (left out where it is gone), and what was put before each."""
    became: dict[int, str] = {}
    put: dict[int, list[str]] = {}
    place = shift = 0
    for each in changed_lines(base, other):
        became.update((n, other[n + shift]) for n in range(place, each.start))
        paired = min(each.stop - each.start, each.new_stop - each.new_start)
        became.update((each.start + n, other[each.new_start + n]) for n in range(paired))
        if rest := other[each.new_start + paired : each.new_stop]:
            put[each.start + paired] = rest
        place, shift = each.stop, each.new_stop - each.stop
    became.update((n, other[n + shift]) for n in range(place, len(base)))
    return became, put


def _text(base: str | None, line: str | None) -> Line:
    """A line of one side, with a sign for what happened to it since base."""
    if line is None:
        return EMPTY if base is None else (Span("− gone", Tone.REMOVED),)
    if base is None:
        return (Span("+ ", Tone.ADDED), *seen(clipped(line.removesuffix("\n")), Tone.ADDED, marked=True))
    if line == base:
        return (Span("  "), *seen(clipped(line.removesuffix("\n"))))
    if line.endswith("\n") and base.endswith("\n"):
        base, line = base[:-1], line[:-1]
    return (Span("~ ", Tone.CHANGED), *pair(base, line, signs=True)[1])


def by_byte(sides: Sides) -> Columns:
    """The rows of bytes that differ, with those around them."""
    base, theirs, mine = sides[0], sides[0] if sides[1] is None else sides[1], sides[2]
    longest = max(len(base), len(theirs), len(mine))
    offsets = range(0, longest, _BYTES)
    differ = [
        row
        for row, at in enumerate(offsets)
        if not base[at : at + _BYTES] == theirs[at : at + _BYTES] == mine[at : at + _BYTES]
    ]
    rows, told = Rows(), 0
    for row in _around(differ, len(offsets)):
        if rows.is_full:
            break
        if row > told:
            rows.skip((row - told) * _BYTES, "byte", "alike")
        rows.add(*([_hex(base, side, offsets[row])] for side in (base, theirs, mine)))
        told = row + 1
    if told < len(offsets):
        rows.skip(longest - told * _BYTES, "byte", "more" if rows.is_full else "alike")
    return rows.columns(deleted=sides[1] is None)


def _hex(base: bytes, side: bytes, offset: int) -> Line:
    """A row of bytes with its offset and its characters; those that differ from base, or lack, are marked."""
    row, was = side[offset : offset + _BYTES], base[offset : offset + _BYTES]
    spans = [Span(f"{offset:06x}", Tone.SECOND), Span(" " if row == was else "~", Tone.CHANGED)]
    for place in range(_BYTES):
        if place >= len(row):
            lacks = place < len(was)
            spans += [Span("--" if lacks else "  ", Tone.REMOVED, marked=lacks), Span(" ")]
        elif row[place : place + 1] == was[place : place + 1]:
            spans.append(Span(f"{row[place]:02x} "))
        else:
            spans += [Span(f"{row[place]:02x}", Tone.ADDED, marked=True), Span(" ")]
    spans.append(Span("".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row), Tone.SECOND))
    return tuple(spans)


def _around(rows: Sequence[int], count: int) -> list[int]:
    """The rows and those next to them, of `count` in all."""
    near = {each for row in rows for each in range(row - _CONTEXT, row + _CONTEXT + 1)}
    return sorted(each for each in near if 0 <= each < count)
