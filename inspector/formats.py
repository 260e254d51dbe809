"""What a stored value is, and the short words that say so: its badge, its kind, its size and its age."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from inspector import packed, signatures
from storage_core import Kind

MASKED = "••••"
"""The badge of a value that looks secret."""

BYTES = "bytes "
"""What a badge begins with where something is kept as bytes that could be kept as itself."""

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""The byte order marks with which text in UTF-16 begins."""

HEAD = 4_096  # the bytes of a value that `sniff` wants to see
LONGEST_BADGE = 18
JSON_BLANKS = " \t\r\n"


class Medium(Enum):
    """The way of looking at a value that suits it best."""

    JSON = "json"
    TEXT = "text"
    IMAGE = "image"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Format:
    """What a value is: the editor that suits it, a name such as `PNG image`, and a badge such as `{} 4`.

    The badge may hold a piece of the value: show it as plain text.
    """

    medium: Medium
    label: str
    badge: str


def sniff(kind: Kind, head: bytes, size: int) -> Format:
    """Say what a value of `size` bytes is from its first ones; `HEAD` of them are enough.

    Where `head` is not the whole value, a container is not counted. Nothing is run, loaded or unpacked.
    """
    head = head[:HEAD]
    whole = size <= len(head)
    if kind == Kind.JSON:
        return _json(head, whole) or Format(Medium.TEXT, "text that is not JSON", "not JSON")
    return _bytes(head, whole, size)


def sniff_at(key: str, kind: Kind, head: bytes, size: int) -> Format:
    """As `sniff`; where the key looks like a secret's, the badge gives none of it away."""
    found = sniff(kind, head, size)
    return replace(found, badge=MASKED) if looks_secret(key) else found


def _json(head: bytes, whole: bool) -> Format | None:
    """The format of JSON text, None where it is none as far as can be seen."""
    if not whole:
        return _json_by_its_start(head.decode("utf-8", "ignore").lstrip(JSON_BLANKS))
    try:
        text = head.decode("utf-8", "surrogatepass").strip(JSON_BLANKS)
        value = _DECODER.decode(text)
    except RecursionError:  # deep nesting is still JSON
        return _json_by_its_start(text)
    except ValueError:
        return None
    return _json_of(value)


