"""Dify's values, writing: all that may refuse or fail is done aside first, then the files take their places."""

import os
import stat
from collections.abc import Mapping, Sequence

from storage_core.engines.dify import names as dify_names
from storage_core.engines.dify.files import Changing, Root, digest_of, speaks_storage_errors
from storage_core.engines.dify.names import Place
from storage_core.engines.dify.plan import Expected, Pending, Plan, Taken, file_in_the_way
from storage_core.engines.dify.reader import DifyReader
from storage_core.engines.dify.scan import Lookout, seen_of
from storage_core.engines.dify.staging import Staging
from storage_core.engines.dify.walk import to_its_end
from storage_core.engines.ledger import Making, Seen
from storage_core.engines.refusals import not_as_expected, nothing_at, taken
from storage_core.entry import Kind
from storage_core.errors import ConflictError, StorageIOError, UnsupportedError
from storage_core.query import Address
from storage_core.records import Record, as_entry
from storage_core.scope import Scope

_TRIES = 20


class DifyEngine(DifyReader):
    """A connection that writes to a persistence folder of Dify's; see `Engine`.

    Other writers of this library are kept out by a lock. The daemon knows no locks: what a plugin writes between the
    last look at a file and the moment when another takes its place, which are some microseconds apart, is replaced.
    No folder is ever removed: the daemon may just have made it for a value that it is about to write.
    """

    def __init__(self, root: Root, lookout: Lookout, timeout: float, durable: bool) -> None:
        super().__init__(root, lookout)
        self._staging = Staging(root, timeout, durable)
        self._making = Making(lookout.ledger)
        self._plan = Plan(root, self._staging, durable)

    def close(self) -> None:
        self.rollback()
        super().close()

    def begin(self) -> None:
        self._root.check_in_place()
        self._staging.lock()

    def rollback(self) -> None:
        self._plan.clear()
        self._making.withdraw()
        self._staging.unlock()

    @speaks_storage_errors
    def commit(self) -> None:
        self._plan.make_way()
        for place, pending in self._plan:
            if pending.expected is not None:
                self._expect_still(place, pending)  # as late as can be: only names are given from here on
        try:
            self._plan.carry_out()
        except Taken as found:
            raise self._was_quicker(found.place, found.address) from found
        puts = [(place, pending) for place, pending in self._plan if pending.name is not None]
        self._making.keep({pending.address: self._as_put(place, pending) for place, pending in puts})
        self._plan.clear()
        self._staging.unlock()

    @speaks_storage_errors
    def write(
        self, scope: Scope, key: str, kind: Kind, data: bytes, ttl: int | None, if_revision: int | None
    ) -> None:
        _check_kind(kind)
        if ttl is not None:
            raise _no_expiry()
        place, address = dify_names.place_to_write(scope, key), Address(scope, key)
        expected = self._expect(place, address, if_revision)
        self._plan.check_way(place, address)
        self._write(place, address, data, expected)

    def put(
        self, scope: Scope, key: str, kind: Kind, data: bytes, expires: int | None, if_revision: int
    ) -> int:
        self.write(scope, key, kind, data, expires, if_revision)
        return self._making.revision_of(Address(scope, key), None)

    def replace(self, scope: Scope, key: str, data: bytes, if_revision: int) -> None:
        _check_kind(Kind.JSON)

    @speaks_storage_errors
    def write_many(self, scope: Scope, kind: Kind, values: Mapping[str, bytes]) -> None:
        _check_kind(kind)
        places = {key: dify_names.place_to_write(scope, key) for key in sorted(values)}
        taken = set(places.values())
        for key, place in places.items():
            self._plan.check_way(place, Address(scope, key))
            above = next((place[:end] for end in range(1, len(place)) if place[:end] in taken), None)
            if above is not None:
                raise file_in_the_way(place, above)
        for key, place in places.items():
            self._write(place, Address(scope, key), values[key], None)

    @speaks_storage_errors
    def delete(self, scope: Scope, key: str, if_revision: int | None) -> bool:
        place, address = self._place(scope, key), Address(scope, key)
        if place is None:
            return False
        return self._delete(place, address, self._expect(place, address, if_revision))

    @speaks_storage_errors
    def delete_many(self, scope: Scope, keys: Sequence[str]) -> int:
        places = [(self._place(scope, key), Address(scope, key)) for key in keys]
        return sum(place is not None and self._delete(place, address, None) for place, address in places)

    @speaks_storage_errors
    def clear(self, scope: Scope, prefix: str) -> int:
        self._lookout.look_at(self._root, scope, to_its_end)
        here = [address for address in self._ledger.lines() if address.scope == scope]
        here += [pending.address for _, pending in self._plan if pending.address.scope == scope]
        keys = sorted({address.key for address in here if address.key.startswith(prefix)})
        return self.delete_many(scope, keys)

    @speaks_storage_errors
    def move(
        self, scope: Scope, key: str, to: Scope, new_key: str, overwrite: bool, if_revision: int | None
    ) -> None:
        source, target = Address(scope, key), Address(to, new_key)
        place, new_place = self._place(scope, key), dify_names.place_to_write(to, new_key)
        before = None if place is None else self._root.status(place)
        expected = None if place is None else self._expect(place, source, if_revision)
        seen = None if place is None else self._now(place, source)
        if place is None or seen is None:
            raise nothing_at(scope, key)
        if source == target:
            return
        self._check_is_file(place)
        in_the_way = None if overwrite else self._record(new_place, target)
        if in_the_way is not None:
            raise taken(to, new_key, in_the_way)
        self._plan.check_way(new_place, target)
        self._stage_again(place, seen, new_place, target, None if overwrite else Expected(None))
        after = self._root.status(place)
        if expected is not None and before and after and _written(before) == _written(after):
            now = self._seen(place, source)  # a second name of the file has changed one of its times
            expected = Expected(None if now is None else now.mark)
        self._plan.add(place, Pending(source, None, expected=expected, moved=True))
        self._making.made(source, None)
        moved = self._plan.get(new_place)
        assert moved is not None
        self._making.made(target, moved.seen)

    def expire(self, scope: Scope, key: str, ttl: int | None, if_revision: int | None) -> None:
        raise _no_expiry()

    def checkpoint(self) -> None:
        """Nothing is written ahead."""

    def _read(self, scope: Scope, key: str, size_limit: int | None) -> Record | None:
        place = self._place(scope, key)
        pending = None if place is None else self._plan.get(place)
        if pending is None:
            return super()._read(scope, key, size_limit)
        if pending.name is None or pending.seen is None:
            return None
        seen, revision = pending.seen, self._making.revision_of(pending.address, pending.seen)
        data = None if size_limit is not None and seen.size > size_limit else self._staging.read(pending.name)
        assert seen.updated is not None
        return Kind.BYTES, data, seen.size, revision, seen.updated, None

    def _now(self, place: Place, address: Address) -> Seen | None:
        """What is at `place` for this transaction."""
        pending = self._plan.get(place)
        return self._seen(place, address) if pending is None else pending.seen

    def _expect(self, place: Place, address: Address, if_revision: int | None) -> Expected | None:
        """What has to be there until the commit, None for anything; ConflictError where it is not there now."""
        if if_revision is None:
            return None
        seen = self._now(place, address)
        revision = self._making.revision_of(address, seen)
        if not self._making.is_expected(address, revision, if_revision):
            raise not_as_expected(*address, self._record(place, address), if_revision)
        return Expected(None if seen is None else seen.mark)

    def _expect_still(self, place: Place, pending: Pending) -> None:
        assert pending.expected is not None
        seen = self._seen(place, pending.address)
        if (None if seen is None else seen.mark) != pending.expected.mark:
            raise self._was_quicker(place, pending.address)

    def _was_quicker(self, place: Place, address: Address) -> ConflictError:
        self._plan.clear()  # what is in the way is what is on the disk
        self._making.withdraw()
        record = self._record(place, address)
        return ConflictError(
            f"{address.key!r:.80} of {address.scope} was written by its plugin at this very moment",
            None if record is None else as_entry(*address, record),
        )

    def _record(self, place: Place, address: Address) -> Record | None:
        """What is at `place`, with its value where that can be read."""
        seen = self._now(place, address)
        if seen is None:
            return None
        try:
            data = self._content(place)
        except StorageIOError:
            data = None
        revision = self._making.revision_of(address, seen)
        assert seen.updated is not None
        return Kind.BYTES, data, seen.size, revision, seen.updated, None

    def _content(self, place: Place) -> bytes:
        pending = self._plan.get(place)
        if pending is not None and pending.name is not None:
            return self._staging.read(pending.name)
        for _ in range(_TRIES):  # without a pause: under gevent, others would run inside of this transaction
            try:
                found = self._root.read(place)
            except Changing:
                continue
            if found is not None:
                return found[1]
            break
        raise StorageIOError(f"{self._root.named(place)}: it is being written at this moment: try again")

    def _check_is_file(self, place: Place) -> None:
        status = self._root.status(place) if self._plan.get(place) is None else None
        if status is not None and not stat.S_ISREG(status.st_mode):
            raise self._root.not_a_file(place, status)

    def _write(self, place: Place, address: Address, data: bytes, expected: Expected | None) -> None:
        self._stage(place, address, data, expected)
        pending = self._plan.get(place)
        assert pending is not None
        self._making.made(address, pending.seen)

    def _stage(self, place: Place, address: Address, data: bytes, expected: Expected | None) -> None:
        replaced = self._root.status(place)
        name = self._staging.write(data, replaced, self._folder_above(place))
        status, digest = self._staging.status(name), digest_of(data)
        seen = seen_of(status, b"staged " + digest)
        self._plan.add(place, Pending(address, seen, name, status, digest, expected, replaced is None))

    def _stage_again(
        self, place: Place, seen: Seen, new_place: Place, target: Address, expected: Expected | None
    ) -> None:
        """Have what is at `place` take `new_place`: the very same file, where the file system can do that."""
        pending = self._plan.get(place)
        name = self._staging.link(place) if pending is None else pending.name
        if name is None:
            self._stage(new_place, target, self._content(place), expected)
            return
        written = (None, b"") if pending is None else (pending.staged, pending.digest)
        is_new = self._root.status(new_place) is None
        self._plan.add(new_place, Pending(target, seen, name, *written, expected, is_new))

    def _folder_above(self, place: Place) -> os.stat_result:
        found = (self._root.status(place[:length]) for length in range(len(place) - 1, 0, -1))
        return next((status for status in found if status is not None), os.fstat(self._root.descriptor))

    def _delete(self, place: Place, address: Address, expected: Expected | None) -> bool:
        if self._now(place, address) is None:
            return False
        self._plan.check_may_write(place)
        self._plan.add(place, Pending(address, None, expected=expected))
        self._making.made(address, None)
        return True

    def _as_put(self, place: Place, pending: Pending) -> Seen:
        """What was put at `place`, as it will be seen from now on; where somebody has written since, as it was."""
        assert pending.seen is not None
        if pending.staged is None:
            return self._seen(place, pending.address) or pending.seen
        status = self._root.status(place)
        if status is None or _written(status) != _written(pending.staged):
            return pending.seen
        return seen_of(status, self._lookout.marks.wrote(pending.address, status, pending.digest))


def _written(status: os.stat_result) -> tuple[int, int, int]:
    """What stays the same of a file when it gets another name."""
    return status.st_ino, status.st_size, status.st_mtime_ns


def _check_kind(kind: Kind) -> None:
    if kind is not Kind.BYTES:
        raise UnsupportedError("Dify keeps bytes and no JSON: encode the value, and use set")


def _no_expiry() -> UnsupportedError:
    return UnsupportedError("Dify knows no expiry: its values stay until they are deleted")
