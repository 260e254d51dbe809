"""Where a text stops being JSON that a storage accepts, in a sentence and with its place."""

import json
import re
from dataclasses import dataclass
from itertools import accumulate

from inspector.editors.text_map import line_and_column

MAX_DEPTH = 500
MAX_DIGITS = 4300

_TOO_DEEP = f"more than {MAX_DEPTH} levels inside each other cannot be stored"
_STRING = r'"(?:[^"\\]|\\.)*"'
_BRACKET = re.compile(rf"{_STRING}|[\[{{]|[\]}}]")
_INTEGER = re.compile(rf"{_STRING}|-?(\d+)(?![\d.eE])|-?\d[\d.eE+-]*")

# What the decoder says, by its first words.
_SENTENCES = {
    "Expecting value": "a value is expected here",
    "Expecting property name": 'a field name in double quotes or "}" is expected here',
    "Illegal trailing comma": "the last one inside a bracket takes no comma after it",
    "Expecting ':'": '":" is expected here',
    "Expecting ','": '"," or the closing bracket is expected here',
    "Extra data": "the value is complete before this",
    "Unterminated string": "the text that starts here has no closing quote",
    "Invalid control character": "a control character inside text must be written as an escape",
    "Invalid \\escape": "this backslash begins no escape that JSON knows",
    "Invalid \\uXXXX": "\\u takes four hexadecimal digits",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that keeps a text from being JSON: where (from 0) and why."""

    offset: int
    reason: str

    def sentence(self, text: str) -> str:
        """The fault in words, with its line and column in `text`, both from 1."""
        line, column = line_and_column(text, self.offset)
        return f"Line {line:,}, column {column:,}: {self.reason}"


class _NotANumberError(ValueError):
    pass


def find_fault(text: str) -> Fault | None:
    """The first fault of `text`, or None where it is JSON within a storage's limits."""
    if not text.strip(" \t\n\r"):
        return Fault(0, "a value is expected here, and there is none")
    if text.startswith("\ufeff"):
        return Fault(0, "a byte order mark is no part of JSON")
    if fault := _too_deep(text):
        return fault
    try:
        _DECODER.decode(text)
    except RecursionError:
        return _too_deep_at(text) or Fault(0, _TOO_DEEP)
    except json.JSONDecodeError as error:
        return Fault(error.pos, _in_words(error.msg))
    except _NotANumberError as error:
        return Fault(_place_of_constant(text, str(error)), f"{error} is no JSON value")
    return _too_many_digits(text)


def _refused(constant: str) -> object:
    raise _NotANumberError(constant)


# Numbers stay text: nothing is computed, so neither 1e400 nor a million digits can go wrong.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refused)


def _in_words(message: str) -> str:
    return next((words for start, words in _SENTENCES.items() if message.startswith(start)), message)


def _place_of_constant(text: str, constant: str) -> int:
    pattern = re.compile(rf"{_STRING}|({re.escape(constant)})")
    return next(match.start() for match in pattern.finditer(text) if match[1])


def _too_deep(text: str) -> Fault | None:
    # Before anything else: the decoder is recursive, and 10,000 levels are beyond it.
    if text.count("[") + text.count("{") <= MAX_DEPTH or _deepest(text) <= MAX_DEPTH:
        return None
    return _too_deep_at(text)


def _too_deep_at(text: str) -> Fault | None:
    depth = 0
    for match in _BRACKET.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return Fault(match.start(), _TOO_DEEP)
        elif match[0] in "]}":
            depth -= 1
    return None


def _deepest(text: str) -> int:
    """How many brackets are open at once in JSON; found quickly, as every pause in typing asks."""
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    outside = "".join(text.split('"')[::2])
    brackets = outside.encode("utf-8", "replace").translate(_STEPS, _NO_BRACKETS)
    return max(accumulate(map(_STEP_OF.__getitem__, brackets)), default=0)


_STEPS = bytes.maketrans(b"{[}]", bytes([1, 1, 0, 0]))
_NO_BRACKETS = bytes(code for code in range(256) if code not in b"{[}]")
_STEP_OF = (-1, 1)


def _too_many_digits(text: str) -> Fault | None:
    if not _has_long_number(text):
        return None
    for match in _INTEGER.finditer(text):
        if match[1] and len(match[1]) > MAX_DIGITS:
            return Fault(match.start(), f"an integer of more than {MAX_DIGITS:,} digits cannot be stored")
    return None


def _has_long_number(text: str) -> bool:
    """Whether more than MAX_DIGITS digits follow each other: then one of them stands where this looks."""
    for place in range(0, len(text), MAX_DIGITS + 1):
        if text[place].isdecimal():
            before = text[max(0, place - MAX_DIGITS) : place]
            after = text[place : place + MAX_DIGITS + 1]
            leading = len(before) - len(before.rstrip(_DIGITS))
            if leading + len(after) - len(after.lstrip(_DIGITS)) > MAX_DIGITS:
                return True
    return False


_DIGITS = "0123456789"
