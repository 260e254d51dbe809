"""What a file's times say of its content, and when they do not say enough, what its content says itself."""

import os
import time
from collections.abc import Callable, Container
from dataclasses import dataclass

from storage_core.engines.dify.files import stamp_of
from storage_core.query import Address

_TICK = 50_000_000  # nanoseconds: no clock of a file system that keeps fractions of a second is as coarse
_COARSE_TICK = 2_500_000_000
_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Young:
    stamp: bytes
    digest: bytes
    since: float
    whole: bool


class Marks:
    """Marks of files: another one whenever the content is, also where somebody writes twice within a clock's tick.

    A file's stamp (number, size, times) is its mark once its last change is so old that one more would be seen on it.
    While it is young, a digest of its content is part of the mark, and looked at once more when it is no longer
    young. All connections to a database share one object.
    """

    def __init__(self) -> None:
        self._young: dict[Address, _Young] = {}

    def of(
        self, address: Address, status: os.stat_result, known: bytes | None, digest: Callable[[], bytes]
    ) -> bytes:
        """The mark of the file with that status; `known` is the one that it had, `digest()` that of its content."""
        stamp = stamp_of(status)
        young = self._young.get(address) if self._young else None
        if young is not None and young.stamp == stamp:
            return stamp + self._looked_again(address, young, status, digest())
        if known is not None and known.startswith(stamp):
            return known
        if not _is_young(status):
            if young is not None:
                self._young.pop(address, None)
            return stamp
        content = digest()
        self._young[address] = _Young(stamp, content, time.monotonic(), False)
        return stamp + content

    def _looked_again(self, address: Address, young: _Young, status: os.stat_result, content: bytes) -> bytes:
        now = time.monotonic()
        if content != young.digest:
            self._young[address] = _Young(young.stamp, content, now, False)
        elif now - young.since > tick_of(status) / _SECOND:
            self._young.pop(address, None)
        return content

    def wrote(self, address: Address, status: os.stat_result, digest: bytes) -> bytes:
        """The mark of a file that was put there from here, whole, with that content."""
        stamp = stamp_of(status)
        self._young[address] = _Young(stamp, digest, time.monotonic(), True)
        return stamp + digest

    def forget(self, here: Container[Address]) -> None:
        """Forget what is of files that are gone: none of these is `here`."""
        long_ago = time.monotonic() - _COARSE_TICK / _SECOND
        for address, young in list(self._young.items()):
            if address not in here and young.since < long_ago:
                self._young.pop(address, None)

    def is_young(self, address: Address) -> bool:
        """Whether the times of the file there would not tell if it was written once more; as of the last look."""
        return bool(self._young) and address in self._young

    def is_whole(self, address: Address, status: os.stat_result, digest: bytes) -> bool:
        """Whether that is known to be all that its writer wanted to write."""
        young = self._young.get(address)
        return (
            young is not None and young.whole and young.digest == digest and young.stamp == stamp_of(status)
        )


def _is_young(status: os.stat_result) -> bool:
    """Whether the file changed so lately that one more change might not be seen on its times."""
    return time.time_ns() - status.st_ctime_ns < tick_of(status)


def tick_of(status: os.stat_result) -> int:
    """How far the clock of the file system goes at a time, at most, in nanoseconds."""
    return _TICK if status.st_ctime_ns % _SECOND else _COARSE_TICK
