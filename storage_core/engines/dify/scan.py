"""Looking at all of Dify's files, without reading them, to have the ledger know what is there."""

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from storage_core.engines.dify.files import Root
from storage_core.engines.dify.marks import Marks
from storage_core.engines.dify.names import (
    WHOLE_FOLDER,
    Place,
    address_of_folder,
    folder_of,
    folder_that_is_meant,
    is_plugin_name,
    is_tenant,
    is_text,
    scope_of,
)
from storage_core.engines.ledger import Ledger, Line, Seen
from storage_core.entry import Kind
from storage_core.query import Address
from storage_core.scope import KEY_LIMIT, Scope

_BETWEEN = 0.25  # seconds between two looks, at least
_BETWEEN_FEW = 2.0  # at most, where there are few values
_SHARE = 10  # a look may take a tenth of the time
_MANY = 2_000  # values
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999  # milliseconds since 1970: what a datetime can say
_FRESH_FOR = 5  # times what a look takes, where there are many: so long, who browses goes by the last one
_STOP_EVERY = 1_000  # files
_ASK_EVERY = 0.01  # seconds
_UNREAD = Seen(Kind.BYTES, 0, b"cannot be looked into")


@dataclass(slots=True)
class Found:
    """What was there: the values, and the folders that could not be looked into."""

    seen: dict[Address, Seen] = field(default_factory=dict)
    unread: list[Place] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds values: whose, and what their keys start with."""

    place: Place
    scope: Scope
    prefix: str = ""


Stop = Callable[[], None]
"""Raises InterruptedError once nobody waits any more."""


class Lookout:
    """Tells the ledger what is there; shared by all connections to one database, of which one looks at a time."""

    def __init__(self, ledger: Ledger, marks: Marks) -> None:
        self.ledger = ledger
        self.marks = marks
        self._looking = threading.Lock()
        self._begun = 0
        self._done = 0
        self._ended = 0.0
        self._took = 0.0
        self._count = 0
        self._stood_for_folders: set[Address] = set()

    @property
    def look_every(self) -> float:
        """Seconds between two looks: the more, the longer one takes, where that is not only for a busy machine."""
        between = max(_BETWEEN, _SHARE * self._took)
        return between if self._count >= _MANY else min(between, _BETWEEN_FEW)

    def begin(self, root: Root, stop: Stop) -> None:
        """Take down what is there when the database is opened."""
        self.ledger.begin_with(self._look(root, stop).seen)

    def look(self, root: Root, stop: Stop) -> None:
        """Compare all that is there with what was; where another thread has begun to since the call, wait for it."""
        begun = self._begun
        while not self._looking.acquire(timeout=_ASK_EVERY):
            stop()
        try:
            if self._done > begun:
                return
            self._begun += 1
            moment = self.ledger.moment
            found = self._look(root, stop)
            self.ledger.compare(found.seen, moment)
            self.marks.forget(found.seen)
            self._done = self._begun
        finally:
            self._looking.release()

    def look_unless_just_done(self, root: Root, stop: Stop) -> None:
        """As `look`; where there are many values, and that was done not long ago, what was found then will do."""
        if self._count < _MANY or time.monotonic() - self._ended > _FRESH_FOR * self._took:
            self.look(root, stop)

    def look_at(self, root: Root, scope: Scope, stop: Stop) -> None:
        """Compare what there is of one plugin with what was."""
        moment = self.ledger.moment
        found = Found()
        known = self.ledger.lines()
        folder = folder_of(scope)
        if scope.user == WHOLE_FOLDER:
            _folders(root, (scope.workspace,), found.unread)
        elif folder is not None and not _is_closed_above(root, folder, found.unread):
            self._gather(root, Folder(folder, scope), known, found, stop)
        root.check_in_place()
        self._keep_unread(found, known)
        self.ledger.compare(
            {address: seen for address, seen in found.seen.items() if address.scope == scope}, moment, scope
        )

    def stands_for_folder(self, root: Root, address: Address) -> bool:
        """Whether that is no value, but has stood for a folder that could not be looked into.

        Raises StorageIOError as long as it cannot.
        """
        if address not in self._stood_for_folders:
            return False
        folder = folder_that_is_meant(address)
        fault = None if folder is None else root.fault_of_folder(folder)
        if fault is not None:
            raise fault
        return True

    def _look(self, root: Root, stop: Stop) -> Found:
        started = time.monotonic()
        root.check_in_place()
        found = Found()
        known = self.ledger.lines()
        for folder in plugins(root, found.unread):
            self._gather(root, folder, known, found, stop)
        root.check_in_place()  # a folder that is being taken away has not lost its values one by one
        self._keep_unread(found, known)
        self._ended = time.monotonic()
        self._took = self._ended - started
        self._count = len(found.seen)
        return found

    def _gather(
        self, root: Root, start: Folder, known: Mapping[Address, Line], found: Found, stop: Stop
    ) -> None:
        for folder, files in values_below(root, start, found.unread, stop):
            for name, status in files:
                address = Address(folder.scope, folder.prefix + name)
                found.seen[address] = self.seen(root, folder.place, address, status, known.get(address))

    def _keep_unread(self, found: Found, known: Mapping[Address, Line]) -> None:
        """What was in a folder that cannot be looked into is not known to be gone; a key stands for the folder."""
        for place in set(found.unread):
            address = address_of_folder(place)
            if address is not None:
                found.seen[address] = _UNREAD
                self._stood_for_folders.add(address)
            start = "/".join(place)
            for address, line in known.items():
                path = f"{address.scope.workspace}/{address.scope.user}/{address.key}"
                if not start or path.startswith(f"{start}/"):
                    found.seen.setdefault(address, line.seen)

    def seen(
        self, root: Root, folder: Place, address: Address, status: os.stat_result, line: Line | None
    ) -> Seen:
        """What the ledger is told of the file in `folder` with that status; `line` is what it knew."""
        place = (*folder, address.key.rpartition("/")[2])
        known = None if line is None else line.seen.mark
        mark = self.marks.of(address, status, known, lambda: root.digest(place))
        if line is not None and line.seen.mark == mark:
            return line.seen
        return seen_of(status, mark)


def seen_of(status: os.stat_result, mark: bytes) -> Seen:
    """What the ledger is told of a file."""
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    return Seen(Kind.BYTES, size, mark, max(_FIRST, min(_LAST, status.st_mtime_ns // 1_000_000)))


def plugins(root: Root, unread: list[Place]) -> Iterator[Folder]:
    """The folders of all plugins; those of an author's without one of them come as the author's own."""
    for tenant in _folders(root, (), unread):
        if not is_tenant(tenant):
            continue
        for name in _folders(root, (tenant,), unread):
            scope = scope_of(tenant, name)
            if scope is not None:
                yield Folder((tenant, name), scope)
            for inner in _folders(root, (tenant, name), unread):
                scope = scope_of(tenant, f"{name}/{inner}") if is_plugin_name(inner) else None
                if scope is not None:
                    yield Folder((tenant, name, inner), scope)


def values_below(
    root: Root, start: Folder, unread: list[Place], stop: Stop
) -> Iterator[tuple[Folder, list[tuple[str, os.stat_result]]]]:
    """Each folder of a plugin's with the files in it, links that are not followed among them, and their status."""
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        files: list[tuple[str, os.stat_result]] = []
        try:
            with root.folder(folder.place) as descriptor, os.scandir(descriptor) as items:
                for place, item in enumerate(items):
                    if place % _STOP_EVERY == 0:
                        stop()
                    if len(folder.prefix) + len(item.name) > KEY_LIMIT or not is_text(item.name):
                        continue
                    if item.is_dir(follow_symlinks=False):
                        if len(folder.place) > 2 or not is_plugin_name(item.name):
                            inner = (*folder.place, item.name)
                            waiting.append(Folder(inner, folder.scope, f"{folder.prefix}{item.name}/"))
                        continue
                    try:
                        files.append((item.name, item.stat(follow_symlinks=False)))
                    except FileNotFoundError:
                        continue
        except (FileNotFoundError, NotADirectoryError):  # gone since its name was read
            continue
        except InterruptedError:
            raise
        except OSError:
            unread.append(folder.place)
            continue
        yield folder, files


def _folders(root: Root, place: Place, unread: list[Place]) -> list[str]:
    try:
        with root.folder(place) as descriptor, os.scandir(descriptor) as items:
            return sorted(item.name for item in items if item.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        unread.append(place)
        return []


def _is_closed_above(root: Root, folder: Place, unread: list[Place]) -> bool:
    """Whether a folder above that one cannot be opened; it is then added to the unread."""
    for length in range(1, len(folder)):
        try:
            with root.folder(folder[:length]):
                continue
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            unread.append(folder[:length])
            return True
    return False
