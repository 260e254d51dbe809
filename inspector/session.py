"""One storage that is open in the inspector: the storage, its browser, and what can be undone in it."""

from pathlib import Path

from inspector.actions import History
from storage_core import AsyncStorage
from storage_core.browse import Browser


class Session:
    """Opened by `open`, and closed by `close` also where opening failed."""

    def __init__(self, location: Path, *, read_only: bool) -> None:
        self.storage = AsyncStorage(location, read_only=read_only)
        self.browser = Browser(self.storage)
        self.history = History()

    @property
    def location(self) -> Path:
        return self.storage.location

    @property
    def read_only(self) -> bool:
        return self.storage.read_only

    async def open(self) -> None:
        """Connect; raises storage_core's errors for what cannot be opened, which is left as it is."""
        await self.storage.__aenter__()
        await self.browser.__aenter__()

    async def close(self) -> None:
        """Disconnect; what was handed over to be written is written first."""
        await self.browser.close()
        await self.storage.close()
