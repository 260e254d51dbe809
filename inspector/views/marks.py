"""What changed in a value that is only looked at, for its pages to mark."""

import asyncio
from dataclasses import replace
from itertools import accumulate

from inspector.compare.textual import as_text, changed_bytes, changed_lines, lines_of
from inspector.opened import Marks, Opened
from storage_core.raw import RawEntry

MOST = 200  # places


async def marked(opened: Opened, former: RawEntry | None) -> Opened:
    """`opened`, with the places marked that differ from `former`, where that is an older state of the same."""
    entry = opened.entry
    if former is None or (former.scope, former.key) != (entry.scope, entry.key):
        return opened
    if former.data is None or entry.data is None or former.data == entry.data or opened.whole:
        return opened
    return replace(opened, marks=await asyncio.to_thread(marks_between, former.data, entry.data))


def unmarked(opened: Opened) -> Opened:
    """`opened`, as if nobody had changed anything: what a person has saved is no news."""
    return replace(opened, changed=(), marks=Marks())


def marks_between(before: bytes, after: bytes) -> Marks:
    """Where `after` differs from `before`, in characters and in bytes. Takes long for much: for a thread."""
    stretches = changed_bytes(before, after)[:MOST]
    in_bytes = tuple((each.new_start, max(each.new_stop, each.new_start + 1)) for each in stretches)
    old, new = as_text(before), as_text(after)
    if old is None or new is None:
        return Marks((), in_bytes)
    lines = lines_of(new)
    starts = [0, *accumulate(map(len, lines))]
    found = changed_lines(lines_of(old), lines)[:MOST]
    in_text = ((starts[each.new_start], starts[each.new_stop]) for each in found)
    # Without the last line end, so that the ground ends with the line; what is gone is marked where it was.
    trimmed = ((start, max(start + 1, stop - new.endswith("\n", start, stop))) for start, stop in in_text)
    return Marks(tuple(trimmed), in_bytes)
