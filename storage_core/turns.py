"""Turns: those who change one key at the same moment in one process do so one after the other."""

import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
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


taken: ContextVar[tuple[_Turn[Any], ...]] = ContextVar("storage_core_turns_taken", default=())
"""The turns of those who are changing something in this context."""


def taken_with(turn: _Turn[Any]) -> tuple[_Turn[Any], ...]:
    """What is `taken` once `turn` is too; raises InvalidValueError inside that turn, where it would wait for ever."""
    before = taken.get()
    if turn in before:
        raise InvalidValueError("a change cannot update the key that it changes: it returns the new value")
    return (*before, turn)


class Visitor:
    """Somebody who wants to be let in at a gate, once."""

    __slots__ = ("_thread",)

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def has_cut_into(self, gate: "Gate") -> bool:
        """Whether the one who is in cannot leave before this one does: it is called in a handler of a signal."""
        holder = gate.holder.get(0)
        return holder is not None and holder._thread == self._thread


class Gate:
    """Lets one visitor in at a time, and leaves nobody in where the handler of a signal raises at any moment.

    Who comes makes a visitor, `me`, and then: `try`, `enter(me)`, `finally`, `if gate.holder == {0: me}`,
    `gate.holder.clear()`, `gate.pass_on()`. Written out: handlers run in calls, and none comes before it is let go.
    """

    def __init__(self) -> None:
        self.holder: dict[int, Visitor] = {}
        """At 0 who is in, known in the same instant: a lock that was taken does not tell by whom."""
        self._baton = threading.Lock()  # only wakes who waits

    def enter(self, me: Visitor, timeout: float) -> bool:
        """Whether `me` is in; awaited a little at a time, as the holder may be a greenlet that has to run."""
        if self._baton.acquire(blocking=False) and self.holder.setdefault(0, me) is me:
            return True
        deadline = time.monotonic() + timeout
        while True:
            self._baton.acquire(timeout=LOOK_AGAIN)  # where somebody was cut off, nobody passes it on
            if self.holder.setdefault(0, me) is me:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.001)  # not 0: under gevent that would run no timers, on which others wait

    def pass_on(self) -> None:
        """Wake one who waits."""
        with suppress(RuntimeError):  # nobody has it
            self._baton.release()


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
