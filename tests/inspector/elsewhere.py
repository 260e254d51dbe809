"""A second process that reads and writes the same storage, at the moment that a test chooses."""

import subprocess
import sys
from pathlib import Path

from storage_core import Scope

_PROGRAM = """
import sys
from storage_core import Kind, Scope, Storage
location, workspace, user, verb, *rest = sys.argv[1:]
with Storage(location) as storage:
    store = storage.store(Scope(workspace, user or None))
    if verb == "save_text":
        store.save_text(*rest)
    elif verb == "delete":
        store.delete(*rest)
    else:
        sys.stdout.write(str(store.load_text(*rest)))
"""


class Elsewhere:
    """What another process does to one scope; each call is a process of its own, and returns when it has ended."""

    def __init__(self, location: Path, scope: Scope) -> None:
        self._place = [str(location), scope.workspace, scope.user or ""]

    def writes(self, key: str, text: str) -> None:
        self._run("save_text", key, text)

    def deletes(self, key: str) -> None:
        self._run("delete", key)

    def reads(self, key: str) -> str:
        """The JSON text at `key`; `None` where nothing is."""
        return self._run("load_text", key)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, *self._place, *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout
