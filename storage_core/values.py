"""What may be stored, and how: JSON values as strict text, bytes as they are, lifetimes, revisions."""

import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NoReturn, TypeAlias, TypeVar

from storage_core.errors import CorruptError, InvalidValueError
from storage_core.shown import shown

LEVEL_LIMIT = 500
DIGIT_LIMIT = 4300
SIZE_LIMIT = 1_000_000_000 - 8192  # SQLite's own limit is for the whole row, and a key may have 4,096 bytes
_TTL_LIMIT = 200_000_000_000  # seconds from now: beyond the year 9999 no datetime can say when

_CONTAINERS = (dict, list, tuple)
_ONLY_STR = frozenset({str})
_SCALARS = frozenset({str, int, float, bool, type(None)})
_TOO_LONG = 10**DIGIT_LIMIT
_NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}
_LONG_NUMBER = re.compile(rf"\d{{{DIGIT_LIMIT + 1}}}")
_SPLIT_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")

BytesLike: TypeAlias = bytes | bytearray | memoryview

_Argument = TypeVar("_Argument")
_Result = TypeVar("_Result")


def encode(value: Any) -> bytes:
    """The JSON text of `value` in UTF-8: compact, keys in their order, nothing but what JSON can say.

    Raises InvalidValueError with the path of what offends for NaN, infinities, keys that would collide,
    cycles, more than 500 levels, integers of more than 4,300 digits, two surrogates that would come back as one
    character, and anything that json cannot write.
    """
    try:
        text = _on_a_fresh_stack(_compact, value)
    except (RecursionError, ValueError, TypeError) as error:
        raise InvalidValueError(_fault(value) or f"$: {error}") from error
    _refuse_beyond_limits(value, text)
    try:
        data = text.encode()
    except UnicodeEncodeError:  # lone surrogates: JSON can escape them, UTF-8 cannot hold them
        if _SPLIT_PAIR.search(text) and (fault := _fault(value)):
            raise InvalidValueError(fault) from None
        data = _on_a_fresh_stack(_ascii, value).encode()
    return checked_size(data)


def decode(data: bytes) -> Any:
    """The value of the JSON text that `encode` or `checked_text` made; CorruptError where it is none."""
    text = decode_text(data)
    try:
        try:
            value, end = _raw_decode(text)
            if end == len(text):
                return value
        except (ValueError, RecursionError):
            pass  # white space around it, or a caller deep in the stack: the slower way copes with both
        return _on_a_fresh_stack(_decode, text)
    except ValueError as error:
        raise CorruptError(f"a value that should be JSON is not: {error}") from error
    except RecursionError as error:  # another program has stored it
        raise CorruptError("a value has more levels than can be read: its text can") from error


def decode_text(data: bytes) -> str:
    """The stored JSON text `data`; CorruptError where it is not UTF-8, or not even bytes."""
    try:
        return str(data, "utf-8")
    except (UnicodeDecodeError, TypeError) as error:
        raise CorruptError(f"a value that should be JSON text is not: {error}") from error


