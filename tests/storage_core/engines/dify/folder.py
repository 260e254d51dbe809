"""What tests of Dify's folders say often."""

import os
from pathlib import Path

from storage_core import Scope
from tests.foreign.dify_daemon import TENANT

PLUGIN = Scope(TENANT, "hjlarry/storage")
GMAIL = Scope(TENANT, "langgenius/gmail_trigger")


def files(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder: the files with what they hold, the folders with None."""
    found: dict[str, bytes | None] = {}
    for path, folders, names in os.walk(folder):
        for name in folders:
            found[os.path.relpath(os.path.join(path, name), folder)] = None
        for name in names:
            found[os.path.relpath(os.path.join(path, name), folder)] = Path(path, name).read_bytes()
    return found


def times(folder: Path) -> dict[str, tuple[int, int, int]]:
    """When everything in a folder was last changed, and the folder itself."""
    paths = [folder, *folder.rglob("*")]
    stats = {str(path): path.lstat() for path in paths}
    return {path: (found.st_ino, found.st_mtime_ns, found.st_ctime_ns) for path, found in stats.items()}


def plugin_folder(folder: Path, scope: Scope = PLUGIN) -> Path:
    return folder / scope.workspace / str(scope.user)
