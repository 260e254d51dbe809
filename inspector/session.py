"""One storage that is open in the inspector: the storage, its browser, and what can be undone in it."""

from pathlib import Path
from types import TracebackType
from typing import Self

from inspector.actions import History
from storage_core import AsyncStorage
from storage_core.browse import Browser


class Session:
    """Opened by `async with`; raises storage_core's errors for what cannot be opened, and leaves it as it is."""

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

    async def __aenter__(self) -> Self:
        await self.storage.__aenter__()
        await self.browser.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Disconnect; what was handed over to be written is written first."""
        await self.browser.close()
        await self.storage.close()