def checked_text(text: str) -> bytes:
    """`text` in UTF-8, to be stored verbatim, where it is JSON within the limits; else InvalidValueError."""
    if not isinstance(text, str):
        raise InvalidValueError(f"JSON text must be a str, not {type(text).__name__}")
    try:
        data = checked_size(text.encode())
        value = _on_a_fresh_stack(_decode_strictly, text)
    except UnicodeEncodeError as error:
        raise InvalidValueError(f"not JSON: character {error.start:,} is half of a surrogate pair") from error
    except RecursionError as error:
        raise InvalidValueError(f"$: more than {LEVEL_LIMIT} levels") from error
    except json.JSONDecodeError as error:
        raise InvalidValueError(
            f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except ValueError as error:
        fault = f"an integer of more than {DIGIT_LIMIT:,} digits" if _LONG_NUMBER.search(text) else error
        raise InvalidValueError(f"not JSON that can be stored: {fault}") from error
    _refuse_beyond_limits(value, text)
    return data


def checked_bytes(value: BytesLike) -> bytes:
    """A copy of `value` that nobody can change any more; InvalidValueError where it is not bytes-like."""
    if isinstance(value, bytes):
        return checked_size(value)
    try:
        return checked_size(bytes(memoryview(value)))
    except (TypeError, ValueError) as error:  # ValueError: a memoryview that was released
        message = f"set stores bytes, not {type(value).__name__}; save stores JSON values"
        raise InvalidValueError(message) from error


def checked_size(data: bytes) -> bytes:
    """`data` itself, where SQLite can hold it in one row."""
    if len(data) > SIZE_LIMIT:
        raise InvalidValueError(
            f"a value of {len(data):,} bytes; a storage holds values of up to {SIZE_LIMIT:,}"
        )
    return data


def checked_ttl(ttl: float | timedelta | None) -> int | None:
    """A lifetime in seconds (or a timedelta) as whole milliseconds, at least 1; None stays None."""
    if ttl is None:
        return None
    seconds = ttl.total_seconds() if isinstance(ttl, timedelta) else ttl
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise InvalidValueError(f"ttl must be seconds or a timedelta, not {type(ttl).__name__}")
    if not 0 < seconds <= _TTL_LIMIT:
        raise InvalidValueError(f"ttl must be above 0 and at most {_TTL_LIMIT:,} seconds: {shown(ttl)}")
    return max(1, round(seconds * 1000))


def checked_revision(if_revision: int | None) -> int | None:
    """An expected revision: None for any, 0 for none there, else the number of one."""
    if if_revision is None:
        return None
    if isinstance(if_revision, bool) or not isinstance(if_revision, int) or if_revision < 0:
        raise InvalidValueError(f"if_revision must be a revision or 0, not {shown(if_revision)}")
    return if_revision


def checked_mapping(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """`values` itself, where it maps keys to values."""
    if not isinstance(values, Mapping):
        raise InvalidValueError(f"a mapping of keys to values is needed, not {type(values).__name__}")
    return values


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_compact = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_ascii = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode
_raw_decode = json.JSONDecoder().raw_decode
_decode_strictly = json.JSONDecoder(parse_constant=_not_json).decode


def _on_a_fresh_stack(function: Callable[[_Argument], _Result], argument: _Argument) -> _Result:
    """`function(argument)`, also where the caller stands too deep for json's recursion."""
    try:
        return function(argument)
    except RecursionError:
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(function, argument).result()


def _refuse_beyond_limits(value: Any, text: str) -> None:
    """Raise InvalidValueError where `value`, whose JSON is `text`, has JSON but exceeds what is promised."""
    if not _surely_within_limits(value, text) and (fault := _fault(value)):
        raise InvalidValueError(fault)


def _surely_within_limits(value: Any, text: str) -> bool:
    """A quick look, level by level, that finds nearly every value fine; `_fault` decides on the others."""
    converts_any_integer = not 0 < sys.get_int_max_str_digits() <= DIGIT_LIMIT
    if converts_any_integer and _LONG_NUMBER.search(text):
        return False
    level: list[Any] = [value]
    for _ in range(LEVEL_LIMIT):
        below: list[Any] = []
        for container in level:
            if isinstance(container, dict):
                if not _ONLY_STR.issuperset(map(type, container)):
                    return False
                members: Iterable[Any] = container.values()
            elif isinstance(container, _CONTAINERS):
                members = container
            else:
                continue
            if not _SCALARS.issuperset(map(type, members)):
                below += [member for member in members if type(member) not in _SCALARS]
        if not below:
            return True
        level = below
    return False


def _fault(root: Any) -> str | None:
    """What in `root` JSON cannot say or a storage does not take, with its path; None where all is well."""
    steps: list[str | int] = []
    above: list[Any] = []
    to_read: list[tuple[int, str | int, Any]] = [(0, "", root)]
    while to_read:
        depth, step, value = to_read.pop()
        del above[depth:], steps[depth:]
        steps.append(step)
        fault = None
        members: Iterable[tuple[str | int, Any]] = ()
        if isinstance(value, _CONTAINERS):
            if any(value is outer for outer in above):
                fault = "a cycle is not JSON"
            elif depth >= LEVEL_LIMIT:
                fault = f"more than {LEVEL_LIMIT} levels"
            elif isinstance(value, dict):
                fault = _key_fault(value)
                members = [(_key_text(key), member) for key, member in value.items()] if fault is None else ()
            else:
                members = list(enumerate(value))
            above.append(value)
        else:
            fault = _scalar_fault(value)
        if fault is not None:
            return f"{_path(steps[1:])}: {fault}"
        to_read += [(depth + 1, name, member) for name, member in reversed(list(members))]
    return None


def _scalar_fault(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        split = _SPLIT_PAIR.search(value)
        return "a pair of surrogates in two halves would become one character" if split else None
    if isinstance(value, int):
        return f"an integer of more than {DIGIT_LIMIT:,} digits" if abs(value) >= _TOO_LONG else None
    if isinstance(value, float):
        return None if math.isfinite(value) else f"{_NOT_FINITE.get(value, 'NaN')} is not JSON"
    return f"{type(value).__name__} is not JSON"


def _key_fault(members: dict[Any, Any]) -> str | None:
    seen: dict[str, Any] = {}
    for key in members:
        fault = _scalar_fault(key)
        if fault is not None:
            return f"as a key, {fault}"
        text = _key_text(key)
        if text in seen:
            return f"the keys {seen[text]!r:.80} and {key!r:.80} would both become {text!r:.80}"
        seen[text] = key
    return None


def _key_text(key: Any) -> str:
    """The text that json makes of a dict's key."""
    return key if isinstance(key, str) else _compact(key)


def _path(steps: Sequence[str | int]) -> str:
    """The path of a member as in `$.items[3].price`; the middle of a very long one is left out."""
    names = [
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if _IDENTIFIER.fullmatch(step)
        else f"[{_ascii(step)}]"
        for step in steps
    ]
    if len(names) > 20:
        names = [*names[:10], " ... ", *names[-10:]]
    return "$" + "".join(names)
