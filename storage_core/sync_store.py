"""The synchronous facade: Storage and Store, for threads, processes and greenlets."""

import copy
import math
import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID
from weakref import WeakSet

from storage_core import forking, operations
from storage_core.engine import Capabilities, Database, Engine, Reader, transact
from storage_core.entry import Change, Entry, Kind, ScopeInfo
from storage_core.errors import BusyError, ClosedError, ConflictError, ReadOnlyError
from storage_core.location import checked_location, checked_options, checked_path, open_database
from storage_core.operations import Pages, Ttl, Write
from storage_core.records import Record, as_entry, value_of
from storage_core.scope import Scope, checked_scope, checked_text_argument, checked_user
from storage_core.turns import Gate, Turns, Visitor, taken, taken_with
from storage_core.values import BytesLike

Result = TypeVar("Result")


class Storage:
    """A storage, for synchronous code: any number of threads may use one object, any number of processes one file.

    `location` is a path, None for the default storage (`$STORAGE_CORE`, else a file in the platform's data
    folder). It is opened by `with`, or at first use, and made where it is missing unless `read_only`. A write waits
    up to `timeout` seconds for other writers. What a write returns from survives a power cut; with
    `durability="process"` only the death of the process, and is faster. After a fork, a child opens its own.

    Raises InvalidValueError for options that cannot be; on opening StorageNotFoundError, NotAStorageError,
    NewerFormatError, CorruptError, ReadOnlyError, StorageIOError or BusyError.
    """

    def __init__(
        self,
        location: str | os.PathLike[str] | None = None,
        *,
        read_only: bool = False,
        timeout: float = 5.0,
        durability: str = "power",
    ) -> None:
        checked_options(timeout, durability)
        self._location = checked_location(location)
        self._read_only = read_only
        self._timeout = timeout
        self._durability = durability
        self._closed = False
        self._start_empty()
        forking.heed(self)

    def _start_empty(self) -> None:
        self._database: Database | None = None
        self._readers: WeakSet[Reader] = WeakSet()  # those that are open
        self._idle: list[Reader] = []
        self._writer: Engine | None = None
        self._opening = Gate()
        self._writing = Gate()
        self._forker = Visitor()
        self._turns = Turns(lambda: threading.Lock())  # gevent may put another Lock there later

    @property
    def location(self) -> Path:
        """Where the storage is: an absolute path."""
        return self._location

    @property
    def read_only(self) -> bool:
        """Whether it was opened only to be read."""
        return self._read_only

    @property
    def capabilities(self) -> Capabilities:
        """What the database at the location can hold, found by looking inside: it is opened where it is not yet."""
        return self._open(lambda database: database.capabilities)

    def workspace(self, name: str) -> "Store":
        """The shared store of the workspace `name`; raises InvalidNameError."""
        return Store(self, Scope(name))

    def store(self, scope: Scope) -> "Store":
        """The store of `scope`; raises InvalidNameError where it is no Scope."""
        return Store(self, checked_scope(scope))

    def workspaces(self) -> list[str]:
        """The workspaces that hold anything, sorted by code point."""
        return self._read(lambda reader: reader.workspaces())

    def scopes(self) -> list[ScopeInfo]:
        """The scopes that hold anything: by workspace, its shared values first, then by user."""
        return self._read(lambda reader: reader.scopes())

    def revision(self) -> int:
        """The revision of the newest change, 0 where there was none yet: what to follow `changes` from."""
        return self._read(lambda reader: reader.last_revision())

    def changes(self, since: int) -> Iterator[Change]:
        """Every process's writes and deletes after the revision `since`, in order, exactly once.

        Ends with the newest. Raises ChangesLostError where some of them are so old that they are no longer kept.
        """
        return self._listing(operations.changes(since))

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Copy one consistent state to a new file, while others write; raises StorageIOError where one is there."""
        target = checked_path(path, "the target of a backup")
        self._read(lambda reader: reader.backup(target))

    def check(self) -> list[str]:
        """What is wrong with the storage, a sentence each; empty where it is sound. Reads all of it."""
        return self._read(lambda reader: reader.check())

    def close(self) -> None:
        """Close the storage; what is running in other threads ends first. Once more does no harm."""
        self._closed = True
        self._readers.clear()
        while self._idle:
            self._idle.pop().close()
        me = Visitor()
        if me.has_cut_into(self._writing):
            return  # the write closes it when it ends
        try:
            self._writing.enter(me, math.inf)
            if self._writer is not None:  # it goes last: it takes the write-ahead log with it
                self._writer.close()
                self._writer = None
        finally:
            if self._writing.holder == {0: me}:
                self._writing.holder.clear()
                self._writing.pass_on()

    def __enter__(self) -> Self:
        self._give_back(self._borrow())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._location}>"

    def _read_entry(self, scope: Scope, key: str) -> Record | None:
        reader = self._borrow()
        try:
            return reader.read(scope, key)
        finally:
            self._give_back(reader)

    def _read(self, read: Callable[[Reader], Result]) -> Result:
        reader = self._borrow()
        try:
            return read(reader)
        finally:
            self._give_back(reader)

    def _listing(self, pages: Pages[Result]) -> Iterator[Result]:
        while pages.more:
            yield from pages.took(self._read(pages.fetch))

    def _write(self, write: Write[Result]) -> Result:
        me = Visitor()
        try:
            if not self._writing.enter(me, self._timeout):
                raise BusyError(f"{self._location}: other threads wrote for {self._timeout:g} s: try again")
            if self._writer is None:
                self._writer = self._open(lambda database: database.connect(), to_write=True)
            return transact(self._writer, write.run)
        finally:
            if self._writing.holder == {0: me}:
                self._writing.holder.clear()
                self._writing.pass_on()
                if self._closed:
                    self.close()

    def _borrow(self) -> Reader:
        """A reader that nobody else uses: so no reader ever waits, neither for a writer nor for another reader."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._open(self._connect_reader)

    def _connect_reader(self, database: Database) -> Reader:
        reader = database.connect_reader()
        self._readers.add(reader)
        return reader

    def _give_back(self, reader: Reader) -> None:
        self._idle.append(reader)
        if self._closed:
            self.close()

    def _pause_for_fork(self, deadline: float) -> None:
        self._forker = Visitor()
        for gate in (self._writing, self._opening):
            if not self._forker.has_cut_into(gate):
                gate.enter(self._forker, deadline - time.monotonic())
        if self._writing.holder == {0: self._forker} and self._writer is not None:
            self._writer.close()
            self._writer = None
        while self._readers and time.monotonic() < deadline:
            while self._idle:
                reader = self._idle.pop()
                self._readers.discard(reader)
                reader.close()
            time.sleep(0.0005 if self._readers else 0)

    def _go_on_after_fork(self) -> None:
        for gate in (self._writing, self._opening):
            if gate.holder == {0: self._forker}:
                gate.holder.clear()
                gate.pass_on()

    def _start_anew_after_fork(self) -> None:
        for connection in (*self._readers, self._writer):
            forking.leave_to_the_parent(connection)
        self._start_empty()

    def _open(self, connect: Callable[[Database], Result], *, to_write: bool = False) -> Result:
        """`connect(database)`, which nobody else does at that moment; the storage is opened where it is not yet."""
        if self._closed:
            raise ClosedError(f"{self._location}: the storage was closed: open a new one")
        if to_write and self._read_only:
            raise ReadOnlyError(f"{self._location}: opened read-only: nothing is written")
        me = Visitor()
        try:
            self._opening.enter(me, math.inf)
            if self._database is None:
                self._database = open_database(
                    self._location,
                    read_only=self._read_only,
                    timeout=self._timeout,
                    durability=self._durability,
                )
            return connect(self._database)
        finally:
            if self._opening.holder == {0: me}:
                self._opening.holder.clear()
                self._opening.pass_on()


