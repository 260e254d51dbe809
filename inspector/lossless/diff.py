"""What is different between two JSON texts, field by field."""

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

    Raises JsonError where either is not JSON.
    """
    if before == after:
        return []
    old, new = Document.parse(before).root, Document.parse(after).root
    changes: list[FieldChange] = []
    _compare(old, new, changes)
    return changes or [FieldChange("$", ChangeKind.RESPACED, before.decode(), after.decode())]


def _compare(old: Node, new: Node, changes: list[FieldChange]) -> None:
    if old.same_value(new):
        return
    if old.type is new.type is JsonType.OBJECT:
        _compare_objects(old, new, changes)
    elif old.type is new.type is JsonType.LIST:
        _compare_lists(old, new, changes)
    else:
        changes.append(FieldChange(new.path(), ChangeKind.CHANGED, old.source(), new.source()))


def _compare_objects(old: Node, new: Node, changes: list[FieldChange]) -> None:
    ours, theirs = members(old), members(new)
    changes.extend(_removed(field) for at, field in ours.items() if at not in theirs)
    for at, field in theirs.items():
        if at in ours:
            _compare(ours[at], field, changes)
        else:
            changes.append(_added(field))
    order = [at for at in theirs if at in ours]
    if order != [at for at in ours if at in theirs]:
        names_before = ", ".join(field.key for field in old.fields)
        names_after = ", ".join(field.key for field in new.fields)
        changes.append(FieldChange(new.path(), ChangeKind.REORDERED, names_before, names_after))


def _compare_lists(old: Node, new: Node, changes: list[FieldChange]) -> None:
    for hunk in hunks(old.fields, new.fields):
        gone = old.fields[hunk.start : hunk.stop]
        come = new.fields[hunk.new_start : hunk.new_stop]
        if len(gone) == len(come) == 1 and (same_item(gone[0], come[0]) or gone[0].children is None):
            _compare(gone[0], come[0], changes)
            continue
        changes.extend(_removed(item) for item in gone)
        changes.extend(_added(item) for item in come)


def _added(field: Node) -> FieldChange:
    return FieldChange(field.path(), ChangeKind.ADDED, None, field.source())


def _removed(field: Node) -> FieldChange:
    return FieldChange(field.path(), ChangeKind.REMOVED, field.source(), None)
