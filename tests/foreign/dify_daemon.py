"""What Dify's plugin daemon does with its files, by the rules that were found by running it: the other side of tests.

`python -m tests.foreign.dify_daemon FOLDER COUNT PLUGIN KEY SIZE` writes values in place, as the daemon does.
"""

import os
import posixpath
import random
import shutil
import sys
import time
from pathlib import Path

TENANT = "6d4f1a5e-0f0b-4c6b-9a55-0b5a1c3f7e21"
MISSING = "load data failed, please check if the key is correct or you have not set it"
PAUSES = (*[0.0] * 40, *[0.001] * 10, *[0.004] * 5, 0.2)  # seconds


class Daemon:
    """The daemon for one plugin of one tenant; it raises a plain Exception with the daemon's own words."""

    def __init__(self, folder: Path, plugin: str, tenant: str = TENANT) -> None:
        self.folder = folder / tenant / plugin

    def set(self, key: str, value: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(descriptor, value)
        finally:
            os.close(descriptor)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except OSError as error:
            raise Exception(MISSING) from error

    def delete(self, key: str) -> None:
        path = self._path(key)
        if not path.exists():
            raise Exception(f"remove {path}: no such file or directory")
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    def exist(self, key: str) -> bool:
        return self._path(key).exists()

    def _path(self, key: str) -> Path:
        if not key or len(key.encode()) > 256:
            raise Exception("Key: 'InvokeStorageRequest.Key' Error:Field validation for 'Key' failed")
        clean = posixpath.normpath(key)
        if ".." in clean or "\\" in clean:
            raise Exception("invalid key")
        return self.folder / clean.lstrip("/")


def numbered(number: int, size: int) -> bytes:
    """A value that says everywhere which one it is, so that no two of them can be taken for one."""
    return (b"%d;" % number * size)[:size]


def main() -> None:
    folder, count, plugin, key, size = sys.argv[1:]
    daemon = Daemon(Path(folder), plugin)
    for number in range(int(count)):
        daemon.set(key, numbered(number, random.randrange(1, int(size))))
        time.sleep(random.choice(PAUSES))


if __name__ == "__main__":
    main()