class _Number(str):
    """A number in the digits that it was written in."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Object:
    """How many fields an object has, duplicates included."""

    count: int


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(  # made once: to make it for each value took a quarter of the time
    object_pairs_hook=lambda pairs: _Object(len(pairs)),
    parse_int=_Number,
    parse_float=_Number,
    parse_constant=_refuse,
)


def _json_of(value: object) -> Format:
    match value:
        case _Object(count):
            return Format(Medium.JSON, _object_of(count), f"{{}} {thousands(count)}")
        case list():
            label = f"list of {thousands(len(value))}" if value else "empty list"
            return Format(Medium.JSON, label, f"[] {thousands(len(value))}")
        case _Number():
            return Format(Medium.JSON, "number", shortened(value, LONGEST_BADGE))
        case str():
            return Format(Medium.JSON, "text", f'"{shortened(value, LONGEST_BADGE - 2)}"')
        case bool():
            return Format(Medium.JSON, "yes or no", "yes" if value else "no")
        case _:
            return Format(Medium.JSON, "null", "null")


def _object_of(count: int) -> str:
    if count == 0:
        return "empty object"
    return f"object of {thousands(count)} field" + ("s" if count > 1 else "")


def _json_by_its_start(text: str) -> Format | None:
    first = text[:1]
    if first == "{":
        return Format(Medium.JSON, "object", "{}")
    if first == "[":
        return Format(Medium.JSON, "list", "[]")
    if first == '"':
        return Format(Medium.JSON, "long text", f'"{text[1 : LONGEST_BADGE - 2]}…"')
    if first and first in "-0123456789":
        return Format(Medium.JSON, "long number", text[: LONGEST_BADGE - 1] + "…")
    return None


def _bytes(head: bytes, whole: bool, size: int) -> Format:
    if size == 0:
        return Format(Medium.BINARY, "empty", "empty")
    known = signatures.recognised(head, size)
    if known is not None:
        return Format(Medium.IMAGE if known.image else Medium.BINARY, known.label, known.badge)
    text = readable(head, whole)
    if text is not None:
        return _text(head, text, whole)
    if whole:
        for name, read in PACKED:
            found = read(head)
            if found is not None and found.is_certain:
                return Format(Medium.BINARY, name, name)
    return Format(Medium.BINARY, "bytes", "bytes")


PACKED: tuple[tuple[str, Callable[[bytes], packed.Packed | None]], ...] = (
    ("MessagePack", packed.read_messagepack),
    ("CBOR", packed.read_cbor),
)


def _text(head: bytes, text: str, whole: bool) -> Format:
    if text.lstrip(JSON_BLANKS)[:1] in ("{", "[", '"'):
        found = _json(head, whole)
        if found is not None:
            return Format(Medium.JSON, f"{found.label}, as JSON in bytes", f"{BYTES}{found.badge}")
    if head.startswith(UTF_16):
        return Format(Medium.TEXT, "text in UTF-16", "UTF-16")
    if whole and UUID.fullmatch(text):
        return Format(Medium.TEXT, "UUID as text", "UUID")
    if whole and looks_base64(text):
        return Format(Medium.TEXT, "base64 as text", "base64")
    return Format(Medium.TEXT, "text", "text")


UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}|[A-Za-z0-9_-]+={0,2}")
_UNUSUAL_IN_TEXT = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")


def readable(data: bytes, whole: bool = True) -> str | None:
    """`data` as text, where it is UTF-8, or UTF-16 with a byte order mark, without control characters; else None.

    Unless `whole`, the last character may be cut in two.
    """
    encoding = "utf-16" if data.startswith(UTF_16) else "utf-8"
    longest_character = 4
    for cut in range(1 if whole else longest_character):
        try:
            text = data[: len(data) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _UNUSUAL_IN_TEXT.search(text) else text
    return None


def looks_base64(text: str) -> bool:
    """Whether `text` is long and mixed enough to be base64 rather than a word or a number."""
    bare = "".join(text.split())
    if len(bare) < 16 or len(bare) % 4 or not _BASE64.fullmatch(bare):
        return False
    return all(re.search(mixed, bare) for mixed in ("[a-z]", "[A-Z]", "[0-9+/=_-]"))


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ABOUT_TOKENS = "counts?|limits?|usage|used|budget|size|length|types?|rate|per|expir(?:es|y|ation)|at|ttl"
_SECRET = re.compile(
    rf"""\b(?:
      passw(?:or)?ds? | pwd | pass(?:phrase|code)s? | secrets? | credentials? | authorization | bearer | jwt
    | (?:api|private|secret|access|signing|encryption|ssh|master|auth|service)\ ?keys?
    | (?:token | (?:access|refresh|auth|oauth|api|bearer|session|id)\ ?tokens?) (?!\ (?:{_ABOUT_TOKENS})\b)
    )\b | ^tokens$""",
    re.VERBOSE,
)


def looks_secret(name: str) -> bool:
    """Whether a key or a field of this name is likely to hold a password, a token or a key.

    By the words in it, in any spelling (`access_token`, `apiKey`, `X-Api-Key`). What only counts tokens, such as
    `max_tokens` or `tokenizer`, is no secret.
    """
    words = " ".join(_WORDS.findall(name)).lower()
    return _SECRET.search(words) is not None


def thousands(number: int) -> str:
    """`number` with a comma at every third digit."""
    return f"{number:,}"


def human_size(size: int) -> str:
    """`size` bytes as `212 B`, `1.4 KB`, `38 KB`, `34 MB`; a KB is 1,000 bytes."""
    if size < 1000:
        return f"{size} B"
    amount = size / 1000
    unit = "KB"
    for larger in ("MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    digits = f"{amount:.1f}".removesuffix(".0") if amount < 9.95 else f"{amount:,.0f}"
    return f"{digits} {unit}"


_UNITS = ((365 * 86_400, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def _span(seconds: float) -> str:
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{thousands(int(seconds // length))} {unit}"
    return "0 s"


def human_age(seconds: float) -> str:
    """How long ago: `now`, `4 s ago`, `2 h ago`, `3 d ago`; `in 5 min` where clocks disagree."""
    if abs(seconds) < 1:
        return "now"
    return f"{_span(seconds)} ago" if seconds > 0 else f"in {_span(-seconds)}"


def human_expiry(seconds: float) -> str:
    """What is left of a lifetime: `in 2 h`, or `expired`."""
    return f"in {_span(seconds)}" if seconds > 0 else "expired"


def shortened(text: str, limit: int) -> str:
    """`text`, or its start and an ellipsis: `limit` characters at most."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def preview(value: bytes, limit: int = 80) -> str:
    """The start of a value as text, or as hexadecimal where it is none, in `limit` characters at most."""
    head = value[: 4 * limit + 4]
    text = readable(head, whole=len(head) == len(value))
    if text is not None:
        return shortened(text, limit) if len(head) == len(value) else text[: limit - 1] + "…"
    return shortened(value[:limit].hex(" "), limit)
