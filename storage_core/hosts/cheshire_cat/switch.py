"""The switch that lets a running Cheshire Cat keep its values in a storage, without a change to it or its plugins."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self
from uuid import UUID

from storage_core.async_store import AsyncStorage, AsyncStore
from storage_core.errors import InvalidValueError, UnsupportedError
from storage_core.hosts.cheshire_cat.imports import when_imported
from storage_core.hosts.cheshire_cat.tables import carry_over
from storage_core.hosts.cheshire_cat.verbs import CatStore
from storage_core.location import checked_location, checked_options
from storage_core.scope import Scope

_VERBS = ("save", "load", "delete", "exists")
_NAMELESS = "cheshire_cat"

Verb = Callable[..., Awaitable[Any]]

_on: "Switch | None" = None


def keep_values(
    location: str | os.PathLike[str] | None = None,
    workspace: str | None = None,
    *,
    timeout: float = 5.0,
    durability: str = "power",
) -> "Switch":
    """Let the Cheshire Cat of this process keep what its `store` and `user` save in the storage at `location`.

    Call it before the Cat is imported (its project's `config.py` is the place) or at any time later. `workspace` is
    by default named for the Cat's project folder. What the Cat's own tables hold is copied once, when the storage
    is first used and has none of it. The storage is opened on each event loop that uses it, and closed with the Cat.
    `timeout` and `durability` are those of `AsyncStorage`.

    The two values that the Cat writes by itself when a project is set up, before any of its verbs is called, go into
    its own tables as ever, and are copied from there.

    Once more with the same arguments does no harm and returns the same Switch. Raises InvalidNameError,
    InvalidValueError, the latter also while the values are kept somewhere else, and UnsupportedError for a Cat that
    lacks what is to be taken over, as soon as it is imported.
    """
    global _on
    checked_options(timeout, durability)
    settings = (
        checked_location(location),
        None if workspace is None else Scope(workspace).workspace,
        timeout,
        durability,
    )
    if _on is None:
        switch = Switch(*settings)
        try:
            switch._take_over()
        except BaseException:  # a Cat of another version: it keeps what it has, not one half of it
            switch.off()
            raise
        _on = switch
    elif _on._settings != settings:
        raise InvalidValueError(
            f"the Cat's values are kept in {_on.location}: call off() of that switch first"
        )
    return _on


class Switch:
    """A Cat's values are kept in a storage while this is on; made by `keep_values`. Leaving its block is `off()`."""

    def __init__(self, location: Path, workspace: str | None, timeout: float, durability: str) -> None:
        self._settings = (location, workspace, timeout, durability)
        self._undo = ExitStack()
        self._helper: ModuleType | None = None
        self._project: str | None = None
        self._opening: dict[asyncio.AbstractEventLoop, asyncio.Task[_Opened]] = {}

    @property
    def location(self) -> Path:
        return self._settings[0]

    def off(self) -> None:
        """Give the Cat its own tables back, as they were; what has been saved stays in the storage.

        A storage that is open on an event loop stays open as long as that loop runs. Once more does no harm.
        """
        global _on
        self._undo.close()
        if _on is self:
            _on = None

    async def close(self) -> None:
        """Close the storage of the running event loop; the next verb opens it again."""
        opening = self._opening.pop(asyncio.get_running_loop(), None)
        if opening is not None:
            await (await asyncio.shield(opening)).aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.off()

    def _take_over(self) -> None:
        for name, act in (
            ("cat.db.helper", self._take_the_verbs),
            ("cat.auth.user", self._complete_the_user),
            ("cat.startup", self._close_at_shutdown),
        ):
            self._undo.callback(when_imported(name, act))

    def _replace(self, owner: type, name: str, replacement: object) -> None:
        self._undo.callback(setattr, owner, name, owner.__dict__[name])
        setattr(owner, name, replacement)

    def _take_the_verbs(self, helper: ModuleType) -> None:
        self._helper = helper
        self._project = _current_project()
        shared, users = _part(helper, "Store"), _part(helper, "UserStore")
        for verb in _VERBS:
            self._replace(shared, verb, staticmethod(self._shared(verb, _part(shared, verb))))
            self._replace(users, verb, staticmethod(self._of_a_user(verb, _part(users, verb))))

    def _shared(self, verb: str, original: Verb) -> Verb:
        @wraps(original)
        async def kept(*args: Any, **named: Any) -> Any:
            if _current_project() != self._project:
                return await original(*args, **named)
            return await getattr(CatStore(await self._workspace()), verb)(*args, **named)

        return kept

    def _of_a_user(self, verb: str, original: Verb) -> Verb:
        @wraps(original)
        async def kept(user_id: UUID | str, *args: Any, **named: Any) -> Any:
            if _current_project() != self._project:
                return await original(user_id, *args, **named)
            values = (await self._workspace()).user(_as_the_cat_writes(user_id))
            return await getattr(CatStore(values), verb)(*args, **named)

        return kept

    def _complete_the_user(self, module: ModuleType) -> None:
        """Give the Cat's user the verb `exists`, which its documentation promises, where its class has none."""
        owner, users = _part(module, "User"), _part(module, "UserStore")
        if hasattr(owner, "exists"):
            return

        async def exists(user: Any, key: str) -> bool:
            found: bool = await users.exists(user.id, key)
            return found

        owner.exists = exists
        self._undo.callback(delattr, owner, "exists")

    def _close_at_shutdown(self, module: ModuleType) -> None:
        """Close the storage before the Cat says that it has shut down: a server may end the process right then."""
        middleware_class = _part(module, "RequestContextMiddleware")
        called = _part(middleware_class, "__call__")

        @wraps(called)
        async def call(middleware: Any, scope: Any, receive: Any, send: Any) -> None:
            async def send_when_closed(message: Any) -> None:
                if message["type"].startswith("lifespan.shutdown"):
                    await self.close()
                await send(message)

            is_lifespan = scope["type"] == "lifespan"
            await called(middleware, scope, receive, send_when_closed if is_lifespan else send)

        self._replace(middleware_class, "__call__", call)

    async def _workspace(self) -> AsyncStore:
        loop = asyncio.get_running_loop()
        opening = self._opening.get(loop)
        if opening is None:
            for ended in [other for other in list(self._opening) if other.is_closed()]:
                self._opening.pop(ended, None)
            opening = self._opening[loop] = loop.create_task(self._open())
        return (await asyncio.shield(opening)).workspace

    async def _open(self) -> "_Opened":
        location, name, timeout, durability = self._settings
        assert self._helper is not None
        assert self._project is not None
        name = name or Path(self._project).name or _NAMELESS
        storage = AsyncStorage(location, timeout=timeout, durability=durability)
        opened = _Opened(storage, storage.workspace(name))
        try:
            await opened.start()
            await carry_over(self._helper, opened.workspace)
        except BaseException:
            self._opening.pop(asyncio.get_running_loop(), None)  # so that the next verb tries again
            await opened.aclose()
            raise
        return opened


class _Opened:
    """A storage that is open on an event loop, and that goes with it.

    An event loop closes the asynchronous generators that run on it when it is shut down, whoever runs it; so one
    holds the storage.
    """

    def __init__(self, storage: AsyncStorage, workspace: AsyncStore) -> None:
        self.workspace = workspace
        self._holder = _hold(storage)

    async def start(self) -> None:
        await anext(self._holder)

    async def aclose(self) -> None:
        await self._holder.aclose()


async def _hold(storage: AsyncStorage) -> AsyncGenerator[None, None]:
    async with storage:
        yield


def _current_project() -> str:
    project: str = sys.modules["cat.config"].config.PROJECT_PATH
    return project


def _part(owner: Any, name: str) -> Any:
    """What of a module or class of the Cat has that name; raises UnsupportedError where there is none."""
    try:
        return getattr(owner, name)
    except AttributeError as error:
        raise UnsupportedError(
            f"this Cat's {owner.__name__} has no {name}, so its values cannot be kept elsewhere: install"
            " cheshire-cat-ai 2.0.23 or a later 2.x, or do without keep_values (mostly in the project's config.py)"
        ) from error


def _as_the_cat_writes(user_id: UUID | str) -> UUID | str:
    """A UUID's one spelling, in whatever spelling it comes."""
    if isinstance(user_id, str):
        try:
            return UUID(user_id)
        except ValueError:
            pass
    return user_id