class Store:
    """The values of one scope; made by `Storage.workspace`, `Storage.store` and `Store.user`.

    Any verb raises InvalidNameError for what cannot be a key, and the errors of the world and of the file that
    `storage_core.errors` lists; any write raises ReadOnlyError where the storage is opened read-only.
    """

    __slots__ = ("_scope", "_storage")

    def __init__(self, storage: Storage, scope: Scope) -> None:
        self._storage = storage
        self._scope = scope

    @property
    def scope(self) -> Scope:
        """Whose values these are."""
        return self._scope

    def user(self, id: str | UUID) -> "Store":
        """The store of one user in this workspace; a UUID becomes its text."""
        return Store(self._storage, Scope(self.scope.workspace, checked_user(id)))

    def set(self, key: str, val: BytesLike, *, ttl: Ttl = None, if_revision: int | None = None) -> None:
        """Store bytes at `key`, in the place of whatever is there.

        `ttl` is the lifetime in seconds or as a timedelta; without one the entry stays. With `if_revision` only
        where the entry still has that revision (0: where there is none), else ConflictError. Raises
        InvalidValueError where `val` is not bytes-like.
        """
        self._storage._write(operations.set_bytes(self.scope, key, val, ttl, if_revision))

    def get(self, key: str) -> bytes | None:
        """The bytes at `key`, None where it is not set; raises KindError where it holds JSON."""
        record = self._storage._read_entry(self.scope, key)
        if record is None:
            return None
        value: bytes = value_of(record, Kind.BYTES, key)
        return value

    def save(self, key: str, value: Any, *, ttl: Ttl = None, if_revision: int | None = None) -> Any:
        """Store a JSON value at `key`, in the place of whatever is there, and return `value`.

        Tuples become lists, and scalar keys of dicts strings, as json has it. `ttl` and `if_revision` are those of
        `set`. Raises InvalidValueError, with the path of what offends, for what JSON cannot say.
        """
        self._storage._write(operations.save(self.scope, key, value, ttl, if_revision))
        return value

    def load(self, key: str, default: Any = None) -> Any:
        """The JSON value at `key`, `default` where it is not set; raises KindError where it holds bytes."""
        record = self._storage._read_entry(self.scope, key)
        return default if record is None else value_of(record, Kind.JSON, key)

    def save_text(self, key: str, text: str, *, ttl: Ttl = None, if_revision: int | None = None) -> None:
        """Store JSON that is already text, verbatim; raises InvalidValueError where it is not JSON."""
        self._storage._write(operations.save_text(self.scope, key, text, ttl, if_revision))

    def load_text(self, key: str) -> str | None:
        """The JSON text at `key` as it is stored, None where it is not set; raises KindError for bytes."""
        return self._storage._read(operations.read_text(self.scope, key))

    def exists(self, key: str) -> bool:
        """Whether anything is stored at `key`."""
        return self._storage._read(lambda reader: reader.read_small(self.scope, key, 0)) is not None

    def delete(self, key: str, *, if_revision: int | None = None) -> bool:
        """Delete what is at `key`; True where there was something. `if_revision` is that of `set`."""
        return self._storage._write(operations.delete(self.scope, key, if_revision))

    def update(self, key: str, change: Callable[[Any], Any], default: Any = None) -> Any:
        """Save `change(value)` in the place of the JSON value at `key`, atomically, and return it.

        `change` gets a copy of `default` where `key` is not set. It is a plain function without side effects: it
        runs again when another writer was quicker. No lock of the database is held while it runs, and the expiry
        stays as it is.
        """
        turn = self._storage._turns.of((self.scope, checked_text_argument(key, "key")))
        before, now = taken.get(), taken_with(turn)
        try:
            taken.set(now)
            with turn.lock:
                return self._update_in_turn(key, change, default)
        finally:
            taken.set(before)

    def _update_in_turn(self, key: str, change: Callable[[Any], Any], default: Any) -> Any:
        while True:
            record = self._storage._read_entry(self.scope, key)
            value = change(copy.deepcopy(default) if record is None else value_of(record, Kind.JSON, key))
            try:
                revision = 0 if record is None else record[3]
                self._storage._write(operations.replace(self.scope, key, value, revision))
            except ConflictError:
                time.sleep(random.uniform(0, 0.002))  # so that two processes do not go on in step
            else:
                return value

    def entry(self, key: str) -> Entry | None:
        """The entry at `key`, its value and what is known of it in one read; None where it is not set."""
        record = self._storage._read_entry(self.scope, key)
        return None if record is None else as_entry(self.scope, key, record)

    def keys(self, prefix: str = "", *, after: str | None = None, limit: int | None = None) -> Iterator[str]:
        """The keys that start with `prefix` (literally), sorted by code point, from beyond `after`, at most `limit`.

        Read a page at a time: nothing is left open in between, and keys written meanwhile may or may not be seen.
        """
        return self._storage._listing(operations.keys(self.scope, prefix, after, limit))

    def entries(
        self, prefix: str = "", *, after: str | None = None, limit: int | None = None
    ) -> Iterator[Entry]:
        """As `keys`, but entries: all that is known of each except its value, which is None."""
        return self._storage._listing(operations.entries(self.scope, prefix, after, limit))

    def save_many(self, values: Mapping[str, Any]) -> None:
        """`save` each value at its key: all of them or, when anything is wrong with one, none."""
        self._storage._write(operations.save_many(self.scope, values))

    def set_many(self, values: Mapping[str, BytesLike]) -> None:
        """`set` each value at its key: all of them or, when anything is wrong with one, none."""
        self._storage._write(operations.set_many(self.scope, values))

    def load_many(self, keys: Iterable[str]) -> dict[str, Any]:
        """The JSON values of those of the `keys` that are set, in one read; KindError where one holds bytes."""
        return self._storage._read(operations.read_many(self.scope, keys, Kind.JSON))

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those of the `keys` that are set, in one read; KindError where one holds JSON."""
        return self._storage._read(operations.read_many(self.scope, keys, Kind.BYTES))

    def delete_many(self, keys: Iterable[str]) -> int:
        """Delete what is at the `keys`, all or nothing; how many there were."""
        return self._storage._write(operations.delete_many(self.scope, keys))

    def clear(self, prefix: str = "") -> int:
        """Delete all that starts with `prefix` (literally), all or nothing; how many there were."""
        return self._storage._write(operations.clear(self.scope, prefix))

    def rename(
        self, key: str, new_key: str, *, overwrite: bool = False, if_revision: int | None = None
    ) -> None:
        """Give the entry at `key` the name `new_key`; value, kind and expiry stay. Onto itself changes nothing.

        Raises KeyNotFoundError where `key` is not set, ConflictError where `new_key` is, unless `overwrite`.
        """
        self._storage._write(operations.rename(self.scope, key, new_key, overwrite, if_revision))

    def move(
        self,
        key: str,
        scope: Scope,
        new_key: str | None = None,
        *,
        overwrite: bool = False,
        if_revision: int | None = None,
    ) -> None:
        """Move the entry at `key` to another scope, under the same key or `new_key`; the rest as `rename`."""
        write = operations.move(self.scope, key, scope, new_key, overwrite, if_revision)
        self._storage._write(write)

    def expire(self, key: str, ttl: Ttl, *, if_revision: int | None = None) -> None:
        """Let the entry at `key` expire after `ttl` from now, or never (None); its value stays.

        Raises KeyNotFoundError where `key` is not set.
        """
        self._storage._write(operations.expire(self.scope, key, ttl, if_revision))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.scope}>"
