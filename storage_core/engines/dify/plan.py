"""What a transaction on Dify's folder is to change: refused early where it cannot be, carried out at the end."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from storage_core.engines.dify import names as dify_names
from storage_core.engines.dify.files import Root
from storage_core.engines.dify.names import Place
from storage_core.engines.dify.rights import why_not_written
from storage_core.engines.dify.staging import Staging, make_folders, sync
from storage_core.engines.ledger import Seen
from storage_core.errors import InvalidNameError, ReadOnlyError, StorageError
from storage_core.query import Address


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to be there still when a file takes its place: a value with that mark, or (None) nothing."""

    mark: bytes | None


@dataclass(frozen=True, slots=True)
class Pending:
    """What is to become of a file: `name` is the staged one that takes its place, None for none.

    `staged` and `digest` are its status and that of its content, where it was written here; `moved` tells that the
    value goes on elsewhere.
    """

    address: Address
    seen: Seen | None
    name: str | None = None
    staged: os.stat_result | None = None
    digest: bytes = b""
    expected: Expected | None = None
    is_new: bool = False
    moved: bool = False


class Taken(Exception):  # noqa: N818 - what is wrong with it, whoever carries the plan out says
    """There is a file at a place where none was expected."""

    def __init__(self, place: Place, address: Address) -> None:
        super().__init__(place)
        self.place = place
        self.address = address


class Plan:
    """What is pending, by place."""

    def __init__(self, root: Root, staging: Staging, durable: bool) -> None:
        self._root = root
        self._staging = staging
        self._durable = durable
        self._pending: dict[Place, Pending] = {}

    def __iter__(self) -> Iterator[tuple[Place, Pending]]:
        return iter(list(self._pending.items()))

    def get(self, place: Place) -> Pending | None:
        return self._pending.get(place)

    def clear(self) -> None:
        self._pending.clear()

    def add(self, place: Place, pending: Pending) -> None:
        """Have that become of the file at `place`; what has to be there is what was there before all of it."""
        earlier = self._pending.get(place)
        if earlier is not None:
            pending = replace(pending, expected=earlier.expected, is_new=earlier.is_new)
        self._pending[place] = pending

    def check_way(self, place: Place, address: Address) -> None:
        """Raise what stands against a file at `place`, before anything is written.

        Raises InvalidNameError where Dify would not take a new key, or where a file would have to be a folder too;
        StorageIOError where there is no file that could be replaced, ReadOnlyError.
        """
        pending = self._pending.get(place)
        if pending is None or pending.name is None:
            check_place(self._root, place, address, self._is_going)
        for other, planned in self._pending.items():
            if planned.name is not None and is_above(other, place):
                raise file_in_the_way(place, other)
            if planned.name is not None and is_above(place, other):
                raise file_in_the_way(other, place)
        self.check_may_write(place)

    def _is_going(self, place: Place) -> bool:
        pending = self._pending.get(place)
        return pending is not None and pending.name is None and not pending.moved

    def check_may_write(self, place: Place) -> None:
        """Raise ReadOnlyError where the system lets this user change nothing in the folder of `place`."""
        for length in range(len(place) - 1, -1, -1):
            try:
                with self._root.folder(place[:length]) as folder:
                    if not os.access(".", os.W_OK | os.X_OK, dir_fd=folder):
                        raise ReadOnlyError(f"{self._root.named(place[:length])}: {why_not_written(folder)}")
                return
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise self._root.as_write_error(error, place[:length]) from error

    def make_way(self) -> None:
        """Make the folders that are missing, where no value has to go first: nothing else is left to do but names."""
        in_the_way = self._in_the_way()
        for place in self._puts():
            if not any(is_above(other, place) for other in in_the_way):
                self._make_folders(place)

    def carry_out(self) -> None:
        """Have all of it happen, one after the other; what is refused then leaves the rest undone.

        Raises Taken where a plugin was quicker, and what the system has against it.
        """
        puts, in_the_way = self._puts(), self._in_the_way()
        for place in in_the_way:
            self._remove(place)
        for place in puts:
            if any(is_above(other, place) for other in in_the_way):
                self._make_folders(place)
        for place in puts:
            self._put(place, self._pending[place])
        for place, pending in self._pending.items():
            if pending.name is None and place not in in_the_way:
                self._remove(place)
        if self._durable:
            for place in {place[:-1]: place for place in self._pending}.values():
                self._sync(place)

    def _puts(self) -> list[Place]:
        return [place for place, pending in self._pending.items() if pending.name is not None]

    def _in_the_way(self) -> list[Place]:
        """What is to go, and would be a folder of what is to come."""
        puts = self._puts()
        gone = (place for place, pending in self._pending.items() if pending.name is None)
        return [place for place in gone if any(is_above(place, other) for other in puts)]

    def _make_folders(self, place: Place) -> None:
        try:
            make_folders(self._root, place, self._durable)
        except OSError as error:
            raise self._failed(error, place) from error

    def _put(self, place: Place, pending: Pending) -> None:
        assert pending.name is not None
        only_new = pending.is_new and pending.expected is not None
        try:
            self._staging.put(pending.name, place, only_new)
        except FileExistsError as error:
            raise Taken(place, pending.address) from error
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


def check_place(root: Root, place: Place, address: Address, is_going: Callable[[Place], bool]) -> None:
    """Raise what stands against a file at `place`, as the folder is now; what `is_going` is not in the way."""
    status = root.status(place)
    if status is None:
        dify_names.check_new(*address)
        root.check_no_other_spelling(place)
        _check_folders(root, place, is_going)
    elif stat.S_ISDIR(status.st_mode):
        raise InvalidNameError(
            f"{address.key!r:.80} is a folder in Dify's storage, for keys that go on with a slash; Dify could not"
            " keep a value there either: choose another key, or remove the folder where it is empty"
        )
    elif not stat.S_ISREG(status.st_mode):
        raise root.not_a_file(place, status)


def _check_folders(root: Root, place: Place, is_going: Callable[[Place], bool]) -> None:
    for length in range(1, len(place)):
        above = place[:length]
        status = root.status(above)
        if status is None or is_going(above):
            return
        if not stat.S_ISDIR(status.st_mode):
            raise file_in_the_way(place, above)


def is_above(place: Place, other: Place) -> bool:
    """Whether `place` would be a folder that `other` is in."""
    return len(place) < len(other) and other[: len(place)] == place


def file_in_the_way(place: Place, above: Place) -> InvalidNameError:
    """The error for a value that would be below another one."""
    return InvalidNameError(
        f"{'/'.join(place[1:])!r:.80} would be below {'/'.join(above[1:])!r:.80}, which holds a value; Dify keeps"
        " each value as a file, and a file cannot be a folder too: choose another key"
    )
