"""Group commit: writes that arrive while others are on their way go over together, in one transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from storage_core.engine import Engine, transact
from storage_core.errors import (
    ConflictError,
    InvalidNameError,
    InvalidValueError,
    KeyNotFoundError,
    StorageError,
    UnsupportedError,
)
from storage_core.operations import Write
from storage_core.threads import EngineThread

Result = TypeVar("Result")

_REFUSALS = (InvalidNameError, InvalidValueError, KeyNotFoundError, ConflictError, UnsupportedError)
_MOST_WRITES = 256
_MOST_BYTES = 4 * 1024 * 1024


@dataclass(slots=True)  # not frozen: one is made for every write, and that would take three times as long
class Outcome:
    """What became of one write of a batch: its result, or the error that is its own."""

    result: Any = None
    error: BaseException | None = None

    def get(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


def write_together(writes: Sequence[Write[Any]], engine: Engine) -> list[Outcome]:
    """Run the writes in one transaction, on the engine's thread; what they did is durable on return.

    A write that is refused fails alone, having changed nothing. If the transaction itself fails, its writes are
    tried one by one, so that each has an outcome of its own; unless no transaction could even be started.
    """
    if len(writes) == 1:
        return [_alone(engine, writes[0])]
    try:
        engine.begin()
    except StorageError as error:
        return [Outcome(error=error)] * len(writes)
    try:
        outcomes = [_refusable(engine, write) for write in writes]
        engine.commit()
    except Exception:  # noqa: BLE001 - whichever write it comes from, it is that one's alone to tell
        engine.rollback()
        return [_alone(engine, write) for write in writes]
    return outcomes


def _refusable(engine: Engine, write: Write[Any]) -> Outcome:
    try:
        return Outcome(write.run(engine))
    except _REFUSALS as error:
        return Outcome(error=error)


def _alone(engine: Engine, write: Write[Any]) -> Outcome:
    try:
        return Outcome(transact(engine, write.run))
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the caller of this one write
        return Outcome(error=error)


class Batches:
    """The writes of one event loop on their way to the writing thread.

    `written` is called after each batch with the number of writes in it.
    """

    def __init__(self, thread: EngineThread[Engine], written: Callable[[int], None]) -> None:
        self._thread = thread
        self._written = written
        self._waiting: deque[tuple[Write[Any], asyncio.Future[Any]]] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._is_one_alone = False
        self._last_size = 0

    async def run(self, write: Write[Result]) -> Result:
        """Write, with all else that is handed over before the event loop comes round or while others are written.

        A caller who is cancelled while its write waits has written nothing; one who is cancelled later may have.
        """
        if self._last_size <= 1 and not self._waiting and not self._is_one_alone and not self._is_sending():
            return await self._run_alone(write)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((write, future))
        if not self._is_one_alone:
            self._sender()
        return await future

    async def _run_alone(self, write: Write[Result]) -> Result:
        """Send one write straight over: where nobody else writes, waiting for others only costs turns of the loop."""
        self._is_one_alone = True
        try:
            (outcome,) = await self._thread.run(partial(write_together, [write]))
        finally:
            self._is_one_alone = False
            self._written(1)
            if self._waiting:
                self._sender()
        result: Result = outcome.get()
        return result

    def _is_sending(self) -> bool:
        return self._sending is not None and not self._sending.done()

    async def finish(self) -> None:
        """Return when everything that was handed over has been written or refused."""
        while self._waiting or self._is_sending():
            await asyncio.wait([self._sender()])

    def _sender(self) -> asyncio.Task[None]:
        """The task that sends what waits: a new one where the last has ended, or was cancelled before it began."""
        if self._sending is None or self._sending.done():
            self._sending = asyncio.get_running_loop().create_task(self._send())
        return self._sending

    async def _send(self) -> None:
        while batch := self._next_batch():
            writes = [write for write, _ in batch]
            self._last_size = len(batch)
            try:
                outcomes = await self._thread.run(partial(write_together, writes))
            except (StorageError, asyncio.CancelledError) as error:
                outcomes = [Outcome(error=error)] * len(batch)
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                _resolve(future, outcome)
            self._written(len(batch))
            # Those who have their answer often write again at once: so all of them go together, not the first alone.
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)

    def _next_batch(self) -> list[tuple[Write[Any], asyncio.Future[Any]]]:
        batch: list[tuple[Write[Any], asyncio.Future[Any]]] = []
        size = 0
        while self._waiting and len(batch) < _MOST_WRITES and size < _MOST_BYTES:
            write, future = self._waiting.popleft()
            if not future.done():  # its caller was cancelled
                batch.append((write, future))
                size += write.size
        return batch


def _resolve(future: "asyncio.Future[Any]", outcome: Outcome) -> None:
    if future.done():
        return
    if outcome.error is None:
        future.set_result(outcome.result)
    elif isinstance(outcome.error, asyncio.CancelledError):
        future.cancel()
    else:
        future.set_exception(outcome.error)
