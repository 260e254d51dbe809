"""One storage that is open in the inspector: the storage, its browser, and what can be undone in it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self

from inspector.actions import Undoable
from inspector.history import History
from inspector.spool import Spool
from inspector.system import OUR_OWN, System
from storage_core import AsyncStorage, StorageError, StorageNotFoundError
from storage_core.browse import Address, Browser
from storage_core.raw import left_out, title


def _is_nothing_at(location: Path) -> bool:
    try:
        return not location.exists()
    except OSError:  # that is not known; whoever opens it says what is wrong
        return False


def _tell_nobody(places: Sequence[Address]) -> None:
    """Nobody wants to know."""


class Session:
    """Opened by `open`, and closed by `close` also where opening failed.

    `system` says whose data it is, once it is open. `changed_here` is called with the places that a deed of the
    person, or its undoing, has changed.
    """

    def __init__(self, location: Path, *, read_only: bool) -> None:
        self.storage = AsyncStorage(location, read_only=read_only)
        self.browser = Browser(self.storage)
        self.history = History()
        self.spool = Spool()
        self.system = OUR_OWN
        self.changed_here: Callable[[Sequence[Address]], None] = _tell_nobody

    @property
    def location(self) -> Path:
        return self.storage.location

    @property
    def read_only(self) -> bool:
        return self.storage.read_only

    @classmethod
    async def opened(cls, location: Path, *, read_only: bool, create: bool) -> Self:
        """One that is open; raises storage_core's errors for what cannot be opened, which is left as it is."""
        session = cls(location, read_only=read_only)
        try:
            await session.open(create=create)
        except (StorageError, asyncio.CancelledError):
            await session.close()
            raise
        return session

    async def open(self, *, create: bool = False) -> None:
        """Connect; raises storage_core's errors for what cannot be opened, which is left as it is.

        Where there is nothing yet, a storage is made only if told to: a path is mistyped easily.
        """
        if not create and _is_nothing_at(self.location):
            raise StorageNotFoundError(f"{self.location}: there is no such file")
        await self.storage.__aenter__()
        await self.browser.__aenter__()
        titles = partial(title, self.storage)
        self.system = System(
            self.storage.capabilities, titles, datetime.now(UTC), left_out(self.storage) or ""
        )

    async def remember(self, deed: Undoable) -> None:
        """Let `deed` be what is undone next; what is too large for memory goes into a file."""
        self.history.add(deed)
        self.tell_changed(deed)
        await self.spool.put_away(deed.passages)

    def tell_changed(self, deed: Undoable) -> None:
        """Tell who wants to know that a deed was done, or undone."""
        self.changed_here(deed.places)

    async def close(self) -> None:
        """Disconnect; what was handed over to be written is written first, and nothing can be undone afterwards."""
        await self.browser.close()
        await self.storage.close()
        with suppress(FileNotFoundError):  # whoever clears temporary files was quicker
            await self.spool.close()
