"""The disks that a power cut may leave of what a process did: without what was not synced, or with parts of it."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.storage_core.disk_recorder import Event

Image = dict[str, bytes | None]
"""What a disk holds: the content of each file by its path; None for a folder."""

_SECTOR = 512


@dataclass(slots=True)
class _File:
    """The content of a file as it is safe on the disk, and what was done to it since."""

    safe: bytes = b""
    since: list[Event] = field(default_factory=list)

    def content(self, parts: Callable[[Event], Iterable[Event]]) -> bytes:
        content = bytearray(self.safe)
        for event in self.since:
            for part in parts(event):
                _apply(content, part)
        return bytes(content)


@dataclass(frozen=True, slots=True)
class _Naming:
    """A name that was given (to a file, to a folder: None) or, where `gone`, taken away."""

    number: int
    path: str
    file: _File | None
    gone: bool = False

    def apply(self, names: dict[str, _File | None]) -> None:
        if self.gone:
            names.pop(self.path, None)
        else:
            names[self.path] = self.file


class Disk:
    """A disk below one folder, on which events are replayed one by one.

    Only what was synced is safe: the content of a file by a sync of the file, a name by a sync of its folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._names: dict[str, _File | None] = {}
        self._safe_names: dict[str, _File | None] = {}
        self._namings: list[_Naming] = []

    def replay(self, event: Event) -> None:
        path = event.path
        if event.action == "create" and path not in self._names:
            self._name(_Naming(event.number, path, _File()))
        elif event.action == "folder":
            self._name(_Naming(event.number, path, None))
        elif event.action == "unlink":
            self._name(_Naming(event.number, path, self._names[path], gone=True))
        elif event.action in ("write", "truncate"):
            self._file(path).since.append(event)
        elif event.action == "sync" and (path == self._folder or self._names[path] is None):
            self._sync_names(path, event.before)
        elif event.action == "sync":
            file = self._file(path)
            later = [change for change in file.since if change.number >= event.before]
            file.since = [change for change in file.since if change.number < event.before]
            file.safe, file.since = file.content(_all), later

    def kept(self) -> Image:
        """All that was done: what is left where the process is killed and the power stays."""
        return self._image(self._names, _all)

    def dropped(self) -> Image:
        """What was synced, and nothing else."""
        return self._image(self._safe_names, _nothing)

    def torn(self, chance: random.Random) -> Image:
        """What was synced and, of the rest, some writes, some sectors of others, some sizes, some names."""
        names = dict(self._safe_names)
        for naming in self._namings:
            if chance.random() < 0.5:
                naming.apply(names)
        share = chance.choice((0.1, 0.5, 0.9))

        def some(event: Event) -> list[Event]:
            if event.action == "truncate" or chance.random() < 0.5:
                return [event] if chance.random() < share else []
            return [sector for sector in _sectors(event) if chance.random() < share]

        return self._image(names, some)

    def _name(self, naming: _Naming) -> None:
        naming.apply(self._names)
        self._namings.append(naming)

    def _sync_names(self, folder: str, before: int) -> None:
        for naming in list(self._namings):
            if naming.number < before and str(Path(naming.path).parent) == folder:
                naming.apply(self._safe_names)
                self._namings.remove(naming)

    def _file(self, path: str) -> _File:
        file = self._names[path]
        assert file is not None, f"{path} is a folder"
        return file

    def _image(self, names: dict[str, _File | None], parts: Callable[[Event], Iterable[Event]]) -> Image:
        """The files whose folders are there too."""
        return {
            path: None if file is None else file.content(parts)
            for path, file in names.items()
            if all(
                str(folder) in names
                for folder in Path(path).parents
                if str(folder).startswith(f"{self._folder}/")
            )
        }


def write_image(image: Image, original: Path, folder: Path) -> None:
    """Make the files of `image`, of a disk below `original`, below the empty `folder`."""
    for path in sorted(image):
        copy = folder / Path(path).relative_to(original)
        content = image[path]
        if content is None:
            copy.mkdir()
        else:
            copy.write_bytes(content)


def _all(event: Event) -> list[Event]:
    return [event]


def _nothing(event: Event) -> list[Event]:
    return []


def _sectors(event: Event) -> list[Event]:
    """A write in parts, of which a disk may have done some: it writes whole sectors."""
    first = -event.offset % _SECTOR
    starts = [0, *range(first or _SECTOR, len(event.data), _SECTOR)]
    ends = [*starts[1:], len(event.data)]
    return [
        Event("write", event.number, event.path, event.data[start:end], event.offset + start)
        for start, end in zip(starts, ends, strict=True)
    ]


def _apply(content: bytearray, event: Event) -> None:
    end = event.offset + len(event.data)
    if event.action == "truncate":
        del content[event.offset :]
    content.extend(bytes(max(0, end - len(content))))
    content[event.offset : end] = event.data
