"""The records of browsing: what is asked for, and what comes back."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from storage_core.entry import Entry
from storage_core.errors import InvalidNameError
from storage_core.scope import Scope


class Address(NamedTuple):
    """Where a value is."""

    scope: Scope
    key: str


class Order(Enum):
    """What the rows are sorted by; those that are equal in it by workspace, user and key."""

    KEY = "key"
    KIND = "kind"
    SIZE = "size"
    UPDATED = "updated"
    EXPIRES = "expires"


class Match(Enum):
    """How a pattern is compared with a key."""

    SUBSTRING = "substring"
    """The pattern stands anywhere in the key, whatever the case of its letters."""
    GLOB = "glob"
    """The whole key is as the pattern says: `*` is any text, `?` any one character; case counts."""
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Query:
    """Which entries, and in what order.

    `scope` None is everywhere. The keys start with `prefix`, taken literally, and match `pattern`, where it is not
    empty; a pattern that no key can match finds nothing. Keys and names sort by code point, the shared scope before
    a workspace's users; entries without an expiry come last in that order. Raises InvalidNameError for a prefix that
    UTF-8 cannot encode.
    """

    scope: Scope | None = None
    prefix: str = ""
    pattern: str = ""
    match: Match = Match.SUBSTRING
    order: Order = Order.KEY
    descending: bool = False

    def __post_init__(self) -> None:
        try:
            self.prefix.encode()
        except UnicodeEncodeError as error:
            raise InvalidNameError(f"prefix must be encodable as UTF-8: {self.prefix!r:.80}") from error

    def concerns(self, scope: Scope, key: str) -> bool:
        """Whether an entry at that address is in the scope and under the prefix; the pattern is not looked at."""
        return self.scope in (None, scope) and key.startswith(self.prefix)


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """All that a query found at one moment: a number for each row, in order, that stays with its entry.

    `revision` is the newest one of before the listing was made: it shows at least all changes up to there.
    `next_expiry` is when the next entry of the storage, this one's or another's, is gone by itself; None for never.
    """

    query: Query
    ids: "array[int]"
    revision: int
    next_expiry: datetime | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Group:
    """The keys that start alike up to a delimiter: `prefix` with it, `name` the last part, how many there are."""

    prefix: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a value, and what the whole was at that moment: its size, its revision."""

    data: bytes
    size: int
    revision: int


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry in which a search found its text.

    `excerpt` is the text around the first place in the value, None where it is the key that was found. Where the
    value has escapes such as `\\u00e9`, it may show the characters that they stand for.
    """

    entry: Entry
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class SearchStep:
    """What a search has found since its last step, and how far it has come: `looked` of `total` values."""

    hits: Sequence[Hit]
    looked: int
    total: int
    done: bool
