"""Brings scopes of the open storage over into another one, and puts the report of it away."""

import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from inspector.system import OUR_OWN, System
from inspector.value_files import save_pieces
from storage_core import AsyncStorage, Capabilities, InvalidValueError, Scope, StorageNotFoundError
from storage_core.raw import only_workspace, refusal
from storage_core.transfer import IfTaken, Progress, Report, Transfer

JSON_LINES = ".jsonl"
"""The ending of a file that gets the report as JSON; any other gets text."""

_LINES_AT_ONCE = 1_000
_ANY_KEY = "key"


@dataclass(frozen=True, slots=True)
class Request:
    """What a person wants to be brought over: which scopes as which ones, into which file, and how."""

    target: Path
    scopes: Mapping[Scope, Scope]
    if_taken: IfTaken
    bytes_as_json: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What is at the place that a person has named as the target, in words.

    `system` is whose data it is; `only_workspace` the one workspace of a system that has no others, where that would
    take one of the scopes.
    """

    words: str
    only_workspace: str | None = None
    system: System = OUR_OWN


async def look_at(location: Path, scopes: Collection[Scope] = ()) -> Found:
    """See what a target is, without changing it, and whether it would take `scopes`.

    Raises storage_core's errors for what cannot be one.
    """
    if not location.exists():
        _refuse_without_folder(location)
        return Found("There is no such file: a new storage is made")
    async with AsyncStorage(location, read_only=True) as storage:
        can, workspaces, only = storage.capabilities, await storage.workspaces(), only_workspace(storage)
        fits = only is None or not scopes or any(_would_take(storage, only, scope) for scope in scopes)
    names = "1 workspace" if len(workspaces) == 1 or only else f"{len(workspaces):,} workspaces"
    if can == Capabilities():
        return Found(f"A storage with {names}")
    left_out = [name for name, has in (("bytes", can.bytes), ("JSON", can.json)) if not has]
    left_out += [] if can.expiry else ["expiry"]
    words = f"{can.system}, with {names}" + (f"; it holds no {' and no '.join(left_out)}" if left_out else "")
    system = System(can)
    if not fits:
        words += f"; none of the scopes can be one of its {system.members} under its name"
    return Found(words, only if fits else None, system)


def _would_take(storage: AsyncStorage, workspace: str, scope: Scope) -> bool:
    return refusal(storage, Scope(workspace, scope.user), _ANY_KEY, lambda _: False) is None


class Bringing:
    """One going over of a request; `report` is what came of it so far, None while the target is being opened."""

    def __init__(self, source: AsyncStorage, request: Request, *, dry_run: bool) -> None:
        self._source = source
        self._request = request
        self._dry_run = dry_run
        self.report: Report | None = None

    async def go(self, tell: Callable[[Progress, Report], None]) -> None:
        """Do it, or in a dry run only look, and tell after each step how far it is.

        A target that is not there yet is made, in a folder that is there. Cancel the task to end it early. Raises
        storage_core's errors: while `report` is None the target could not be opened, and nothing was done.
        """
        request = self._request
        _refuse_itself(self._source.location, request)
        async with _opened(request.target, dry_run=self._dry_run) as target:
            transfer = Transfer(
                self._source,
                target,
                request.scopes,
                if_taken=request.if_taken,
                dry_run=self._dry_run,
                bytes_as_json=request.bytes_as_json,
            )
            try:
                async for progress in transfer.steps():
                    tell(progress, transfer.report)
            finally:
                self.report = transfer.report


async def save_report(report: Report, path: Path) -> None:
    """Write the report to a file, as JSON lines or as text, as its ending says. Raises OSError."""
    lines = report.json_lines() if path.suffix == JSON_LINES else report.text_lines()
    await save_pieces(_pieces(lines), path)


def _pieces(lines: Iterator[str]) -> Iterator[bytes]:
    bundle: list[str] = []
    for line in lines:
        bundle.append(line + "\n")
        if len(bundle) == _LINES_AT_ONCE:
            yield "".join(bundle).encode(errors="backslashreplace")
            bundle = []
    yield "".join(bundle).encode(errors="backslashreplace")


@asynccontextmanager
async def _opened(location: Path, *, dry_run: bool) -> AsyncIterator[AsyncStorage | None]:
    """The storage at a location; None where a dry run finds none."""
    if not location.exists():
        _refuse_without_folder(location)
        if dry_run:
            yield None
            return
    async with AsyncStorage(location, read_only=dry_run) as storage:
        yield storage


def _refuse_without_folder(location: Path) -> None:
    if not location.parent.is_dir():
        raise StorageNotFoundError(f"{location.parent}: there is no such folder")


def _refuse_itself(source: Path, request: Request) -> None:
    stays = all(scope == into for scope, into in request.scopes.items())
    if stays and request.target.exists() and os.path.samefile(source, request.target):
        raise InvalidValueError(
            "That is the storage that is open: choose another file, or other names for the scopes"
        )
