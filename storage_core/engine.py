"""What a database must do to hold a storage: synchronous calls on one connection, each of them short.

An entry that has expired is never found by any call. Faults arrive as storage_core's errors.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from storage_core.entry import Change, Entry, Kind, ScopeInfo
from storage_core.records import Record
from storage_core.scope import Scope

if TYPE_CHECKING:  # plugins do not browse, and are loaded sooner without it
    from storage_core.needle import Needle
    from storage_core.query import Address, Chunk, Group, Hit, Listing, Query

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a database can hold; what it cannot is declared here, refused with an UnsupportedError, never faked.

    `system` is whose database it is, `members` what the scopes beside the shared one are called, in the plural;
    without `shared` a workspace has no values but those of its members. Without `revisions`, numbers are counted only
    for this process and only while it is open: compare-and-set still works, by what was seen. Without `times`,
    `updated` is when this process first saw the value as it is. Without `all_or_nothing`, a write of many keys whose
    device fails may have been done in part.
    """

    system: str = "storage_core"
    members: str = "Users"
    shared: bool = True
    json: bool = True
    bytes: bool = True
    expiry: bool = True
    revisions: bool = True
    times: bool = True
    all_or_nothing: bool = True


class Reader(Protocol):
    """A connection that reads. Each call sees one consistent state and leaves no transaction open."""

    def close(self) -> None: ...

    def read(self, scope: Scope, key: str) -> Record | None: ...

    def read_small(self, scope: Scope, key: str, size_limit: int) -> Record | None:
        """As `read`; where the value has more than `size_limit` bytes, without it."""

    def read_many(self, scope: Scope, keys: Sequence[str]) -> dict[str, Record]: ...

    def keys(self, scope: Scope, prefix: str, after: str | None, limit: int) -> list[str]:
        """The first `limit` keys that start with `prefix` and sort after `after`, by code point."""

    def entries(self, scope: Scope, prefix: str, after: str | None, limit: int) -> list[Entry]:
        """As `keys`, with what is known of each but its value."""

    def workspaces(self) -> list[str]:
        """The workspaces that hold anything, by code point."""

    def scopes(self) -> list[ScopeInfo]:
        """The scopes that hold anything: by workspace, the shared one first, then by user."""

    def last_revision(self) -> int:
        """The revision of the newest change, 0 where there was none yet."""

    def changes(self, since: int, limit: int) -> list[Change]:
        """The oldest `limit` changes after `since`. Raises ChangesLostError where some of them are gone."""

    def version(self) -> int:
        """A number that is another one whenever anybody may have written since. Raises StorageMovedError."""

    def backup(self, path: Path) -> None:
        """Copy one consistent state to a new file at `path`, while others write."""

    def check(self) -> list[str]:
        """What is wrong with the database, a sentence each; nothing where it is sound. Reads everything."""

    def notes(self, scope: Scope, key: str) -> list[str]:
        """What a person should know of this entry that its value does not say, a sentence each."""


class Engine(Reader, Protocol):
    """A connection that also writes, and that only one thread uses at a time.

    The writing calls stand between `begin` and `commit`. They look at everything that may refuse them before they
    write anything: one that raises ConflictError or KeyNotFoundError has changed nothing.
    """

    def begin(self) -> None:
        """Start a write transaction, waiting for other writers up to the timeout.

        Raises BusyError, ReadOnlyError, StorageMovedError, NewerFormatError.
        """

    def commit(self) -> None: ...

    def rollback(self) -> None:
        """End the transaction, and do nothing where there is none."""

    def write(
        self, scope: Scope, key: str, kind: Kind, data: bytes, ttl: int | None, if_revision: int | None
    ) -> None:
        """Put a value in the place of whatever is there; `ttl` is in milliseconds, None for good."""

    def put(
        self, scope: Scope, key: str, kind: Kind, data: bytes, expires: int | None, if_revision: int
    ) -> int:
        """As `write`, until a moment in milliseconds since 1970; returns the revision that the entry has now."""

    def replace(self, scope: Scope, key: str, data: bytes, if_revision: int) -> None:
        """As `write` of JSON, but the expiry of the entry that is replaced stays."""

    def write_many(self, scope: Scope, kind: Kind, values: Mapping[str, bytes]) -> None: ...

    def delete(self, scope: Scope, key: str, if_revision: int | None) -> bool: ...

    def delete_many(self, scope: Scope, keys: Sequence[str]) -> int: ...

    def clear(self, scope: Scope, prefix: str) -> int: ...

    def move(
        self, scope: Scope, key: str, to: Scope, new_key: str, overwrite: bool, if_revision: int | None
    ) -> None: ...

    def expire(self, scope: Scope, key: str, ttl: int | None, if_revision: int | None) -> None: ...

    def checkpoint(self) -> None:
        """Outside a transaction: fold what is written ahead into the database, as far as that disturbs nobody."""


