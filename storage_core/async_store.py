"""The asynchronous facade: AsyncStorage and AsyncStore, for one event loop."""

import asyncio
import copy
import os
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

from storage_core import operations
from storage_core.connections import Connections
from storage_core.engine import Capabilities
from storage_core.entry import Change, Entry, Kind, ScopeInfo
from storage_core.errors import BusyError, ConflictError
from storage_core.location import checked_location, checked_options, checked_path
from storage_core.operations import Ttl
from storage_core.records import as_entry, value_of
from storage_core.scope import Scope, checked_scope, checked_text_argument, checked_user
from storage_core.sync_store import Storage, Store
from storage_core.turns import Turns
from storage_core.values import BytesLike

Result = TypeVar("Result")


class AsyncStorage:
    """A storage, for asynchronous code: the twin of `Storage`, with the same parameters and the same errors.

    One object belongs to one event loop; a child that was forked is refused with ClosedError. The verbs are
    coroutines: a value is encoded when its coroutine starts to run. A coroutine that is cancelled has either written
    or not, never half. Large JSON costs the loop about 35 ms a megabyte wherever it is encoded, as json holds the
    interpreter's lock; bytes of any size do not.
    """

    def __init__(
        self,
        location: str | os.PathLike[str] | None = None,
        *,
        read_only: bool = False,
        timeout: float = 5.0,
        durability: str = "power",
    ) -> None:
        checked_options(timeout, durability)
        self._connections = Connections(checked_location(location), read_only, timeout, durability)
        self._turns = Turns(asyncio.Lock)

    @property
    def location(self) -> Path:
        return self._connections.location

    @property
    def read_only(self) -> bool:
        return self._connections.read_only

    @property
    def capabilities(self) -> Capabilities:
        """What the database at the location can hold, found by looking inside; ClosedError before it is open."""
        return self._connections.database.capabilities

    def workspace(self, name: str) -> "AsyncStore":
        return AsyncStore(self, Scope(name))

    def store(self, scope: Scope) -> "AsyncStore":
        return AsyncStore(self, checked_scope(scope))

    async def workspaces(self) -> list[str]:
        return await self._connections.read(lambda reader: reader.workspaces())

    async def scopes(self) -> list[ScopeInfo]:
        return await self._connections.read(lambda reader: reader.scopes())

    async def revision(self) -> int:
        return await self._connections.read(lambda reader: reader.last_revision())

    def changes(self, since: int) -> AsyncIterator[Change]:
        return self._connections.listing(operations.changes(since))

    def watch(self, since: int | None = None) -> AsyncIterator[Change]:
        """Every process's writes and deletes after the revision `since` (None: from now on), as they happen.

        In order, exactly once, until the storage is closed. Raises ChangesLostError where `since` is so old that
        changes are no longer kept, StorageMovedError where another file is put in the place of the storage.
        """
        if since is None and self._connections.inline is not None:
            with suppress(BusyError):  # then from the first look on
                since = self._connections.inline.call(lambda reader: reader.last_revision())
        return self._connections.watch(since)

    async def backup(self, path: str | os.PathLike[str]) -> None:
        target = checked_path(path, "the target of a backup")
        await self._connections.read_at_length(lambda reader: reader.backup(target))

    async def check(self) -> list[str]:
        return await self._connections.read_at_length(lambda reader: reader.check())

    async def close(self) -> None:
        """Write what was handed over, end the watches, and close. Once more does no harm."""
        await self._connections.close()

    async def __aenter__(self) -> Self:
        await self._connections.opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._connections.location}>"


