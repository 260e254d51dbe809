"""What saving will change: the exact difference between a value as it is stored and as it was edited."""

from collections.abc import Sequence
from dataclasses import dataclass

from inspector import masking
from inspector.compare.spans import EMPTY, Line, Span, Tone, clipped, outdented, pair, seen
from inspector.compare.textual import ROW, as_text, changed_bytes, changed_lines, lines_of
from inspector.formats import human_size, thousands
from inspector.lossless import ChangeKind, Document, FieldChange, JsonError, diff
from inspector.masking import Masker

LARGEST = 1024 * 1024  # bytes of a value that is compared
MOST_LINES = 40  # of either side of one change
MOST_SHOWN = 500  # lines, before the rest is only counted
_CONTEXT = 2  # lines alike around those that differ
_SHORT = 48  # characters of both sides that still stand on one line

HIDDEN: Line = (Span("Hidden, because the name says that it is a secret", Tone.SECOND),)

_WORDS = {
    ChangeKind.CHANGED: ("changed", Tone.CHANGED),
    ChangeKind.ADDED: ("added", Tone.ADDED),
    ChangeKind.REMOVED: ("removed", Tone.REMOVED),
    ChangeKind.REORDERED: ("reordered", Tone.CHANGED),
}
_WORD_WIDTH = max(len(word) for word, _ in _WORDS.values()) + 2


@dataclass(frozen=True, slots=True)
class Changes:
    """How many changes there are, `summary` in a few words, and the lines that tell them.

    `lines` has dots for secrets; `bare_lines` is None where there are none.
    """

    count: int
    summary: str
    lines: tuple[Line, ...]
    bare_lines: tuple[Line, ...] | None = None


def compare(before: bytes, after: bytes, *, json: bool, secret: bool = False) -> Changes:
    """The changes that make `after` of `before`: by field where `json` and both are, else by line or by byte.

    `secret` says that the whole value is one. Takes up to seconds for the largest values: not for the GUI thread.
    Of values above LARGEST only the sizes are told.
    """
    if before == after:
        return Changes(0, "Nothing changes", ())
    if max(len(before), len(after)) > LARGEST:
        sizes = f"{human_size(len(before))} → {human_size(len(after))}"
        return Changes(1, f"Too large to compare: {sizes}", ())
    found = _by_field(before, after, secret) if json else None
    if found is not None:
        return found
    hidden = secret or any(map(masking.mentions_secret, (before, after)))
    old, new = as_text(before), as_text(after)
    if old is not None and new is not None:
        count, lines = _by_line(old, new)
        noun = "place in the text" if count == 1 else "places in the text"
    else:
        count, lines = _by_byte(before, after)
        noun = "range of bytes" if count == 1 else "ranges of bytes"
    summary = f"{thousands(count)} {noun} · {human_size(len(before))} → {human_size(len(after))}"
    if hidden:
        return Changes(count, summary, (HIDDEN,), tuple(lines))
    return Changes(count, summary, tuple(lines))


def _by_field(before: bytes, after: bytes, secret: bool) -> Changes | None:
    """None where the two cannot be compared by field."""
    try:
        found = diff(before, after)
    except JsonError:
        return None
    if found[0].kind is ChangeKind.RESPACED:
        return _respaced(before, after, secret)
    count = len(found)
    summary = f"{thousands(count)} {'field' if count == 1 else 'fields'}"
    lines = _field_lines(found, masking.all_masked if secret else masking.masked)
    bare = _field_lines(found, masking.bare)
    return Changes(count, summary, tuple(lines), None if bare == lines else tuple(bare))


def _respaced(before: bytes, after: bytes, secret: bool) -> Changes:
    """The values are the same; how they are written is not."""
    count, bare = _by_line(before.decode(), after.decode())
    summary = f"No value changes · white space or escapes at {thousands(count)} {'place' if count == 1 else 'places'}"
    if secret:
        return Changes(count, summary, (HIDDEN,), tuple(bare))
    old, new = Document.parse(before), Document.parse(after)
    if not (masking.mask_document(old) and masking.mask_document(new)):
        return Changes(count, summary, tuple(bare))
    _, lines = _by_line(old.serialise().decode(), new.serialise().decode())
    return Changes(count, summary, tuple(lines) or (HIDDEN,), tuple(bare))


def _field_lines(found: Sequence[FieldChange], mask: Masker) -> list[Line]:
    lines: list[Line] = []
    for number, change in enumerate(found):
        if len(lines) > MOST_SHOWN:
            return lines + _rest(len(found) - number, "changes")
        word, tone = _WORDS[change.kind]
        head = (Span(word.ljust(_WORD_WIDTH), tone), *seen(clipped(change.path)))
        before, after = (
            None if source is None else mask(change.path, source) for source in (change.before, change.after)
        )
        if _is_short(before, after):
            lines.append((*head, Span("   "), *_on_one_line(before, after)))
        else:
            lines += [head, *_stacked(before, after)]
    return lines


def _is_short(before: str | None, after: str | None) -> bool:
    both = (before or "") + (after or "")
    return len(both) <= _SHORT and "\n" not in both


def _on_one_line(before: str | None, after: str | None) -> Line:
    if before is None or after is None:
        tone = Tone.ADDED if before is None else Tone.REMOVED
        return seen(before or after or "", tone)
    return (*seen(before, Tone.REMOVED), Span(" → ", Tone.SECOND), *seen(after, Tone.ADDED))