class Errand:
    """Work that takes its time: who waits for it says here that nobody does any more."""

    __slots__ = ("cancelled",)

    def __init__(self) -> None:
        self.cancelled = False


class Browsing(Protocol):
    """A connection that reads what a person looks through: pages, counts, groups, parts of values.

    A call with an errand raises InterruptedError within some 10 ms of its cancellation.
    """

    def close(self) -> None: ...

    def count(self, query: "Query", errand: Errand) -> int: ...

    def counts(self, errand: Errand) -> dict[Scope, int]:
        """How many entries each scope has that has any, in the order of `Reader.scopes`."""

    def page(self, query: "Query", offset: int, limit: int, errand: Errand) -> list[Entry]:
        """At most `limit` entries from the row `offset` on, without values."""

    def listing(self, query: "Query", limit: int | None, errand: Errand) -> "Listing": ...

    def next_expiry(self) -> datetime | None:
        """When the next entry is gone by itself; None where none will be."""

    def rows(self, listing: "Listing", ids: Sequence[int]) -> list[Entry | None]:
        """The entries of these rows of the listing, as they are now; None for one that is gone."""

    def addresses(self, listing: "Listing", ids: Sequence[int]) -> "list[Address]":
        """Where the entries are that these rows of the listing stand for, without those that are gone.

        Where there can be a doubt whether an entry is still the one that was listed, it is left out.
        """

    def id_of(self, scope: Scope, key: str) -> int | None:
        """The number that the entry has in listings; None where there is no entry."""

    def groups(
        self, scope: Scope, prefix: str, delimiter: str, after: str | None, limit: int, errand: Errand
    ) -> "list[Group]":
        """The first `limit` groups after `after` (the prefix of one) of the keys that start with `prefix`.

        Raises InvalidValueError for a delimiter that is empty.
        """

    def heads(self, addresses: Sequence[tuple[Scope, str]], size: int) -> list[bytes | None]:
        """The first `size` bytes of each of these values; None where there is none."""

    def chunk(self, scope: Scope, key: str, offset: int, size: int) -> "Chunk | None": ...

    def search(self, ids: Sequence[int], needle: "Needle", errand: Errand) -> "tuple[list[Hit], int]":
        """Look for a text in the values of these rows for some 30 ms; returns the hits, and how many it looked at."""


class Database(Protocol):
    """A place where a storage is or will be, and how to connect to it."""

    @property
    def location(self) -> Path: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def reads_at_once(self) -> bool:
        """Whether small reads and looks for changes take microseconds: they then run where they are asked for."""

    @property
    def look_every(self) -> float:
        """Seconds between two looks for changes of others."""

    def title(self, scope: Scope) -> str | None:
        """What people call the scope, where its own names do not tell."""

    def only_workspace(self) -> str | None:
        """The one workspace that there can be, once it is prepared; None where there can be others."""

    def left_out(self) -> str | None:
        """What was there when it was prepared that nothing lists, as a sentence; None where all is listed."""

    def caution(self, kind: Kind, data: bytes) -> str | None:
        """What of this value would not be kept exactly as given, as a sentence; None where all of it would."""

    def refusal(self, scope: Scope, key: str, taken: Callable[[str], bool]) -> str | None:
        """Why nothing new can be put there though it can be looked for, as an error would say; None where it can.

        `taken` says of other keys of the scope whether something will be there by then.
        """

    def aftermath(self, scope: Scope, key: str) -> str | None:
        """What a person should know once the entry was changed from here, as a sentence."""

    def prepare(self) -> None:
        """Make sure that the storage is there and sound: make it where it may be made, migrate it forwards."""

    def connect_reader(self, *, waits: bool = True) -> Reader:
        """A connection that reads; one that does not wait raises BusyError at once where it would have to."""

    def connect_browser(self) -> Browsing: ...

    def connect(self, *, checkpoints: bool = True) -> Engine:
        """A connection that writes, and that calls `checkpoint` by itself now and then unless told not to."""


def transact(engine: Engine, operation: Callable[[Engine], Result]) -> Result:
    """Run `operation` in a write transaction of its own: all of it happens, or nothing."""
    try:
        engine.begin()  # in here: the handler of a signal may raise when it has begun and not yet returned
        result = operation(engine)
        engine.commit()
    except BaseException:
        engine.rollback()
        raise
    return result
