"""Edits that were not saved, kept in private files so that they outlive a crash of the inspector."""

import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from storage_core import InvalidNameError, Kind, Scope
from storage_core.browse import Address
from storage_core.raw import RawEntry

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LARGEST = 80 * 1024 * 1024
"""Bytes of an edit that is kept: it may grow past the largest value that can be edited."""

MOST_ROOM = 512 * 1024 * 1024
"""Bytes that all drafts of a person may take up together."""

_FORMAT = 1
_LONGEST_HEAD = 64 * 1024
_NEW = 60.0  # seconds: in these, a lock file without a lock may be about to get it
_DRAFT, _UNFINISHED, _ALIVE = ".draft", ".unfinished", ".alive"


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit that was not saved: where it belongs, what it is based on, and what it is.

    `revision` and `base` are the entry's as it was loaded, for compare-and-set and a merge. `at` is aware UTC.
    `file` is where it is kept; None before.
    """

    location: Path
    address: Address
    kind: Kind
    revision: int
    base: bytes
    edited: bytes
    at: datetime
    file: Path | None = field(default=None, compare=False)


def _always() -> bool:
    return True


class Drafts:
    """The drafts in one folder, shared by all inspectors of a person; each one touches only its own and dead ones'.

    An inspector holds a lock on a file of its own for as long as it runs; the system lets go of it however the
    process ends. Drafts whose inspector holds its lock are nobody else's business.

    Writing is atomic and outlives the process; what a power cut takes are the last seconds. Nothing waits for the
    disk, so that all of it may be called on the GUI thread, and that of large values on any other. Raises OSError
    where the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._owner = uuid4().hex
        self._lock: int | None = None
        self._is_closed = False
        self._turn = threading.Lock()  # to write: one draft at a time

    def keep(self, draft: Draft, *, is_wanted: Callable[[], bool] = _always) -> bool:
        """Keep `draft` in the place of what was kept for its value here; False where it, or its base, is too large.

        So it is too where all drafts together would be. What was kept before stays then: an older draft is better
        than none. Once closed, or where it is no longer wanted when its turn has come, nothing is kept either.
        """
        with self._turn:
            if self._is_closed or not is_wanted():
                return False
            target = self._file_of(draft.location, draft.address)
            if max(len(draft.edited), len(draft.base)) > LARGEST:
                return False
            if self._room_of_others(target) + len(draft.edited) + len(draft.base) > MOST_ROOM:
                return False
            self._write(draft, target)
            return True

    def _write(self, draft: Draft, target: Path) -> None:
        if self._lock is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._lock = os.open(self._alive_file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            _lock(self._lock, wait=True)
        unfinished = target.with_suffix(_UNFINISHED)
        opened = os.open(
            unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600
        )
        try:
            with open(opened, "wb") as file:
                file.writelines((_head(draft), draft.base, draft.edited))
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    def _room_of_others(self, target: Path) -> int:
        """The bytes that drafts take up, but for the one that is to be replaced."""
        return sum(
            size for file in self._folder.glob(f"*{_DRAFT}") if file != target and (size := _size(file))
        )

    def forget(self, location: Path, address: Address) -> None:
        """Remove what this inspector keeps for a value, because it was saved or discarded."""
        self._file_of(location, address).unlink(missing_ok=True)

    def discard(self, draft: Draft) -> None:
        """Remove a draft that `all_for` has offered."""
        assert draft.file is not None
        draft.file.unlink(missing_ok=True)

    def all_for(self, location: Path) -> list[Draft]:
        """The drafts for the storage at `location` that inspectors left which no longer run, the newest first.

        Files that are damaged, or of a newer version, are passed over and stay.
        """
        # The locks are looked at last: an inspector takes its own before it writes its first draft.
        unfinished, drafts = (list(self._folder.glob(f"*{suffix}")) for suffix in (_UNFINISHED, _DRAFT))
        alive = {file.stem for file in self._folder.glob(f"*{_ALIVE}") if self._is_alive(file)}
        for file in unfinished:
            if _owner_of(file) not in alive:
                file.unlink(missing_ok=True)
        dead = (file for file in drafts if _owner_of(file) not in alive)
        here = (_read(file, location.resolve()) for file in dead)
        return sorted(filter(None, here), key=lambda draft: draft.at, reverse=True)

    def close(self) -> None:
        """Stop keeping drafts. Those that are there are offered to the next inspector. Twice does no harm."""
        with self._turn:
            self._is_closed = True
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None
                self._alive_file.unlink(missing_ok=True)

    def _file_of(self, location: Path, address: Address) -> Path:
        place = json.dumps(_place(location, address)).encode()
        return self._folder / f"{self._owner}-{hashlib.sha256(place).hexdigest()[:32]}{_DRAFT}"

    @property
    def _alive_file(self) -> Path:
        return self._folder / f"{self._owner}{_ALIVE}"

    def _is_alive(self, file: Path) -> bool:
        """Whether the inspector that made this lock file still runs; what a dead one has left of it is cleared."""
        try:
            opened = os.open(file, os.O_RDWR)
        except FileNotFoundError:
            return False
        with os.fdopen(opened):
            if not _lock(opened, wait=False):
                return True
            age = time.time() - os.fstat(opened).st_mtime
        if age > _NEW:
            file.unlink(missing_ok=True)
        return False


def based_on(draft: Draft, now: RawEntry | None, *, counts: bool) -> int:
    """The revision to expect when the draft is saved, given what is stored `now`, with its value.

    Where the database `counts` revisions, it is the draft's. Elsewhere they mean nothing in another run: the entry's
    of now, where it is still what the draft is based on, else one that nothing has there.
    """
    if counts:
        return draft.revision
    if now is None:
        return 1
    return now.revision if (now.kind, now.data) == (draft.kind, draft.base) else 0


def _owner_of(file: Path) -> str:
    return file.name.partition("-")[0]


def _place(location: Path, address: Address) -> list[str | None]:
    return [str(location.resolve()), address.scope.workspace, address.scope.user, address.key]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # it was saved or discarded meanwhile
        return 0


def _head(draft: Draft) -> bytes:
    """A line of JSON that says what follows: the bytes of base and edit."""
    digest = hashlib.sha256(draft.base)
    digest.update(draft.edited)
    head = {
        "format": _FORMAT,
        "place": _place(draft.location, draft.address),
        "kind": draft.kind.name,
        "revision": draft.revision,
        "at": draft.at.astimezone(UTC).isoformat(),
        "base": len(draft.base),
        "edited": len(draft.edited),
        "sha256": digest.hexdigest(),
    }
    return json.dumps(head).encode() + b"\n"


def _read(file: Path, location: Path) -> Draft | None:
    """The draft in a file; None where there is none that can be read, or one for another storage."""
    try:
        if not file.is_file() or file.stat().st_size > 2 * LARGEST + _LONGEST_HEAD:
            return None
        with file.open("rb") as opened:
            head = json.loads(opened.readline(_LONGEST_HEAD))
            if head["format"] != _FORMAT or Path(head["place"][0]) != location:
                return None
            return _understood(head, opened.read(), file)
    except (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError, InvalidNameError):
        # Whatever is wrong with the file, it is another's to mend: the start goes on without it.
        return None


def _understood(head: Any, rest: bytes, file: Path) -> Draft | None:
    """The draft that a head and what follows it say; None where they do not belong together."""
    size = head["base"]
    if len(rest) != size + head["edited"] or hashlib.sha256(rest).hexdigest() != head["sha256"]:
        return None
    location, workspace, user, key = head["place"]
    at = datetime.fromisoformat(head["at"])
    if at.tzinfo is None:
        return None
    return Draft(
        Path(location),
        Address(Scope(workspace, user), _text(key)),
        Kind[head["kind"]],
        int(head["revision"]),
        rest[:size],
        rest[size:],
        at,
        file,
    )


def _text(key: Any) -> str:
    """A key, which may be any text: each database has rules of its own for them."""
    if not isinstance(key, str):
        raise TypeError("a key is text")
    return key


def _lock(opened: int, *, wait: bool) -> bool:
    """Take the lock of an open file, which the system lets go of when the process ends; False where it is taken."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(opened, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(opened, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
