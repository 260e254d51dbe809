"""Scoped key-value storage for plugins: JSON and bytes over SQLite, synchronous and asynchronous."""

from storage_core.async_store import AsyncStorage, AsyncStore
from storage_core.context import acting_as, store, use_storage, user
from storage_core.engine import Capabilities
from storage_core.entry import Change, Entry, Kind, ScopeInfo
from storage_core.errors import (
    BusyError,
    ChangesLostError,
    ClosedError,
    ConflictError,
    CorruptError,
    InvalidNameError,
    InvalidValueError,
    KeyNotFoundError,
    KindError,
    NewerFormatError,
    NoContextError,
    NotAStorageError,
    ReadOnlyError,
    StorageError,
    StorageFullError,
    StorageIOError,
    StorageMovedError,
    StorageNotFoundError,
    UnsupportedError,
)
from storage_core.scope import Scope
from storage_core.sync_store import Storage, Store

__all__ = [
    "AsyncStorage",
    "AsyncStore",
    "BusyError",
    "Capabilities",
    "Change",
    "ChangesLostError",
    "ClosedError",
    "ConflictError",
    "CorruptError",
    "Entry",
    "InvalidNameError",
    "InvalidValueError",
    "KeyNotFoundError",
    "Kind",
    "KindError",
    "NewerFormatError",
    "NoContextError",
    "NotAStorageError",
    "ReadOnlyError",
    "Scope",
    "ScopeInfo",
    "Storage",
    "StorageError",
    "StorageFullError",
    "StorageIOError",
    "StorageMovedError",
    "StorageNotFoundError",
    "Store",
    "UnsupportedError",
    "acting_as",
    "store",
    "use_storage",
    "user",
]
