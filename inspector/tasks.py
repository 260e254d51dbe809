"""The one place that starts tasks: it holds them, lets the newest of a kind win, and shows what fails."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Tasks:
    """The running work of one window, on the loop that is running.

    `failed` is called with whatever error a task ends with; a cancelled task ends silently.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._running: set[asyncio.Task[Any]] = set()
        self._lasting: set[asyncio.Task[Any]] = set()
        self._newest: dict[str, asyncio.Task[Any]] = {}

    def start(self, work: Coroutine[Any, Any, Any], *, newest_of: str | None = None) -> asyncio.Task[Any]:
        """Run `work`; with `newest_of`, in the place of what was started for the same purpose before."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        if newest_of is not None:
            former = self._newest.get(newest_of)
            if former is not None:
                former.cancel()
            self._newest[newest_of] = task
        return task

    def start_lasting(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run what ends only with the window, such as a watch; `idle` does not wait for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._lasting.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self, purpose: str) -> None:
        """Cancel what was started for this purpose, where it is still running."""
        task = self._newest.pop(purpose, None)
        if task is not None:
            task.cancel()

    @property
    def is_idle(self) -> bool:
        return not self._running

    async def idle(self) -> None:
        """Return when nothing is running that ends by itself, nor anything that this has started meanwhile."""
        current = asyncio.current_task()
        while others := self._running - {current}:
            await asyncio.wait(others)

    async def close(self) -> None:
        """Cancel everything and return when it has ended."""
        current = asyncio.current_task()
        while others := (self._running | self._lasting) - {current}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        self._lasting.discard(task)
        for purpose, newest in list(self._newest.items()):
            if newest is task:
                del self._newest[purpose]
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._failed(error)
