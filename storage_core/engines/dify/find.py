"""Whether a folder is one of Dify's, found out by looking inside: never by its name, and without changing it."""

import os
from pathlib import Path

from storage_core.engines.dify.names import is_plugin_name, is_tenant
from storage_core.engines.dify.rights import advice, shown
from storage_core.errors import NotAStorageError, StorageError, StorageIOError, StorageMovedError

_FOLDER = "persistence"
_DEEPEST = 6  # folders below a persistence folder, from where one is pointed to it


def find(location: Path) -> Path:
    """The persistence folder that `location` is, or that it holds under the daemon's name for it.

    It holds folders named by UUIDs, the tenants, and no other ones; at least one of them holds folders that can be
    those of plugins or their authors, at least one, and no other ones, and no file. What begins with a dot, and
    `lost+found`, counts for nothing. Raises NotAStorageError, saying what to do, and StorageIOError where the system
    lets nobody look.
    """
    try:
        fault = _fault(location)
        if fault is None:
            return location
        inner = location / _FOLDER
        if inner.is_dir() and _fault(inner) is None:
            return inner
    except OSError as error:
        raise _unreadable(location, error) from error
    outer = _around(location)
    if outer is not None:
        raise NotAStorageError(
            f"{location}: this is a part of a storage of Dify's: open the whole of it, {outer}"
        )
    raise NotAStorageError(f"{location}: this is a folder, and {fault}")


def _fault(folder: Path) -> str | None:
    """Why the folder is none of Dify's persistence; None where it is one. Raises OSError."""
    names = _folders_in(folder)[0]
    if not names:
        return (
            "no folder is in it: open Dify's persistence folder once a plugin has stored something, or name the file"
            " of a storage"
        )
    other = next((name for name in names if not is_tenant(name)), None)
    if other is not None:
        return (
            f"not Dify's persistence folder, as {shown(Path(other))!r:.80} in it is no tenant's: open the folder that"
            " holds the tenants, or the file of a storage"
        )
    first, closed = "", None
    for name in names:
        try:
            fault = _fault_of_tenant(folder / name)
        except OSError as error:
            closed = closed or error
            continue
        if fault is None:
            return None
        first = first or fault
    if closed is not None and not first:
        raise closed
    return f"not Dify's persistence folder, as {first}"


def _fault_of_tenant(folder: Path) -> str | None:
    """Why the folder is none of a tenant's; None where it is one. Raises OSError."""
    folders, files = _folders_in(folder)
    other = next((name for name in (*files, *folders) if name in files or not is_plugin_name(name)), None)
    if other is not None:
        return f"{shown(Path(other))!r:.80} in its folder {folder.name} is no plugin's"
    return None if folders else f"its folder {folder.name} holds no plugins"


def _folders_in(folder: Path) -> tuple[list[str], list[str]]:
    """The names of the folders and of all else in `folder`."""
    with os.scandir(folder) as items:
        shown = [item for item in items if not item.name.startswith(".") and item.name != "lost+found"]
        folders = [item.name for item in shown if item.is_dir(follow_symlinks=False)]
        are_folders = set(folders)
        return folders, [item.name for item in shown if item.name not in are_folders]


def _around(location: Path) -> Path | None:
    """The persistence folder that `location` is somewhere in."""
    for folder in list(location.resolve().parents)[:_DEEPEST]:
        try:
            if _fault(folder) is None:
                return folder
        except OSError:
            continue
    return None


def _unreadable(location: Path, error: OSError) -> StorageError:
    if isinstance(error, FileNotFoundError):
        return StorageMovedError(f"{location}: the folder was taken away at this moment")
    path = location if error.filename is None else Path(os.fsdecode(error.filename))
    todo = f": {advice(path)}" if isinstance(error, PermissionError) else ""
    return StorageIOError(f"{shown(path)}: {error.strerror or error}{todo}")
