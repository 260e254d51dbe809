"""The one place that starts tasks: it holds them, lets the newest of a kind win, and shows what fails."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeVar

Result = TypeVar("Result")

_IDLE_LOOK = 0.01  # seconds between two looks at whether what still runs only waits for a person

# Which tasks wait for a person, and which for these. A task is unique by itself, so that no window needs a list.
_asking: set[asyncio.Task[Any]] = set()
_queueing: set[asyncio.Task[Any]] = set()


@contextmanager
def asking() -> Iterator[None]:
    """A block in which the current task waits for a person: nothing is busy meanwhile."""
    task = asyncio.current_task()
    assert task is not None
    _asking.add(task)
    try:
        yield
    finally:
        _asking.discard(task)


@contextmanager
def queueing() -> Iterator[None]:
    """A block in which the current task waits for another one, which may be waiting for a person."""
    task = asyncio.current_task()
    assert task is not None
    _queueing.add(task)
    try:
        yield
    finally:
        _queueing.discard(task)


async def to_its_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Await `work` to its end also where the caller is cancelled: what was written is then remembered as well."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # nobody is left to be told
        raise


class Tasks:
    """The running work of one window, on the loop that is running.

    `failed` is called with whatever error a task ends with; a cancelled task ends silently.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._running: dict[
            asyncio.Task[Any], int
        ] = {}  # with numbers in the order in which they were started
        self._numbers = count(1)
        self._lasting: set[asyncio.Task[Any]] = set()
        self._newest: dict[str, asyncio.Task[Any]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(
        self, work: Coroutine[Any, Any, Any], *, newest_of: str | None = None, unasked: bool = False
    ) -> asyncio.Task[Any]:
        """Run `work`; with `newest_of`, in the place of what was started for the same purpose before.

        What is `unasked`, as no person has wanted it, is newer than nothing.
        """
        task = self._task(work)
        self._running[task] = 0 if unasked else next(self._numbers)
        task.add_done_callback(self._ended)
        if newest_of is not None:
            former = self._newest.get(newest_of)
            if former is not None:
                former.cancel()
            self._newest[newest_of] = task
        return task

    def start_lasting(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run what ends only with the window, such as a watch; `idle` does not wait for it."""
        task = self._task(work)
        self._lasting.add(task)
        task.add_done_callback(self._ended)
        return task

    def is_running(self, purpose: str) -> bool:
        """Whether what was started newest for this purpose has not ended."""
        return purpose in self._newest

    def is_newer(self, purpose: str) -> bool:
        """Whether what runs for this purpose was started later than the task that asks."""
        current, newest = asyncio.current_task(), self._newest.get(purpose)
        if current not in self._running or newest is None:
            return False
        return self._running[newest] > self._running[current]

    def cancel(self, purpose: str) -> None:
        """Cancel what was started for this purpose, where it is still running."""
        task = self._newest.pop(purpose, None)
        if task is not None:
            task.cancel()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is running that ends by itself; what waits for a person, or for its turn, does not."""
        return not self._busy()

    async def idle(self) -> None:
        """Return when nothing is running that ends by itself, nor anything that this has started meanwhile."""
        while busy := self._busy():
            await asyncio.wait(busy, timeout=_IDLE_LOOK)

    def _task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begun at once, or, where an event comes while the loop stands still, when it goes on."""
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            if self._loop is None:
                work.close()
                raise
        return self._loop.create_task(work)

    def _busy(self) -> set[asyncio.Task[Any]]:
        others = self._running.keys() - {asyncio.current_task()}
        return others - _asking - _queueing if others & _asking else others

    async def close(self) -> None:
        """Cancel everything and return when it has ended."""
        current = asyncio.current_task()
        while others := (self._running.keys() | self._lasting) - {current}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.pop(task, None)
        self._lasting.discard(task)
        for purpose, newest in list(self._newest.items()):
            if newest is task:
                del self._newest[purpose]
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._failed(error)
