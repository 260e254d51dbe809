"""One interface for both facades, so that one test body drives either."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, TypeVar, cast

from storage_core import AsyncStorage, AsyncStore, Storage, Store

Item = TypeVar("Item")

_PLAIN = {"location", "read_only", "scope", "capabilities"}
_WRAPPED = {"workspace", "store", "user"}
_ITERATORS = {"keys", "entries", "changes"}


class Awaited:
    """A Storage or a Store that looks like its asynchronous twin."""

    def __init__(self, original: Storage | Store) -> None:
        self._original = original

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._original, name)
        if name in _PLAIN:
            return member
        if name in _WRAPPED:
            return lambda *args, **options: Awaited(member(*args, **options))
        if name in _ITERATORS:
            return lambda *args, **options: _one_by_one(member(*args, **options))

        async def verb(*args: Any, **options: Any) -> Any:
            return member(*args, **options)

        return verb

    async def __aenter__(self) -> "Awaited":
        cast(Storage, self._original).__enter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        cast(Storage, self._original).__exit__(*error)


async def _one_by_one(items: Iterable[Item]) -> AsyncIterator[Item]:
    for item in items:
        yield item


def sync_facade(*args: Any, **options: Any) -> AsyncStorage:
    """A Storage that is used as an AsyncStorage is."""
    return cast(AsyncStorage, Awaited(Storage(*args, **options)))


FACADES: dict[str, Callable[..., AsyncStorage]] = {"sync": sync_facade, "async": AsyncStorage}


async def listed(items: AsyncIterator[Item]) -> list[Item]:
    """All that an asynchronous iterator gives."""
    return [item async for item in items]


async def first(count: int, items: AsyncIterator[Item]) -> list[Item]:
    """The first `count` that an asynchronous iterator gives; what comes later is left in it."""
    return [await anext(items) for _ in range(count)]


async def revision_of(store: AsyncStore, key: str) -> int:
    """The revision of the entry at `key`, which has to be there."""
    entry = await store.entry(key)
    assert entry is not None
    return entry.revision


def run_python(code: str, *args: Any, **environment: str) -> str:
    """What a fresh interpreter prints that runs `code`; it has to end well, and within a minute."""
    running = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
        start_new_session=True,
    )
    with running:
        try:
            printed, errors = running.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)  # with the children that it has forked
            raise
    assert running.returncode == 0, errors
    assert errors == ""
    return printed.strip()
