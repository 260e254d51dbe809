"""Reading a value that a plugin may be writing: whole, and never what a file holds half-way."""

import os
import time

from storage_core.engines.dify.files import Changing, Root, digest_of, stamp_of
from storage_core.engines.dify.marks import Marks
from storage_core.engines.dify.names import Place
from storage_core.errors import BusyError
from storage_core.query import Address

_CALM = (
    0.1  # seconds after which a file is no longer being written: a writer may lose its processor meanwhile
)
_CALM_IF_EMPTY = (
    1.0  # the daemon empties a file and then writes it: few values are empty, and most of those old
)
_PATIENCE = 0.25
_CALM_IF_HOT = 0.05
_PAGE = 4096  # bytes: what has no more is there at once, when it is written by one call as the daemon does
_GIVE_UP = 2.5
_PAUSE = 0.005
_SHORT_PAUSE = 0.0005


def read_whole(
    root: Root, marks: Marks, place: Place, address: Address
) -> tuple[os.stat_result, bytes] | None:
    """The file at `place` as it was after one of its writes: its status, and its value.

    None where nothing is there. What was written just now is read again a moment later; where it is written all the
    time, a small value counts when it was the same twice. Raises BusyError where it was never calm for some seconds,
    StorageIOError where it cannot be read.
    """
    started = same_since = time.monotonic()
    last = b""
    while True:
        try:
            found = root.read(place)
        except Changing:
            last = b""
        else:
            if found is None or not may_be_half_written(found[0]):
                return found
            status, data = found
            digest = digest_of(data)
            if marks.is_whole(address, status, digest):
                return found
            now = time.monotonic()
            is_the_same = last == stamp_of(status) + digest
            last = stamp_of(status) + digest
            same_since = same_since if is_the_same else now
            calm = now - same_since
            if calm >= _calm_for(status):
                return found
            if (
                now - started > _PATIENCE
                and data
                and is_the_same
                and (len(data) <= _PAGE or calm > _CALM_IF_HOT)
            ):
                return found
        waited = time.monotonic() - started
        if waited > _GIVE_UP:
            raise BusyError(
                f"{root.named(place)}: it is written without a pause, and was never whole: try again"
            )
        time.sleep(_PAUSE if waited <= _PATIENCE else _SHORT_PAUSE)


def may_be_half_written(status: os.stat_result) -> bool:
    """Whether somebody may be in the middle of writing the file, in place.

    Not where anything else than a write came last, as when a whole file was given its name: then its times differ.
    """
    if status.st_mtime_ns != status.st_ctime_ns:
        return False
    return time.time_ns() - status.st_mtime_ns < _calm_for(status) * 1_000_000_000


def _calm_for(status: os.stat_result) -> float:
    return _CALM if status.st_size else _CALM_IF_EMPTY
