"""A connection to one SQLite file that stays with that file, and how its write lock is waited for."""

import random
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage_core.engines.sqlite import file as sqlite_file
from storage_core.engines.sqlite.errors import primary_code
from storage_core.engines.sqlite.file import Inode
from storage_core.errors import BusyError, StorageMovedError


class SqliteConnection(ABC):
    """A connection that knows which file it was made for, whatever is put in that file's place."""

    def __init__(self, location: Path, timeout: float, inode: Inode | None = None) -> None:
        """Connect to the file with that `inode`, whichever it is where none is given, or raise StorageMovedError."""
        self.location = location
        self._timeout = timeout
        self._inode = inode or sqlite_file.inode_of(location)
        self.check_in_place()
        self._connection = self._connect()
        try:
            self.check_in_place()
        except StorageMovedError:
            self._connection.close()
            raise

    @abstractmethod
    def _connect(self) -> sqlite3.Connection: ...

    def check_in_place(self) -> None:
        """Raise StorageMovedError where the location no longer names the file that this connection reads."""
        if sqlite_file.inode_of(self.location) != self._inode:
            raise StorageMovedError(
                f"{self.location}: another file was put in its place: close it, open it anew"
            )

    def close(self) -> None:
        self._connection.close()


def insist(run: Callable[[str], Any], statement: str, timeout: float, location: Path) -> None:
    """Run a statement that needs a lock until it has it. SQLite's own waiting looks ever less often, which starves.

    This looks again after a fraction of what a batch of small writes takes, and behind a longer one after some
    milliseconds at most. Raises BusyError after `timeout`.
    """
    started = 0.0
    while True:
        try:
            run(statement)
        except sqlite3.Error as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY:
                raise
            now = time.monotonic()
            started = started or now
            if now - started >= timeout:
                raise BusyError(f"{location}: another writer held it for {timeout:g} s: try again") from error
            time.sleep(random.uniform(0.05, 0.5) * min(0.004, 0.001 + now - started))
        else:
            return
