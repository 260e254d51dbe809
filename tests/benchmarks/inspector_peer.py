"""A program with a window, on a virtual screen: how long until it shows all that it will, and its memory then."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.inspector_process import memory_of

_PACKAGES = {"sqlitebrowser": "sqlitebrowser", "Xvfb": "xvfb"}
_LOOK = 0.02
_QUIET = 2.0  # seconds without a change: it shows everything
_AT_MOST = 60.0
_BYTES_THAT_COUNT = 10_000  # a cursor that blinks, or turns where the program is busy, is less


def is_there() -> bool:
    """Whether the peer and a virtual screen are installed; they are, where apt-get is there and may do it."""
    missing = [package for command, package in _PACKAGES.items() if shutil.which(command) is None]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"  installing {' '.join(missing)}", file=sys.stderr, flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)
    return all(shutil.which(command) for command in _PACKAGES)


def seconds_until_shown(command: Sequence[str | Path]) -> tuple[float, float]:
    """Start a program on a screen of its own; the seconds until its window changes no more, and its memory in MB."""
    with (
        TemporaryDirectory() as folder,
        _screen(Path(folder)) as (display, pixels),
        TemporaryDirectory() as home,
    ):
        environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "HOME": home}
        environment |= {"XDG_CONFIG_HOME": home, "XDG_RUNTIME_DIR": home}
        before, changed = pixels.read_bytes(), 0.0
        began = time.monotonic()
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while (now := time.monotonic() - began) < _AT_MOST and (not changed or now - changed < _QUIET):
                time.sleep(_LOOK)
                after = pixels.read_bytes()
                if _difference(before, after) > _BYTES_THAT_COUNT:
                    before, changed = after, time.monotonic() - began
            return changed, memory_of(process.pid)
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def _screen(folder: Path) -> Iterator[tuple[str, Path]]:
    """A virtual screen: its name, and the file in which its pixels are."""
    reading, writing = os.pipe()
    screen = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-fbdir", str(folder)]
    process = subprocess.Popen(screen, pass_fds=[writing], stderr=subprocess.DEVNULL)
    try:
        os.close(writing)
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}", folder / "Xvfb_screen0"
    finally:
        process.terminate()
        process.wait(20)


def _difference(before: bytes, after: bytes) -> int:
    """How many bytes differ, in stretches of 64: enough to tell a cursor from a table."""
    if before == after:
        return 0
    one, other = memoryview(before), memoryview(after)
    return sum(64 for at in range(0, len(before), 64) if one[at : at + 64] != other[at : at + 64])
