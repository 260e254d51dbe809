"""The ambient `store` and `user`: for plugins that never see a storage, in hosts that say who is calling."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from storage_core.async_store import AsyncStorage, AsyncVerbs
from storage_core.errors import InvalidValueError, NoContextError
from storage_core.scope import Scope, checked_user
from storage_core.shown import shown


@dataclass(frozen=True, slots=True)
class _Host:
    storage: AsyncStorage
    workspace: str


_host: _Host | None = None
_caller: ContextVar[str] = ContextVar("storage_core_caller")


def use_storage(storage: AsyncStorage | None, workspace: str = "default") -> None:
    """Say, once in a process, which storage and workspace the ambient `store` and `user` are of; None withdraws it.

    Raises InvalidNameError for what cannot be a workspace's name, InvalidValueError for what is no AsyncStorage.
    """
    global _host
    if storage is not None and not isinstance(storage, AsyncStorage):
        raise InvalidValueError(f"the ambient `store` and `user` need an AsyncStorage, not {shown(storage)}")
    _host = None if storage is None else _Host(storage, Scope(workspace).workspace)


@contextmanager
def acting_as(id: str | UUID) -> Iterator[None]:
    """Let the ambient `user` be this one inside the block, and in the tasks that are started there.

    It is a ContextVar, so requests that run at the same time do not see each other's. Raises InvalidNameError.
    """
    token = _caller.set(checked_user(id))
    try:
        yield
    finally:
        _caller.reset(token)


def _current_host() -> _Host:
    if _host is None:
        raise NoContextError("no storage is in use: the host calls use_storage(storage, workspace=...) first")
    return _host


class _AmbientStore(AsyncVerbs):
    """The shared values of the workspace that the host uses."""

    __slots__ = ()

    @property
    def scope(self) -> Scope:
        return Scope(_current_host().workspace)

    @property
    def _storage(self) -> AsyncStorage:
        return _current_host().storage


class _AmbientUser(_AmbientStore):
    """The values of the user for whom the current request runs."""

    __slots__ = ()

    @property
    def scope(self) -> Scope:
        workspace = _current_host().workspace
        caller = _caller.get(None)
        if caller is None:
            raise NoContextError(
                "no user is acting: the host wraps each request in `with acting_as(user_id):`"
            )
        return Scope(workspace, caller)


store = _AmbientStore()
"""The shared values of the ambient workspace. Every verb raises NoContextError where no host has set one."""

user = _AmbientUser()
"""The calling user's values in the ambient workspace. Every verb raises NoContextError outside a request."""
