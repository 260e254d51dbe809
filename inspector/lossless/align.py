"""Which items of one list are which of another: the hunks in which two lists differ."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from inspector.lossless.nodes import JsonType, Node

MAX_COMPARED = 1000
"""Beyond so many items between what two lists begin and end with alike, they are compared as one hunk."""

_IDENTITIES = ("id", "uuid", "key", "name")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Items `start` to `stop` of the old list stand as `new_start` to `new_stop` in the new one, changed."""

    start: int
    stop: int
    new_start: int
    new_stop: int


def hunks(old: list[Node], new: list[Node]) -> list[Hunk]:
    """Where `new` differs from `old`, in order; items that only changed inside are hunks of one to one."""
    shorter = min(len(old), len(new))
    front = next((n for n in range(shorter) if not old[n].same_value(new[n])), shorter)
    rest = shorter - front
    back = next((n for n in range(rest) if not old[-1 - n].same_value(new[-1 - n])), rest)
    if front == len(old) == len(new):
        return []
    middle, others = old[front : len(old) - back], new[front : len(new) - back]
    if max(len(middle), len(others)) > MAX_COMPARED and len(middle) != len(others):
        return [Hunk(front, len(old) - back, front, len(new) - back)]
    if len(middle) == len(others) and all(same_item(a, b) for a, b in zip(middle, others, strict=True)):
        pairs = range(front, len(old) - back)
        return [Hunk(n, n + 1, n, n + 1) for n in pairs if not old[n].same_value(new[n])]
    if max(len(middle), len(others)) > MAX_COMPARED:
        return [Hunk(front, len(old) - back, front, len(new) - back)]
    found: list[Hunk] = []
    for start, stop, new_start, new_stop in _unequal(_fingerprints(middle), _fingerprints(others)):
        whole = Hunk(front + start, front + stop, front + new_start, front + new_stop)
        both = zip(middle[start:stop], others[new_start:new_stop], strict=False)
        if stop - start == new_stop - new_start and all(same_item(one, two) for one, two in both):
            found.extend(_item_by_item(whole))
        else:
            found.extend(_by_identity(old, new, whole))
    return found


def _by_identity(old: list[Node], new: list[Node], hunk: Hunk) -> list[Hunk]:
    """The parts of a hunk of unequal sides, items of the same identity taken as one item that changed."""
    before, after = old[hunk.start : hunk.stop], new[hunk.new_start : hunk.new_stop]
    ours = [_identity(item) or f"old {n}" for n, item in enumerate(before)]
    theirs = [_identity(item) or f"new {n}" for n, item in enumerate(after)]
    parts: list[Hunk] = []
    position, new_position = hunk.start, hunk.new_start
    for start, stop, new_start, new_stop in [
        *_unequal(ours, theirs),
        (len(ours), len(ours), len(theirs), len(theirs)),
    ]:
        same = hunk.start + start - position
        kept = _item_by_item(Hunk(position, position + same, new_position, new_position + same))
        parts.extend(part for part in kept if not old[part.start].same_value(new[part.new_start]))
        position, new_position = hunk.start + stop, hunk.new_start + new_stop
        if (start, new_start) != (stop, new_stop):
            parts.append(Hunk(hunk.start + start, position, hunk.new_start + new_start, new_position))
    return parts


def _identity(item: Node) -> str:
    """What says which object this is, whatever else in it changes; empty where nothing does."""
    named = members(item) if item.type is JsonType.OBJECT else {}
    return next((f"{name} {_canonical(named[name, 0])}" for name in _IDENTITIES if (name, 0) in named), "")


def _unequal(before: list[str], after: list[str]) -> list[tuple[int, int, int, int]]:
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(i1, i2, j1, j2) for tag, i1, i2, j1, j2 in opcodes if tag != "equal"]


def same_item(old: Node, new: Node) -> bool:
    """Whether `new` is `old` with changes inside, rather than something else in its place."""
    if old.type is not new.type:
        return False
    if old.type is not JsonType.OBJECT:
        return True
    ours, theirs = members(old), members(new)
    if identity := _identity(old):
        return identity == _identity(new)
    return not ours or any(at in theirs for at in ours)


def members(container: Node) -> dict[tuple[str, int], Node]:
    """The members of an object by name and number among those of that name."""
    found: dict[tuple[str, int], Node] = {}
    counts: dict[str, int] = {}
    for child in container.fields:
        name = child.name or ""
        counts[name] = counts.get(name, 0) + 1
        found[name, counts[name] - 1] = child
    return found


def _item_by_item(hunk: Hunk) -> list[Hunk]:
    return [
        Hunk(hunk.start + n, hunk.start + n + 1, hunk.new_start + n, hunk.new_start + n + 1)
        for n in range(hunk.stop - hunk.start)
    ]


def _fingerprints(items: list[Node]) -> list[str]:
    return [f"{item.type.name}{_canonical(item)}" for item in items]


def _canonical(item: Node) -> str:
    """Text that is equal where `same_value` holds."""
    pieces: list[str] = []
    for node in item.walk():
        value = node.raw if node.children is None else f"{node.type.value}{len(node.children)}"
        text = node.text if node.type is JsonType.TEXT else value
        pieces.append(f"{node.name!r}:{text!r}" if node is not item else repr(text))
    return ",".join(pieces)
