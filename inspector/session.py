"""One storage that is open in the inspector: the storage, its browser, and what can be undone in it."""

from pathlib import Path

from inspector.actions import History, Undoable
from inspector.spool import Spool
from storage_core import AsyncStorage, StorageNotFoundError
from storage_core.browse import Browser


class Session:
    """Opened by `open`, and closed by `close` also where opening failed."""

    def __init__(self, location: Path, *, read_only: bool) -> None:
        self.storage = AsyncStorage(location, read_only=read_only)
        self.browser = Browser(self.storage)
        self.history = History()
        self.spool = Spool()

    @property
    def location(self) -> Path:
        return self.storage.location

    @property
    def read_only(self) -> bool:
        return self.storage.read_only

    async def open(self, *, create: bool = False) -> None:
        """Connect; raises storage_core's errors for what cannot be opened, which is left as it is.

        Where there is nothing yet, a storage is made only if told to: a path is mistyped easily.
        """
        if not create and not self.location.exists():
            raise StorageNotFoundError(f"{self.location}: there is no such file")
        await self.storage.__aenter__()
        await self.browser.__aenter__()

    async def remember(self, deed: Undoable) -> None:
        """Let `deed` be what is undone next; what is too large for memory goes into a file."""
        self.history.add(deed)
        await self.spool.put_away(deed.passages)

    async def close(self) -> None:
        """Disconnect; what was handed over to be written is written first, and nothing can be undone afterwards."""
        await self.browser.close()
        await self.storage.close()
        await self.spool.close()
