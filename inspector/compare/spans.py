"""Lines of text in a few tones, in which nothing is invisible and everything has an end."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from inspector.formats import thousands
from inspector.plain import visible

WIDEST = 240  # characters of one line
_AROUND = 30  # characters that are kept on either side of what differs
_SIGNS = {" ": "·", "\t": "→", "\n": "↵"}


class Tone(Enum):
    """What a span says by its colour; a word or a sign always says it too."""

    PLAIN = "text"
    SECOND = "second_text"
    CHANGED = "amber"
    ADDED = "green"
    REMOVED = "red"


@dataclass(frozen=True, slots=True)
class Span:
    """Text to show as it is; `marked` gives it a background of its tone."""

    text: str
    tone: Tone = Tone.PLAIN
    marked: bool = False


Line = tuple[Span, ...]
EMPTY: Line = ()


def text_of(line: Line) -> str:
    """A line without its colours."""
    return "".join(span.text for span in line)


def seen(
    text: str, tone: Tone = Tone.PLAIN, *, marked: bool = False, blanks: bool = False, ends: bool = True
) -> Line:
    """`text` with stand-ins, in the second tone, for what cannot be seen: escapes, or signs for white space.

    Ordinary blanks stand as they are, unless `blanks`, or where they are last in the text and it `ends` a line.
    """
    if not blanks and visible(text) == text:
        return (Span(text, tone, marked),) if text else EMPTY
    kept = len(text.rstrip(" \t\r\n")) if ends else len(text)
    spans: list[Span] = []
    run: list[str] = []
    for place, character in enumerate(text):
        shown = _stand_in(character, as_sign=blanks or place >= kept)
        if shown is None:
            run.append(character)
            continue
        if run:
            spans.append(Span("".join(run), tone, marked))
            run = []
        spans.append(Span(shown, Tone.SECOND, marked))
    if run:
        spans.append(Span("".join(run), tone, marked))
    return tuple(spans)


def clipped(text: str, limit: int = WIDEST) -> str:
    """`text`, or its start and how much more there is."""
    return text if len(text) <= limit else f"{text[:limit]}… {thousands(len(text) - limit)} more"


def pair(before: str, after: str, *, signs: bool = False, whole: bool = False) -> tuple[Line, Line]:
    """Both texts on a line each, with what differs between them marked, and cut down to what is around it.

    With `signs`, the white space in what differs has signs too. With `whole`, all of both is taken to differ.
    """
    start = alike_at_start(before, after) if not whole else 0
    end = alike_at_start(before[start:][::-1], after[start:][::-1]) if not whole else 0
    return (
        _around(before, start, end, Tone.REMOVED, signs),
        _around(after, start, end, Tone.ADDED, signs),
    )


def alike_at_start(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items (characters, bytes, lines) both begin with alike, found by comparing slices."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _around(text: str, start: int, end: int, tone: Tone, signs: bool) -> Line:
    stop = len(text) - end
    lead, inside, trail = text[:start], text[start:stop], text[stop:]
    if len(lead) > 2 * _AROUND:
        lead = f"…{lead[-_AROUND:]}"
    if len(trail) > 2 * _AROUND:
        trail = f"{trail[:_AROUND]}…"
    middle = seen(clipped(inside), tone, marked=True, blanks=signs, ends=not trail)
    return (*seen(lead, ends=not inside + trail), *middle, *seen(trail))


def outdented(source: str) -> list[str]:
    """The lines of a JSON text from the midst of a document, without the indent that its place there gave them."""
    lines = source.split("\n")
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip(" \t"))]
    return [lines[0], *(line.removeprefix(indent) for line in lines[1:])]


def _stand_in(character: str, *, as_sign: bool) -> str | None:
    if as_sign and character in _SIGNS:
        return _SIGNS[character]
    shown = visible(character)
    return None if character in (" ", "\\") or shown == character else shown
