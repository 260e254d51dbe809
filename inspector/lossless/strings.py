"""JSON's strings between their quotes: decoded for people, and written back in the spelling of their document."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

STRING = r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"'
"""The pattern of a whole JSON string, quotes included."""

_PIECE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)
_MUST_ESCAPE = re.compile('["\\\\\x00-\x1f\ud800-\udfff]')
_ASCII_ESCAPE = re.compile(r'["\\]|[^ -~]')
_INVISIBLE = re.compile(
    '["\\\\\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]'
)
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED_NON_ASCII = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a text writes what lies beyond ASCII: as it is, or as `\\uXXXX` in capital or small letters."""

    ascii_only: bool = False
    capitals: bool = False


def spelling_of(source: str, otherwise: Spelling | None = None) -> Spelling:
    """The spelling that `source` shows; `otherwise` where it has nothing beyond ASCII."""
    otherwise = otherwise or Spelling()
    escapes = _ESCAPED_NON_ASCII.findall(source) if "\\u" in source else []
    letters = "".join(escapes)
    capitals = letters.upper() == letters if letters.upper() != letters.lower() else otherwise.capitals
    if not source.isascii():
        return Spelling(ascii_only=False, capitals=capitals)
    return Spelling(ascii_only=True, capitals=capitals) if escapes else otherwise


def decode(raw: str) -> str:
    """The text of a valid JSON string; lone surrogates stay as they are."""
    if "\\" not in raw:
        return raw[1:-1]
    text = json.loads(raw)
    assert isinstance(text, str)
    return text


def encode(text: str, spelling: Spelling | None = None, *, visible: bool = False) -> str:
    """`text` as a JSON string; with `visible`, what cannot be seen is escaped too (bidi marks, zero widths)."""
    spelling = spelling or Spelling()
    pattern = _INVISIBLE if visible else _ASCII_ESCAPE if spelling.ascii_only else _MUST_ESCAPE
    return f'"{pattern.sub(_escaper(spelling.capitals), text)}"'


def rewrite(raw: str, text: str, document: Spelling) -> str:
    """`text` in the place of the string `raw`, where both begin and end alike in the old spelling of escapes."""
    old = decode(raw)
    if old == text:
        return raw
    spelling = spelling_of(raw, document)
    if "\\" not in raw:
        return encode(text, spelling)
    pieces = _PIECE.findall(raw[1:-1])
    if len(pieces) != len(old):
        return encode(text, spelling)
    shorter = min(len(old), len(text))
    front = next((n for n in range(shorter) if old[n] != text[n]), shorter)
    rest = shorter - front
    back = next((n for n in range(rest) if old[-1 - n] != text[-1 - n]), rest)
    middle = encode(text[front : len(text) - back], spelling)[1:-1]
    return f'"{"".join(pieces[:front])}{middle}{"".join(pieces[len(pieces) - back :])}"'


def _escaper(capitals: bool) -> Callable[[re.Match[str]], str]:
    def unit(code: int) -> str:
        return f"\\u{code:04X}" if capitals else f"\\u{code:04x}"

    def escape(match: re.Match[str]) -> str:
        character = match[0]
        if character in _SHORT:
            return _SHORT[character]
        code = ord(character)
        if code <= 0xFFFF:
            return unit(code)
        code -= 0x10000
        return unit(0xD800 + (code >> 10)) + unit(0xDC00 + (code & 0x3FF))

    return escape
