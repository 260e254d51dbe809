"""The connections of an asynchronous storage: what is read where, how writes go over, how all of it ends."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from storage_core import operations
from storage_core.batches import Batches
from storage_core.engine import Database, Engine, Reader
from storage_core.entry import Change
from storage_core.errors import BusyError, ClosedError, ReadOnlyError, StorageError
from storage_core.location import open_database
from storage_core.operations import Pages, Write
from storage_core.records import Record
from storage_core.scope import Scope
from storage_core.threads import EngineThread, Seat
from storage_core.upkeep import Upkeep

Result = TypeVar("Result")
Version = tuple[Reader, int]
"""As each reader has numbers of its own."""

_SMALL = 64 * 1024
"""Bytes up to which a value is read on the event loop's own thread: that takes microseconds, a hop a hundred."""

_SLOW = 0.005
_AVOID_SLOW_READS_FOR = 1.0
"""Seconds: after a read on the loop's thread that took `_SLOW`, reads go to the other thread for a while."""


class Connections:
    """A reader on the event loop's own thread, one on a thread aside, and a writer on a third, opened when needed.

    So no read waits for a write or a commit, and only what takes microseconds runs on the loop's thread.
    """

    def __init__(self, location: Path, read_only: bool, timeout: float, durability: str) -> None:
        self.location = location
        self.read_only = read_only
        self._timeout = timeout
        self._durability = durability
        self._database: Database | None = None
        self._inline: Seat[Reader] | None = None
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

    @property
    def inline(self) -> Seat[Reader] | None:
        """The reader on the loop's own thread; None while the storage is not open."""
        return self._inline

    @property
    def database(self) -> Database:
        """The database, once `opened` has returned; before, ClosedError."""
        if self._database is None:
            raise ClosedError(f"{self.location}: not open yet: only once it is, it is known what is there")
        return self._database

    async def close(self) -> None:
        """Write what was handed over, end the watches, and disconnect. Once more does no harm."""
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
        # The writer goes last: it takes the write-ahead log with it.
        for closable in (self._aside, self._upkeep, self._writer):
            if closable is not None:
                await closable.close()

    async def opened(self) -> Seat[Reader]:
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
            raise ClosedError(f"{self.location}: the storage was closed: open a new one")

    async def _open(self) -> None:
        try:
            aside = EngineThread(self._connect_aside)
            await aside.start()
            assert self._database is not None
            inline = Seat(partial(self._database.connect_reader, waits=False))
            try:
                with suppress(BusyError):  # then at the first read
                    inline.connect()
            except StorageError:
                await aside.close()
                raise
            self._aside, self._inline = aside, inline
            if not self._database.reads_at_once:
                self._inline_again_at = float("inf")
        finally:
            self._opening = None

    def _connect_aside(self) -> Reader:
        if self._aside is None:  # else it is open, and was disconnected while the process forked
            self._database = open_database(
                self.location, read_only=self.read_only, timeout=self._timeout, durability=self._durability
            )
        assert self._database is not None
        return self._database.connect_reader()

    async def _ready_to_write(self) -> Batches:
        await self.opened()
        if self.read_only:
            raise ReadOnlyError(f"{self.location}: opened read-only: nothing is written")
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

    async def read_entry(self, scope: Scope, key: str) -> Record | None:
        """The record at `key`: a small one read here and now, a large one, or any from a slow disk, aside."""
        inline = self._inline or await self.opened()
        started = time.perf_counter()
        if started >= self._inline_again_at:
            try:
                record = inline.call(lambda reader: reader.read_small(scope, key, _SMALL))
            except BusyError:
                return await self.read(lambda reader: reader.read(scope, key))
            ended = time.perf_counter()
            if ended - started > _SLOW:
                self._inline_again_at = ended + _AVOID_SLOW_READS_FOR
            if record is None or record[1] is not None:
                return record
        return await self.read(lambda reader: reader.read(scope, key))

    async def has(self, scope: Scope, key: str) -> bool:
        return await self.read_here(lambda reader: reader.read_small(scope, key, 0)) is not None

    async def read_here(self, read: Callable[[Reader], Result]) -> Result:
        """Read on the event loop's thread what takes microseconds; aside, where it would have to wait."""
        inline = self._inline or await self.opened()
        if not self.database.reads_at_once:
            return await self.read(read)
        try:
            return inline.call(read)
        except BusyError:
            return await self.read(read)

    async def read(self, read: Callable[[Reader], Result]) -> Result:
        await self.opened()
        assert self._aside is not None
        return await self._aside.run(read)

    async def read_at_length(self, read: Callable[[Reader], Result]) -> Result:
        """Read on a thread that is made for it, so that nobody else's reading waits."""
        await self.opened()
        assert self._database is not None
        thread = EngineThread(self._database.connect_reader)
        await thread.start()
        try:
            return await thread.run(read)
        finally:
            await thread.close()

    async def listing(self, pages: Pages[Result]) -> AsyncIterator[Result]:
        while pages.more:
            for item in pages.took(await self.read(pages.fetch)):
                yield item

    async def write(self, write: Write[Result]) -> Result:
        if self._batches is None or self._closed:
            await self._ready_to_write()
        assert self._batches is not None
        return await self._batches.run(write)

    async def watch(self, since: int | None, look_every: float = 0.0) -> AsyncIterator[Change]:
        """The changes after `since`, looked for every so many seconds; less often where the database wants that."""
        # Asked once: Qt may go on with a task while no loop says that it runs.
        loop = asyncio.get_running_loop()
        if since is None:
            since = await self.read_here(lambda reader: reader.last_revision())
        pages = operations.changes(since)
        seen: Version | None = None
        while not self._closed:
            version = await self.read_here(_version)
            if version != seen:
                seen, pages.more = version, True
            while pages.more and not self._closed:
                try:
                    page = await self.read_here(pages.fetch)
                except BusyError:  # nobody can read just now: what there is comes with a later look
                    break
                for change in pages.took(page):
                    yield change
                await asyncio.sleep(0)
            await self._pause(loop, look_every, None if pages.more else seen)

    async def _pause(self, loop: asyncio.AbstractEventLoop, look_every: float, seen: Version | None) -> None:
        """Wait until something may have been written since the version `seen`, or until the storage is closed.

        The looks wake no task, as watches do it all the time.
        """
        over = loop.create_future()
        timer: asyncio.TimerHandle

        def look() -> None:
            if self._is_still_at(seen):
                look_later()
            else:
                _end(over)

        def look_later() -> None:
            nonlocal timer
            timer = loop.call_later(max(look_every, self.database.look_every), look)

        look_later()
        self._pauses.add(over)
        try:
            await over
        finally:
            timer.cancel()
            self._pauses.discard(over)

    def _is_still_at(self, version: Version | None) -> bool:
        """Whether it is certain that this is still the version; whoever looks closer is told what is wrong."""
        if version is None or self._inline is None or not self.database.reads_at_once:
            return False
        try:
            return self._inline.call(_version) == version
        except StorageError:
            return False


def _version(reader: Reader) -> Version:
    return reader, reader.version()


def _end(pause: "asyncio.Future[None]") -> None:
    if not pause.done():
        pause.set_result(None)
