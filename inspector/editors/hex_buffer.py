"""Bytes that can be overwritten, inserted and deleted without being copied, with undo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

_PART = 256 * 1024


class ByteSource(Protocol):
    """Bytes to look at, of which parts may not be here yet."""

    def __len__(self) -> int: ...

    def read(self, offset: int, size: int) -> bytes | None:
        """Up to `size` bytes from `offset`; None while they are not here."""


class Piece(NamedTuple):
    """A run of bytes that lies somewhere else: `length` bytes of `source` from `start`."""

    source: bytes | bytearray
    start: int
    length: int


@dataclass(slots=True)
class _Edit:
    """`removed` was at `offset` and `added` took its place."""

    offset: int
    removed: list[Piece]
    added: list[Piece]


class HexBuffer:
    """The bytes of one value as runs of the original and of what was added to it.

    A key typed costs the number of edits so far, never the number of bytes. Offsets past either end are clamped.
    """

    def __init__(self, data: bytes) -> None:
        self._original = data
        self._typed = bytearray()
        self._pieces = [Piece(data, 0, len(data))] if data else []
        self._length = len(data)
        self._undo: list[_Edit] = []
        self._redo: list[_Edit] = []
        self._whole: tuple[list[Piece], bytes] | None = None

    def __len__(self) -> int:
        return self._length

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`."""
        pieces = self._cut(offset, offset + size)
        return b"".join(piece.source[piece.start : piece.start + piece.length] for piece in pieces)

    def data(self) -> bytes:
        """All bytes; the original object where no edit stands.

        May be called in another thread, where large ones take long; the next call then has them at hand.
        """
        pieces = self._pieces
        if not self._undo:
            return self._original
        whole = self._whole
        if whole is None or whole[0] is not pieces:
            whole = self._whole = pieces, b"".join(_in_parts(pieces))
        return whole[1]

    def is_modified(self) -> bool:
        return bool(self._undo)

    def replace(self, offset: int, size: int, added: bytes, *, merge: bool = False) -> None:
        """Put `added` in the place of the `size` bytes from `offset`.

        With `merge` it becomes one edit with the last, if it goes on where that one ended or stays inside it.
        """
        offset = max(0, min(offset, self._length))
        size = max(0, min(size, self._length - offset))
        if not size and not added:
            return
        edit = _Edit(offset, self._cut(offset, offset + size), self._typed_piece(added))
        self._splice(edit.offset, size, edit.added)
        self._redo.clear()
        if not (merge and self._undo and _merged(self._undo[-1], edit, size)):
            self._undo.append(edit)

    def can_undo(self) -> bool:
        return bool(self._undo)

    def can_redo(self) -> bool:
        return bool(self._redo)

    def undo(self) -> int | None:
        """Take back the last edit; returns where it was, None where there is none."""
        if not self._undo:
            return None
        edit = self._undo.pop()
        self._splice(edit.offset, _size(edit.added), edit.removed)
        self._redo.append(edit)
        return edit.offset

    def redo(self) -> int | None:
        """Do again what was taken back; returns where, None where there is nothing."""
        if not self._redo:
            return None
        edit = self._redo.pop()
        self._splice(edit.offset, _size(edit.removed), edit.added)
        self._undo.append(edit)
        return edit.offset

    def _typed_piece(self, added: bytes) -> list[Piece]:
        if not added:
            return []
        start = len(self._typed)
        self._typed += added
        return [Piece(self._typed, start, len(added))]

    def _cut(self, start: int, end: int) -> list[Piece]:
        """The runs from `start` to `end`."""
        return list(_between(self._pieces, start, end))

    def _splice(self, offset: int, size: int, added: Sequence[Piece]) -> None:
        before = self._cut(0, offset)
        after = self._cut(offset + size, self._length)
        self._pieces = _joined([*before, *added, *after])
        self._length += _size(added) - size


def _between(pieces: Sequence[Piece], start: int, end: int) -> Iterator[Piece]:
    at = 0
    for piece in pieces:
        first, last = max(start, at), min(end, at + piece.length)
        if first < last:
            yield Piece(piece.source, piece.start + first - at, last - first)
        at += piece.length
        if at >= end:
            return


def _in_parts(pieces: Sequence[Piece]) -> Iterator[bytes]:
    """The bytes of `pieces`, none of them so long that other threads would wait for it to be copied."""
    for piece in pieces:
        for start in range(piece.start, piece.start + piece.length, _PART):
            yield bytes(piece.source[start : min(start + _PART, piece.start + piece.length)])


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """`pieces` with those that lie side by side in their source as one."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last.source is piece.source and last.start + last.length == piece.start:
            joined[-1] = Piece(last.source, last.start, last.length + piece.length)
        else:
            joined.append(piece)
    return joined


def _merged(last: _Edit, edit: _Edit, size: int) -> bool:
    """Make `edit` a part of `last` where it goes on right behind it, or rewrites its last byte."""
    end = last.offset + _size(last.added)
    if edit.offset == end and last.added and edit.added:
        last.removed = _joined([*last.removed, *edit.removed])
        last.added = _joined([*last.added, *edit.added])
        return True
    if last.added and edit.offset == end - 1 and size == 1 and _size(edit.added) == 1:
        last.added = _joined([*_between(last.added, 0, _size(last.added) - 1), *edit.added])
        return True
    return False


def _size(pieces: Sequence[Piece]) -> int:
    return sum(piece.length for piece in pieces)
