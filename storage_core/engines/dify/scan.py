"""Looking at all of Dify's files, without reading them, to have the ledger know what is there."""

import os
import stat
import threading
import time
from collections.abc import Container, Mapping

from storage_core.engines.dify.files import Root
from storage_core.engines.dify.marks import Marks
from storage_core.engines.dify.names import (
    WHOLE_FOLDER,
    Place,
    address_of_folder,
    folder_of,
    folder_that_is_meant,
)
from storage_core.engines.dify.walk import (
    Folder,
    Found,
    Stop,
    Walk,
    Walked,
    folders_in,
    is_closed_above,
    plugins,
)
from storage_core.engines.ledger import Ledger, Line, Seen
from storage_core.entry import Kind
from storage_core.query import Address
from storage_core.scope import Scope

_BETWEEN = 0.25  # seconds between two looks, at least
_BETWEEN_FEW = 2.0  # at most, where there are few values
_SHARE = 20  # a look may take a twentieth of the time
_MANY = 2_000  # values
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999  # milliseconds since 1970: what a datetime can say
_FRESH_FOR = 5  # times what a look takes, where there are many: so long, who browses goes by the last one
_WHOLE_EVERY = 16  # looks: all is compared, whatever the look before has seen
_ASK_EVERY = 0.01  # seconds
_UNREAD = Seen(Kind.BYTES, 0, b"cannot be looked into")


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
        self._walked: Walked = {}
        self._stood_for_folders: set[Address] = set()

    @property
    def look_every(self) -> float:
        """Seconds between two looks: the more, the longer one takes, where that is not only for a busy machine."""
        between = max(_BETWEEN, _SHARE * self._took)
        return between if self._count >= _MANY else min(between, _BETWEEN_FEW)

    def begin(self, root: Root, stop: Stop) -> None:
        """Take down what is there when the database is opened."""
        found = self._look(root, stop, {})
        self.ledger.begin_with(self._everything(found, {}))
        self._walked = found.walked

    def look(self, root: Root, stop: Stop) -> None:
        """Compare all that is there with what was; where another thread has begun to since the call, wait for it."""
        begun = self._begun
        while not self._looking.acquire(timeout=_ASK_EVERY):
            stop()
        try:
            if self._done > begun:
                return
            self._begun += 1
            self._compare(root, stop)
            self._done = self._begun
        finally:
            self._looking.release()

    def _compare(self, root: Root, stop: Stop) -> None:
        moment = self.ledger.moment
        lines = self.ledger.lines()
        found = self._look(root, stop, lines)
        new = sum(address not in lines for address in found.others)
        old = len(lines) - sum(address in lines for address in found.gone)
        if found.unread or found.count != old + new or self._begun % _WHOLE_EVERY == 0:
            is_noted = self.ledger.compare(self._everything(found, lines), moment)
        else:
            is_noted = self.ledger.note(found.others, found.gone, moment)
        self._walked = found.walked if is_noted else {}
        self.marks.forget(self.ledger.lines())

    def look_unless_just_done(self, root: Root, stop: Stop) -> None:
        """As `look`; where there are many values, and that was done not long ago, what was found then will do."""
        if self._count < _MANY or time.monotonic() - self._ended > _FRESH_FOR * self._took:
            self.look(root, stop)

    def look_unless_just_opened(self, root: Root, stop: Stop) -> None:
        """As `look`; where there are many values, and they were found by the opening just now, that will do."""
        is_first = self._begun == 0 and time.monotonic() - self._ended <= self._took
        if self._count < _MANY or not is_first:
            self.look(root, stop)

    def look_at(self, root: Root, scope: Scope, stop: Stop) -> None:
        """Compare what there is of one plugin with what was."""
        moment = self.ledger.moment
        lines = self.ledger.lines()
        found = Found()
        folder = folder_of(scope)
        if scope.user == WHOLE_FOLDER:
            folders_in(root, (scope.workspace,), found.unread)
        elif folder is not None and not is_closed_above(root, folder, found.unread):
            self._walk(root, {}, lines, stop).through([Folder(folder, scope)], found)
        root.check_in_place()
        here = self._everything(found, lines).items()
        self.ledger.compare(
            {address: seen for address, seen in here if address.scope == scope}, moment, scope
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

    def _look(self, root: Root, stop: Stop, lines: Mapping[Address, Line]) -> Found:
        started = time.monotonic()
        root.check_in_place()
        found = Found()
        self._walk(root, self._walked, lines, stop).through(plugins(root, found.unread), found)
        root.check_in_place()  # a folder that is being taken away has not lost its values one by one
        self._ended = time.monotonic()
        self._took = self._ended - started
        self._count = found.count
        return found

    def _walk(self, root: Root, walked: Walked, lines: Mapping[Address, Line], stop: Stop) -> Walk:
        def see(folder: Place, address: Address, status: os.stat_result) -> tuple[Seen, bool]:
            line = lines.get(address) if lines else None
            seen = self.seen(root, folder, address, status, line)
            return seen, not self.marks.is_young(address)

        return Walk(root, walked, see, stop)

    def _everything(self, found: Found, lines: Mapping[Address, Line]) -> dict[Address, Seen]:
        """All that is there, with a key that stands for each folder that cannot be looked into.

        What was in such a folder is not known to be gone.
        """
        everything = found.everything()
        unread = set(found.unread)
        for place in unread:
            address = address_of_folder(place)
            if address is not None:
                everything[address] = _UNREAD
                self._stood_for_folders.add(address)
        for address, line in lines.items() if unread else ():
            if address not in everything and _is_below(address, unread):
                everything[address] = line.seen
        return everything

    def seen(
        self, root: Root, folder: Place, address: Address, status: os.stat_result, line: Line | None
    ) -> Seen:
        """What the ledger is told of the file in `folder` with that status; `line` is what it knew."""

        def digest() -> bytes:
            return root.digest((*folder, address.key.rpartition("/")[2]))

        mark = self.marks.of(address, status, None if line is None else line.seen.mark, digest)
        if line is not None and line.seen.mark == mark:
            return line.seen
        return seen_of(status, mark)


def _is_below(address: Address, folders: Container[Place]) -> bool:
    names = (address.scope.workspace, *(address.scope.user or "").split("/"), *address.key.split("/"))
    return any(names[:length] in folders for length in range(len(names)))


def seen_of(status: os.stat_result, mark: bytes) -> Seen:
    """What the ledger is told of a file."""
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    return Seen(Kind.BYTES, size, mark, max(_FIRST, min(_LAST, status.st_mtime_ns // 1_000_000)))
