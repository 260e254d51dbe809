"""Values to and from files: off the loop's thread, in pieces, and never half."""

import asyncio
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4

from storage_core import InvalidValueError, KeyNotFoundError
from storage_core.browse import Address, Browser

PIECE = 1024 * 1024
LARGEST = 1_000_000_000
"""Bytes of a value that a storage can hold."""

Progress = Callable[[int], None]


async def save_stored(browser: Browser, place: Address, target: Path, progress: Progress) -> int:
    """Write what is stored at `place` to `target`, and return how many bytes that is.

    The bytes of one moment: where somebody writes meanwhile it begins again. A file that is there is replaced when
    all has been written. Raises KeyNotFoundError where nothing is stored, OSError where the file cannot be written.
    """
    while True:
        unfinished = _beside(target)
        file = await asyncio.to_thread(_create, unfinished)
        try:
            size = await _copy(browser, place, file, progress)
            if size is not None:
                await asyncio.to_thread(unfinished.replace, target)
                return size
        finally:
            await asyncio.to_thread(os.close, file)
            await asyncio.to_thread(unfinished.unlink, missing_ok=True)


async def save_bytes(data: bytes, target: Path) -> None:
    """Write `data` to `target`, in the place of what is there, when all has been written. Raises OSError."""
    await save_pieces([data], target)


async def save_pieces(pieces: Iterable[bytes], target: Path) -> None:
    """Write one piece after the other to `target`, as `save_bytes`; they are made in another thread."""

    def save() -> None:
        unfinished = _beside(target)
        file = _create(unfinished)
        try:
            with os.fdopen(file, "wb") as opened:
                opened.writelines(pieces)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    await asyncio.to_thread(save)


async def read_file(source: Path, progress: Progress) -> bytes:
    """All bytes of a file. Raises OSError where that fails, InvalidValueError where no value can be as large."""
    size = (await asyncio.to_thread(source.stat)).st_size
    if size > LARGEST:
        raise InvalidValueError(f"{source.name} has {size:,} bytes: a value has {LARGEST:,} at most")
    file = await asyncio.to_thread(source.open, "rb")
    try:
        data = bytearray()
        while piece := await asyncio.to_thread(file.read, PIECE):
            data += piece
            progress(len(data))
        return bytes(data)
    finally:
        file.close()


async def _copy(browser: Browser, place: Address, file: int, progress: Progress) -> int | None:
    """Copy the value piece by piece; its size, None where it was changed in the middle."""
    done, revision = 0, None
    while True:
        chunk = await browser.chunk(place.scope, place.key, done, PIECE)
        if chunk is None:
            raise KeyNotFoundError(f"{place.key!r:.80} was deleted meanwhile")
        if revision not in (None, chunk.revision):
            return None
        revision = chunk.revision
        await asyncio.to_thread(_write_all, file, chunk.data)
        done += len(chunk.data)
        progress(done)
        if done >= chunk.size or not chunk.data:
            return done


def _beside(target: Path) -> Path:
    """A hidden file for what is not finished; its name is short, as a name may have no more than 255 bytes."""
    return target.with_name(f".{uuid4().hex}")


def _create(path: Path) -> int:
    """A new file that only this person can read, as a value may be a secret."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
