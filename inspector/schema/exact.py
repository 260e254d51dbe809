"""Values of a lossless document as Python values that keep every digit, and back as JSON text."""

from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from inspector.lossless import JsonType, Node
from inspector.lossless.convert import MAX_DIGITS
from inspector.lossless.strings import encode

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | Decimal | bool | None"

_FARTHEST = 999_999_999_999_999_999  # the exponents that a Decimal can have
_DEEPEST = 50


def value_of(root: Node) -> Value:
    """The value of a document or of a part of it. Of members with one name the last counts, as for most programs."""
    holder: list[Value] = []
    stack: list[tuple[Node, list[Value] | dict[str, Value]]] = [(root, holder)]
    while stack:
        node, into = stack.pop()
        made = _alone(node)
        if isinstance(into, dict):
            into[node.name or ""] = made
        else:
            into.append(made)
        if node.children and isinstance(made, dict):
            for child in node.children:
                made.pop(child.name or "", None)
                made[child.name or ""] = None
            last = {child.name: child for child in node.children}
            stack.extend((child, made) for child in last.values())
        elif node.children and isinstance(made, list):
            stack.extend((child, made) for child in reversed(node.children))
    return holder[0]


def number(raw: str) -> int | Decimal:
    """A JSON number with all its digits; beyond what a Decimal can say, the largest or smallest that it can."""
    if raw.lstrip("-").isdecimal() and len(raw) <= MAX_DIGITS:
        return int(raw)
    try:
        return Decimal(raw)
    except InvalidOperation:
        mantissa, _, exponent = raw.lower().partition("e")
        if not mantissa.strip("-0."):
            return 0
        sign = "-" if mantissa.startswith("-") else ""
        return Decimal(f"{sign}1e{'-' if exponent.startswith('-') else ''}{_FARTHEST}")


def source_of(value: Value, depth: int = 0) -> str | None:
    """`value` as JSON text on one line; None where it is nested deeply."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str):
        return encode(value)
    if not isinstance(value, dict | list):
        return str(value)
    if depth == _DEEPEST:
        return None
    if isinstance(value, list):
        parts = [source_of(item, depth + 1) for item in value]
        return None if None in parts else f"[{', '.join(map(str, parts))}]"
    members = [(encode(name), source_of(item, depth + 1)) for name, item in value.items()]
    if any(item is None for _, item in members):
        return None
    return f"{{{', '.join(f'{name}: {item}' for name, item in members)}}}"


def _alone(node: Node) -> Value:
    """A scalar's value, or an empty container."""
    if node.type is JsonType.OBJECT:
        return {}
    if node.type is JsonType.LIST:
        return []
    if node.type is JsonType.TEXT:
        return node.text
    if node.type is JsonType.NUMBER:
        return number(node.raw)
    return {"true": True, "false": False}.get(node.raw)
