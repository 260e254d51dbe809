"""What is about to be written to Dify's folder: made aside, whole and durable, before anything of Dify's is touched.

New values are written in a folder of their own beside the tenants, where the daemon never looks. Only who holds the
lock writes there: so whatever lies in it when the lock was just taken was left by a process that died, and goes.
"""

import errno
import os
import random
import stat
import time
from contextlib import suppress

from storage_core.engines.dify.files import Root
from storage_core.engines.dify.names import Place
from storage_core.errors import BusyError, ReadOnlyError, StorageIOError

with suppress(ImportError):  # Windows has none, and no storage of this kind
    import fcntl

STAGING = ".storage_core"

_FILE_MODE = 0o644  # the daemon's
_FOLDER_MODE = 0o755
_PRIVATE = 0o700
_NO_FOLDER = (errno.ENOTDIR, errno.ELOOP)
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP)  # of folders, on some file systems
_NEW_FILE = os.O_CREAT | os.O_EXCL | os.O_WRONLY


class Staging:
    """The files of one connection that are to take their places; between `lock` and `unlock`."""

    def __init__(self, root: Root, timeout: float, durable: bool) -> None:
        self._root = root
        self._timeout = timeout
        self._durable = durable
        self._locked: int | None = None
        self._folder: int | None = None
        self._names = 0

    def lock(self) -> None:
        """Wait for the other writers of this library, of any process; raises BusyError.

        It is a lock on the folder itself: nothing is made for it, and it ends with the process that holds it.
        """
        try:
            descriptor = os.open(".", os.O_RDONLY, dir_fd=self._root.descriptor)
        except OSError as error:
            raise self._root.as_write_error(error) from error
        try:
            self._wait_for(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._locked = descriptor
        self._clear()

    def _wait_for(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise BusyError(
                        f"{self._root.path}: another writer held it for {self._timeout:g} s: try again"
                    ) from error
            except OSError as error:
                raise self._root.as_storage_error(error) from error
            else:
                return
            time.sleep(random.uniform(0.0005, 0.003))

    def unlock(self) -> None:
        """Take away what did not get to its place, and let others write. Once more does no harm."""
        if self._locked is None:
            return
        if self._folder is not None:
            os.close(self._folder)
            self._folder = None
            self._clear()
        fcntl.flock(self._locked, fcntl.LOCK_UN)  # a child that was forked meanwhile may have it open too
        os.close(self._locked)
        self._locked = None

    def write(self, data: bytes, replaced: os.stat_result | None, beside: os.stat_result | None) -> str:
        """Write a file; it has the mode and the owner of the one that it replaces.

        A new one has the daemon's mode, and belongs to whom the folder `beside` it does. Returns its name here.
        """
        name, folder = self._next(), self._made()
        try:
            descriptor = os.open(name, _NEW_FILE, 0o600, dir_fd=folder)
            try:
                left = memoryview(data)
                while left:
                    left = left[os.write(descriptor, left) :]
                self._dress(descriptor, replaced, beside)
                if self._durable:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._root.as_write_error(error, (STAGING, name)) from error
        return name

    def _dress(self, descriptor: int, replaced: os.stat_result | None, beside: os.stat_result | None) -> None:
        owner = replaced or beside
        if owner is not None and not give_to(descriptor, owner) and (replaced or owner.st_uid):
            raise ReadOnlyError(
                f"{self._root.path}: this belongs to user {owner.st_uid}, who could not write the value any more:"
                " write it as that user, or as root"
            )
        _set_mode(descriptor, _FILE_MODE if replaced is None else stat.S_IMODE(replaced.st_mode))

    def link(self, place: Place) -> str | None:
        """Have the file at `place` here too, the very same one; None where the file system cannot do that."""
        name, folder = self._next(), self._made()
        try:
            with self._root.folder(place[:-1]) as source:
                os.link(place[-1], name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
        except OSError:
            return None
        return name

    def status(self, name: str) -> os.stat_result:
        """Of a file that is staged."""
        return os.stat(name, dir_fd=self._made(), follow_symlinks=False)

    def read(self, name: str) -> bytes:
        """What a staged file holds."""
        found = self._root.read((STAGING, name))
        assert found is not None
        return found[1]

    def put(self, name: str, place: Place, only_new: bool) -> None:
        """Have the staged file take its place, at once and whole.

        Raises FileExistsError where one is there and `only_new`, where the file system can tell; OSError.
        """
        with self._root.folder(place[:-1]) as folder:
            source = self._made()
            if only_new:
                try:
                    os.link(name, place[-1], src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
                except FileExistsError:
                    raise
                except OSError:  # no second names there
                    os.rename(name, place[-1], src_dir_fd=source, dst_dir_fd=folder)
                else:
                    os.unlink(name, dir_fd=source)
            else:
                os.rename(name, place[-1], src_dir_fd=source, dst_dir_fd=folder)

    def _next(self) -> str:
        self._names += 1
        return str(self._names)

    def _made(self) -> int:
        if self._folder is None:
            try:
                with suppress(FileExistsError):
                    os.mkdir(STAGING, _PRIVATE, dir_fd=self._root.descriptor)
                self._folder = os.open(
                    STAGING,
                    os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW,
                    dir_fd=self._root.descriptor,
                )
            except OSError as error:
                if error.errno in _NO_FOLDER:
                    here = self._root.named((STAGING,))
                    raise StorageIOError(
                        f"{here}: something that is no folder is there: take it away"
                    ) from error
                raise self._root.as_write_error(error, (STAGING,)) from error
        return self._folder

    def _clear(self) -> None:
        with suppress(OSError):  # there is none, or it cannot be looked into
            with self._root.folder((STAGING,)) as folder:
                for name in os.listdir(folder):
                    with suppress(OSError):  # a folder, which is nobody's of ours
                        os.unlink(name, dir_fd=folder)
            os.rmdir(STAGING, dir_fd=self._root.descriptor)


def make_folders(root: Root, place: Place, durable: bool) -> None:
    """Make the folders above `place` that are missing, as the daemon does; raises OSError."""
    for length in range(1, len(place)):
        with root.folder(place[: length - 1]) as outer:
            try:
                os.mkdir(place[length - 1], _FOLDER_MODE, dir_fd=outer)
            except FileExistsError:
                continue
            with root.folder(place[:length]) as made:
                give_to(made, os.fstat(outer))
                _set_mode(made, _FOLDER_MODE)
            if durable:
                _sync(outer)


def sync(root: Root, place: Place) -> None:
    """Make the names in the folder of `place` survive a power cut."""
    with root.folder(place[:-1]) as folder:
        _sync(folder)


def _sync(folder: int) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def _set_mode(descriptor: int, mode: int) -> None:
    with suppress(PermissionError):  # a file system that knows no modes
        os.fchmod(descriptor, mode)


def give_to(descriptor: int, owner: os.stat_result) -> bool:
    """Let what is open belong to whom `owner` does; whether it does."""
    mine = os.fstat(descriptor)
    if (mine.st_uid, mine.st_gid) == (owner.st_uid, owner.st_gid):
        return True
    try:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    except OSError:
        return mine.st_uid == owner.st_uid
    return True
