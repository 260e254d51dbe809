"""Lays JSON text out anew: only the white space between tokens changes, never a token."""

import re
from collections.abc import Iterator
from itertools import pairwise

INDENT = "  "

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s"\[\]{}:,]+', re.ASCII)


def format_json(text: str, line_end: str = "\n") -> str:
    """`text` with each field and item on its own line, ended by `line_end` and indented two blanks a level.

    `text` must be JSON. Its tokens stay as they are and in order; so does a final line break, or its absence.
    """
    return "".join(_laid_out(text, line_end)) + _final_break(text, line_end)


def compact_json(text: str, line_end: str = "\n") -> str:
    """`text` without any white space between tokens, except its final line break, ended by `line_end`.

    `text` must be JSON. Its tokens stay as they are and in order.
    """
    return "".join(_TOKEN.findall(text)) + _final_break(text, line_end)


def _final_break(text: str, line_end: str) -> str:
    return line_end if text.endswith(("\n", "\r")) else ""


def _laid_out(text: str, line_end: str) -> Iterator[str]:
    depth = 0
    for token, following in pairwise([*_TOKEN.findall(text), ""]):
        yield token
        if token in ("{", "["):
            depth += 1
        if following in ("}", "]"):
            depth -= 1
        if token == ":":
            yield " "
        elif token == "," or (token in ("{", "[")) != (following in ("}", "]")):
            yield line_end + INDENT * depth
