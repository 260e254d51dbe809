"""A thread of aiosqlite's with an engine on it: the one place that reaches into aiosqlite."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import aiosqlite

from storage_core.engine import Browsing, Reader
from storage_core.errors import ClosedError

Connected = TypeVar("Connected", bound=Reader | Browsing)
Result = TypeVar("Result")


class _Seat:
    """What aiosqlite takes for its connection: it closes the engine, where one was connected."""

    engine: Any = None

    def close(self) -> None:
        if self.engine is not None:
            self.engine.close()


class EngineThread(Generic[Connected]):
    """An engine that is connected, used and closed on a thread of its own."""

    def __init__(self, connect: Callable[[], Connected]) -> None:
        self._connect = connect
        self._seat = _Seat()
        self._connection: Any = aiosqlite.Connection(cast(Any, lambda: self._seat), iter_chunk_size=1)
        self._connection._thread.daemon = True  # a storage that nobody closed must not keep the process alive

    async def start(self) -> None:
        """Start the thread and connect; where that fails, the thread has ended."""
        await self._connection
        try:
            await self._connection._execute(self._take_seat)
        except BaseException:
            await self._connection.close()
            raise

    def _take_seat(self) -> None:
        self._seat.engine = self._connect()

    async def run(self, call: Callable[[Connected], Result]) -> Result:
        """`call(engine)` on the thread, one hop there and back; cancelling the caller does not end the call.

        Raises ClosedError where the thread has been closed.
        """
        if not self._connection._running:
            raise ClosedError("the storage was closed: open a new one")
        result = await self._connection._execute(call, self._seat.engine)
        return cast(Result, result)

    def interrupt(self) -> None:
        """Make the call that is under way end soon, with an InterruptedError."""
        if self._seat.engine is not None:
            self._seat.engine.interrupt()

    async def close(self) -> None:
        """End what is under way and queued, disconnect, and end the thread."""
        await self._connection.close()
