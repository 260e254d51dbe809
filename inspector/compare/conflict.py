"""A value that two people changed at once: base, theirs and mine in three columns, row by row beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from inspector import masking
from inspector.compare.changes import HIDDEN, LARGEST
from inspector.compare.columns import Columns, Rows, Sides, by_byte, by_line, first_parts
from inspector.compare.fields import Row, rows_of
from inspector.compare.spans import EMPTY, Line, Span, Tone, clipped, outdented, pair, seen
from inspector.formats import thousands
from inspector.lossless import JsonError, NotLosslessError, merge
from inspector.masking import Masker, mentions_secret
from inspector.plain import visible

_MOST_OF_ONE = 12  # lines of one value
_ONLY_JSON = "Only JSON can be merged."
_MOST_NAMED = 3  # fields that are named where a merge is refused


@dataclass(frozen=True, slots=True)
class Conflict:
    """How base, theirs and mine differ, and what a merge of both gives.

    `merged` is None where both cannot be had; `why_not` says why then. `bare` is None where there are no secrets.
    """

    columns: Columns
    merged: bytes | None
    why_not: str = ""
    bare: Columns | None = None


def study(base: bytes, theirs: bytes | None, mine: bytes, *, json: bool, secret: bool = False) -> Conflict:
    """Compare the three and try to merge them. `theirs` is None where the value was deleted meanwhile.

    By field where `json` and all are, else by line or by byte. `secret` says that the whole value is one. Takes up
    to seconds for the largest values: not for the GUI thread. Values above LARGEST are not compared.
    """
    sides = (base, theirs, mine)
    if max(len(side or b"") for side in sides) > LARGEST:
        return _whole(
            first_parts(sides), "Values of more than 1 MB are neither compared nor merged.", sides, secret
        )
    rows, why_not = _rows(base, theirs, mine) if json else (None, _ONLY_JSON)
    if not rows:
        why_not = "" if theirs is None else why_not
        return _whole(by_line(sides) or by_byte(sides), why_not, sides, secret)
    merged, why_not = _merged(base, theirs, mine, rows)
    masked = _field_columns(rows, masking.all_masked if secret else masking.masked, deleted=theirs is None)
    bare = _field_columns(rows, masking.bare, deleted=theirs is None)
    return Conflict(masked, merged, why_not, None if bare == masked else bare)


def _whole(columns: Columns, why_not: str, sides: Sides, secret: bool) -> Conflict:
    """A conflict that cannot be told by field: where there is a secret in it, it is hidden as a whole."""
    if secret or any(mentions_secret(side[:LARGEST]) for side in sides if side is not None):
        return Conflict(((HIDDEN,), (HIDDEN,), (HIDDEN,)), None, why_not, columns)
    return Conflict(columns, None, why_not)


def _rows(base: bytes, theirs: bytes | None, mine: bytes) -> tuple[list[Row] | None, str]:
    """None, and why, where the three cannot be compared by field."""
    try:
        return rows_of(base, theirs, mine), _ONLY_JSON
    except NotLosslessError as error:
        return None, f"A merge goes field by field, which this value does not allow. {error}"
    except JsonError:
        return None, _ONLY_JSON


def _merged(base: bytes, theirs: bytes | None, mine: bytes, rows: Sequence[Row]) -> tuple[bytes | None, str]:
    """The merge of both, or why there is none."""
    if theirs is None:
        return None, ""
    if not any(row.mine_changed for row in rows):
        return None, "You changed only white space or escapes, which a merge would lose."
    both = merge(base, theirs, mine)
    if not both.conflicts:
        return both.data, ""
    paths = [visible(clipped(conflict.path, 60)) for conflict in both.conflicts]
    told = ", ".join(paths[:_MOST_NAMED])
    more = f" and {thousands(len(paths) - _MOST_NAMED)} more" if len(paths) > _MOST_NAMED else ""
    return None, f"Both changed {told}{more}: only one of the two can stay."


def _field_columns(rows: Sequence[Row], mask: Masker, *, deleted: bool) -> Columns:
    shown = Rows()
    for number, row in enumerate(rows):
        if shown.is_full:
            shown.skip(len(rows) - number, "field", "more")
            break
        base, theirs, mine = (
            source if source is None or row.is_order else mask(row.path, source)
            for source in (row.base, row.theirs, row.mine)
        )
        path = seen(clipped(f"{row.path} (order)" if row.is_order else row.path, 120))
        mark = (
            [Span("both changed", Tone.REMOVED, marked=True), Span("  ")]
            if row.touches and not deleted
            else []
        )
        partner = mine if row.mine_changed else theirs
        shown.add(
            [(*mark, *path), *_value(base, partner, of_base=True), EMPTY],
            [(_word(row.base, row.theirs, row.theirs_changed), *path), *_value(base, theirs), EMPTY],
            [(_word(row.base, row.mine, row.mine_changed), *path), *_value(base, mine), EMPTY],
        )
    return shown.columns(deleted=deleted)


def _word(base: str | None, other: str | None, changed: bool) -> Span:
    if not changed:
        return Span("same     ", Tone.SECOND)
    if base is None:
        return Span("added    ", Tone.ADDED)
    if other is None:
        return Span("removed  ", Tone.REMOVED)
    return Span("changed  ", Tone.CHANGED)


def _value(base: str | None, other: str | None, *, of_base: bool = False) -> list[Line]:
    """A value's JSON text, `other` or that `of_base`; where both stand on one line, what differs is marked."""
    source = base if of_base else other
    if source is None:
        return [(Span("  not there", Tone.SECOND),)]
    whole = not (base or "").startswith('"') or not (other or "").startswith('"')
    if base is not None and other is not None and base != other and "\n" not in base + other:
        return [(Span("  "), *pair(base, other, whole=whole)[0 if of_base else 1])]
    lines = outdented(source)
    shown: list[Line] = [(Span("  "), *seen(clipped(line))) for line in lines[:_MOST_OF_ONE]]
    if len(lines) > _MOST_OF_ONE:
        shown.append((Span(f"  … {thousands(len(lines) - _MOST_OF_ONE)} more lines", Tone.SECOND),))
    return shown
