"""A copy of Dify's folder, made while plugins go on: each value whole, as it was at one moment."""

import os
import stat
import time
from contextlib import suppress
from pathlib import Path

from storage_core.engines.dify.files import Changing, Root, stamp_of
from storage_core.engines.dify.names import Place
from storage_core.engines.dify.staging import STAGING
from storage_core.engines.dify.whole import may_be_half_written
from storage_core.errors import BusyError, StorageIOError

_PART = 1024 * 1024
_PAUSE = 0.005
_PATIENCE = 5.0


def copy(root: Root, path: Path) -> None:
    """Copy all folders, files and links to a new folder at `path`; what a daemon reads has its mode and its times.

    Raises StorageIOError where something is there, or where a value cannot be read: then nothing is left there.
    """
    root.check_in_place()
    if root.path.resolve() in path.resolve().parents:
        raise StorageIOError(f"{path}: this is inside of what is to be copied: choose another folder")
    try:
        path.mkdir(0o700)
    except FileExistsError as error:
        raise StorageIOError(f"{path}: something is there already: a backup overwrites nothing") from error
    except OSError as error:
        raise StorageIOError(f"{path}: {error.strerror}: no backup can be made there") from error
    made: list[Path] = []
    try:
        _copy_folders(root, path, made)
        os.sync()
    except BaseException as error:
        _remove(path, made)
        if isinstance(error, OSError) and not isinstance(error, InterruptedError):
            raise root.as_storage_error(error) from error
        raise


def _copy_folders(root: Root, path: Path, made: list[Path]) -> None:
    waiting: list[Place] = [()]
    while waiting:
        folder = waiting.pop()
        for name, status in _items(root, folder):
            place = (*folder, name)
            target = path.joinpath(*place)
            made.append(target)
            if stat.S_ISDIR(status.st_mode) and place != (STAGING,):
                target.mkdir()
                _dress(target, status)
                waiting.append(place)
            elif stat.S_ISLNK(status.st_mode):
                with root.folder(folder) as descriptor:
                    target.symlink_to(os.readlink(name, dir_fd=descriptor))
            elif stat.S_ISREG(status.st_mode):
                _copy_file(root, place, target)


def _items(root: Root, folder: Place) -> list[tuple[str, os.stat_result]]:
    found = []
    with suppress(FileNotFoundError), root.folder(folder) as descriptor, os.scandir(descriptor) as items:
        for item in items:
            with suppress(FileNotFoundError):
                found.append((item.name, item.stat(follow_symlinks=False)))
    return found


def _copy_file(root: Root, place: Place, target: Path) -> None:
    started = time.monotonic()
    while True:
        with suppress(Changing):
            status = _copy_now(root, place, target)
            if status is None:
                return
            if not may_be_half_written(status) or time.monotonic() - started > _PATIENCE / 2:
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
        with target.open("wb") as copied:
            while part := os.read(descriptor, _PART):
                copied.write(part)
        after = os.fstat(descriptor)
    if stamp_of(before) != stamp_of(after):
        raise Changing
    return after


def _dress(target: Path, status: os.stat_result) -> None:
    with suppress(OSError):  # only root may
        os.chown(target, status.st_uid, status.st_gid)
    target.chmod(stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _remove(path: Path, made: list[Path]) -> None:
    """Take away what this copy has made, and nothing else."""
    for target in reversed(made):
        with suppress(OSError):
            if target.is_dir() and not target.is_symlink():
                target.rmdir()
            else:
                target.unlink()
    with suppress(OSError):
        path.rmdir()
