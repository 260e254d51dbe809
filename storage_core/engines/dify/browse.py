"""Dify's values, browsed: listed from the ledger, read in parts, with those that cannot be read passed over."""

from collections.abc import Iterator

from storage_core.engine import Errand
from storage_core.engines.dify import names as dify_names
from storage_core.engines.dify.files import Changing, Root
from storage_core.engines.dify.scan import Lookout
from storage_core.engines.ledger import Line, Seen
from storage_core.engines.ledger_browse import LedgerBrowser
from storage_core.errors import BusyError, StorageIOError
from storage_core.needle import Needle
from storage_core.query import Address, Chunk, Query
from storage_core.scope import Scope

_TRIES = 100


class DifyBrowser(LedgerBrowser):
    """A connection that browses a persistence folder of Dify's; see `Browsing`."""

    def __init__(self, root: Root, lookout: Lookout) -> None:
        super().__init__(lookout.ledger)
        self._root = root
        self._lookout = lookout
        self._errand = Errand()

    def close(self) -> None:
        self._root.close()

    def refresh(self) -> None:
        self._lookout.look_unless_just_done(self._root, self._stop)

    def chunk(self, scope: Scope, key: str, offset: int, size: int) -> Chunk | None:
        address = Address(scope, key)
        if self._lookout.stands_for_folder(self._root, address):
            return None
        place = dify_names.place_of(scope, key)
        if place is None:
            return None

        def see() -> tuple[Seen | None, tuple[bytes, int] | None]:
            for _ in range(_TRIES):
                try:
                    found = self._root.read_part(place, offset, size)
                except Changing:
                    continue
                if found is None:
                    return None, None
                status, data = found
                line = self._ledger.line(address)
                return self._lookout.seen(self._root, place[:-1], address, status, line), (
                    data,
                    status.st_size,
                )
            raise BusyError(f"{self._root.named(place)}: somebody writes it without a pause: try again")

        revision, part = self._ledger.look(address, see)
        return None if part is None else Chunk(*part, revision)

    def _found(self, query: Query, errand: Errand) -> Iterator[Line]:
        self._errand = errand
        return super()._found(query, errand)

    def _head(self, scope: Scope, key: str, size: int) -> bytes | None:
        try:
            return super()._head(scope, key, size)
        except (StorageIOError, BusyError):
            return None

    def _excerpt(self, address: Address, needle: Needle, errand: Errand) -> str | None:
        try:
            return super()._excerpt(address, needle, errand)
        except (StorageIOError, BusyError):
            return None

    def _stop(self) -> None:
        if self._errand.cancelled:
            raise InterruptedError("nobody waits for it any more")
