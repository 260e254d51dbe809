"""Dify's folder as the operating system has it: walked name by name, no link followed, faults in our own words."""

import errno
import hashlib
import os
import stat
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from storage_core.engines.dify.names import Place
from storage_core.engines.dify.rights import advice, shown
from storage_core.errors import (
    InvalidNameError,
    ReadOnlyError,
    StorageError,
    StorageFullError,
    StorageIOError,
    StorageMovedError,
)

Inode = tuple[int, int]
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_PART = 1024 * 1024
_STAMP = struct.Struct("=QQQQ")
_64_BITS = 2**64 - 1
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_NOT_A_NAME = (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EILSEQ)


class Changing(Exception):  # noqa: N818 - it is no error: whoever reads looks again
    """A file was written while it was being read."""


def speaks_storage_errors(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let no fault of the system's out of a method of a connection with a `_root`, but as an error of ours."""

    @wraps(method)
    def translated(*args: Parameters.args, **options: Parameters.kwargs) -> Result:
        try:
            return method(*args, **options)
        except InterruptedError:
            raise
        except OSError as error:
            root: Root = vars(args[0])["_root"]
            raise root.as_storage_error(error) from error

    return translated


class Root:
    """The persistence folder, held open; once open it is that folder, also where another takes its place."""

    def __init__(self, path: Path, inode: Inode | None = None) -> None:
        """Open it; raises StorageMovedError where it is not the one with that `inode`."""
        self.path = path
        self.descriptor = -1
        try:
            self.descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except OSError as error:
            raise _moved(path, error) from error
        status = os.fstat(self.descriptor)
        self.inode = status.st_dev, status.st_ino
        self.folds_names = _folds_names(self.descriptor)
        if inode not in (None, self.inode):
            self.close()
            raise _replaced(path)

    def __del__(self) -> None:  # of a storage that nobody closed
        self.close()

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def check_in_place(self) -> None:
        """Raise StorageMovedError where the path no longer names this folder."""
        try:
            status = os.stat(self.path)
        except OSError as error:
            raise _moved(self.path, error) from error
        if (status.st_dev, status.st_ino) != self.inode:
            raise _replaced(self.path)

    @contextmanager
    def folder(self, names: Sequence[str]) -> Iterator[int]:
        """A descriptor of the folder that these names lead to, none of them a link; raises OSError."""
        descriptor = self.descriptor
        try:
            for name in names:
                assert name not in ("", ".", ".."), (
                    names
                )  # no name of a key or a plugin, as dify_names sees to
                self._check_spelling(descriptor, name)
                inner = os.open(name, _FOLDER, dir_fd=descriptor)
                if descriptor != self.descriptor:
                    os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            if descriptor != self.descriptor:
                os.close(descriptor)

    def status(self, place: Place) -> os.stat_result | None:
        """What is at `place`, no link followed; None where nothing is, or a folder on the way is none."""
        try:
            with self.folder(place[:-1]) as folder:
                self._check_spelling(folder, place[-1])
                return os.stat(place[-1], dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno in _ABSENT:
                return None
            raise self.as_storage_error(error, place) from error

    def read(self, place: Place) -> tuple[os.stat_result, bytes] | None:
        """The file at `place` as it was from the first byte to the last; None where nothing is.

        Raises Changing where somebody writes it meanwhile, StorageIOError where it cannot be read or is no file.
        """
        with self.opened(place) as opened:
            if opened is None:
                return None
            descriptor, before = opened
            data = b"".join(_parts(descriptor))
            after = os.fstat(descriptor)
        if stamp_of(before) != stamp_of(after) or len(data) != after.st_size:
            raise Changing
        return after, data

    def read_part(self, place: Place, offset: int, size: int) -> tuple[os.stat_result, bytes] | None:
        """As `read`, but only `size` bytes from `offset` on."""
        with self.opened(place) as opened:
            if opened is None:
                return None
            descriptor, before = opened
            data = os.pread(descriptor, max(0, min(size, before.st_size - offset)), offset)
            after = os.fstat(descriptor)
        if stamp_of(before) != stamp_of(after):
            raise Changing
        return after, data

    def digest(self, place: Place) -> bytes:
        """A digest of what the file at `place` holds; of nothing, where it cannot be read."""
        digest = hashlib.blake2b(digest_size=16)
        with suppress(StorageIOError), self.opened(place) as opened:
            if opened is not None:
                for part in _parts(opened[0]):
                    digest.update(part)
        return digest.digest()

    @contextmanager
    def opened(self, place: Place) -> Iterator[tuple[int, os.stat_result] | None]:
        """A descriptor of the file at `place`, and its status; None where nothing is.

        Raises StorageIOError where it cannot be read, or is no file.
        """
        try:
            with self.folder(place[:-1]) as folder:
                self._check_spelling(folder, place[-1])
                status = os.stat(place[-1], dir_fd=folder, follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    descriptor = None
                elif not stat.S_ISREG(status.st_mode):  # opening it could do something
                    raise self.not_a_file(place, status)
                else:
                    descriptor = os.open(place[-1], _FILE, dir_fd=folder)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise self.as_storage_error(error, place) from error
            descriptor = None
        if descriptor is None:
            yield None
            return
        try:
            status = os.fstat(descriptor)
            # Its plugin may have put a folder there since the look at it.
            yield None if stat.S_ISDIR(status.st_mode) else (descriptor, status)
        except OSError as error:
            raise self.as_storage_error(error, place) from error
        finally:
            os.close(descriptor)

    def check_no_other_spelling(self, place: Place) -> None:
        """Raise InvalidNameError where the file system would take a new file for one of another spelling."""
        if not self.folds_names:
            return
        for length in range(1, len(place) + 1):
            try:
                with self.folder(place[: length - 1]) as folder:
                    if place[length - 1] not in os.listdir(folder):
                        os.stat(place[length - 1], dir_fd=folder, follow_symlinks=False)
                        raise InvalidNameError(
                            f"{place[length - 1]!r:.80} is another key for this file system, which does not tell"
                            " capital letters from small ones: choose another key"
                        )
            except (FileNotFoundError, NotADirectoryError):
                return
            except OSError as error:
                raise self.as_storage_error(error, place) from error

    def _check_spelling(self, folder: int, name: str) -> None:
        if self.folds_names and name not in os.listdir(folder):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    def fault_of_folder(self, place: Place) -> StorageError | None:
        """Why the folder at `place` cannot be looked into; None where it can, or where none is there."""
        try:
            with self.folder(place) as folder, os.scandir(folder) as items:
                for item in items:
                    item.stat(follow_symlinks=False)
        except OSError as error:
            return None if error.errno in _ABSENT else self.as_storage_error(error, place)
        return None

    def not_a_file(self, place: Place, status: os.stat_result) -> StorageIOError:
        """The error for what stands in the place of a value, and is none."""
        return StorageIOError(
            f"{self.named(place)}: this is {what_is(status)}, which is neither followed nor read"
        )

    def named(self, place: Place) -> str:
        return shown(self.path.joinpath(*place))

    def as_storage_error(self, error: OSError, place: Place = ()) -> StorageError:
        """The error of ours for one of the system's at `place`."""
        name, reason = self.named(place), error.strerror or error
        if error.errno in FULL:
            return StorageFullError(f"{name}: {reason}: make room; nothing of this value was written")
        if error.errno in _FORBIDDEN:
            return StorageIOError(f"{name}: {reason}: {advice(self.path.joinpath(*place))}")
        if error.errno == errno.EFBIG:
            return StorageIOError(
                f"{name}: {reason}: the file system, or a limit (ulimit -f), lets no file be so large; nothing of"
                " this value was written"
            )
        if error.errno in _NOT_A_NAME:
            return InvalidNameError(f"{name}: {reason}")
        return StorageIOError(f"{name}: {reason}")

    def as_write_error(self, error: OSError, place: Place = ()) -> StorageError:
        """As `as_storage_error`, where something was to be written."""
        if error.errno in _FORBIDDEN:
            return ReadOnlyError(f"{self.named(place)}: {error.strerror}: let this user write there")
        return self.as_storage_error(error, place)


def stamp_of(status: os.stat_result) -> bytes:
    """What is another one once a file was written: unless that was within one tick of the clock, see `Marks`."""
    numbers = status.st_ino, status.st_size, status.st_mtime_ns & _64_BITS, status.st_ctime_ns & _64_BITS
    return _STAMP.pack(*numbers)


def digest_of(data: bytes) -> bytes:
    """The digest of a value that `Root.digest` gives for its file."""
    return hashlib.blake2b(data, digest_size=16).digest()


def what_is(status: os.stat_result) -> str:
    """What a file that is none is called."""
    if stat.S_ISLNK(status.st_mode):
        return "a symbolic link"
    if stat.S_ISFIFO(status.st_mode):
        return "a named pipe"
    if stat.S_ISSOCK(status.st_mode):
        return "a socket"
    return "a device"


def _parts(descriptor: int) -> Iterator[bytes]:
    while part := os.read(descriptor, _PART):
        yield part


def _folds_names(folder: int) -> bool:
    """Whether the file system takes names that differ in the case of letters for one."""
    with suppress(OSError):
        name = next((name for name in os.listdir(folder) if name != name.upper()), None)
        if name is not None:
            here = os.stat(name, dir_fd=folder, follow_symlinks=False)
            return os.path.samestat(here, os.stat(name.upper(), dir_fd=folder, follow_symlinks=False))
    return False


def _moved(path: Path, error: OSError) -> StorageError:
    if error.errno in _ABSENT:
        return StorageMovedError(f"{path}: the storage is no longer there")
    todo = f": {advice(path)}" if error.errno in _FORBIDDEN else ""
    return StorageIOError(f"{path}: {error.strerror or error}{todo}")


def _replaced(path: Path) -> StorageMovedError:
    return StorageMovedError(f"{path}: another folder was put in its place: close it, open it anew")
