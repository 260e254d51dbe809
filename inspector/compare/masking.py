"""Secrets behind dots: what a key or a field's name says to be one is compared, but not shown."""

import re
from collections.abc import Callable

from inspector.formats import looks_secret
from inspector.lossless import Document, Node
from inspector.lossless.nodes import steps_of

DOTS = "••••"

_NAME = re.compile(rb'"([^"]{1,200})"\s*:')

Masker = Callable[[str, str], str]
"""Gives what to show for the JSON text at a path."""


def bare(path: str, source: str) -> str:
    """The JSON text itself."""
    return source


def masked(path: str, source: str) -> str:
    """The JSON text at `path`, dots in the place of every value that is secret by its name or one around it."""
    if any(isinstance(step, str) and looks_secret(step) for step in steps_of(path)):
        return DOTS
    if source[:1] not in ("{", "["):
        return source
    document = Document.parse(source.encode())
    return document.serialise().decode() if mask_document(document) else source


def all_masked(path: str, source: str) -> str:
    """Dots: for values under a key that is secret by its name."""
    return DOTS


def mask_document(document: Document) -> bool:
    """Put dots in the place of every secret value; whether there was one."""
    found = False
    todo: list[tuple[Node, bool]] = [(document.root, False)]
    while todo:
        node, secret = todo.pop()
        secret = secret or looks_secret(node.name or "")
        if node.children is not None:
            todo.extend((child, secret) for child in node.children)
        elif secret:
            document.set_raw(node, f'"{DOTS}"')
            found = True
    return found


def mentions_secret(data: bytes) -> bool:
    """Whether there is a field with the name of a secret in what may be JSON, or a broken piece of it."""
    return any(looks_secret(name.decode("utf-8", "replace")) for name in set(_NAME.findall(data)))
