"""What tests of Dify's folders say often."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage_core import Scope
from tests.foreign.dify_daemon import TENANT
from tests.foreign.environments import PROJECT

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


def as_nobody(folder: Path) -> list[str]:
    """What starts a command as a user who owns nothing, and can come to `folder`.

    The test is left out where nobody else can be had, or cannot start this Python.
    """
    through = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    probe = [*through, sys.executable, "-c", "import storage_core, encodings.idna"]
    if os.geteuid() != 0 or subprocess.run(probe, cwd=PROJECT, capture_output=True, check=False).returncode:
        pytest.skip("only root can be another user")
    temporary = Path(os.environ.get("PYTEST_DEBUG_TEMPROOT", "/tmp"))
    for path in (folder, *folder.parents):
        if path.is_relative_to(temporary) and path != temporary:
            path.chmod(0o755)
    return through


def failing(call: str, error: str, when: str, *paths: Path) -> list[str]:
    """What starts a command of which those system calls fail, on these paths only where some are given."""
    only = [option for path in paths for option in ("-P", str(path))]
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]
    return ["strace", "-f", "-o", "/dev/null", *only, *inject]