class AsyncVerbs(ABC):
    """What can be done to the values of one scope: the verbs of `Store`, as coroutines."""

    __slots__ = ()

    @property
    @abstractmethod
    def scope(self) -> Scope:
        """Whose values these are."""

    @property
    @abstractmethod
    def _storage(self) -> AsyncStorage: ...

    @property
    def _connections(self) -> Connections:
        return self._storage._connections

    def user(self, id: str | UUID) -> "AsyncStore":
        return AsyncStore(self._storage, Scope(self.scope.workspace, checked_user(id)))

    async def set(self, key: str, val: BytesLike, *, ttl: Ttl = None, if_revision: int | None = None) -> None:
        await self._connections.write(operations.set_bytes(self.scope, key, val, ttl, if_revision))

    async def get(self, key: str) -> bytes | None:
        record = await self._connections.read_entry(self.scope, key)
        if record is None:
            return None
        value: bytes = value_of(record, Kind.BYTES, key)
        return value

    async def save(self, key: str, value: Any, *, ttl: Ttl = None, if_revision: int | None = None) -> Any:
        await self._connections.write(operations.save(self.scope, key, value, ttl, if_revision))
        return value

    async def load(self, key: str, default: Any = None) -> Any:
        record = await self._connections.read_entry(self.scope, key)
        return default if record is None else value_of(record, Kind.JSON, key)

    async def save_text(
        self, key: str, text: str, *, ttl: Ttl = None, if_revision: int | None = None
    ) -> None:
        await self._connections.write(operations.save_text(self.scope, key, text, ttl, if_revision))

    async def load_text(self, key: str) -> str | None:
        return await self._connections.read(operations.read_text(self.scope, key))

    async def exists(self, key: str) -> bool:
        return await self._connections.has(self.scope, key)

    async def delete(self, key: str, *, if_revision: int | None = None) -> bool:
        return await self._connections.write(operations.delete(self.scope, key, if_revision))

    async def update(self, key: str, change: Callable[[Any], Any], default: Any = None) -> Any:
        turn = self._storage._turns.of((self.scope, checked_text_argument(key, "key")))
        async with turn.lock:
            while True:
                record = await self._connections.read_entry(self.scope, key)
                value = change(copy.deepcopy(default) if record is None else value_of(record, Kind.JSON, key))
                try:
                    revision = 0 if record is None else record[3]
                    await self._connections.write(operations.replace(self.scope, key, value, revision))
                except ConflictError:
                    await asyncio.sleep(
                        random.uniform(0, 0.002)
                    )  # so that two processes do not go on in step
                else:
                    return value

    async def entry(self, key: str) -> Entry | None:
        record = await self._connections.read_entry(self.scope, key)
        return None if record is None else as_entry(self.scope, key, record)

    def keys(
        self, prefix: str = "", *, after: str | None = None, limit: int | None = None
    ) -> AsyncIterator[str]:
        return self._connections.listing(operations.keys(self.scope, prefix, after, limit))

    def entries(
        self, prefix: str = "", *, after: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Entry]:
        return self._connections.listing(operations.entries(self.scope, prefix, after, limit))

    async def save_many(self, values: Mapping[str, Any]) -> None:
        await self._connections.write(operations.save_many(self.scope, values))

    async def set_many(self, values: Mapping[str, BytesLike]) -> None:
        await self._connections.write(operations.set_many(self.scope, values))

    async def load_many(self, keys: Iterable[str]) -> dict[str, Any]:
        return await self._connections.read(operations.read_many(self.scope, keys, Kind.JSON))

    async def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        return await self._connections.read(operations.read_many(self.scope, keys, Kind.BYTES))

    async def delete_many(self, keys: Iterable[str]) -> int:
        return await self._connections.write(operations.delete_many(self.scope, keys))

    async def clear(self, prefix: str = "") -> int:
        return await self._connections.write(operations.clear(self.scope, prefix))

    async def rename(
        self, key: str, new_key: str, *, overwrite: bool = False, if_revision: int | None = None
    ) -> None:
        await self._connections.write(operations.rename(self.scope, key, new_key, overwrite, if_revision))

    async def move(
        self,
        key: str,
        scope: Scope,
        new_key: str | None = None,
        *,
        overwrite: bool = False,
        if_revision: int | None = None,
    ) -> None:
        write = operations.move(self.scope, key, scope, new_key, overwrite, if_revision)
        await self._connections.write(write)

    async def expire(self, key: str, ttl: Ttl, *, if_revision: int | None = None) -> None:
        await self._connections.write(operations.expire(self.scope, key, ttl, if_revision))


class AsyncStore(AsyncVerbs):
    """The values of one scope: the twin of `Store`; made by `AsyncStorage.workspace`, `.store` and `.user`."""

    __slots__ = ("_of", "_whose")

    def __init__(self, storage: AsyncStorage, scope: Scope) -> None:
        self._of = storage
        self._whose = scope

    @property
    def scope(self) -> Scope:
        """Whose values these are."""
        return self._whose

    @property
    def _storage(self) -> AsyncStorage:
        return self._of

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.scope}>"


def _share_documentation(twin: type, original: type) -> None:
    """Let `help` say of each asynchronous verb what it says of its synchronous twin."""
    for name, member in vars(twin).items():
        if not name.startswith("_") and member.__doc__ is None:
            member.__doc__ = getattr(original, name).__doc__


_share_documentation(AsyncStorage, Storage)
_share_documentation(AsyncVerbs, Store)
