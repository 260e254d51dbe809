"""Secrets behind dots: what a key or a field's name says to be one is kept and compared, but not shown."""

import re
from collections.abc import Callable, Iterator

from inspector.formats import MASKED as DOTS
from inspector.formats import UTF_16, looks_secret, readable
from inspector.lossless import Document, JsonError, JsonType, Node
from inspector.lossless.nodes import steps_of

LARGEST_SHOWN = 64 * 1024
"""Bytes of JSON whose rest is shown around its secrets; of more, nothing is: it would take too long to write."""

# What every name of a secret has in it: without one of these there is nothing to look for.
_HINTS = (b"pass", b"pwd", b"secret", b"credential", b"authorization", b"bearer", b"jwt", b"key", b"token")
_FIELD = re.compile(rb'"([^"]{1,200})"\s*:')
_SETTING = re.compile(rb"^[ \t]*(?:export[ \t]+)?([A-Za-z][\w .-]{0,60}?)[ \t]*[:=]", re.MULTILINE)
# Words among bytes that are not text: three letters alone are found by chance in every few megabytes of anything.
_LONG_HINTS = (b"passw", b"passphrase", b"passcode", b"secret", b"credential", b"key", b"token")
_WORD = re.compile(rb"[A-Za-z][\w-]{4,}")
_BESIDE = 40  # bytes before and after a hint that may belong to its word
_PART = 128 * 1024  # bytes that are looked through in one go: other threads wait for it
_OVERLAP = 512  # more than a name, so that none is cut in two

Masker = Callable[[str, str], str]
"""Gives what to show for the JSON text at a path."""


def bare(path: str, source: str) -> str:
    """The JSON text itself."""
    return source


def masked(path: str, source: str) -> str:
    """The JSON text at `path`, dots in the place of every value that is secret by its name or one around it."""
    if any(isinstance(step, str) and looks_secret(step) for step in steps_of(path)):
        return DOTS
    if source[:1] not in ("{", "[", '"'):
        return source
    try:
        document = Document.parse(source.encode())
    except JsonError:  # the names of an object's fields, in their order
        return source
    return document.serialise().decode() if mask_document(document) else source


def all_masked(path: str, source: str) -> str:
    """Dots: for values under a key that is secret by its name."""
    return DOTS


def mask_document(document: Document) -> bool:
    """Put dots in the place of every secret value, and of text with a secret in it; whether there was one."""
    found = False
    todo: list[tuple[Node, bool]] = [(document.root, False)]
    while todo:
        node, secret = todo.pop()
        secret = secret or looks_secret(node.name or "")
        if node.children is not None:
            todo.extend((child, secret) for child in node.children)
        elif secret or (node.type is JsonType.TEXT and _names_one(node.raw.encode(), (_FIELD,))):
            document.set_raw(node, f'"{DOTS}"')
            found = True
    return found


def masked_text(data: bytes) -> str | None:
    """JSON with dots for its secrets, to look at; None where that cannot be told from what else is in `data`."""
    if len(data) > LARGEST_SHOWN:
        return None
    try:
        document = Document.parse(data)
    except JsonError:
        return None
    return document.serialise().decode() if mask_document(document) else None


def mentions_secret(data: bytes) -> bool:
    """Whether something in `data` is named as secrets are: a field of JSON, whole or broken, or a setting in text.

    In bytes that are not text, as of MessagePack, any long word counts.
    """
    text = readable(data)
    is_text = text is not None
    if text is not None and data.startswith(UTF_16):
        data = text.encode()
    return any(
        _mentions_secret(data[max(0, start - _OVERLAP) : start + _PART], is_text)
        for start in range(0, len(data), _PART)
    )


def _mentions_secret(part: bytes, is_text: bool) -> bool:
    if not _is_hinted(part):
        return False
    return _names_one(part, (_FIELD, _SETTING)) or (not is_text and any(map(looks_secret, _long_words(part))))


def _long_words(part: bytes) -> Iterator[str]:
    """The words with a hint in them."""
    lowered = part.lower()
    for hint in _LONG_HINTS:
        place = lowered.find(hint)
        while place >= 0:
            around = part[max(0, place - _BESIDE) : place + _BESIDE]
            yield from (word.decode("ascii", "replace") for word in _WORD.findall(around))
            place = lowered.find(hint, place + _BESIDE)


def document_has_secret(document: Document) -> bool:
    """Whether `mask_document` would put dots anywhere. Changes nothing."""
    for node in document.root.walk():
        if node.key and looks_secret(node.name or ""):
            return True
        if node.type is JsonType.TEXT and _names_one(node.raw.encode(), (_FIELD,)):
            return True
    return False


def _names_one(data: bytes, patterns: tuple[re.Pattern[bytes], ...]) -> bool:
    if not _is_hinted(data):
        return False
    found = (match[match.lastindex or 0] for pattern in patterns for match in pattern.finditer(data))
    names = {name for name in found if _is_hinted(name)}
    return any(looks_secret(name.decode("utf-8", "replace")) for name in names)


def _is_hinted(data: bytes) -> bool:
    lowered = data.lower()
    return any(hint in lowered for hint in _HINTS)
