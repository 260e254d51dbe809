"""Dify's values, reading: each a file, read whole or not at all while plugins write them in place."""

import stat
import time
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from storage_core.engines.dify import backup as dify_backup
from storage_core.engines.dify import check as dify_check
from storage_core.engines.dify import names as dify_names
from storage_core.engines.dify.files import Root, digest_of, speaks_storage_errors
from storage_core.engines.dify.names import Place
from storage_core.engines.dify.scan import Lookout, seen_of
from storage_core.engines.dify.walk import to_its_end
from storage_core.engines.dify.whole import read_whole
from storage_core.engines.ledger import Seen
from storage_core.entry import Change, Entry, Kind, ScopeInfo
from storage_core.query import Address
from storage_core.records import Record
from storage_core.scope import Scope

_LONG_PAGE = (
    1_000  # entries: only a listing on its way asks for so many, and it may go by what was there at its start
)
_CONTINUED = 64  # listings
_CONTINUED_FOR = 2.0  # seconds


class DifyReader:
    """A connection that reads a persistence folder of Dify's; see `Reader`."""

    def __init__(self, root: Root, lookout: Lookout) -> None:
        self._root = root
        self._lookout = lookout
        self._ledger = lookout.ledger
        self._has_just_looked = False
        self._version = -1
        self._continued: OrderedDict[tuple[Scope, str, str], tuple[float, int, list[Entry]]] = OrderedDict()

    def close(self) -> None:
        self._root.close()

    def read(self, scope: Scope, key: str) -> Record | None:
        return self._read(scope, key, None)

    def read_small(self, scope: Scope, key: str, size_limit: int) -> Record | None:
        return self._read(scope, key, size_limit)

    @speaks_storage_errors
    def _read(self, scope: Scope, key: str, size_limit: int | None) -> Record | None:
        place = self._place(scope, key)
        if place is None:
            return None
        address = Address(scope, key)
        revision, found = self._ledger.look(address, lambda: self._see(place, address, size_limit))
        if found is None:
            self._root.check_in_place()
            return None
        seen, data = found
        assert seen.updated is not None
        return Kind.BYTES, data, seen.size, revision, seen.updated, None

    def _place(self, scope: Scope, key: str) -> Place | None:
        """As `place_of`, and None for a folder; raises StorageIOError for one that cannot be looked into."""
        is_folder = self._lookout.stands_for_folder(self._root, Address(scope, key))
        return None if is_folder else dify_names.place_of(scope, key)

    def _see(
        self, place: Place, address: Address, size_limit: int | None
    ) -> tuple[Seen | None, tuple[Seen, bytes | None] | None]:
        """What is there, and its value where it has no more bytes than that."""
        if size_limit is not None:
            seen = self._seen(place, address)
            if (
                seen is None or seen.size > size_limit or size_limit == 0
            ):  # whether it exists, its status tells
                return seen, None if seen is None else (seen, None)
        found = read_whole(self._root, self._lookout.marks, place, address)
        if found is None:
            return None, None
        status, data = found
        line = self._ledger.line(address)
        known = None if line is None else line.seen.mark
        mark = self._lookout.marks.of(address, status, known, lambda: digest_of(data))
        seen = seen_of(status, mark)
        return seen, (seen, None if size_limit is not None and seen.size > size_limit else data)

    def _seen(self, place: Place, address: Address) -> Seen | None:
        """What is at `place` now, not read; None where there is no value."""
        status = self._root.status(place)
        if status is None or stat.S_ISDIR(status.st_mode):
            return None
        return self._lookout.seen(self._root, place[:-1], address, status, self._ledger.line(address))

    def read_many(self, scope: Scope, keys: Sequence[str]) -> dict[str, Record]:
        found = ((key, self.read(scope, key)) for key in keys)
        return {key: record for key, record in found if record is not None}

    def keys(self, scope: Scope, prefix: str, after: str | None, limit: int) -> list[str]:
        return [entry.key for entry in self.entries(scope, prefix, after, limit)]

    def entries(self, scope: Scope, prefix: str, after: str | None, limit: int) -> list[Entry]:
        start, listed = self._listed(scope, prefix, after)
        end = start + limit
        if limit >= _LONG_PAGE and end < len(listed):
            self._continued[scope, prefix, listed[end - 1].key] = time.monotonic(), end, listed
            while len(self._continued) > _CONTINUED:
                self._continued.popitem(last=False)
        return listed[start:end]

    @speaks_storage_errors
    def _listed(self, scope: Scope, prefix: str, after: str | None) -> tuple[int, list[Entry]]:
        """All entries, and where in them a page starts: those of the page before, where it was read just now."""
        if after is not None:
            known = self._continued.pop((scope, prefix, after), None)
            if known is not None and time.monotonic() - known[0] < _CONTINUED_FOR:
                return known[1], known[2]
        self._lookout.look_at(self._root, scope, to_its_end)
        lines = self._ledger.lines().items()
        listed = [
            line.as_entry()
            for address, line in lines
            if address.scope == scope and address.key.startswith(prefix)
        ]
        listed.sort(key=_key)
        return (0 if after is None else bisect_right(listed, after, key=_key)), listed

    def workspaces(self) -> list[str]:
        return sorted({info.scope.workspace for info in self.scopes()})

    @speaks_storage_errors
    def scopes(self) -> list[ScopeInfo]:
        self._lookout.look_unless_just_opened(self._root, to_its_end)
        sums: dict[Scope, list[int]] = {}
        for address, line in self._ledger.lines().items():
            found = sums.setdefault(address.scope, [0, 0])
            found[0] += 1
            found[1] += line.seen.size
        ordered = sorted(sums, key=lambda scope: (scope.workspace, scope.user or ""))
        return [ScopeInfo(scope, *sums[scope]) for scope in ordered]

    def last_revision(self) -> int:
        return self._ledger.last_revision

    @speaks_storage_errors
    def changes(self, since: int, limit: int) -> list[Change]:
        if not self._has_just_looked:
            self._lookout.look_unless_just_opened(self._root, to_its_end)
        self._has_just_looked = False
        return self._ledger.changes(since, limit)

    @speaks_storage_errors
    def version(self) -> int:
        self._lookout.look_unless_just_done(self._root, to_its_end)
        before, self._version = self._version, self._ledger.last_revision
        self._has_just_looked = (
            self._version != before
        )  # then whoever follows asks for the changes right away
        return self._version

    @speaks_storage_errors
    def backup(self, path: Path) -> None:
        dify_backup.copy(self._root, path)

    @speaks_storage_errors
    def check(self) -> list[str]:
        return dify_check.faults(self._root)

    @speaks_storage_errors
    def notes(self, scope: Scope, key: str) -> list[str]:
        place = self._place(scope, key)
        return [] if place is None else dify_check.notes(self._root, place, scope, key)


def _key(entry: Entry) -> str:
    return entry.key
