"""Every error that storage_core raises, as one tree:

    StorageError
    ├── wrong use: mend the call
    │   ├── InvalidNameError (ValueError)     a workspace, user or key that cannot be a name
    │   ├── InvalidValueError (ValueError)    a value, lifetime or revision that cannot be stored
    │   ├── KindError (TypeError)             the entry holds the other kind: use the other verb
    │   ├── KeyNotFoundError (LookupError)    nothing is stored where something must be
    │   ├── UnsupportedError                  this database cannot hold that: look at its `capabilities`
    │   ├── NoContextError (RuntimeError)     no request here: the host calls use_storage and acting_as
    │   └── ClosedError (RuntimeError)        the storage was closed: open it anew
    ├── ConflictError                         the entry is not the one expected: look at `entry`, decide anew
    ├── the world: the same call can succeed later, or elsewhere
    │   ├── BusyError                         another writer held the storage for longer than `timeout`
    │   ├── ReadOnlyError                     opened read-only, or may not be written: open it for writing
    │   ├── StorageFullError                  no room left on the device: make room
    │   ├── StorageIOError                    the device or the operating system failed: look at the message
    │   ├── StorageNotFoundError              there is no storage at this location
    │   ├── StorageMovedError                 the file was replaced or deleted underneath: close, open anew
    │   └── ChangesLostError (LookupError)    changes so old are no longer kept: list the entries anew
    └── the file: nothing was changed in it
        ├── NotAStorageError                  something else is stored there
        ├── NewerFormatError                  written by a newer version of this library: update it
        └── CorruptError                      damaged: restore a backup

No exception of sqlite3 or aiosqlite reaches a caller.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage_core.entry import Entry


class StorageError(Exception):
    """The base of everything that storage_core raises."""


class InvalidNameError(StorageError, ValueError):
    """A workspace, user or key that cannot be a name."""


class InvalidValueError(StorageError, ValueError):
    """A value, a lifetime or an expected revision that cannot be stored."""


class KindError(StorageError, TypeError):
    """The entry holds JSON where bytes were asked for, or bytes where JSON was."""


class KeyNotFoundError(StorageError, LookupError):
    """Nothing is stored at a key where something must be."""


class UnsupportedError(StorageError):
    """The database that is open cannot hold or do that; `capabilities` of its storage says so beforehand."""


class NoContextError(StorageError, RuntimeError):
    """The ambient `store` or `user` was used where no host has said which storage or which user it is."""


class ClosedError(StorageError, RuntimeError):
    """The storage was closed."""


class ConflictError(StorageError):
    """What is stored is not what the caller expected.

    `entry` is what is stored there instead, with its value; None where nothing is.
    """

    def __init__(self, message: str, entry: "Entry | None" = None) -> None:
        super().__init__(message)
        self.entry = entry


class BusyError(StorageError):
    """Another writer held the storage for longer than `timeout`. Nothing was written; try again."""


class ReadOnlyError(StorageError):
    """A write to a storage that is opened read-only or that the operating system lets nobody write."""


class StorageFullError(StorageError):
    """No room is left for the write. Nothing was written."""


class StorageIOError(StorageError):
    """The device or the operating system failed."""


class StorageNotFoundError(StorageError):
    """There is no storage at the location, and none may be made."""


class StorageMovedError(StorageError):
    """The file of the storage was replaced or deleted while it was open. Nothing was written."""


class ChangesLostError(StorageError, LookupError):
    """The changes asked for are older than those that are kept."""


class NotAStorageError(StorageError):
    """The location holds something that is not a storage. It was left as it is."""


class NewerFormatError(StorageError):
    """The storage was written by a newer version of this library. It was left as it is."""


class CorruptError(StorageError):
    """The storage is damaged. Restore a backup, or open it read-only and save what can be read."""
