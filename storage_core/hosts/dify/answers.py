"""What a plugin is answered that asks Dify for something: its storage is a store, and the rest is refused."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from storage_core.errors import StorageError
from storage_core.hosts.dify.plugin_storage import NotSetError, PluginStorage, cleaned
from storage_core.sync_store import Store

Show = Callable[[str], None]

NOT_SET = "storage_core: this key is not set"
"""Told to a plugin in the place of None, which its SDK cannot hear: what it is started with turns it into that."""


class RefusedError(StorageError):
    """The plugin is told so, with this message, and nothing was done."""


class Answers:
    """Answers in the place of Dify, from `store`; each is shown as a line. Safe for threads.

    `storage_size` is what the plugin's manifest lets it keep; with 0 its storage is refused, as by Dify. `missing` is
    that of PluginStorage.
    """

    def __init__(self, store: Store, storage_size: int, missing: str, show: Show) -> None:
        self._store = store
        self._storage = PluginStorage(store)
        self._missing = missing
        self._storage_size = storage_size
        self._show = show

    def answer(self, asked: Mapping[str, Any], by: str) -> Mapping[str, Any]:
        """The data of the answer to what a plugin asked during a request of the type `by`; raises RefusedError."""
        try:
            return self._answer(asked, by)
        except NotSetError as error:
            self._show(f"{_called(asked)}: not set")
            if self._missing == "raise":
                raise RefusedError(str(error)) from error
            if asked["request"]["opt"] == "get":
                raise RefusedError(NOT_SET) from error
            return {"data": "ok"}
        except StorageError as error:
            self._show(f"refused: {_called(asked)}: {error}")
            raise RefusedError(str(error)) from error

    def _answer(self, asked: Mapping[str, Any], by: str) -> Mapping[str, Any]:
        if asked.get("type") != "storage":
            raise RefusedError(
                f"{asked.get('type')} is not available: this plugin runs without Dify, with its storage only"
            )
        if by == "model":
            raise RefusedError("you can not invoke dify from model")
        if not self._storage_size:
            raise RefusedError("permission denied, you need to enable storage access in plugin manifest")
        request = asked.get("request")
        if not isinstance(request, Mapping) or not isinstance(request.get("key"), str) or not request["key"]:
            raise RefusedError("unmarshal backwards invoke request failed: a key is text, and not empty")
        verbs = {"get": self._get, "set": self._set, "del": self._delete, "exist": self._exist}
        verb = verbs.get(str(request.get("opt")))
        if verb is None:
            raise RefusedError(
                f"unmarshal backwards invoke request failed: no such operation: {request.get('opt')!r:.80}"
            )
        return verb(request["key"], request)

    def _get(self, key: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        value = self._storage.get(key) or b""
        self._show(f"get {_printable(key)}: {len(value):,} bytes")
        return {"data": value.hex()}

    def _set(self, key: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            value = bytes.fromhex(request.get("value") or "")
        except (TypeError, ValueError) as error:
            raise RefusedError(f"decode data failed: {error}") from error
        self._storage.set(key, value)
        self._show(f"set {_printable(key)}: {len(value):,} bytes")
        for other in self._in_the_way(cleaned(key)):
            self._show(
                f"note: Dify cannot keep {_printable(other)} and {_printable(cleaned(key))} at the same time"
            )
        return {"data": "ok"}

    def _in_the_way(self, name: str) -> Iterator[str]:
        """Keys that would be a folder where `name` is a file, or a file where it needs a folder."""
        yield from self._store.keys(f"{name}/", limit=1)
        yield from (
            str(parent)
            for parent in list(PurePosixPath(name).parents)[:-1]
            if self._store.exists(str(parent))
        )

    def _delete(self, key: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self._storage.delete(key)
        self._show(f"delete {_printable(key)}")
        return {"data": "ok"}

    def _exist(self, key: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        exists = self._storage.exist(key)
        self._show(f"exist {_printable(key)}: {'yes' if exists else 'no'}")
        return {"data": exists}


def _called(asked: Mapping[str, Any]) -> str:
    request = asked.get("request")
    if asked.get("type") == "storage" and isinstance(request, Mapping):
        return f"{str(request.get('opt')).replace('del', 'delete')} {_printable(str(request.get('key')))}"
    return str(asked.get("type"))


def _printable(text: str) -> str:
    return text if text.isprintable() else repr(text)
