"""Two people's edits of one JSON text, brought together field by field where they do not touch."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from inspector.lossless.align import Hunk, hunks, members, same_item
from inspector.lossless.document import Document
from inspector.lossless.nodes import JsonType, Node


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both changed: its path, and its JSON text on each side, None where it is not there."""

    path: str
    base: str | None
    theirs: str | None
    mine: str | None


@dataclass(frozen=True, slots=True)
class Merged:
    """Theirs with my edits in it; where `conflicts` says that both touched a field, theirs stands in `data`."""

    data: bytes
    conflicts: tuple[Conflict, ...]


def merge(base: bytes, theirs: bytes, mine: bytes) -> Merged:
    """Put what I changed since `base` into `theirs`, and leave every other byte of `theirs` as it is.

    Both sides' changes are taken where they concern different fields; items that both put at the same place of a
    list follow each other, theirs first. Raises JsonSyntaxError where one of the three is not JSON, NotLosslessError
    where more than 500 levels are nested.
    """
    if mine in (base, theirs):
        return Merged(theirs, ())
    if theirs == base:
        return Merged(mine, ())
    merger = _Merger(Document.parse(theirs))
    merger.merge(Document.parse(base).root, merger.document.root, Document.parse(mine).root)
    return Merged(merger.document.serialise(), tuple(merger.conflicts))


_Members = dict[tuple[str, int], Node]
_Three = tuple[Node, Node, Node]
_Steps = Iterator[_Three]
"""Yields the fields inside that are to be merged, all that is in them included, before it goes on."""


