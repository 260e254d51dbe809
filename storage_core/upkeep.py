"""Checkpoints in the background, so that no writer has to wait for one."""

import asyncio

from storage_core.engine import Database, Engine
from storage_core.errors import StorageError
from storage_core.threads import EngineThread

WRITES_BETWEEN = 4_000
"""So that pages which are written often are folded in once for many commits, before a writer would do so itself."""


class Upkeep:
    """Folds the write-ahead log into the database after every few thousand writes.

    The bulk is done on a connection of its own, while writers go on; the little that came meanwhile on theirs, where
    nobody writes at the same time: only then can the log start again from its beginning, instead of growing.
    """

    def __init__(self, database: Database, writer: EngineThread[Engine]) -> None:
        self._database = database
        self._writer = writer
        self._helper: EngineThread[Engine] | None = None
        self._written = 0
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def written(self, count: int) -> None:
        """Be told that so many writes were committed."""
        self._written += count
        if self._written >= WRITES_BETWEEN and self._task is None and not self._is_closed:
            self._written = 0
            self._task = asyncio.get_running_loop().create_task(self._checkpoint())

    async def close(self) -> None:
        """Let a checkpoint that is under way end, then disconnect; none begins any more."""
        self._is_closed = True
        if self._task is not None:
            await asyncio.wait([self._task])
        if self._helper is not None:
            await self._helper.close()

    async def _checkpoint(self) -> None:
        try:
            if self._helper is None:
                helper = EngineThread(lambda: self._database.connect(checkpoints=False))
                await helper.start()
                self._helper = helper
            await self._helper.run(lambda engine: engine.checkpoint())
            await self._writer.run(lambda engine: engine.checkpoint())
        except StorageError:
            self._written = 0  # what is wrong, the next write will say; a checkpoint can wait
        finally:
            self._task = None
