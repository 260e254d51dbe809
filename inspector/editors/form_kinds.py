"""Which widget of the form a value needs, and what of its text such a widget can show."""

import re
from enum import Enum, auto

from inspector.lossless import JsonType, Node
from inspector.schema import Choice

LONG_TEXT = 100  # characters: more of them get a box of several lines
TOO_LONG = 20_000  # characters in one field: a widget would be slow to type in

# What Qt's text widgets change or do not show: controls, marks that turn the writing direction, lone surrogates.
UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufdd0-\ufdef"
    "\ufeff\ufff0-\ufffc\ufffe\uffff\ud800-\udfff]"
)


class FieldKind(Enum):
    """Which widget a value needs."""

    NONE = auto()
    YES_NO = auto()
    NUMBER = auto()
    LINE = auto()
    BOX = auto()
    ESCAPED = auto()
    NULL = auto()
    TOO_LONG = auto()
    MASKED = auto()
    CHOICE = auto()


def field_kind(node: Node, *, masked: bool, choices: tuple[Choice, ...] = ()) -> FieldKind:
    """The widget for `node`, which is meant to be one of `choices` where there are any; a container has none."""
    if node.children is not None:
        return FieldKind.NONE
    if masked:
        return FieldKind.MASKED
    if choices and _can_choose(node, choices):
        return FieldKind.CHOICE
    if node.type is JsonType.BOOL:
        return FieldKind.YES_NO
    if node.type is JsonType.NULL:
        return FieldKind.NULL
    if len(node.raw) > TOO_LONG:
        return FieldKind.TOO_LONG
    if node.type is JsonType.NUMBER:
        return FieldKind.NUMBER
    text = shown_text(node)
    if text is None:
        return FieldKind.ESCAPED
    return FieldKind.BOX if "\n" in text or len(text) > LONG_TEXT else FieldKind.LINE


def _can_choose(node: Node, choices: tuple[Choice, ...]) -> bool:
    """Whether a list of the choices shows the value well: not a long text, nor a yes or no that has its own field."""
    if node.type is JsonType.BOOL and all(isinstance(choice.value, bool) for choice in choices):
        return False
    return len(node.raw) <= LONG_TEXT


def shown_text(node: Node) -> str | None:
    """The text with line breaks as LF, or None where a text widget could not hold it without loss."""
    try:
        text = node.text
    except ValueError:  # being typed as JSON source, and not finished
        return None
    plain = text.replace("\r\n", "\n") if _breaks_with_crlf(text) else text
    return None if UNSHOWABLE.search(plain) else plain


def typed_text(node: Node, typed: str) -> str:
    """What `typed` in the place of the text of `node` means, line breaks being those that it has."""
    return typed.replace("\n", "\r\n") if _breaks_with_crlf(node.text) else typed


def _breaks_with_crlf(text: str) -> bool:
    return "\r" in text and text.count("\r\n") == text.count("\r") == text.count("\n")
