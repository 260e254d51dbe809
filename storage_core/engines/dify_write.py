"""Dify's values, writing: all that may refuse or fail is done aside first, then the files take their places."""

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from storage_core.engines import dify_names
from storage_core.engines.dify_files import Changing, Root, digest_of
from storage_core.engines.dify_names import Place
from storage_core.engines.dify_reader import DifyReader
from storage_core.engines.dify_scan import Lookout, seen_of
from storage_core.engines.dify_staging import Staging, make_folders, sync
from storage_core.engines.ledger import Making, Seen
from storage_core.entry import Entry, Kind, as_datetime
from storage_core.errors import (
    ConflictError,
    InvalidNameError,
    KeyNotFoundError,
    ReadOnlyError,
    StorageError,
    StorageIOError,
    UnsupportedError,
)
from storage_core.query import Address
from storage_core.records import Record
from storage_core.scope import Scope

_TRIES = 20


@dataclass(frozen=True, slots=True)
class _Expected:
    """What has to be there still when a file takes its place: a value with that mark, or (None) nothing."""

    mark: bytes | None


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is to become of a file: `name` is the staged one that takes its place, None for none.

    `staged` and `digest` are its status and that of its content, where it was written here; `moved` tells that the
    value goes on elsewhere.
    """

    address: Address
    seen: Seen | None
    name: str | None = None
    staged: os.stat_result | None = None
    digest: bytes = b""
    expected: _Expected | None = None
    is_new: bool = False
    moved: bool = False


class DifyEngine(DifyReader):
    """A connection that writes to a persistence folder of Dify's; see `Engine`.

    Other writers of this library are kept out by a lock. The daemon knows no locks: what a plugin writes between the
    last look at a file and the moment when another takes its place, which are some microseconds apart, is replaced.
    """

    def __init__(self, root: Root, lookout: Lookout, timeout: float, durable: bool) -> None:
        super().__init__(root, lookout, timeout)
        self._durable = durable
        self._staging = Staging(root, timeout, durable)
        self._making = Making(lookout.ledger)
        self._pending: dict[Place, _Pending] = {}

    def close(self) -> None:
        self.rollback()
        super().close()

    def begin(self) -> None:
        self._root.check_in_place()
        self._staging.lock()

    def rollback(self) -> None:
        self._pending.clear()
        self._making.withdraw()
        self._staging.unlock()

    def commit(self) -> None:
        for place, pending in self._pending.items():
            if pending.expected is not None:
                self._expect_still(place, pending)
        gone = [place for place, pending in self._pending.items() if pending.name is None]
        puts = {place: pending for place, pending in self._pending.items() if pending.name is not None}
        in_the_way = [place for place in gone if any(_is_above(place, other) for other in puts)]
        for place in in_the_way:
            self._remove(place)
        for place in puts:
            self._make_way(place)
        for place, pending in puts.items():
            self._put(place, pending)
        for place in gone:
            if place not in in_the_way:
                self._remove(place)
        if self._durable:
            for folder in {place[:-1]: place for place in self._pending}.values():
                self._sync(folder)
        self._making.keep({pending.address: self._as_put(place, pending) for place, pending in puts.items()})
        self._pending.clear()
        self._staging.unlock()

    def write(
        self, scope: Scope, key: str, kind: Kind, data: bytes, ttl: int | None, if_revision: int | None
    ) -> None:
        _check_kind(kind)
        if ttl is not None:
            raise _no_expiry()
        place = dify_names.place_to_write(scope, key)
        expected = self._expect(place, Address(scope, key), if_revision)
        self._check_way(place, Address(scope, key))
        self._write(place, Address(scope, key), data, expected)

    def put(
        self, scope: Scope, key: str, kind: Kind, data: bytes, expires: int | None, if_revision: int
    ) -> int:
        self.write(scope, key, kind, data, expires, if_revision)
        return self._making.revision_of(Address(scope, key), None)

    def replace(self, scope: Scope, key: str, data: bytes, if_revision: int) -> None:
        _check_kind(Kind.JSON)

    def write_many(self, scope: Scope, kind: Kind, values: Mapping[str, bytes]) -> None:
        _check_kind(kind)
        places = {key: dify_names.place_to_write(scope, key) for key in sorted(values)}
        taken = set(places.values())
        for key, place in places.items():
            self._check_way(place, Address(scope, key))
            above = next((place[:end] for end in range(1, len(place)) if place[:end] in taken), None)
            if above is not None:
                raise _file_in_the_way(place, above)
        for key, place in places.items():
            self._write(place, Address(scope, key), values[key], None)

    def delete(self, scope: Scope, key: str, if_revision: int | None) -> bool:
        place = dify_names.place_of(scope, key)
        if place is None:
            return False
        expected = self._expect(place, Address(scope, key), if_revision)
        return self._delete(place, Address(scope, key), expected)

    def delete_many(self, scope: Scope, keys: Sequence[str]) -> int:
        places = [(key, dify_names.place_of(scope, key)) for key in keys]
        return sum(
            place is not None and self._delete(place, Address(scope, key), None) for key, place in places
        )

    def clear(self, scope: Scope, prefix: str) -> int:
        self._lookout.look_at(self._root, scope, self._stop)
        here = [address for address in self._ledger.lines() if address.scope == scope]
        here += [pending.address for pending in self._pending.values() if pending.address.scope == scope]
        keys = sorted({address.key for address in here if address.key.startswith(prefix)})
        return self.delete_many(scope, keys)

    def move(
        self, scope: Scope, key: str, to: Scope, new_key: str, overwrite: bool, if_revision: int | None
    ) -> None:
        source, target = Address(scope, key), Address(to, new_key)
        place, new_place = dify_names.place_of(scope, key), dify_names.place_to_write(to, new_key)
        expected = None if place is None else self._expect(place, source, if_revision)
        seen = None if place is None else self._now(place, source)
        if place is None or seen is None:
            raise KeyNotFoundError(f"nothing is stored at {key!r:.80} of {scope}")
        if source == target:
            return
        self._check_is_file(place)
        in_the_way = self._now(new_place, target)
        if in_the_way is not None and not overwrite:
            raise ConflictError(
                f"{new_key!r:.80} of {to} is taken: choose another key, or overwrite it",
                self._entry(new_place, target),
            )
        self._check_way(new_place, target)
        only_new = _Expected(None) if not overwrite else None
        pending = self._pending.get(place)
        name = pending.name if pending is not None else self._staging.link(place)
        if name is not None:
            written = (None, b"") if pending is None else (pending.staged, pending.digest)
            self._pend(new_place, _Pending(target, seen, name, *written, only_new, in_the_way is None))
        else:
            data = self._content(place)
            self._write(new_place, target, data, only_new, is_made=False)
        self._pend(place, _Pending(source, None, expected=expected, moved=True))
        self._making.made(source, None)
        self._making.made(target, self._pending[new_place].seen)

    def expire(self, scope: Scope, key: str, ttl: int | None, if_revision: int | None) -> None:
        raise _no_expiry()

    def checkpoint(self) -> None:
        """Nothing is written ahead."""

    def _read(self, scope: Scope, key: str, size_limit: int | None) -> Record | None:
        place = dify_names.place_of(scope, key)
        pending = None if place is None else self._pending.get(place)
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
        pending = self._pending.get(place)
        return self._seen(place, address) if pending is None else pending.seen

    def _expect(self, place: Place, address: Address, if_revision: int | None) -> _Expected | None:
        """What has to be there until the commit, None for anything; ConflictError where it is not there now."""
        if if_revision is None:
            return None
        seen = self._now(place, address)
        revision = self._making.revision_of(address, seen)
        if revision != if_revision:
            found = f"revision {revision:,}" if revision else "nothing"
            wanted = f"revision {if_revision:,}" if if_revision else "nothing"
            raise ConflictError(
                f"{address.key!r:.80} of {address.scope} holds {found}, where {wanted} was expected",
                self._entry(place, address),
            )
        return _Expected(None if seen is None else seen.mark)

    def _expect_still(self, place: Place, pending: _Pending) -> None:
        assert pending.expected is not None
        seen = self._seen(place, pending.address)
        if (None if seen is None else seen.mark) != pending.expected.mark:
            raise self._was_quicker(place, pending.address)

    def _was_quicker(self, place: Place, address: Address) -> ConflictError:
        return ConflictError(
            f"{address.key!r:.80} of {address.scope} was written by its plugin at this very moment",
            self._entry(place, address),
        )

    def _entry(self, place: Place, address: Address) -> Entry | None:
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
        return Entry(*address, Kind.BYTES, data, seen.size, revision, as_datetime(seen.updated), None)

    def _content(self, place: Place) -> bytes:
        pending = self._pending.get(place)
        if pending is not None and pending.name is not None:
            return self._staging.read(pending.name)
        for _ in range(_TRIES):  # without a pause: nobody else may run inside a transaction
            try:
                found = self._root.read(place)
            except Changing:
                continue
            if found is not None:
                return found[1]
            break
        raise StorageIOError(f"{self._root.named(place)}: it is being written at this moment: try again")

    def _check_way(self, place: Place, address: Address) -> None:
        """Refuse what cannot become a file at `place`, before anything is written."""
        pending = self._pending.get(place)
        if pending is None or pending.name is None:
            status = self._root.status(place)
            if status is None:
                dify_names.check_new(*address)
                self._check_folders(place)
            elif stat.S_ISDIR(status.st_mode):
                raise InvalidNameError(
                    f"{address.key!r:.80} is a folder in {self._root.path}, for keys that go on with a slash; so it"
                    " cannot hold a value too, also not for Dify: choose another key"
                )
            elif not stat.S_ISREG(status.st_mode):
                raise self._root.not_a_file(place, status)
        for other, planned in self._pending.items():
            if planned.name is not None and _is_above(other, place):
                raise _file_in_the_way(place, other)
            if planned.name is not None and _is_above(place, other):
                raise _file_in_the_way(other, place)
        self._check_may_write(place)

    def _check_folders(self, place: Place) -> None:
        for length in range(1, len(place)):
            above = place[:length]
            status = self._root.status(above)
            if status is None:
                return
            pending = self._pending.get(above)
            if pending is not None and pending.name is None and not pending.moved:
                return
            if not stat.S_ISDIR(status.st_mode):
                raise _file_in_the_way(place, above)

    def _check_may_write(self, place: Place) -> None:
        for length in range(len(place) - 1, -1, -1):
            try:
                with self._root.folder(place[:length]) as folder:
                    if not os.access(".", os.W_OK | os.X_OK, dir_fd=folder):
                        raise ReadOnlyError(
                            f"{self._root.named(place[:length])}: this user may not write there"
                        )
                return
            except OSError as error:
                if not isinstance(error, FileNotFoundError | NotADirectoryError):
                    raise self._root.as_write_error(error, place[:length]) from error

    def _check_is_file(self, place: Place) -> None:
        status = self._root.status(place)
        if status is not None and place not in self._pending and not stat.S_ISREG(status.st_mode):
            raise self._root.not_a_file(place, status)

    def _write(
        self, place: Place, address: Address, data: bytes, expected: _Expected | None, *, is_made: bool = True
    ) -> None:
        replaced = self._root.status(place)
        name = self._staging.write(data, replaced, self._folder_above(place))
        status, digest = self._staging.status(name), digest_of(data)
        seen = seen_of(status, b"staged " + digest)
        self._pend(place, _Pending(address, seen, name, status, digest, expected, replaced is None))
        if is_made:
            self._making.made(address, seen)

    def _folder_above(self, place: Place) -> os.stat_result | None:
        for length in range(len(place) - 1, 0, -1):
            status = self._root.status(place[:length])
            if status is not None:
                return status
        return os.fstat(self._root.descriptor)

    def _delete(self, place: Place, address: Address, expected: _Expected | None) -> bool:
        if self._now(place, address) is None:
            return False
        self._check_may_write(place)
        self._pend(place, _Pending(address, None, expected=expected))
        self._making.made(address, None)
        return True

    def _pend(self, place: Place, pending: _Pending) -> None:
        earlier = self._pending.get(place)
        if earlier is not None:  # what has to be there at the commit is what was there before both
            pending = replace(pending, expected=earlier.expected, is_new=earlier.is_new)
        self._pending[place] = pending

    def _make_way(self, place: Place) -> None:
        try:
            make_folders(self._root, place, self._durable)
        except OSError as error:
            raise self._failed(error, place) from error

    def _put(self, place: Place, pending: _Pending) -> None:
        assert pending.name is not None
        only_new = pending.is_new and pending.expected is not None
        try:
            self._staging.put(pending.name, place, only_new)
        except FileExistsError as error:
            raise self._was_quicker(place, pending.address) from error
        except OSError as error:
            raise self._failed(error, place) from error

    def _remove(self, place: Place) -> None:
        try:
            with self._root.folder(place[:-1]) as folder:
                os.unlink(place[-1], dir_fd=folder)
        except FileNotFoundError:
            pass  # its plugin was quicker
        except OSError as error:
            raise self._failed(error, place) from error

    def _sync(self, place: Place) -> None:
        try:
            sync(self._root, place)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise self._failed(error, place) from error

    def _failed(self, error: OSError, place: Place) -> StorageError:
        self._root.check_in_place()
        return self._root.as_write_error(error, place)

    def _as_put(self, place: Place, pending: _Pending) -> Seen:
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


def _is_above(place: Place, other: Place) -> bool:
    return len(place) < len(other) and other[: len(place)] == place


def _check_kind(kind: Kind) -> None:
    if kind is not Kind.BYTES:
        raise UnsupportedError("Dify keeps bytes and no JSON: encode the value, and use set")


def _no_expiry() -> UnsupportedError:
    return UnsupportedError("Dify knows no expiry: its values stay until they are deleted")


def _file_in_the_way(place: Place, above: Place) -> InvalidNameError:
    return InvalidNameError(
        f"{'/'.join(place[1:])!r:.80} would be below {'/'.join(above[1:])!r:.80}, which holds a value; Dify keeps"
        " each value as a file, and a file cannot be a folder too: choose another key"
    )
