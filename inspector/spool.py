"""What an undo needs and memory should not hold: kept in private files for as long as a storage is open."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from inspector.actions import Content, Passage, Stored
from storage_core import AsyncStorage, Kind, Scope
from storage_core.raw import read, write

IN_MEMORY = 16 * 1024 * 1024
"""Bytes of values that are kept in memory; what comes after goes into a file."""

_SHELF = Scope("values")


@dataclass(frozen=True, slots=True)
class Spooled:
    """A value in a file, with what else its place held."""

    kind: Kind
    expires: datetime | None
    shelf: AsyncStorage
    name: str

    async def at_hand(self) -> Stored:
        """It, read back from the file."""
        found = await read(self.shelf, _SHELF, self.name)
        assert found is not None
        assert found.data is not None
        return Stored(self.kind, found.data, self.expires)


class Spool:
    """Storages in a folder that only this person can read, and that goes when the spool is closed."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._storages: list[AsyncStorage] = []
        self._shelf: AsyncStorage | None = None
        self._in_memory = 0

    async def new_storage(self) -> AsyncStorage:
        """An empty storage of its own, open until the spool is closed."""
        if self._folder is None:
            self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="state-inspector-"))
        storage = AsyncStorage(self._folder / f"{len(self._storages)}.db", durability="process")
        self._storages.append(storage)
        await storage.__aenter__()
        return storage

    async def put_away(self, passages: Sequence[Passage]) -> None:
        """Let what these passages hold go into a file, as far as it is too much for memory."""
        for passage in passages:
            passage.before = await self._kept(passage.before)
            passage.after = await self._kept(passage.after)

    async def close(self) -> None:
        """Remove the files; nothing can be brought back from here any more. Once more does no harm."""
        storages, self._storages = self._storages, []
        for storage in storages:
            await storage.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            await asyncio.to_thread(shutil.rmtree, folder)

    async def _kept(self, content: Content | None) -> Content | None:
        if not isinstance(content, Stored):
            return content
        if self._in_memory + len(content.data) <= IN_MEMORY:
            self._in_memory += len(content.data)
            return content
        if self._shelf is None:
            self._shelf = await self.new_storage()
        name = uuid4().hex
        await write(self._shelf, _SHELF, name, Kind.BYTES, content.data, if_revision=0)
        return Spooled(content.kind, content.expires, self._shelf, name)
