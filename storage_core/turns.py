"""Turns: those who change one key at the same moment in one process do so one after the other."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

Lock = TypeVar("Lock")


class _Turn(Generic[Lock]):
    __slots__ = ("__weakref__", "lock")

    def __init__(self, lock: Lock) -> None:
        self.lock = lock


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
