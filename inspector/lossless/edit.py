"""One change to a document that can be taken back and done again, to the character."""

from typing import Any, Self

from inspector.lossless.nodes import Node


class EditRefusedError(ValueError):
    """The change cannot be made without losing something; the message says why, as a sentence for the person."""


class Edit:
    """What was written to nodes, in order. It has been done when it is handed out.

    `node` is what the edit is about, `containers` those whose children are others or in another order now.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.containers: list[Node] = []
        self._writes: list[tuple[Node, str, Any, Any]] = []  # node, slot, before, after
        self._splices: list[tuple[list[Node], int, Node, bool]] = []  # siblings, index, node, whether it came

    def undo(self) -> None:
        """Bring back every character from before the edit."""
        for siblings, index, child, came in reversed(self._splices):
            _splice(siblings, index, child, comes=not came)
        for node, slot, before, _ in reversed(self._writes):
            setattr(node, slot, before)

    def redo(self) -> None:
        """Do the edit again, after `undo`."""
        for node, slot, _, after in self._writes:
            setattr(node, slot, after)
        for siblings, index, child, came in self._splices:
            _splice(siblings, index, child, comes=came)

    def changes_nothing(self) -> bool:
        """Whether the document reads as before."""
        return not self._splices and all(before == after for _, _, before, after in self._writes)

    def absorb(self, later: Self) -> bool:
        """Make one edit of this and `later`, the next one, where both wrote the same slots of one field."""
        mine, others = self._writes, later._writes
        if self._splices or later._splices or [w[:2] for w in mine] != [w[:2] for w in others]:
            return False
        self._writes = [(*old[:3], new[3]) for old, new in zip(mine, others, strict=True)]
        return True

    def join(self, later: Self) -> None:
        """Make one edit of this and `later`, the next one."""
        self._writes.extend(later._writes)
        self._splices.extend(later._splices)
        for container in later.containers:
            self.touch(container)

    def write(self, node: Node, **slots: Any) -> None:
        """Set slots of `node`, such as `raw` or `lead`."""
        for slot, after in slots.items():
            self._writes.append((node, slot, getattr(node, slot), after))
            setattr(node, slot, after)

    def insert(self, container: Node, index: int, child: Node) -> None:
        """Put `child` at `index` of `container`."""
        self.write(child, parent=container)
        self._splice(container, index, child, comes=True)

    def take(self, container: Node, index: int) -> Node:
        """Take the child at `index` out of `container`."""
        child = container.fields[index]
        self._splice(container, index, child, comes=False)
        return child

    def fill(self, node: Node, content: Node) -> None:
        """Make type, text and children of `content`, which belongs to nobody else, those of `node`."""
        for child in content.fields:
            self.write(child, parent=node)
        self.write(node, type=content.type, raw=content.raw, children=content.children)
        self.touch(node)

    def touch(self, container: Node) -> None:
        """Note that the children of `container` are others now."""
        if container not in self.containers:
            self.containers.append(container)

    def _splice(self, container: Node, index: int, child: Node, *, comes: bool) -> None:
        self.touch(container)
        self._splices.append((container.fields, index, child, comes))
        _splice(container.fields, index, child, comes=comes)


def _splice(siblings: list[Node], index: int, child: Node, *, comes: bool) -> None:
    if comes:
        siblings.insert(index, child)
    else:
        del siblings[index]
