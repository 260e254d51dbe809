"""One value of a JSON text with the exact characters around it, and where it stands in its document."""

import re
from collections.abc import Iterator
from enum import Enum

from inspector.lossless.strings import decode, encode


class JsonType(Enum):
    """What a value is; the enum's value is the word that a person reads."""

    OBJECT = "object"
    LIST = "list"
    TEXT = "text"
    NUMBER = "number"
    BOOL = "yes/no"
    NULL = "null"


BRACKETS = {JsonType.OBJECT: ("{", "}"), JsonType.LIST: ("[", "]")}

Address = tuple[int | tuple[str, int], ...]
"""A place that duplicate keys cannot blur: list indices, and (key, which of the members of that key)."""


class Node:
    """A value as written: `lead key colon VALUE trail`, where VALUE is `raw`, or brackets around `children`.

    `lead` and `trail` are the white space around it, `key` is its name in quotes as written ("" outside objects),
    and `colon` is the colon with its white space. `raw` of a container is the white space inside its brackets
    while it is empty. Only `Edit` writes to a node, so that everything can be undone.
    """

    __slots__ = ("_place", "children", "colon", "key", "lead", "parent", "raw", "trail", "type")

    def __init__(
        self,
        kind: JsonType,
        raw: str,
        children: list["Node"] | None = None,
        parent: "Node | None" = None,
        lead: str = "",
        key: str = "",
        colon: str = "",
        trail: str = "",
    ) -> None:
        self.type = kind
        self.raw = raw
        self.children = children
        self.parent = parent
        self.lead = lead
        self.key = key
        self.colon = colon
        self.trail = trail
        self._place = 0

    @property
    def fields(self) -> list["Node"]:
        """The children; an empty list of no consequence for a scalar."""
        return self.children if self.children is not None else []

    @property
    def name(self) -> str | None:
        """The decoded name of an object's member; None for list items and the whole document."""
        return decode(self.key) if self.key else None

    @property
    def index(self) -> int:
        """The position among the siblings; 0 for the whole document."""
        if self.parent is None:
            return 0
        siblings = self.parent.fields
        if self._place >= len(siblings) or siblings[self._place] is not self:
            for place, sibling in enumerate(siblings):
                sibling._place = place
        return self._place

    @property
    def text(self) -> str:
        """The decoded text of a text value."""
        return decode(self.raw)

    @property
    def depth(self) -> int:
        """How many containers stand around this value."""
        return sum(1 for _ in self.ancestors())

    def is_in(self, root: "Node") -> bool:
        """Whether this value is still somewhere in the document of `root`."""
        node = self
        while node.parent is not None:
            siblings = node.parent.fields
            if not (node.index < len(siblings) and siblings[node.index] is node):
                return False
            node = node.parent
        return node is root

    def ancestors(self) -> Iterator["Node"]:
        """The containers around this value, innermost first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def walk(self) -> Iterator["Node"]:
        """This value and everything in it, in the order of the text."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.children:
                stack.extend(reversed(node.children))

    def height(self) -> int:
        """How many containers are nested from here down, this one included; 0 for a scalar."""
        highest, level = 0, [self]
        while level := [node for node in level if node.children is not None]:
            highest += 1
            level = [child for node in level for child in node.children or ()]
        return highest

    def path(self) -> str:
        """The place as a person reads it, such as `$.todos[0].text` or `$["a b"]`."""
        steps: list[str] = []
        node = self
        while node.parent is not None:
            name = node.name
            steps.append(f"[{node.index}]" if name is None else _name_step(name))
            node = node.parent
        return "$" + "".join(reversed(steps))

    def address(self) -> Address:
        """The place, told apart from other members of the same key."""
        steps: list[int | tuple[str, int]] = []
        node = self
        while (parent := node.parent) is not None:
            name = node.name
            if name is None:
                steps.append(node.index)
            else:
                before = parent.fields[: node.index]
                steps.append((name, sum(1 for other in before if other.name == name)))
            node = parent
        return tuple(reversed(steps))

    def source(self) -> str:
        """The text of the value alone, exactly as it stands in the document."""
        if self.children is None:
            return self.raw
        opening, closing = BRACKETS[self.type]
        if not self.children:
            return f"{opening}{self.raw}{closing}"
        pieces = [opening]
        stack: list[tuple[Iterator[Node], Node]] = []
        container, children, comma = self, iter(self.children), ""
        while True:
            child = next(children, None)
            if child is None:
                pieces.append(BRACKETS[container.type][1])
                if not stack:
                    return "".join(pieces)
                pieces.append(container.trail)
                children, container = stack.pop()
                comma = ","
            elif child.children is None:
                pieces.append(f"{comma}{child.lead}{child.key}{child.colon}{child.raw}{child.trail}")
                comma = ","
            else:
                inside = "" if child.children else child.raw
                pieces.append(f"{comma}{child.lead}{child.key}{child.colon}{BRACKETS[child.type][0]}{inside}")
                stack.append((children, container))
                container, children, comma = child, iter(child.children), ""

    def same_value(self, other: "Node") -> bool:
        """Whether both are written alike, white space and the spelling of escapes aside."""
        pairs = [(self, other)]
        while pairs:
            one, two = pairs.pop()
            if one.type is not two.type:
                return False
            if one.children is None or two.children is None:
                if one.raw != two.raw and (one.type is not JsonType.TEXT or one.text != two.text):
                    return False
                continue
            if len(one.children) != len(two.children):
                return False
            for left, right in zip(one.children, two.children, strict=True):
                if left.key != right.key and left.name != right.name:
                    return False
                pairs.append((left, right))
        return True

    def copy(self) -> "Node":
        """The same value with the same text everywhere, and no parent."""
        twin = self._copy_alone(None)
        pairs = [(self, twin)]
        while pairs:
            original, made = pairs.pop()
            if original.children is None:
                continue
            made.children = [child._copy_alone(made) for child in original.children]
            pairs.extend(zip(original.children, made.children, strict=True))
        return twin

    def _copy_alone(self, parent: "Node | None") -> "Node":
        return Node(self.type, self.raw, None, parent, self.lead, self.key, self.colon, self.trail)


_STEP = re.compile(r'\.(?P<plain>[^.\[\]"]+)|\[(?P<index>\d+)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]')


def steps_of(path: str) -> list[int | str]:
    """The keys and indices of a path as `Node.path` writes it; ValueError where it is none."""
    steps: list[int | str] = []
    position = 1 if path.startswith("$") else -1
    while 0 <= position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            break
        if match["index"]:
            steps.append(int(match["index"]))
        else:
            steps.append(match["plain"] or decode(match["quoted"]))
        position = match.end()
    if position != len(path):
        raise ValueError(f"{path!r} is not the path of a field, such as $.todos[0].text")
    return steps


def _name_step(name: str) -> str:
    return f".{name}" if name.isidentifier() else f"[{encode(name, visible=True)}]"
