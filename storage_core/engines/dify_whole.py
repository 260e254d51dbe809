"""Reading a value that a plugin may be writing: whole, and never what a file holds half-way."""

import os
import time

from storage_core.engines.dify_files import Changing, Root, digest_of, stamp_of
from storage_core.engines.dify_marks import Marks, is_young
from storage_core.engines.dify_names import Place
from storage_core.errors import BusyError
from storage_core.query import Address

_CALM = 0.02  # seconds that a file has to stay as it is
_PATIENCE = 0.25  # seconds: for so long
_PAUSE = 0.005
_SHORT_PAUSE = 0.0005


def read_whole(
    root: Root, marks: Marks, place: Place, address: Address, timeout: float
) -> tuple[os.stat_result, bytes] | None:
    """The file at `place` as it was after one of its writes: its status, and its value.

    None where nothing is there. The daemon empties a file and then writes it: so one that has just been changed is
    read again a moment later; where it changes all the time, twice in a row. Raises BusyError where it was never the
    same twice for `timeout` seconds, StorageIOError where it cannot be read.
    """
    started = same_since = time.monotonic()
    last = b""
    while True:
        try:
            found = root.read(place)
        except Changing:
            last = b""
        else:
            if found is None:
                return None
            status, data = found
            if not is_young(status):
                return found
            digest = digest_of(data)
            now = time.monotonic()
            is_the_same = last == stamp_of(status) + digest
            last = stamp_of(status) + digest
            same_since = same_since if is_the_same else now
            if (
                marks.is_whole(address, status, digest)
                or (is_the_same and now - same_since >= _CALM)
                or (is_the_same and data and now - started > _PATIENCE)
            ):
                return found
        waited = time.monotonic() - started
        if waited > max(timeout, 2 * _PATIENCE):
            raise BusyError(
                f"{root.named(place)}: it is written without a pause, and was never whole: try again"
            )
        time.sleep(_PAUSE if waited <= _PATIENCE else _SHORT_PAUSE)
