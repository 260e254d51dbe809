"""A connection that one at a time may use, and one on a thread of aiosqlite's: the one place that reaches into it."""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import aiosqlite

from storage_core import forking
from storage_core.engine import Browsing, Reader
from storage_core.errors import ClosedError

Connected = TypeVar("Connected", bound=Reader | Browsing)
Result = TypeVar("Result")


class Seat(Generic[Connected]):
    """A connection for one call at a time. Around a fork it is not there: the next call connects it anew.

    In a child it can no longer be used: whoever made it belongs to an event loop of the parent.
    """

    def __init__(self, connect: Callable[[], Connected]) -> None:
        self._connect = connect
        self._engine: Connected | None = None
        self._using = threading.Lock()
        self._is_closed = self._is_paused = False
        self.is_the_parents = False
        """Whether this process is a child of the one that made it."""
        forking.heed(self)

    def connect(self) -> None:
        """Connect now, not at the first call."""
        self.call(lambda _: None)

    def call(self, call: Callable[[Connected], Result]) -> Result:
        """`call(engine)`; raises ClosedError once it is closed, and in a child."""
        with self._using:
            if self._engine is None:
                if self._is_closed or self.is_the_parents:
                    raise ClosedError("the storage was closed, or opened before a fork: open a new one")
                self._engine = self._connect()
            return call(self._engine)

    def close(self) -> None:
        with self._using:
            self._is_closed = True
            self._disconnect()

    def _disconnect(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def _pause_for_fork(self, deadline: float) -> None:
        self._is_paused = self._using.acquire(timeout=max(0.0, deadline - time.monotonic()))
        if self._is_paused:
            self._disconnect()

    def _go_on_after_fork(self) -> None:
        if self._is_paused:
            self._using.release()

    def _start_anew_after_fork(self) -> None:
        if self._engine is not None:
            forking.leave_to_the_parent(self._engine)
        self._engine = None
        self._using = threading.Lock()
        self.is_the_parents = True


class EngineThread(Generic[Connected]):
    """An engine that is connected, used and closed on a thread of its own."""

    def __init__(self, connect: Callable[[], Connected]) -> None:
        self._seat = Seat(connect)
        self._connection: Any = aiosqlite.Connection(cast(Any, lambda: self._seat), iter_chunk_size=1)
        self._connection._thread.daemon = True  # a storage that nobody closed must not keep the process alive

    async def start(self) -> None:
        """Start the thread and connect; where that fails, the thread has ended."""
        await self._connection
        try:
            await self._connection._execute(self._seat.connect)
        except BaseException:
            await self._connection.close()
            raise

    async def run(self, call: Callable[[Connected], Result]) -> Result:
        """`call(engine)` on the thread, one hop there and back; cancelling the caller does not end the call.

        Raises ClosedError where the thread has been closed.
        """
        if not self._connection._running or self._seat.is_the_parents:
            raise ClosedError("the storage was closed, or opened before a fork: open a new one")
        result = await self._connection._execute(self._seat.call, call)
        return cast(Result, result)

    async def close(self) -> None:
        """End what is under way and queued, disconnect, and end the thread."""
        if not self._seat.is_the_parents:
            await self._connection.close()
