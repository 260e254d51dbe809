"""Finds every place of some words in the text of a widget, across folded lines."""

import re
from bisect import bisect_right
from collections.abc import Iterator

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def widened(text: str) -> str:
    """`text` with two characters for each that Qt counts as two, so that offsets are Qt's."""
    return text if text.isascii() else _ASTRAL.sub(_surrogates, text)


def narrowed(text: str) -> str:
    """What `widened` was given."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def find_places(
    shown: str, wanted: str, *, fold_mark: str = "", case: bool = False
) -> Iterator[tuple[int, int]]:
    """The start and end of each place of `wanted` in `shown`, in Qt's count of characters and in order.

    A fold (`fold_mark` and a line break) inside a place is part of it. Places do not overlap.
    """
    if not wanted:
        return
    text = widened(shown)
    fold = f"{fold_mark}\n" if fold_mark else ""
    folds: list[int] = []
    if fold:
        pieces = text.split(fold)
        text = "".join(pieces)
        at = 0
        for piece in pieces[:-1]:
            at += len(piece)
            folds.append(at)
    flags = re.NOFLAG if case else re.IGNORECASE
    for match in re.finditer(re.escape(widened(wanted)), text, flags):
        start, end = match.span()
        yield start + len(fold) * bisect_right(folds, start), end + len(fold) * bisect_right(folds, end - 1)


def _surrogates(match: re.Match[str]) -> str:
    code = ord(match[0]) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))
