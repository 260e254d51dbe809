"""The white space of a document, learned from what stands there, for what is put into it."""

from dataclasses import dataclass

from inspector.lossless.edit import Edit
from inspector.lossless.nodes import Node


@dataclass(frozen=True, slots=True)
class Style:
    """How a document spaces its containers.

    `step` is the white space of one level, or None where everything stands on one line; `line_break` is LF or
    CRLF; `gap` follows a comma on one line; `colon` stands between a name and its value.
    """

    step: str | None = None
    line_break: str = "\n"
    gap: str = " "
    colon: str = ": "


def style_of(root: Node) -> Style:
    """The style of a document, as its first containers of each shape show it."""
    step: str | None = None
    line_break = "\n"
    gap: str | None = None
    colon: str | None = None
    for node in root.walk():
        if colon is None and node.key:
            colon = node.colon
        if not node.children:
            continue
        lead = node.children[0].lead
        if "\n" in lead:
            if step is None:
                line_break = _line_break(lead)
                step = _deeper(node, lead)
        elif gap is None and len(node.children) > 1 and "\n" not in node.children[1].lead:
            gap = node.children[1].lead
        if step is not None and gap is not None and colon is not None:
            break
    if gap is None:
        gap = "" if colon is not None and not colon.endswith(" ") and step is None else " "
    if colon is None:
        colon = ": " if gap or step is not None else ":"
    return Style(step, line_break, gap, colon)


def insert(edit: Edit, container: Node, index: int, child: Node, style: Style) -> None:
    """Put `child` at `index`, spaced as the fields beside it. `child.key` and `child.colon` are the caller's."""
    siblings = container.fields
    if not siblings:
        lead, trail = _first_gaps(container, style)
        edit.write(child, lead=lead, trail=trail)
    else:
        before_comma, after_comma = _between(container, index, style)
        if index == len(siblings):
            last = siblings[-1]
            edit.write(child, lead=after_comma, trail=last.trail)
            edit.write(last, trail=before_comma)
        else:
            following = siblings[index]
            edit.write(child, lead=following.lead, trail=before_comma)
            edit.write(following, lead=after_comma)
    edit.insert(container, index, child)


def remove(edit: Edit, container: Node, index: int) -> Node:
    """Take out the child at `index`, with the gap that `insert` would have made for it."""
    child = edit.take(container, index)
    siblings = container.fields
    if siblings and index == len(siblings):
        edit.write(siblings[-1], trail=child.trail)
    elif siblings:
        edit.write(siblings[index], lead=child.lead)
    return child


def colon_in(container: Node, style: Style) -> str:
    """The colon for a new member: as its future siblings have it."""
    return container.fields[0].colon if container.fields else style.colon


def respace(content: Node, place: Node, style: Style) -> None:
    """Space everything inside `content`, which is new, as a value that stands at `place`."""
    spread = style.step is not None and (place.parent is None or "\n" in place.parent.fields[0].lead)
    base = indent_of(place)
    todo = [(content, base)]
    while todo:
        node, indent = todo.pop()
        if node.children is None:
            continue
        node.raw = ""
        inner = indent + (style.step or "")
        for position, child in enumerate(node.children):
            child.trail = ""
            child.colon = style.colon if child.key else ""
            child.lead = style.line_break + inner if spread else style.gap if position else ""
            todo.append((child, inner))
        if spread and node.children:
            node.children[-1].trail = style.line_break + indent


def indent_of(node: Node) -> str:
    """The white space at the start of the line in which `node`, or the container around it, begins."""
    while "\n" not in node.lead:
        if node.parent is None:
            return ""
        node = node.parent
    return node.lead[node.lead.rfind("\n") + 1 :]


def _between(container: Node, index: int, style: Style) -> tuple[str, str]:
    """The white space before and after the comma that a new field at `index` needs."""
    siblings = container.fields
    if len(siblings) > 1:
        right = min(max(index, 1), len(siblings) - 1)
        return siblings[right - 1].trail, siblings[right].lead
    lead = siblings[0].lead
    return ("", lead) if "\n" in lead else ("", style.gap)


def _first_gaps(container: Node, style: Style) -> tuple[str, str]:
    """The white space around the first field of an empty container: spread out where its like are."""
    parent = container.parent
    like = [node for node in parent.fields if node.type is container.type and node.children] if parent else []
    example = like[0] if like else parent
    spread = style.step is not None and (example is None or "\n" in example.fields[0].lead)
    if not spread or style.step is None:
        return "", ""
    indent = indent_of(container)
    return style.line_break + indent + style.step, style.line_break + indent


def _line_break(lead: str) -> str:
    return "\r\n" if "\r\n" in lead else "\n"


def _deeper(container: Node, lead: str) -> str:
    inner, outer = lead[lead.rfind("\n") + 1 :], indent_of(container)
    return inner.removeprefix(outer) if inner.startswith(outer) else inner
