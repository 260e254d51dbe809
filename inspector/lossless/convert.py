"""What a value becomes when a person gives it another type, or why it cannot."""

import json
import re

from inspector.lossless.edit import EditRefusedError
from inspector.lossless.nodes import JsonType, Node
from inspector.lossless.parse import NUMBER, JsonError, parse
from inspector.lossless.strings import STRING, Spelling, encode

MAX_DIGITS = 4300
"""The longest integer that the storage accepts."""

_NUMBER = re.compile(NUMBER)
_STRING = re.compile(STRING)
_YES = {"true", "yes", "1", "on"}
_NO = {"false", "no", "0", "off", ""}


def number_problem(text: str) -> str:
    """Why `text` is not a JSON number, as a sentence; empty where it is one. Every digit of it counts."""
    if _NUMBER.fullmatch(text):
        digits = text.lstrip("-")
        if digits.isdecimal() and len(digits) > MAX_DIGITS:
            return f"A whole number may have at most {MAX_DIGITS:,} digits; this one has {len(digits):,}."
        return ""
    if not text.strip():
        return "A number is missing here."
    bare = text.strip().lstrip("+-").lower()
    if bare in ("nan", "inf", "infinity"):
        return f"{text.strip()} is not JSON."
    if re.fullmatch(r"[+-]?0[0-9]+(\.[0-9]+)?", text):
        return f"“{text}” begins with a zero, which JSON does not allow."
    return f"“{_short(text)}” is not a number."


def string_problem(inside: str) -> str:
    """Why `inside` cannot stand between the quotes of a JSON string, as a sentence; empty where it can."""
    return (
        "" if _STRING.fullmatch(f'"{inside}"') else "This is not JSON text: see its quotes and backslashes."
    )


def unfinished(node: Node) -> str:
    """Why a scalar that is being typed is not JSON yet, as a sentence; empty where it is."""
    if node.type is JsonType.NUMBER:
        return number_problem(node.raw)
    return string_problem(node.raw[1:-1]) if node.type is JsonType.TEXT else ""


def converted(node: Node, to: JsonType, spelling: Spelling) -> Node:
    """The value of `node` as another type, white space not yet laid out.

    Raises EditRefusedError where something would be lost.
    """
    if to is JsonType.TEXT:
        return Node(to, encode(_as_text(node), spelling))
    if to is JsonType.NUMBER:
        return Node(to, _as_number(node))
    if to is JsonType.BOOL:
        return Node(to, _as_bool(node))
    if to is JsonType.NULL:
        if node.children:
            raise EditRefusedError(f"{_described(node)} cannot become null: remove what is in it first.")
        return Node(to, "null")
    return _as_container(node, to)


def _as_text(node: Node) -> str:
    if node.type is JsonType.NULL or node.children == []:
        return ""
    return node.text if node.type is JsonType.TEXT else node.source()


def _as_number(node: Node) -> str:
    if node.type is JsonType.NULL or node.children == []:
        return "0"
    if node.type is JsonType.BOOL:
        return "1" if node.raw == "true" else "0"
    if node.type is JsonType.TEXT:
        text = node.text.strip() or "0"
        if problem := number_problem(text):
            raise EditRefusedError(problem)
        return text
    raise EditRefusedError(f"{_described(node)} cannot become a number.")


def _as_bool(node: Node) -> str:
    text = node.text.strip().lower() if node.type is JsonType.TEXT else node.raw
    if node.children:
        raise EditRefusedError(f"{_described(node)} cannot become yes or no.")
    if node.type is JsonType.NULL or node.children == [] or text in _NO:
        return "false"
    if text in _YES:
        return "true"
    raise EditRefusedError(f"“{_short(text)}” is neither yes nor no.")


def _as_container(node: Node, to: JsonType) -> Node:
    if node.children:
        raise EditRefusedError(
            f"{_described(node)} cannot become {'an' if to is JsonType.OBJECT else 'a'} {to.value}."
        )
    if node.type is JsonType.NULL or node.children == [] or node.raw == '""':
        return Node(to, "", [])
    if node.type is JsonType.TEXT and (inner := _parsed(node.text)) is not None and inner.type is to:
        return inner
    if to is JsonType.LIST:
        item = node.copy()
        item.lead = item.key = item.colon = item.trail = ""
        content = Node(to, "", [item])
        item.parent = content
        return content
    raise EditRefusedError(f"A {node.type.value} cannot become an object: its value would have no name.")


def _parsed(text: str) -> Node | None:
    try:
        return parse(text)
    except JsonError:
        return None


def _described(node: Node) -> str:
    count = len(node.fields)
    unit = "field" if node.type is JsonType.OBJECT else "item"
    article = "An" if node.type is JsonType.OBJECT else "A"
    return f"{article} {node.type.value} of {count:,} {unit}{'' if count == 1 else 's'}"


def _short(text: str) -> str:
    shown = text if len(text) <= 40 else text[:39] + "…"
    return json.dumps(shown)[1:-1] if not shown.isprintable() else shown
