"""Three JSON texts field by field: which field of base is which of theirs and of mine, where any differ."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from inspector.lossless import Document, JsonType, Node
from inspector.lossless.align import hunks, members, same_item


@dataclass(frozen=True, slots=True)
class Row:
    """A field that is not the same everywhere: its path, and its JSON text on each side, None where it is not.

    `theirs_changed` and `mine_changed` are against base. An order of keys stands as the keys, with `is_order`.
    """

    path: str
    base: str | None
    theirs: str | None
    mine: str | None
    theirs_changed: bool
    mine_changed: bool
    is_order: bool = False

    @property
    def touches(self) -> bool:
        """Whether both changed it, and not to the same."""
        return self.theirs_changed and self.mine_changed and self.theirs != self.mine


_Three = tuple[Node | None, Node | None, Node | None]


def rows_of(base: bytes, theirs: bytes | None, mine: bytes) -> list[Row]:
    """The fields that differ, those that both changed first, else in the order of the text.

    `theirs` is None where the value was deleted: then its column is empty. Raises JsonError where one is not JSON.
    """
    old = Document.parse(base).root
    other = None if theirs is None else Document.parse(theirs).root
    own = Document.parse(mine).root
    if other is None:
        # What was deleted is not told field by field: only what I changed is.
        return [replace(row, theirs=None, theirs_changed=True) for row in _rows(old, old, own)]
    return sorted(_rows(old, other, own), key=lambda row: not row.touches)


def _rows(base: Node, theirs: Node, mine: Node) -> Iterator[Row]:
    todo: list[_Three] = [(base, theirs, mine)]
    while todo:
        three = todo.pop()
        one, two, own = three
        if _alike(one, two) and _alike(one, own):
            continue
        inner: list[_Three] | None = None
        if one is not None and two is not None and own is not None and one.type is two.type is own.type:
            if one.type is JsonType.OBJECT:
                yield from _order(one, two, own)
                inner = _members(one, two, own)
            elif one.type is JsonType.LIST:
                inner = _items(one, two, own)
        if inner is None:
            yield _row(three)
        else:
            todo.extend(reversed(inner))


def _alike(one: Node | None, other: Node | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.same_value(other)


def _row(three: _Three) -> Row:
    base, theirs, mine = three
    there = next(node for node in three if node is not None)
    their_text = None if theirs is None else theirs.source()
    same = theirs is not None and mine is not None and theirs.same_value(mine)
    return Row(
        there.path(),
        None if base is None else base.source(),
        their_text,
        their_text if same else None if mine is None else mine.source(),
        not _alike(base, theirs),
        not _alike(base, mine),
    )


def _members(base: Node, theirs: Node, mine: Node) -> list[_Three]:
    bases, others, ours = members(base), members(theirs), members(mine)
    every = dict.fromkeys([*bases, *others, *ours])
    return [(bases.get(at), others.get(at), ours.get(at)) for at in every]


def _order(base: Node, theirs: Node, mine: Node) -> Iterator[Row]:
    """The order of an object's keys, where somebody changed it."""
    bases, others, ours = (list(members(node)) for node in (base, theirs, mine))
    theirs_changed, mine_changed = _reordered(bases, others), _reordered(bases, ours)
    if theirs_changed or mine_changed:
        before, theirs_now, mine_now = (
            ", ".join(field.key for field in node.fields) for node in (base, theirs, mine)
        )
        yield Row(base.path(), before, theirs_now, mine_now, theirs_changed, mine_changed, is_order=True)


def _reordered(before: list[tuple[str, int]], after: list[tuple[str, int]]) -> bool:
    stayed = set(before) & set(after)
    return [at for at in before if at in stayed] != [at for at in after if at in stayed]


def _items(base: Node, theirs: Node, mine: Node) -> list[_Three]:
    """The items of base, each beside what it became, and before it what was put there."""
    their_items, their_new = _matched(base.fields, theirs.fields)
    my_items, my_new = _matched(base.fields, mine.fields)
    found: list[_Three] = []
    for place in range(len(base.fields) + 1):
        came, put = their_new.get(place, []), my_new.get(place, [])
        if len(came) == len(put) and all(map(Node.same_value, came, put)):
            found.extend((None, one, other) for one, other in zip(came, put, strict=True))
        else:
            found.extend((None, item, None) for item in came)
            found.extend((None, None, item) for item in put)
        if place < len(base.fields):
            found.append((base.fields[place], their_items.get(place), my_items.get(place)))
    return found


def _matched(old: list[Node], new: list[Node]) -> tuple[dict[int, Node], dict[int, list[Node]]]:
    """What each item of `old` became (left out where it is gone), and what was put before each."""
    became: dict[int, Node] = {}
    put: dict[int, list[Node]] = {}
    place = shift = 0
    for hunk in hunks(old, new):
        became.update((n, new[n + shift]) for n in range(place, hunk.start))
        gone, come = old[hunk.start : hunk.stop], new[hunk.new_start : hunk.new_stop]
        if len(gone) == len(come) == 1 and (same_item(gone[0], come[0]) or gone[0].children is None):
            became[hunk.start] = come[0]
        elif come:
            put[hunk.start] = come
        place, shift = hunk.stop, hunk.new_stop - hunk.stop
    became.update((n, new[n + shift]) for n in range(place, len(old)))
    return became, put
