"""What a Dify plugin finds at `self.session.storage`, kept in a store; keys are cleaned as Dify does it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import TracebackType
from typing import Any, Protocol, Self

from storage_core.engines.dify import names
from storage_core.errors import InvalidNameError, InvalidValueError, KindError, StorageError
from storage_core.scope import checked_key
from storage_core.shown import shown
from storage_core.sync_store import Store
from storage_core.values import BytesLike

LOAD_FAILED = "load data failed, please check if the key is correct or you have not set it"
"""What Dify says of a key that is not set."""

_VERBS = ("set", "get", "delete", "exist", "exists")


class DifyStorageError(StorageError):
    """What Dify's storage answers where it cannot do what was asked; the cause, where there is one, says more."""


class NotSetError(DifyStorageError):
    """The same, of a key that is not set."""


class HasStorage(Protocol):
    """A `dify_plugin.core.runtime.Session`, as far as it matters here."""

    storage: Any


class PluginStorage:
    """What a plugin finds at `self.session.storage`, kept in `store`; keys are cleaned as Dify does it.

    With `missing="raise"`, `get` and `delete` of a key that is not set raise NotSetError in Dify's own words, as Dify
    really does. With `missing="none"`, `get` gives None, as its documentation says, and `delete` does nothing.

    Every verb raises DifyStorageError for a key that Dify cannot hold, and where the storage fails. Raises
    InvalidValueError for any other `missing`, TypeError where `store` is not a synchronous store.
    """

    def __init__(self, store: Store, *, missing: str = "raise") -> None:
        self._store = _checked_store(store)
        self._missing = checked_missing(missing)

    def set(self, key: str, val: BytesLike) -> None:
        """Store bytes at `key`, in the place of whatever is there; raises TypeError where `val` is not bytes-like."""
        data = bytes(memoryview(val))
        with _failing_as("save data failed"):
            self._store.set(cleaned(key), data)

    def get(self, key: str) -> bytes | None:
        """The bytes at `key`; of a JSON value, its text in UTF-8. For a key that is not set, see `missing`."""
        try:
            name = cleaned(key)
        except InvalidNameError as error:
            raise DifyStorageError(LOAD_FAILED) from error
        with _failing_as("load data failed"):
            value = _stored_bytes(self._store, name)
        if value is None and self._missing == "raise":
            raise NotSetError(LOAD_FAILED)
        return value

    def delete(self, key: str) -> None:
        """Delete what is at `key` and nothing else: keys below it, as `key/part`, stay. Dify removes those too."""
        with _failing_as("delete data failed"):
            name = cleaned(key)
            if not self._store.delete(name) and self._missing == "raise":
                raise NotSetError(f"delete data failed: stat {name}: no such file or directory")

    def exist(self, key: str) -> bool:
        """Whether anything is stored at `key` itself; keys below it do not count, where in Dify they do."""
        with _failing_as("exist data failed"):
            return self._store.exists(cleaned(key))

    def exists(self, key: str) -> bool:
        """The same as `exist`: the name that other storages have for it, and Dify's has not."""
        return self.exist(key)


def attach(session: HasStorage, store: Store, *, missing: str = "raise") -> PluginStorage:
    """Put `store` behind `session.storage` of one session, and return what stands there now.

    `missing` and the errors are those of PluginStorage.
    """
    storage = PluginStorage(store, missing=missing)
    session.storage = storage
    return storage


class Patch:
    """A store behind the storage of every Dify session of this process, until `undo` or the end of a `with`."""

    def __init__(self, storage_class: type, verbs: dict[str, Callable[..., Any]]) -> None:
        self._class = storage_class
        self._before = {name: vars(storage_class).get(name) for name in verbs}
        for name, verb in verbs.items():
            setattr(storage_class, name, verb)

    def undo(self) -> None:
        """Give every session its own storage back. Once more does no harm; of several patches, the newest first."""
        while self._before:
            name, before = self._before.popitem()
            if before is None:
                delattr(self._class, name)
            else:
                setattr(self._class, name, before)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.undo()


def patch(store: Store | Callable[[Any], Store], *, missing: str = "raise") -> Patch:
    """Put `store` behind the storage of every session, those that are there and those to come, until it is undone.

    `store` may be a function instead, which gets the session and returns its store: a host of several workspaces
    chooses so. It is called at each use of the storage. `missing` and the errors are those of PluginStorage; raises
    ImportError where dify_plugin is not installed. Importing that, which this does, runs gevent's monkey patching.
    """
    checked_missing(missing)
    if not callable(store):
        _checked_store(store)
    # Its methods rather than its name are replaced: who has imported the class already, and every session that holds
    # one, are served as well.
    storage_class: type = import_module("dify_plugin.invocations.storage").StorageInvocation

    def verb_of(name: str) -> Callable[..., Any]:
        def verb(invocation: Any, *arguments: Any, **named: Any) -> Any:
            chosen = store(invocation.session) if callable(store) else store
            return getattr(PluginStorage(chosen, missing=missing), name)(*arguments, **named)

        verb.__name__ = name
        verb.__doc__ = getattr(PluginStorage, name).__doc__
        return verb

    return Patch(storage_class, {name: verb_of(name) for name in _VERBS})


def cleaned(key: str) -> str:
    """The one name of all the spellings of a key that Dify takes for the same: `k` of `/k`, `./k`, `k/` and `x/../k`.

    Raises InvalidNameError where Dify cannot hold it: empty, over 256 bytes, over 255 between two slashes, with a
    NUL, with a backslash or two dots in a row left after cleaning, or naming the folder of all keys (`.`, `x/..`).
    """
    checked_key(key)
    size = len(key.encode())
    if size > names.LONGEST_KEY:
        raise InvalidNameError(
            f"invalid key: Dify's have up to {names.LONGEST_KEY} bytes; this one has {size:,}"
        )
    name = names.cleaned(key)
    if names.refusal(name) is not None:
        raise InvalidNameError(f"invalid key: path traversal attempt detected: {shown(key)}")
    if name in ("", "."):
        raise InvalidNameError(f"invalid key: {shown(key)} names no value, but the folder of all of them")
    if any(len(segment.encode()) > names.LONGEST_NAME for segment in name.split("/")):
        raise InvalidNameError(
            f"invalid key: more than {names.LONGEST_NAME} bytes between two slashes: {shown(key)}"
        )
    return name


def _stored_bytes(store: Store, key: str) -> bytes | None:
    while True:
        try:
            return store.get(key)
        except KindError:
            with suppress(KindError):  # another writer has put bytes there meanwhile
                text = store.load_text(key)
                return None if text is None else text.encode()


@contextmanager
def _failing_as(what: str) -> Iterator[None]:
    try:
        yield
    except DifyStorageError:
        raise
    except StorageError as error:
        raise DifyStorageError(f"{what}: {error}") from error


def checked_missing(missing: str) -> str:
    """`missing` itself, where it is "raise" or "none"; raises InvalidValueError where not."""
    if missing not in ("raise", "none"):
        raise InvalidValueError(f'missing must be "raise" or "none", not {shown(missing)}')
    return missing


def _checked_store(store: Store) -> Store:
    if not isinstance(store, Store):
        raise TypeError(
            f"a store of a Storage is needed, as storage.workspace(...) gives, not {shown(store)}: "
            "Dify's plugins are synchronous"
        )
    return store
