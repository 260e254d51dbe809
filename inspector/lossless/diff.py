"""What is different between two JSON texts, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from inspector.lossless.align import hunks, members, same_item
from inspector.lossless.document import Document
from inspector.lossless.nodes import JsonType, Node


class ChangeKind(Enum):
    """What happened to a field; the enum's value is the word that a person reads."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"
    RESPACED = "white space or escapes changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference: `before` and `after` are the field's JSON text, None on the side that lacks it.

    `path` is where the field stands after the change; where it was, if it was removed.
    """

    path: str
    kind: ChangeKind
    before: str | None
    after: str | None


def diff(before: bytes, after: bytes) -> list[FieldChange]:
    """The changes that make `after` of `before`, in the order of the text.

    Raises JsonSyntaxError where either is not JSON, NotLosslessError where more than 500 levels are nested.
    """
    if before == after:
        return []
    changes = list(_changes(Document.parse(before).root, Document.parse(after).root))
    return changes or [FieldChange("$", ChangeKind.RESPACED, before.decode(), after.decode())]


_Step = FieldChange | tuple[Node, Node]
"""A change that was found, or two fields to be compared before one goes on."""


def _changes(old: Node, new: Node) -> Iterator[FieldChange]:
    # Levels stand on a list instead of Python's stack, which 500 of them would be too many for.
    levels = [_compare(old, new)]
    while levels:
        step = next(levels[-1], None)
        if step is None:
            levels.pop()
        elif isinstance(step, FieldChange):
            yield step
        else:
            levels.append(_compare(*step))


def _compare(old: Node, new: Node) -> Iterator[_Step]:
    if old.same_value(new):
        return
    if old.type is new.type is JsonType.OBJECT:
        yield from _compare_objects(old, new)
    elif old.type is new.type is JsonType.LIST:
        yield from _compare_lists(old, new)
    else:
        yield FieldChange(new.path(), ChangeKind.CHANGED, old.source(), new.source())


def _compare_objects(old: Node, new: Node) -> Iterator[_Step]:
    ours, theirs = members(old), members(new)
    yield from (_removed(field) for at, field in ours.items() if at not in theirs)
    for at, field in theirs.items():
        yield (ours[at], field) if at in ours else _added(field)
    order = [at for at in theirs if at in ours]
    if order != [at for at in ours if at in theirs]:
        names_before = ", ".join(field.key for field in old.fields)
        names_after = ", ".join(field.key for field in new.fields)
        yield FieldChange(new.path(), ChangeKind.REORDERED, names_before, names_after)


def _compare_lists(old: Node, new: Node) -> Iterator[_Step]:
    for hunk in hunks(old.fields, new.fields):
        gone = old.fields[hunk.start : hunk.stop]
        come = new.fields[hunk.new_start : hunk.new_stop]
        if len(gone) == len(come) == 1 and (same_item(gone[0], come[0]) or gone[0].children is None):
            yield gone[0], come[0]
            continue
        yield from map(_removed, gone)
        yield from map(_added, come)


def _added(field: Node) -> FieldChange:
    return FieldChange(field.path(), ChangeKind.ADDED, None, field.source())


def _removed(field: Node) -> FieldChange:
    return FieldChange(field.path(), ChangeKind.REMOVED, field.source(), None)
