"""The scanner that reads a JSON text into nodes without losing a character, or says where it is not JSON."""

import re
from typing import NoReturn

from inspector.lossless.nodes import BRACKETS, JsonType, Node
from inspector.lossless.strings import STRING

MAX_DEPTH = 500
"""How many containers may be nested: what the storage accepts."""

_SPACE = r"[ \t\n\r]*+"
NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
_SCALAR = rf"{STRING}|{NUMBER}|true|false|null"
# One match takes a whole scalar field with the comma or bracket after it: the least work per field in Python.
_ITEM = re.compile(rf"({_SPACE})()()(?:({_SCALAR})({_SPACE})([,\]])|([\[{{]))")
_MEMBER = re.compile(rf"({_SPACE})({STRING})({_SPACE}:{_SPACE})(?:({_SCALAR})({_SPACE})([,}}])|([\[{{]))")
_WHOLE = re.compile(rf"({_SPACE})()()(?:({_SCALAR})({_SPACE})(\Z)|([\[{{]))")
_EMPTY = re.compile(rf"({_SPACE})([\]}}])")
_AFTER = re.compile(rf"({_SPACE})([,\]}}])")
_END = re.compile(rf"({_SPACE})(\Z)")
_NEXT = {JsonType.OBJECT: _MEMBER.match, JsonType.LIST: _ITEM.match}

_SKIP = re.compile(_SPACE)
_NOT_JSON = re.compile(r"[+-]?(?:NaN|Infinity|nan|inf|undefined|None|True|False)\b")
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_STRING = re.compile(STRING)
_VALUE = re.compile(_SCALAR)
_STRING_START = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+')

_TYPES = {
    '"': JsonType.TEXT,
    "t": JsonType.BOOL,
    "f": JsonType.BOOL,
    "n": JsonType.NULL,
    "-": JsonType.NUMBER,
    "{": JsonType.OBJECT,
    "[": JsonType.LIST,
    **dict.fromkeys("0123456789", JsonType.NUMBER),
}
_CLOSING = {kind: closing for kind, (_, closing) in BRACKETS.items()}


