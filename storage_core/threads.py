"""A connection that one at a time may use, and one on a thread of aiosqlite's: the one place that reaches into it."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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
            await self._there_and_back(self._seat.connect)
        except BaseException:
            await self._connection.close()
            raise

    async def run(self, call: Callable[[Connected], Result]) -> Result:
        """`call(engine)` on the thread, one hop there and back; cancelling the caller does not end the call.

        Raises ClosedError where the thread has been closed.
        """
        if not self._connection._running or self._seat.is_the_parents:
            raise ClosedError("the storage was closed, or opened before a fork: open a new one")
        return await self._there_and_back(partial(self._seat.call, call))

    async def _there_and_back(self, work: Callable[[], Result]) -> Result:
        """As aiosqlite's `_execute`, whose thread would die where the event loop is closed before it can answer."""
        loop = asyncio.get_event_loop()  # Qt may go on with a task while no loop says that it runs
        answer: asyncio.Future[Result] = loop.create_future()
        self._connection._tx.put_nowait((None, partial(_work, work, loop, answer)))
        return await answer

    async def close(self) -> None:
        """End what is under way and queued, disconnect, and end the thread."""
        if not self._seat.is_the_parents:
            await self._connection.close()


def _work(
    work: Callable[[], Result], loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[Result]"
) -> None:
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to whoever waits
        _answer(loop, answer, partial(answer.set_exception, error))
    else:
        _answer(loop, answer, partial(answer.set_result, result))


def _answer(
    loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[Result]", give: Callable[[], None]
) -> None:
    with suppress(RuntimeError):  # the loop was closed: nobody waits any more
        loop.call_soon_threadsafe(_unless_cancelled, answer, give)


def _unless_cancelled(answer: "asyncio.Future[Result]", give: Callable[[], None]) -> None:
    if not answer.done():
        give()
