"""Forks: nothing is connected at that moment, as far as one can wait for it; both sides connect anew.

SQLite takes a child that inherits a connection for a holder of its parent's locks. What the child then opens by
itself has none: others fold the write-ahead log in and delete it, and what the child writes into it is lost.
"""

import os
import threading
import time
from contextlib import suppress
from typing import Protocol
from weakref import WeakSet

_PATIENCE = 5.0
"""Seconds that a fork waits for threads to come out of the database: on a busy machine a write may take more than
one. A child may lose what it writes where one is still inside; but a fork that never comes would be worse."""


class Forkable(Protocol):
    """Something with connections that a child must not share with its parent."""

    def _pause_for_fork(self, deadline: float) -> None:
        """Disconnect and let nobody connect, where that can be had before `deadline` (of time.monotonic)."""

    def _go_on_after_fork(self) -> None:
        """In the parent: let them in again."""

    def _start_anew_after_fork(self) -> None:
        """In the child: leave what is still open to the parent, and begin with nothing."""


_heeded: WeakSet[Forkable] = WeakSet()
_heeding = threading.Lock()
"""Held around a fork, so that nothing new connects that has not been told of it."""


def heed(storage: Forkable) -> None:
    """Tell `storage` of every fork of this process from now on; before it connects."""
    is_held = _heeding.acquire(timeout=_PATIENCE)
    _heeded.add(storage)
    if is_held:
        _heeding.release()


_left_to_the_parent: list[object] = []


def leave_to_the_parent(connection: object) -> None:
    """Keep what a child has inherited for ever: SQLite forbids it to use that, or even to close it."""
    _left_to_the_parent.append(connection)


def _before() -> None:
    deadline = time.monotonic() + _PATIENCE
    _heeding.acquire(timeout=_PATIENCE)
    for storage in list(_heeded):
        storage._pause_for_fork(deadline)


def _in_parent() -> None:
    for storage in list(_heeded):
        storage._go_on_after_fork()
    with suppress(RuntimeError):  # it was not free in time
        _heeding.release()


def _in_child() -> None:
    global _heeding
    _heeding = threading.Lock()
    for storage in list(_heeded):
        storage._start_anew_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
