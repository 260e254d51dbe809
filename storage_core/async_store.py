"""The asynchronous facade: AsyncStorage and AsyncStore, for one event loop."""

import asyncio
import copy
import os
import random
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

from storage_core import operations
from storage_core.batches import Batches
from storage_core.engine import Database, Engine, Reader
from storage_core.entry import Change, Entry, Kind, ScopeInfo
from storage_core.errors import BusyError, ClosedError, ConflictError, ReadOnlyError, StorageError
from storage_core.location import checked_location, checked_options, checked_path, find_database
from storage_core.operations import Pages, Ttl, Write
from storage_core.records import Record, as_entry, value_of
from storage_core.scope import Scope, checked_user
from storage_core.sync_store import Storage, Store
from storage_core.threads import EngineThread
from storage_core.turns import Turns
from storage_core.upkeep import Upkeep
from storage_core.values import BytesLike

Result = TypeVar("Result")

_SMALL = 64 * 1024
"""Bytes up to which a value is read on the event loop's own thread: that takes microseconds, a hop a hundred."""

_SLOW = 0.005
_AVOID_SLOW_READS_FOR = 1.0
"""Seconds: after a read on the loop's thread that took `_SLOW`, reads go to the other thread for a while."""

_LOOK_FOR_CHANGES_EVERY = 0.05


