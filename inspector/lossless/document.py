"""A whole JSON text that can be edited field by field, with every other character as it was."""

from inspector.lossless import spacing
from inspector.lossless.convert import converted, number_problem, string_problem
from inspector.lossless.edit import Edit, EditRefusedError
from inspector.lossless.nodes import Address, JsonType, Node, steps_of
from inspector.lossless.parse import MAX_DEPTH, JsonError, NotLosslessError, decode_utf8, parse
from inspector.lossless.spacing import Style
from inspector.lossless.strings import encode, rewrite, spelling_of


class Document:
    """A tree of nodes that writes itself as the bytes it was read from, until it is edited.

    Every method that edits does it at once and hands back the Edit that can undo it. Those that cannot be done
    raise EditRefusedError with a sentence for the person, and change nothing.
    """

    def __init__(self, root: Node, source: str) -> None:
        self.root = root
        self.spelling = spelling_of(source)
        self._style: Style | None = None

    @classmethod
    def parse(cls, data: bytes) -> "Document":
        """Read UTF-8 bytes.

        Raises JsonSyntaxError where they are not JSON, NotLosslessError where they could not be written back.
        """
        source = decode_utf8(data)
        document = cls(parse(source), source)
        if document.serialise() != data:
            raise NotLosslessError("Writing this text back would not give the same bytes.", 1, 1)
        return document

    def serialise(self) -> bytes:
        """The whole text as UTF-8."""
        return f"{self.root.lead}{self.root.source()}{self.root.trail}".encode()

    @property
    def style(self) -> Style:
        """The white space of the text as it was read."""
        if self._style is None:
            self._style = spacing.style_of(self.root)
        return self._style

    def find(self, path: str) -> Node | None:
        """The field at a path such as `$.todos[0].text` (of duplicate keys the first), or None."""
        return self.at(tuple((step, 0) if isinstance(step, str) else step for step in steps_of(path)))

    def at(self, address: Address) -> Node | None:
        """The field at an address, or None."""
        node = self.root
        for step in address:
            if isinstance(step, int):
                found = node.fields[step : step + 1] if node.type is JsonType.LIST else []
            else:
                name, nth = step
                found = [child for child in node.fields if child.name == name][nth : nth + 1]
            if not found:
                return None
            node = found[0]
        return node

    def set_text(self, node: Node, text: str) -> Edit:
        """Write `text` in place of a text, in the spelling of escapes that stands there."""
        return self.set_raw(node, rewrite(node.raw, text, self.spelling))

    def set_number(self, node: Node, text: str) -> Edit:
        """Write the digits `text` in place of a number."""
        if problem := number_problem(text):
            raise EditRefusedError(problem)
        return self.set_raw(node, text)

    def set_bool(self, node: Node, value: bool) -> Edit:
        """Write yes or no in place of the other."""
        return self.set_raw(node, "true" if value else "false")

    def set_escaped(self, node: Node, inside: str) -> Edit:
        """Write the JSON source `inside` between the quotes of a text."""
        if problem := string_problem(inside):
            raise EditRefusedError(problem)
        return self.set_raw(node, f'"{inside}"')

    def set_raw(self, node: Node, raw: str) -> Edit:
        """Write `raw` in place of a scalar, unchecked: for what a person has not finished typing."""
        edit = Edit(node)
        edit.write(node, raw=raw)
        return edit

    def convert(self, node: Node, to: JsonType) -> Edit:
        """Give a value another type, keeping what it says."""
        if node.type is to:
            return Edit(node)
        content = converted(node, to, self.spelling)
        self._check_depth(node.depth, content)
        return self._fill(node, content)

    def replace(self, node: Node, source: str) -> Edit:
        """Put the JSON text `source` in the place of a value."""
        content = self._read(source)
        self._check_depth(node.depth, content)
        return self._fill(node, content)

    def rename(self, node: Node, name: str) -> Edit:
        """Give a member of an object another name. Another member may bear it: JSON allows that."""
        if not node.key:
            raise EditRefusedError("Only a field of an object has a name.")
        edit = Edit(node)
        edit.write(node, key=rewrite(node.key, name, self.spelling))
        return edit

    def insert(self, container: Node, index: int, source: str = "null", name: str = "") -> Edit:
        """Put the JSON text `source` at `index` of a list or object, there with `name`."""
        self._check_container(container)
        content = self._read(source)
        self._check_depth(container.depth + 1, content)
        return self._insert(Edit(content), container, index, content, encode(name, self.spelling), fresh=True)

    def remove(self, node: Node) -> Edit:
        """Take a field out of its list or object."""
        edit = Edit(node)
        spacing.remove(edit, _parent(node), node.index)
        return edit

    def duplicate(self, node: Node) -> Edit:
        """Put a field's twin after it; in an object, under a name that is free."""
        container, twin = _parent(node), node.copy()
        key = node.key and encode(self.free_name(container, node.name or ""), self.spelling)
        return self._insert(Edit(twin), container, node.index + 1, twin, key, fresh=False)

    def move(self, node: Node, container: Node, index: int) -> Edit:
        """Take a field from where it is, and put it at `index` (as it then counts) of a list or object."""
        self._check_container(container)
        if node is container or node in container.ancestors():
            raise EditRefusedError("A value cannot be moved into itself.")
        old = _parent(node)
        self._check_depth(container.depth + 1, node)
        edit = Edit(node)
        spacing.remove(edit, old, node.index)
        if container is old:
            spacing.insert(edit, container, index, node, self.style)
            return edit
        key = node.key or encode(self.free_name(container, "field"), self.spelling)
        return self._insert(edit, container, index, node, key, fresh=False)

    def reorder(self, container: Node, fields: list[Node]) -> Edit:
        """Put all the fields of a list or object into this order; white space stays where it is."""
        edit = Edit(container)
        spaces = [(field.lead, field.trail) for field in container.fields]
        for field, (lead, trail) in zip(fields, spaces, strict=True):
            edit.write(field, lead=lead, trail=trail)
        edit.write(container, children=fields)
        edit.touch(container)
        return edit

    def free_name(self, container: Node, wanted: str) -> str:
        """`wanted`, or where a member bears it, `wanted 2` and so on."""
        taken = {child.name for child in container.fields}
        names = (
            wanted if number == 1 else f"{wanted} {number}".strip() for number in range(1, len(taken) + 2)
        )
        return next(name for name in names if name not in taken)

    def _insert(self, edit: Edit, container: Node, index: int, node: Node, key: str, *, fresh: bool) -> Edit:
        """Insert `node`, whose inside is spaced anew where it is `fresh` or comes from another container."""
        moved_in = node.parent is not None and node.parent is not container
        keyed = container.type is JsonType.OBJECT
        colon = spacing.colon_in(container, self.style) if keyed else ""
        edit.write(node, key=key if keyed else "", colon=colon)
        spacing.insert(edit, container, index, node, self.style)
        if node.children and (fresh or moved_in):
            content = node.copy()
            spacing.respace(content, node, self.style)
            edit.fill(node, content)
        return edit

    def _fill(self, node: Node, content: Node) -> Edit:
        spacing.respace(content, node, self.style)
        edit = Edit(node)
        edit.fill(node, content)
        return edit

    def _read(self, source: str) -> Node:
        try:
            content = parse(source)
        except JsonError as error:
            raise EditRefusedError(f"This is not JSON: {error}") from error
        content.lead = content.trail = ""
        return content

    def _check_container(self, container: Node) -> None:
        if container.children is None:
            raise EditRefusedError(f"Nothing can be put into a {container.type.value}.")

    def _check_depth(self, depth: int, content: Node) -> None:
        if depth + content.height() > MAX_DEPTH:
            raise EditRefusedError(f"More than {MAX_DEPTH} levels would be nested.")


def _parent(node: Node) -> Node:
    if node.parent is None:
        raise EditRefusedError("This is the whole value: it has no place among others.")
    return node.parent