def _stacked(before: str | None, after: str | None) -> list[Line]:
    return _replaced(*([] if side is None else outdented(side) for side in (before, after)), signs=False)


def _replaced(gone: list[str], come: list[str], *, signs: bool) -> list[Line]:
    """Lines that go, then lines that come; where they are as many, what differs in each pair is marked."""
    old, new = gone[:MOST_LINES], come[:MOST_LINES]
    if len(gone) == len(come):
        pairs = [pair(one, other, signs=signs) for one, other in zip(old, new, strict=True)]
        old_lines, new_lines = [one for one, _ in pairs], [other for _, other in pairs]
    else:
        old_lines = [seen(clipped(line), Tone.REMOVED) for line in old]
        new_lines = [seen(clipped(line), Tone.ADDED) for line in new]
    lines: list[Line] = []
    for sign, tone, shown, total in (
        ("−", Tone.REMOVED, old_lines, len(gone)),
        ("+", Tone.ADDED, new_lines, len(come)),
    ):
        lines += [(Span(f"  {sign} ", tone), *line) for line in shown]
        if total > MOST_LINES:
            lines.append((Span(f"  {sign} … {thousands(total - MOST_LINES)} more lines", Tone.SECOND),))
    return lines


def _by_line(before: str, after: str) -> tuple[int, list[Line]]:
    """How many places differ, and a unified difference of the lines there."""
    old, new = lines_of(before), lines_of(after)
    stretches = changed_lines(old, new)
    lines: list[Line] = []
    told = 0  # lines of `old` that are behind
    for number, stretch in enumerate(stretches):
        if len(lines) > MOST_SHOWN:
            return len(stretches), lines + _rest(len(stretches) - number, "places")
        start = max(told, stretch.start - _CONTEXT)
        if start > told or not lines:
            lines += [EMPTY] if lines else []
            lines.append((Span(f"line {thousands(stretch.new_start + 1)}", Tone.SECOND),))
        lines += [_alike(line) for line in old[start : stretch.start]]
        gone, come = old[stretch.start : stretch.stop], new[stretch.new_start : stretch.new_stop]
        if all(line.endswith("\n") for line in gone + come):
            gone, come = ([line.removesuffix("\n") for line in side] for side in (gone, come))
        lines += _replaced(gone, come, signs=True)
        following = stretches[number + 1].start if number + 1 < len(stretches) else len(old)
        told = min(stretch.stop + _CONTEXT, following)
        lines += [_alike(line) for line in old[stretch.stop : told]]
    return len(stretches), lines


def _alike(line: str) -> Line:
    return (Span("    "), *seen(clipped(line.removesuffix("\n").removesuffix("\r")), Tone.SECOND))


def _by_byte(before: bytes, after: bytes) -> tuple[int, list[Line]]:
    """How many ranges differ, and the rows of bytes that they touch."""
    stretches = changed_bytes(before, after)
    lines: list[Line] = []
    for number, stretch in enumerate(stretches):
        if len(lines) > MOST_SHOWN:
            return len(stretches), lines + _rest(len(stretches) - number, "ranges")
        if lines:
            lines.append(EMPTY)
        old, new = stretch.stop - stretch.start, stretch.new_stop - stretch.new_start
        sizes = thousands(new) if old == new else f"{thousands(old)} → {thousands(new)}"
        head = f"offset {thousands(stretch.start)} (0x{stretch.start:x}) · bytes: {sizes}"
        lines.append((Span(head, Tone.SECOND),))
        lines += _hex_rows("−", before, stretch.start, stretch.stop, Tone.REMOVED)
        lines += _hex_rows("+", after, stretch.new_start, stretch.new_stop, Tone.ADDED)
    return len(stretches), lines


def _hex_rows(sign: str, data: bytes, start: int, stop: int, tone: Tone) -> list[Line]:
    if start == stop:
        return []
    first = start - start % ROW
    rows = list(range(first, stop, ROW))
    lines: list[Line] = [
        (Span(f"  {sign} ", tone), *_hex_row(data, offset, start, stop, tone)) for offset in rows[:MOST_LINES]
    ]
    if len(rows) > MOST_LINES:
        more = thousands(stop - rows[MOST_LINES])
        lines.append((Span(f"  {sign} … {more} more bytes", Tone.SECOND),))
    return lines


def _hex_row(data: bytes, offset: int, start: int, stop: int, tone: Tone) -> Line:
    """One row of bytes with its offset and its characters; the bytes from `start` to `stop` marked."""
    row = data[offset : offset + ROW]
    spans = [Span(f"{offset:08x}  ", Tone.SECOND)]
    for place, byte in enumerate(row, offset):
        if start <= place < stop:
            spans += [Span(f"{byte:02x}", tone, marked=True), Span(" ")]
        else:
            spans.append(Span(f"{byte:02x} "))
    spans.append(Span("   " * (ROW - len(row)) + " "))
    spans.append(Span("".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row), Tone.SECOND))
    return tuple(spans)


def _rest(count: int, noun: str) -> list[Line]:
    return [EMPTY, (Span(f"… and {thousands(count)} more {noun}", Tone.SECOND),)]