class _Merger:
    """Writes into `document`, which is theirs."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.conflicts: list[Conflict] = []

    def merge(self, base: Node, theirs: Node, mine: Node) -> None:
        """Merge all of it, the levels on a list: 500 would be too many for Python's stack."""
        levels = [self._merge(base, theirs, mine)]
        while levels:
            inside = next(levels[-1], None)
            if inside is None:
                levels.pop()
            else:
                levels.append(self._merge(*inside))

    def _merge(self, base: Node, theirs: Node, mine: Node) -> _Steps:
        if base.same_value(mine) or theirs.same_value(mine):
            return
        if base.same_value(theirs):
            yield from self._take(theirs, mine)
        elif base.type is theirs.type is mine.type is JsonType.OBJECT:
            yield from self._merge_objects(base, theirs, mine)
        elif base.type is theirs.type is mine.type is JsonType.LIST:
            yield from self._merge_lists(base, theirs, mine)
        else:
            self._conflict(theirs.path(), base, theirs, mine)

    def _take(self, theirs: Node, mine: Node) -> _Steps:
        """Put my value in the place of theirs, which is still as it was in the base."""
        if theirs.type is not mine.type or not theirs.children:
            self.document.replace(theirs, mine.source())
        elif mine.type is JsonType.OBJECT:
            # Editing their container into mine step by step leaves the bytes of what I did not touch.
            yield from self._merge_objects(theirs.copy(), theirs, mine)
        else:
            yield from self._merge_lists(theirs.copy(), theirs, mine)

    def _merge_objects(self, base: Node, theirs: Node, mine: Node) -> _Steps:
        bases, others, ours = members(base), members(theirs), members(mine)
        if any(nth for side in (bases, others, ours) for _, nth in side) and not base.same_value(theirs):
            # With a name twice, which member is which is a guess as soon as both sides have changed the object.
            self._conflict(theirs.path(), base, theirs, mine)
            return
        now = dict(others)
        for at, field in bases.items():
            if at in ours and at in others:
                yield field, others[at], ours[at]
            elif at not in ours and at in others:
                if field.same_value(others[at]):
                    del now[at]
                else:
                    self._conflict(others[at].path(), field, others[at], None)
            elif at in ours and not field.same_value(ours[at]):
                self._conflict(ours[at].path(), field, None, ours[at])
        for at in reversed(others):  # from the last one on, each finds those before it where they were
            if at not in now:
                self.document.remove(others[at])
        self._insert_members(bases, theirs, now, ours)
        self._merge_order(base, theirs, mine, now)

    def _insert_members(self, bases: _Members, theirs: Node, now: _Members, ours: _Members) -> None:
        """Add each of my new members after the one that it follows in mine, to theirs and to what is there `now`."""
        places = {at: place for place, at in enumerate(now)}
        behind: dict[int, list[tuple[str, int]]] = {}
        anchor = -1
        for at, field in ours.items():
            if at in places:
                anchor = places[at]
                if at not in bases and not field.same_value(now[at]):
                    self._conflict(field.path(), None, now[at], field)
            elif at not in bases:
                behind.setdefault(anchor, []).append(at)
        for place in sorted(behind, reverse=True):
            for offset, at in enumerate(behind[place], start=1):
                edit = self.document.insert(theirs, place + offset, ours[at].source(), at[0])
                edit.write(edit.node, key=ours[at].key)
                now[at] = edit.node

    def _merge_order(self, base: Node, theirs: Node, mine: Node, now: _Members) -> None:
        """Bring what is there `now` into my order, members of theirs alone in front."""
        bases, ours = members(base), members(mine)
        common = bases.keys() & now.keys() & ours.keys()
        was, is_now, wanted = ([at for at in side if at in common] for side in (bases, now, ours))
        if wanted in (was, is_now):
            return
        if is_now != was:
            self._conflict(theirs.path(), base, theirs, mine)
            return
        order = [at for at in now if at not in ours] + [at for at in ours if at in now]
        self.document.reorder(theirs, [now[at] for at in order])

    def _merge_lists(self, base: Node, theirs: Node, mine: Node) -> _Steps:
        my_hunks, their_hunks = hunks(base.fields, mine.fields), hunks(base.fields, theirs.fields)
        starts, stops = [other.start for other in their_hunks], [other.stop for other in their_hunks]
        for my_hunk in reversed(my_hunks):
            first, last = bisect_left(stops, my_hunk.start), bisect_right(starts, my_hunk.stop)
            near = their_hunks[first:last]
            if any(_alike(my_hunk, mine, other, theirs) for other in near):
                continue
            touched = [other for other in near if _touch(my_hunk, other)]
            if touched:
                yield from self._merge_hunk(base, theirs, mine, my_hunk, touched)
                continue
            before = bisect_right(stops, my_hunk.start)
            shift = their_hunks[before - 1].new_stop - their_hunks[before - 1].stop if before else 0
            yield from self._apply(base, theirs, mine, my_hunk, my_hunk.start + shift)

    def _merge_hunk(self, base: Node, theirs: Node, mine: Node, my_hunk: Hunk, touched: list[Hunk]) -> _Steps:
        """Items that both changed: the same item field by field, anything else as a conflict."""
        other = touched[0]
        one_to_one = {my_hunk.stop - my_hunk.start, my_hunk.new_stop - my_hunk.new_start} == {1}
        if len(touched) == 1 and one_to_one and (other.start, other.stop) == (my_hunk.start, my_hunk.stop):
            came = theirs.fields[other.new_start : other.new_stop]
            item, my_item = base.fields[my_hunk.start], mine.fields[my_hunk.new_start]
            if len(came) == 1 and same_item(item, came[0]) and same_item(item, my_item):
                yield item, came[0], my_item
                return
        start, stop = min(my_hunk.start, other.start), max(my_hunk.stop, touched[-1].stop)
        self.conflicts.append(
            Conflict(
                f"{theirs.path()}[{start}]",
                _texts(base.fields[start:stop]),
                _texts(theirs.fields[other.new_start : touched[-1].new_stop]),
                _texts(mine.fields[my_hunk.new_start : my_hunk.new_stop]),
            )
        )

    def _apply(self, base: Node, theirs: Node, mine: Node, hunk: Hunk, start: int) -> _Steps:
        """Put my items in the place of theirs from `start` on, which are as they were in the base."""
        gone, came = hunk.stop - hunk.start, mine.fields[hunk.new_start : hunk.new_stop]
        if gone == len(came) == 1:
            yield base.fields[hunk.start], theirs.fields[start], came[0]
            return
        for _ in range(gone):
            self.document.remove(theirs.fields[start])
        for offset, item in enumerate(came):
            self.document.insert(theirs, start + offset, item.source())

    def _conflict(self, path: str, base: Node | None, theirs: Node | None, mine: Node | None) -> None:
        base_text, their_text, my_text = (
            None if side is None else side.source() for side in (base, theirs, mine)
        )
        self.conflicts.append(Conflict(path, base_text, their_text, my_text))


def _touch(one: Hunk, other: Hunk) -> bool:
    """Whether both changed an item of the base; two insertions at one place do not touch."""
    if one.start == one.stop or other.start == other.stop:
        inserted, around = (one, other) if one.start == one.stop else (other, one)
        return around.start < inserted.start < around.stop
    return one.start < other.stop and other.start < one.stop


def _alike(my_hunk: Hunk, mine: Node, other: Hunk, theirs: Node) -> bool:
    """Whether both did the same to the same items."""
    ours = mine.fields[my_hunk.new_start : my_hunk.new_stop]
    others = theirs.fields[other.new_start : other.new_stop]
    if (my_hunk.start, my_hunk.stop, len(ours)) != (other.start, other.stop, len(others)):
        return False
    return all(one.same_value(two) for one, two in zip(ours, others, strict=True))


def _texts(items: list[Node]) -> str | None:
    return ", ".join(item.source() for item in items) or None