class JsonError(ValueError):
    """A text that cannot be held: `message` says why, `line` and `column` (from 1, in characters) where."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"{message.rstrip('.')} (line {line:,}, column {column:,}).")
        self.message = message
        self.line = line
        self.column = column


class JsonSyntaxError(JsonError):
    """The text is not JSON."""


class NotLosslessError(JsonError):
    """The text could not be written back as it is: not UTF-8, a byte order mark, too many levels."""


def parse(source: str) -> Node:
    """The root of `source`, with every character of it. Raises JsonSyntaxError or NotLosslessError."""
    fields: list[
        Node
    ] = []  # where the next field goes: the root alone, or the children of the innermost container
    root_holder = fields
    containers: list[Node] = []
    match_next, position = _WHOLE.match, 0
    while True:
        match = match_next(source, position)
        container = containers[-1] if containers else None
        if match is None:
            _explain(source, position, container, first=not fields)
        lead, key, colon, scalar, trail, delimiter, opening = match.groups()
        position = match.end()
        if scalar is not None:
            node = Node(_TYPES[scalar[0]], scalar, None, container, lead, key, colon, trail)
            fields.append(node)
        else:
            node = Node(_TYPES[opening], "", [], container, lead, key, colon)
            fields.append(node)
            if len(containers) == MAX_DEPTH:
                message = f"More than {MAX_DEPTH} levels are nested here."
                _fail(NotLosslessError, source, position - 1, message)
            empty = _EMPTY.match(source, position)
            if empty is None:
                containers.append(node)
                fields = node.children = []
                match_next = _NEXT[node.type]
                continue
            _check_closing(source, empty.start(2), node, empty[2])
            node.raw = empty[1]
            node.trail, delimiter, position = _after(source, empty.end(), container)
        while delimiter != ",":
            if not containers:
                return root_holder[0]
            closed = containers.pop()
            _check_closing(source, position - len(delimiter), closed, delimiter)
            closed.trail, delimiter, position = _after(source, position, closed.parent)
        container = containers[-1]
        fields = container.fields
        match_next = _NEXT[container.type]


def _after(source: str, position: int, container: Node | None) -> tuple[str, str, int]:
    """The white space after a value, the comma or bracket that follows ("" at the end), and where that ends."""
    match = (_AFTER if container else _END).match(source, position)
    if match is None:
        _explain_after(source, position, container)
    return match[1], match[2], match.end()


def decode_utf8(data: bytes) -> str:
    """The text of `data`. Raises NotLosslessError where it is not UTF-8, or begins with a byte order mark."""
    try:
        source = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = place_of(before, len(before))
        message = f"Byte {error.start:,} (0x{data[error.start]:02x}) is not UTF-8."
        raise NotLosslessError(message, line, column) from None
    if source.startswith("\ufeff"):
        raise NotLosslessError("The text begins with a byte order mark, which JSON does not allow.", 1, 1)
    return source


def place_of(source: str, position: int) -> tuple[int, int]:
    """Line and column, both from 1, of a position in `source`."""
    return source.count("\n", 0, position) + 1, position - source.rfind("\n", 0, position)


def _fail(error: type[JsonError], source: str, position: int, message: str) -> NoReturn:
    raise error(message, *place_of(source, position))


def _check_closing(source: str, position: int, container: Node, closing: str) -> None:
    if closing != _CLOSING[container.type]:
        wanted = f"by “{closing}” instead of “{_CLOSING[container.type]}”"
        _fail(JsonSyntaxError, source, position, f"The {container.type.value} is closed {wanted}.")


def _explain(source: str, position: int, container: Node | None, *, first: bool) -> NoReturn:
    """Say what is wrong with the field that begins at `position`."""
    position = _skip(source, position)
    closing = _CLOSING[container.type] if container else ""
    if closing and source.startswith(closing, position) and not first:
        _fail(JsonSyntaxError, source, position, f"A comma stands before the closing “{closing}”.")
    if container is not None and container.type is JsonType.OBJECT:
        if not source.startswith('"', position):
            _fail(JsonSyntaxError, source, position, _expected("a name in double quotes", source, position))
        position = _skip(source, _end_of_string(source, position))
        if not source.startswith(":", position):
            _fail(JsonSyntaxError, source, position, _expected("a colon after the name", source, position))
        position = _skip(source, position + 1)
    if source.startswith('"', position):
        position = _end_of_string(source, position)
    elif (wrong := _NOT_JSON.match(source, position)) is not None:
        _fail(JsonSyntaxError, source, position, f"{wrong[0].lstrip('+-')} is not JSON.")
    elif (value := _VALUE.match(source, position)) is not None:
        position = value.end()
    else:
        _fail(JsonSyntaxError, source, position, _expected("a value", source, position))
    _explain_after(source, position, container)


def _explain_after(source: str, position: int, container: Node | None) -> NoReturn:
    """Say what is wrong with what stands between the value that ends at `position` and the next one."""
    after = _skip(source, position)
    if container is None:
        _fail(
            JsonSyntaxError, source, after, f"Nothing may follow the value, but {_seen(source, after)} does."
        )
    closing = _CLOSING[container.type]
    _fail(JsonSyntaxError, source, after, _expected(f"a comma or “{closing}”", source, after))


def _end_of_string(source: str, position: int) -> int:
    whole = _STRING.match(source, position)
    if whole is not None:
        return whole.end()
    start = _STRING_START.match(source, position)
    stop = start.end() if start is not None else position
    if stop >= len(source):
        _fail(JsonSyntaxError, source, position, "The text in quotes does not end.")
    if source[stop] == "\\":
        _fail(JsonSyntaxError, source, stop, f"“{source[stop : stop + 2]}” is not an escape that JSON knows.")
    control = f"U+{ord(source[stop]):04X}"
    _fail(JsonSyntaxError, source, stop, f"The control character {control} must be escaped inside quotes.")


def _skip(source: str, position: int) -> int:
    match = _SKIP.match(source, position)
    return match.end() if match is not None else position


def _expected(what: str, source: str, position: int) -> str:
    return f"Expected {what}, found {_seen(source, position)}."


def _seen(source: str, position: int) -> str:
    if position >= len(source):
        return "the end of the text"
    word = _WORD.match(source, position)
    found = word[0] if word is not None else source[position]
    return f"“{found if len(found) <= 20 else found[:19] + '…'}”"
