"""Holds a call of the real thing up, so that a test can act in the middle of it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest


class Gate:
    """Stands for `call`, which begins only once it is opened; with `after`, its answer is held back instead."""

    def __init__(self, call: Callable[..., Awaitable[object]], *, after: bool = False) -> None:
        self.call = call
        self.after = after
        self.calls = 0
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self, *arguments: object, **others: object) -> object:
        self.calls += 1
        if self.after:
            answer = await self.call(*arguments, **others)
            await self._wait()
            return answer
        await self._wait()
        return await self.call(*arguments, **others)

    async def _wait(self) -> None:
        self.reached.set()
        await self.opened.wait()


def hold(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool = False) -> Gate:
    """Put a gate in the place of what `owner` has by this name."""
    gate = Gate(getattr(owner, name), after=after)
    monkeypatch.setattr(owner, name, gate)
    return gate


async def a_moment() -> None:
    """Let every task that can go on do so for a few steps."""
    for _ in range(10):
        await asyncio.sleep(0)