class AsyncStorage:
    """A storage, for asynchronous code: the twin of `Storage`, with the same parameters and the same errors.

    One object belongs to one event loop. The verbs are coroutines: a value is encoded when its coroutine starts to
    run. A coroutine that is cancelled has either written or not, never half. Large JSON costs the loop about 35 ms
    a megabyte wherever it is encoded, as json holds the interpreter's lock; bytes of any size do not.
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
        self._database: Database | None = None
        self._inline: Reader | None = None
        self._inline_again_at = 0.0
        self._aside: EngineThread[Reader] | None = None
        self._writer: EngineThread[Engine] | None = None
        self._upkeep: Upkeep | None = None
        self._batches: Batches | None = None
        self._opening: asyncio.Task[None] | None = None
        self._starting_to_write: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._closed = False
        self._pauses: set[asyncio.Future[None]] = set()
        self._turns = Turns(asyncio.Lock)

    @property
    def location(self) -> Path:
        return self._location

    @property
    def read_only(self) -> bool:
        return self._read_only

    def workspace(self, name: str) -> "AsyncStore":
        return AsyncStore(self, Scope(name))

    def store(self, scope: Scope) -> "AsyncStore":
        return AsyncStore(self, scope)

    async def workspaces(self) -> list[str]:
        return await self._read(lambda reader: reader.workspaces())

    async def scopes(self) -> list[ScopeInfo]:
        return await self._read(lambda reader: reader.scopes())

    async def revision(self) -> int:
        return await self._read(lambda reader: reader.last_revision())

    def changes(self, since: int) -> AsyncIterator[Change]:
        return self._listing(operations.changes(since))

    def watch(self, since: int | None = None) -> AsyncIterator[Change]:
        """Every process's writes and deletes after the revision `since` (None: from now on), as they happen.

        In order, exactly once, until the storage is closed. Raises ChangesLostError where `since` is so old that
        changes are no longer kept, StorageMovedError where another file is put in the place of the storage.
        """
        if since is None and self._inline is not None:
            since = self._inline.last_revision()
        return self._watch(since)

    async def backup(self, path: str | os.PathLike[str]) -> None:
        target = checked_path(path, "the target of a backup")
        await self._read_at_length(lambda reader: reader.backup(target))

    async def check(self) -> list[str]:
        return await self._read_at_length(lambda reader: reader.check())

    async def close(self) -> None:
        """Write what was handed over, end the watches, and close. Once more does no harm."""
        if self._closing is None:
            self._closed = True
            for pause in self._pauses:
                _end(pause)
            self._closing = asyncio.get_running_loop().create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        for starting in (self._opening, self._starting_to_write):
            if starting is not None:
                await asyncio.wait([starting])
        if self._batches is not None:
            await self._batches.finish()
        if self._inline is not None:
            self._inline.close()
            self._inline = None
        for closable in (
            self._aside,
            self._upkeep,
            self._writer,
        ):  # the writer last: it takes the log with it
            if closable is not None:
                await closable.close()

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._location}>"

    async def _opened(self) -> Reader:
        """The reader for the event loop's own thread; the storage is open from then on."""
        self._refuse_once_closed()
        while self._inline is None:
            if self._opening is None:
                self._opening = asyncio.get_running_loop().create_task(self._open())
            await asyncio.shield(self._opening)
            self._refuse_once_closed()
        return self._inline

    def _refuse_once_closed(self) -> None:
        if self._closed:
            raise ClosedError(f"{self._location}: the storage was closed: open a new one")

    async def _open(self) -> None:
        try:
            aside = EngineThread(self._find_and_connect)
            await aside.start()
            assert self._database is not None
            try:
                self._inline = self._database.connect_reader(waits=False)
            except StorageError:
                await aside.close()
                raise
            self._aside = aside
        finally:
            self._opening = None

    def _find_and_connect(self) -> Reader:
        database = find_database(
            self._location, read_only=self._read_only, timeout=self._timeout, durability=self._durability
        )
        database.prepare()
        self._database = database
        return database.connect_reader()

    async def _ready_to_write(self) -> Batches:
        await self._opened()
        if self._read_only:
            raise ReadOnlyError(f"{self._location}: opened read-only: nothing is written")
        while self._batches is None:
            if self._starting_to_write is None:
                self._starting_to_write = asyncio.get_running_loop().create_task(self._start_to_write())
            await asyncio.shield(self._starting_to_write)
            self._refuse_once_closed()
        return self._batches

    async def _start_to_write(self) -> None:
        database = self._database
        assert database is not None
        try:
            writer = EngineThread(lambda: database.connect(checkpoints=False))
            await writer.start()
            self._writer = writer
            self._upkeep = Upkeep(database, writer)
            self._batches = Batches(writer, self._upkeep.written)
        finally:
            self._starting_to_write = None

    async def _read_entry(self, scope: Scope, key: str) -> Record | None:
        """The record at `key`: a small one read here and now, a large one, or any from a slow disk, aside."""
        reader = self._inline or await self._opened()
        started = time.perf_counter()
        if started >= self._inline_again_at:
            try:
                record = reader.read_small(scope, key, _SMALL)
            except BusyError:
                return await self._read(lambda reader: reader.read(scope, key))
            ended = time.perf_counter()
            if ended - started > _SLOW:
                self._inline_again_at = ended + _AVOID_SLOW_READS_FOR
            if record is None or record[1] is not None:
                return record
        return await self._read(lambda reader: reader.read(scope, key))

    async def _has(self, scope: Scope, key: str) -> bool:
        return await self._read_here(lambda reader: reader.read_small(scope, key, 0)) is not None

    async def _read_here(self, read: Callable[[Reader], Result]) -> Result:
        """Read on the event loop's thread what takes microseconds; aside, where it would have to wait."""
        reader = self._inline or await self._opened()
        try:
            return read(reader)
        except BusyError:
            return await self._read(read)

    async def _read(self, read: Callable[[Reader], Result]) -> Result:
        await self._opened()
        assert self._aside is not None
        return await self._aside.run(read)

    async def _read_at_length(self, read: Callable[[Reader], Result]) -> Result:
        """Read on a thread that is made for it, so that nobody else's reading waits."""
        await self._opened()
        assert self._database is not None
        thread = EngineThread(self._database.connect_reader)
        await thread.start()
        try:
            return await thread.run(read)
        finally:
            await thread.close()

    async def _listing(self, pages: Pages[Result]) -> AsyncIterator[Result]:
        while pages.more:
            for item in pages.took(await self._read(pages.fetch)):
                yield item

    async def _write(self, write: Write[Result]) -> Result:
        if self._batches is None or self._closed:
            await self._ready_to_write()
        assert self._batches is not None
        return await self._batches.run(write)

    async def _watch(self, since: int | None) -> AsyncIterator[Change]:
        if since is None:
            since = await self._read_here(lambda reader: reader.last_revision())
        pages = operations.changes(since)
        seen: int | None = None
        while not self._closed:
            version = await self._read_here(lambda reader: reader.version())
            if version != seen:
                seen, pages.more = version, True
            while pages.more and not self._closed:
                for change in pages.took(await self._read_here(pages.fetch)):
                    yield change
                await asyncio.sleep(0)
            await self._pause(_LOOK_FOR_CHANGES_EVERY)

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until the storage is closed; without a task of its own, as watches do it all the time."""
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        timer = loop.call_later(seconds, _end, over)
        self._pauses.add(over)
        try:
            await over
        finally:
            timer.cancel()
            self._pauses.discard(over)


def _end(pause: "asyncio.Future[None]") -> None:
    if not pause.done():
        pause.set_result(None)


class AsyncVerbs(ABC):
    """What can be done to the values of one scope: the verbs of `Store`, as coroutines."""

    __slots__ = ()

    @property
    @abstractmethod
    def scope(self) -> Scope:
        """Whose values these are."""

    @property
    @abstractmethod
    def _storage(self) -> AsyncStorage: ...

    def user(self, id: str | UUID) -> "AsyncStore":
        return AsyncStore(self._storage, Scope(self.scope.workspace, checked_user(id)))

    async def set(self, key: str, val: BytesLike, *, ttl: Ttl = None, if_revision: int | None = None) -> None:
        await self._storage._write(operations.set_bytes(self.scope, key, val, ttl, if_revision))

    async def get(self, key: str) -> bytes | None:
        record = await self._storage._read_entry(self.scope, key)
        if record is None:
            return None
        value: bytes = value_of(record, Kind.BYTES, key)
        return value

    async def save(self, key: str, value: Any, *, ttl: Ttl = None, if_revision: int | None = None) -> Any:
        await self._storage._write(operations.save(self.scope, key, value, ttl, if_revision))
        return value

    async def load(self, key: str, default: Any = None) -> Any:
        record = await self._storage._read_entry(self.scope, key)
        return default if record is None else value_of(record, Kind.JSON, key)

    async def save_text(
        self, key: str, text: str, *, ttl: Ttl = None, if_revision: int | None = None
    ) -> None:
        await self._storage._write(operations.save_text(self.scope, key, text, ttl, if_revision))

    async def load_text(self, key: str) -> str | None:
        return await self._storage._read(operations.read_text(self.scope, key))

    async def exists(self, key: str) -> bool:
        return await self._storage._has(self.scope, key)

    async def delete(self, key: str, *, if_revision: int | None = None) -> bool:
        return await self._storage._write(operations.delete(self.scope, key, if_revision))

    async def update(self, key: str, change: Callable[[Any], Any], default: Any = None) -> Any:
        turn = self._storage._turns.of((self.scope, operations.checked_text_argument(key, "key")))
        async with turn.lock:
            while True:
                record = await self._storage._read_entry(self.scope, key)
                value = change(copy.deepcopy(default) if record is None else value_of(record, Kind.JSON, key))
                try:
                    revision = 0 if record is None else record[3]
                    await self._storage._write(operations.replace(self.scope, key, value, revision))
                except ConflictError:
                    await asyncio.sleep(
                        random.uniform(0, 0.002)
                    )  # so that two processes do not go on in step
                else:
                    return value

    async def entry(self, key: str) -> Entry | None:
        record = await self._storage._read_entry(self.scope, key)
        return None if record is None else as_entry(self.scope, key, record)

    def keys(
        self, prefix: str = "", *, after: str | None = None, limit: int | None = None
    ) -> AsyncIterator[str]:
        return self._storage._listing(operations.keys(self.scope, prefix, after, limit))

    def entries(
        self, prefix: str = "", *, after: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Entry]:
        return self._storage._listing(operations.entries(self.scope, prefix, after, limit))

    async def save_many(self, values: Mapping[str, Any]) -> None:
        await self._storage._write(operations.save_many(self.scope, values))

    async def set_many(self, values: Mapping[str, BytesLike]) -> None:
        await self._storage._write(operations.set_many(self.scope, values))

    async def load_many(self, keys: Iterable[str]) -> dict[str, Any]:
        return await self._storage._read(operations.read_many(self.scope, keys, Kind.JSON))

    async def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        return await self._storage._read(operations.read_many(self.scope, keys, Kind.BYTES))

    async def delete_many(self, keys: Iterable[str]) -> int:
        return await self._storage._write(operations.delete_many(self.scope, keys))

    async def clear(self, prefix: str = "") -> int:
        return await self._storage._write(operations.clear(self.scope, prefix))

    async def rename(
        self, key: str, new_key: str, *, overwrite: bool = False, if_revision: int | None = None
    ) -> None:
        await self._storage._write(operations.rename(self.scope, key, new_key, overwrite, if_revision))

    async def move(
        self,
        key: str,
        scope: Scope,
        new_key: str | None = None,
        *,
        overwrite: bool = False,
        if_revision: int | None = None,
    ) -> None:
        write = operations.move(self.scope, key, scope, new_key, overwrite, if_revision)
        await self._storage._write(write)

    async def expire(self, key: str, ttl: Ttl, *, if_revision: int | None = None) -> None:
        await self._storage._write(operations.expire(self.scope, key, ttl, if_revision))


class AsyncStore(AsyncVerbs):
    """The values of one scope: the twin of `Store`; made by `AsyncStorage.workspace`, `.store` and `.user`."""

    __slots__ = ("_of", "_whose")

    def __init__(self, storage: AsyncStorage, scope: Scope) -> None:
        self._of = storage
        self._whose = scope

    @property
    def scope(self) -> Scope:
        """Whose values these are."""
        return self._whose

    @property
    def _storage(self) -> AsyncStorage:
        return self._of

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.scope}>"


def _share_documentation(twin: type, original: type) -> None:
    """Let `help` say of each asynchronous verb what it says of its synchronous twin."""
    for name, member in vars(twin).items():
        if not name.startswith("_") and member.__doc__ is None:
            member.__doc__ = getattr(original, name).__doc__


_share_documentation(AsyncStorage, Storage)
_share_documentation(AsyncVerbs, Store)
