"""A copy of Dify's folder, made while plugins go on: each value whole, as it was at one moment."""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage_core.engines.dify.files import FULL, Changing, Root, stamp_of
from storage_core.engines.dify.names import Place
from storage_core.engines.dify.staging import STAGING
from storage_core.engines.dify.whole import may_be_half_written
from storage_core.errors import BusyError, StorageFullError, StorageIOError

_PART = 1024 * 1024
_PAUSE = 0.005
_PATIENCE = 5.0


def copy(root: Root, path: Path) -> None:
    """Copy all folders, files and links to a new folder at `path`; what a daemon reads has its mode and its times.

    Raises StorageIOError where something is there, or where a value cannot be read, and StorageFullError where there
    is no room: then nothing is left there.
    """
    root.check_in_place()
    if root.path.resolve() in path.resolve().parents:
        raise StorageIOError(f"{path}: this is inside of what is to be copied: choose another folder")
    with _making(path):
        path.mkdir(0o700)
    made: list[Path] = []
    try:
        folders = _copy_folders(root, path, made)
        for target, status in reversed(folders):  # only now, as some let nobody write into them
            with _making(target):
                _dress(target, status)
        os.sync()
    except BaseException:
        _remove(path, made)
        raise


def _copy_folders(root: Root, path: Path, made: list[Path]) -> list[tuple[Path, os.stat_result]]:
    """Copy all that is in them; returns the folders that were made, the outer ones first, and what they are to be."""
    folders: list[tuple[Path, os.stat_result]] = []
    waiting: list[Place] = [()]
    while waiting:
        folder = waiting.pop()
        for name, status in _items(root, folder):
            place = (*folder, name)
            target = path.joinpath(*place)
            if os.path.lexists(target):  # a file system that takes two names for one
                raise _something_is_at(target)
            made.append(target)
            if stat.S_ISDIR(status.st_mode) and place != (STAGING,):
                with _making(target):
                    target.mkdir(0o700)
                folders.append((target, status))
                waiting.append(place)
            elif stat.S_ISLNK(status.st_mode):
                _copy_link(root, place, target)
            elif stat.S_ISREG(status.st_mode):
                _copy_file(root, place, target)
    return folders


def _items(root: Root, folder: Place) -> list[tuple[str, os.stat_result]]:
    found = {}  # by name: one that is replaced meanwhile may come twice
    try:
        with root.folder(folder) as descriptor, os.scandir(descriptor) as items:
            for item in items:
                with suppress(FileNotFoundError):
                    found[item.name] = item.stat(follow_symlinks=False)
    except FileNotFoundError:
        pass
    except NotADirectoryError as error:
        raise BusyError(f"{root.named(folder)}: a value has taken its place meanwhile: try again") from error
    except OSError as error:
        raise root.as_storage_error(error, folder) from error
    return list(found.items())


def _copy_link(root: Root, place: Place, target: Path) -> None:
    try:
        with root.folder(place[:-1]) as descriptor:
            leads_to = os.readlink(place[-1], dir_fd=descriptor)
    except FileNotFoundError:
        return
    except OSError as error:
        raise root.as_storage_error(error, place) from error
    with _making(target):
        target.symlink_to(leads_to)


def _copy_file(root: Root, place: Place, target: Path) -> None:
    started = time.monotonic()
    while True:
        with suppress(Changing):
            status = _copy_now(root, place, target)
            if status is None:
                target.unlink(missing_ok=True)  # what was copied of it before may be half of it
                return
            if not may_be_half_written(status) or time.monotonic() - started > _PATIENCE / 2:
                with _making(target):
                    _dress(target, status)
                return
        if time.monotonic() - started > _PATIENCE:
            raise BusyError(f"{root.named(place)}: somebody writes it without a pause: try again")
        time.sleep(_PAUSE)


def _copy_now(root: Root, place: Place, target: Path) -> os.stat_result | None:
    """Copy what is in the file; None where it is gone by now. Raises Changing where somebody writes meanwhile."""
    with root.opened(place) as opened:
        if opened is None:
            return None
        descriptor, before = opened
        with _making(target), target.open("wb", buffering=0) as copied:
            while part := _read(root, place, descriptor):
                left = memoryview(part)
                while left:
                    left = left[copied.write(left) :]
        after = os.fstat(descriptor)
    if stamp_of(before) != stamp_of(after):
        raise Changing
    return after


def _read(root: Root, place: Place, descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _PART)
    except OSError as error:
        raise root.as_storage_error(error, place) from error


@contextmanager
def _making(target: Path) -> Iterator[None]:
    """A block that writes at `target`, and raises what is wrong there as an error of ours."""
    try:
        yield
    except FileExistsError as error:
        raise _something_is_at(target) from error
    except OSError as error:
        if error.errno in FULL:
            raise StorageFullError(f"{target}: {error.strerror}: make room; no backup was made") from error
        raise StorageIOError(f"{target}: {error.strerror or error}: no backup can be made there") from error


def _something_is_at(path: Path) -> StorageIOError:
    return StorageIOError(f"{path}: something is there already: a backup overwrites nothing")


def _dress(target: Path, status: os.stat_result) -> None:
    with suppress(OSError):  # only root may
        os.chown(target, status.st_uid, status.st_gid)
    with suppress(PermissionError):  # a file system that knows no modes
        target.chmod(stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _remove(path: Path, made: list[Path]) -> None:
    """Take away what this copy has made, and nothing else."""
    for target in made:
        with suppress(OSError):
            if target.is_dir() and not target.is_symlink():
                target.chmod(0o700)
    for target in reversed(made):
        with suppress(OSError):
            if target.is_dir() and not target.is_symlink():
                target.rmdir()
            else:
                target.unlink()
    with suppress(OSError):
        path.rmdir()
