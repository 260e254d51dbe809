"""Where two values differ when they are taken as lines of text, or as bytes."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from inspector.compare.spans import alike_at_start
from inspector.formats import readable

MAX_LINES = 2_000
"""Beyond so many lines between what two texts begin and end with alike, they differ as a whole."""

ROW = 16  # bytes
_NEAR = 8  # bytes that are alike between two ranges that are told as one
_STRIDE = 4_096

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines (or bytes) `start` to `stop` stand as `new_start` to `new_stop` in the other value, changed."""

    start: int
    stop: int
    new_start: int
    new_stop: int


def as_text(data: bytes) -> str | None:
    """The text, where `data` is UTF-8 that a person can read; None where not."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if readable(data) is not None else None


def lines_of(text: str) -> list[str]:
    """The lines, each with its own line end. Only LF ends a line: a CR before it shows."""
    return _LINE.findall(text)


def changed_lines(before: list[str], after: list[str]) -> list[Stretch]:
    """Where the lines differ, in order."""
    front = alike_at_start(before, after)
    back = alike_at_start(before[front:][::-1], after[front:][::-1])
    old, new = before[front : len(before) - back], after[front : len(after) - back]
    if not old and not new:
        return []
    if max(len(old), len(new)) > MAX_LINES:
        return [Stretch(front, front + len(old), front, front + len(new))]
    opcodes = SequenceMatcher(None, old, new).get_opcodes()
    return [
        Stretch(front + start, front + stop, front + new_start, front + new_stop)
        for tag, start, stop, new_start, new_stop in opcodes
        if tag != "equal"
    ]


def changed_bytes(before: bytes, after: bytes) -> list[Stretch]:
    """Where the bytes differ, in order; in values of unequal length, one range from the first to the last."""
    front = alike_at_start(before, after)
    back = alike_at_start(before[front:][::-1], after[front:][::-1])
    stop, new_stop = len(before) - back, len(after) - back
    if front == stop == new_stop:
        return []
    if len(before) != len(after):
        return [Stretch(front, stop, front, new_stop)]
    found: list[Stretch] = []
    for chunk in range(front, stop, _STRIDE):
        end = min(chunk + _STRIDE, stop)
        if before[chunk:end] == after[chunk:end]:
            continue
        for place in range(chunk, end):
            if before[place] == after[place]:
                continue
            is_near = bool(found) and place - found[-1].stop <= _NEAR
            start = found.pop().start if is_near else place
            found.append(Stretch(start, place + 1, start, place + 1))
    return found
