"""An entry made ready to be looked at: what it is, its document where it is JSON, what has changed in it."""

import asyncio
from dataclasses import dataclass

from inspector.formats import HEAD, Format, Medium, looks_secret, readable, sniff
from inspector.lossless import Document, JsonError, diff
from inspector.masking import document_has_secret, mentions_secret
from storage_core import Kind
from storage_core.raw import RawEntry

EDIT_LIMIT = 1024 * 1024
"""Bytes: a larger value is shown a page at a time, and is replaced from a file instead of edited."""

HEX_LIMIT = 64 * 1024 * 1024
"""Bytes: up to here a larger value is opened as hex, or as an image, on demand."""

_AT_ONCE = 32 * 1024
"""Bytes up to which a value is made ready in less time than it takes to ask another thread."""


Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """The characters, and the bytes, that are not what they were when the value was shown last."""

    text: Ranges = ()
    bytes: Ranges = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry and what was found out about it.

    `document` is there where a form can hold the value without loss; else `fault` may say why it cannot. `changed`
    are the paths of the fields that differ from what was shown of the same key before, as `marks` are the places.
    `has_secret` says that something in it is named as secrets are; of a value over the edit limit that is not known.
    `whole` says that such a value is here all the same, to be opened as hex or as an image.
    `notes` say what a person should know of the entry beside.
    """

    entry: RawEntry
    format: Format
    document: Document | None = None
    fault: str = ""
    is_text: bool = False
    changed: tuple[str, ...] = ()
    has_secret: bool = False
    whole: bool = False
    marks: Marks = Marks()
    notes: tuple[str, ...] = ()

    @property
    def is_secret(self) -> bool:
        """Whether the whole value is a secret, as its key says."""
        return looks_secret(self.entry.key)

    @property
    def is_large(self) -> bool:
        return not self.whole and (self.entry.data is None or len(self.entry.data) > EDIT_LIMIT)

    @property
    def why_not_whole(self) -> str:
        """Why this large value cannot be opened as hex or as an image, as a sentence; empty where it can."""
        if self.entry.size > HEX_LIMIT:
            return f"More than {HEX_LIMIT // 2**20} MB cannot be opened at once. They can be replaced from a file."
        return ""

    @property
    def is_json(self) -> bool:
        return self.entry.kind is Kind.JSON or self.format.medium is Medium.JSON


async def make_ready(entry: RawEntry, former: RawEntry | None = None, head: bytes = b"") -> Opened:
    """Look at an entry without stalling the caller's loop; `former` is what was shown before, where it was one.

    `head` are the first bytes of a value that was left out as it is large.
    """
    if entry.data is None:
        return Opened(entry, sniff(entry.kind, head, entry.size))
    if len(entry.data) <= _AT_ONCE:
        return look_at(entry, former)
    return await asyncio.to_thread(look_at, entry, former)


def look_at(entry: RawEntry, former: RawEntry | None = None) -> Opened:
    """Find out what an entry is. Pure, and so for any thread; a value over the edit limit is not parsed."""
    data = entry.data
    if data is not None and EDIT_LIMIT < len(data) <= HEX_LIMIT:
        found = sniff(entry.kind, data[:HEAD], entry.size)
        return Opened(entry, found, has_secret=mentions_secret(data), whole=True)
    if data is None or len(data) > EDIT_LIMIT:
        return Opened(entry, sniff(entry.kind, (data or b"")[:HEAD], entry.size))
    found = sniff(entry.kind, data, entry.size)
    if entry.kind is not Kind.JSON and found.medium is not Medium.JSON:
        is_text, has_secret = readable(data) is not None, mentions_secret(data)
        return Opened(entry, found, is_text=is_text, has_secret=has_secret)
    try:
        document = Document.parse(data)
    except JsonError as error:
        return Opened(entry, found, fault=str(error), is_text=True, has_secret=mentions_secret(data))
    changed, has_secret = _changed_paths(former, entry), document_has_secret(document)
    return Opened(entry, found, document, is_text=True, changed=changed, has_secret=has_secret)


def _changed_paths(former: RawEntry | None, entry: RawEntry) -> tuple[str, ...]:
    if former is None or former.data is None or entry.data is None or former.data == entry.data:
        return ()
    if (former.scope, former.key) != (entry.scope, entry.key):
        return ()
    try:
        return tuple(change.path for change in diff(former.data, entry.data))
    except JsonError:  # it was not JSON before
        return ()
