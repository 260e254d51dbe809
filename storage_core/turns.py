"""Turns: those who change one key at the same moment in one process do so one after the other."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from storage_core.errors import InvalidValueError

Lock = TypeVar("Lock")

LOOK_AGAIN = 0.02
"""Seconds between two looks at a lock: under gevent, greenlets run in between."""


class _Turn(Generic[Lock]):
    __slots__ = ("__weakref__", "lock")

    def __init__(self, lock: Lock) -> None:
        self.lock = lock


_taken: ContextVar[tuple[_Turn[Any], ...]] = ContextVar("storage_core_turns_taken", default=())


@contextmanager
def holding(lock: threading.Lock) -> Iterator[None]:
    """A block that holds `lock`, awaited a little at a time: a greenlet may sleep while it holds it."""
    while not lock.acquire(timeout=LOOK_AGAIN):
        time.sleep(0.001)  # not 0: under gevent that would run no timers, on which others wait
    try:
        yield
    finally:
        lock.release()


@contextmanager
def taking(turn: _Turn[Any]) -> Iterator[None]:
    """A block that takes a turn; raises InvalidValueError inside that block itself, where it would wait for ever."""
    taken = _taken.get()
    if turn in taken:
        raise InvalidValueError("a change cannot update the key that it changes: it returns the new value")
    token = _taken.set((*taken, turn))
    try:
        yield
    finally:
        _taken.reset(token)


class Turns(Generic[Lock]):
    """One lock for each key that somebody is changing; it is forgotten with the last who holds or awaits it."""

    def __init__(self, new_lock: Callable[[], Lock]) -> None:
        self._new_lock = new_lock
        self._turns: WeakValueDictionary[Hashable, _Turn[Lock]] = WeakValueDictionary()
        self._guard = threading.Lock()

    def of(self, address: Hashable) -> _Turn[Lock]:
        """The turn at `address`; keep it for as long as its `lock` is wanted."""
        with self._guard:
            turn = self._turns.get(address)
            if turn is None:
                turn = self._turns[address] = _Turn(self._new_lock())
            return turn
