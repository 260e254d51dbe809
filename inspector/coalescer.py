"""Turns any number of calls into few runs of the same work, one after the other."""

import asyncio
from collections.abc import Awaitable, Callable

from inspector.tasks import Tasks


class Coalescer:
    """Runs `work` some seconds after it was asked for, however often that was, and never twice at a time.

    What is asked for while it runs leads to one more run afterwards. No call puts a run off, as a steady stream of
    them would then put it off for ever.
    """

    def __init__(self, tasks: Tasks, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks = tasks
        self._seconds = seconds
        self._work = work
        self._is_asked = False
        self._is_running = False

    def ask(self) -> None:
        """Have the work done. Where Qt delivers an event while no loop is running, the next call sees to that."""
        self._is_asked = True
        if not self._is_running and _is_loop_running():
            self._is_running = True
            self._tasks.start(self._run())

    async def _run(self) -> None:
        try:
            while self._is_asked:
                await asyncio.sleep(self._seconds)
                self._is_asked = False
                await self._work()
        finally:
            self._is_running = False


def _is_loop_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
