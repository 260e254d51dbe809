"""What a process does to its files, recorded by strace, call by call with all of the data."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.storage_core.children import ROOT

Action = Literal["create", "write", "truncate", "sync", "unlink", "folder", "said"]

_CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,mkdir"
_UNEXPECTED = "rename,renameat,renameat2,unlinkat,writev,pwritev,fallocate,copy_file_range,link,symlink,rmdir"
"""Other calls that change files: a recording that holds one of them cannot be replayed."""

_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)")
_OPENED = re.compile(r"(?:\d+|AT_FDCWD)<((?:\\x..)+)>(\(deleted\))?")
_TEXT = re.compile(r'"((?:\\x..)*)"')


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the process did; what it `said` went to its standard output.

    `number` counts the events; a sync concerns what was done before the event `before`, when it began.
    """

    action: Action
    number: int
    path: str = ""
    data: bytes = b""
    offset: int = 0
    before: int = 0


def record(folder: Path, trace: Path, program: str, *arguments: object) -> list[Event]:
    """Run a program of `programs/` to its end: what it did below `folder`, in order, and what it said."""
    strace = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "100000000", "-o", str(trace)]
    started = [sys.executable, "-m", f"tests.storage_core.programs.{program}", *map(str, arguments)]
    subprocess.run(
        [*strace, "-e", f"trace={_CALLS},{_UNEXPECTED}", *started],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return [
        event
        for event in _events(trace)
        if event.action == "said" or f"{event.path}/".startswith(f"{folder}/")
        if not event.path.endswith("-shm")  # its content is worthless after a crash, and written as memory
    ]


def _events(trace: Path) -> list[Event]:
    events: list[Event] = []
    begun: dict[str, tuple[str, int]] = {}
    with trace.open() as lines:
        for line in lines:
            pid, rest = line.rstrip("\n").split(maxsplit=1)
            before = len(events)
            if rest.endswith(" <unfinished ...>"):  # another thread gets a word in
                begun[pid] = rest.removesuffix(" <unfinished ...>"), before
                continue
            if rest.startswith("<... "):
                start, before = begun.pop(pid)
                rest = start + rest.partition(" resumed>")[2]
            call = _CALL.match(rest)
            if call is not None and not call[3].startswith("-"):
                event = _event(call[1], call[2], int(call[3]), len(events), before)
                events += () if event is None else (event,)
    return events


def _event(call: str, arguments: str, result: int, number: int, before: int) -> Event | None:
    texts = [_bytes(text) for text in _TEXT.findall(arguments)]
    opened = _OPENED.match(arguments)
    path = "" if opened is None else _bytes(opened[1]).decode()
    if call in _UNEXPECTED.split(","):
        raise ValueError(f"cannot replay {call}({arguments:.1000})")
    if call == "write":
        return Event("said", number, data=texts[0]) if arguments.startswith("1<") else None
    if call in ("unlink", "mkdir"):
        return Event("unlink" if call == "unlink" else "folder", number, texts[0].decode())
    if call == "openat":
        return Event("create", number, texts[0].decode()) if "O_CREAT" in arguments else None
    if opened is not None and (opened[2] or path.endswith(" (deleted)")):
        return None
    if call == "pwrite64":
        return Event("write", number, path, texts[0][:result], int(arguments.rsplit(", ", 1)[1]))
    if call == "ftruncate":
        return Event("truncate", number, path, offset=int(arguments.rsplit(", ", 1)[1]))
    return Event("sync", number, path, before=before)


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
