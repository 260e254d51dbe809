"""A Dify plugin that runs on this machine, without a Dify: its own program, with a store for its storage."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from storage_core.hosts.dify.answers import NOT_SET, Answers, Show
from storage_core.hosts.dify.declared import Declared, read_declared
from storage_core.hosts.dify.plugin_storage import checked_missing
from storage_core.hosts.dify.process import About, PluginProcess
from storage_core.hosts.dify.requests import endpoint_request, http_answer, tool_request, whole_blobs
from storage_core.sync_store import Storage, Store

_NONE_WHERE_NOT_SET = f"""
import runpy, sys
from dify_plugin.invocations.storage import StorageInvocation
get_or_raise = StorageInvocation.get
def get(self, key):
    try:
        return get_or_raise(self, key)
    except Exception as error:
        if str(error) == {NOT_SET!r}:
            return None
        raise
StorageInvocation.get = get
runpy.run_module(sys.argv[1], run_name="__main__", alter_sys=True)
"""
"""Starts a plugin whose `get` is as Dify documents it: the SDK itself can give no None."""


class LocalPlugin:
    """The plugin in `folder`, which runs until the block ends; its storage is in `storage`.

    It keeps its values in the store of the user "author/name" of `workspace`, apart from other plugins, as Dify does
    it; with `shared` in the shared store of the workspace. `missing` is that of `storage_core.hosts.dify`. `python`
    is the interpreter that has the plugin's packages, by default that of a `.venv` or `venv` in its folder, else
    this one. `show` gets a line for each thing that the plugin stores, logs, prints, or is refused. An answer may
    take `timeout` seconds.

    Raises PluginError where the plugin is not in order or does not start, and what opening a storage raises.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        storage: Storage,
        *,
        workspace: str = "local",
        shared: bool = False,
        missing: str = "raise",
        python: str | None = None,
        timeout: float = 300.0,
        show: Show = lambda line: None,
    ) -> None:
        path = Path(folder).absolute()
        interpreter = interpreter_of(path, python)
        self._declared = read_declared(path, interpreter)
        in_workspace = storage.workspace(workspace)
        self._store = in_workspace if shared else in_workspace.user(self._declared.plugin_id)
        starting = ["-c", _NONE_WHERE_NOT_SET] if checked_missing(missing) == "none" else ["-m"]
        self._process = PluginProcess(
            [interpreter, *starting, self._declared.entry_point],
            path,
            Answers(self._store, self._declared.storage_size, missing, show).answer,
            show,
            timeout=timeout,
        )

    @property
    def declared(self) -> Declared:
        """What its YAML files say of it."""
        return self._declared

    @property
    def store(self) -> Store:
        """Where its values are."""
        return self._store

    def tool(
        self,
        name: str,
        parameters: Mapping[str, Any],
        *,
        credentials: Mapping[str, Any] | None = None,
        about: About | None = None,
    ) -> Iterator[Mapping[str, Any]]:
        """Invoke a tool; its messages as they come, as Dify's SDK writes them: `type`, `message`, `meta`.

        `about` is what its session is to say of itself, as {"conversation_id": "c1"}.

        Raises PluginError where there is no such tool, a required parameter is missing, or the tool fails.
        """
        request = tool_request(self._declared, name, parameters, credentials or {})
        return whole_blobs(self._process.request(request, about))

    def endpoint(
        self,
        route: str,
        *,
        body: bytes = b"",
        headers: Iterable[tuple[str, str]] = (),
        settings: Mapping[str, Any] | None = None,
        about: About | None = None,
    ) -> Mapping[str, Any]:
        """Call an endpoint, as "POST /path"; the answer's `status`, `headers`, and `body` or `body_base64`.

        Raises PluginError where the request cannot be sent, or the plugin fails.
        """
        request = endpoint_request(route, body, headers, settings or {})
        return http_answer(self._process.request(request, about))

    def request(self, data: Mapping[str, Any], *, about: About | None = None) -> Iterator[Mapping[str, Any]]:
        """Send any other request, as Dify's daemon would: its `type`, `action` and what else belongs to it."""
        return whole_blobs(self._process.request(data, about))

    def __enter__(self) -> Self:
        self._process.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.__exit__(kind, error, trace)


def interpreter_of(folder: Path, named: str | None) -> str:
    """The interpreter that is `named`, else that of the environment in a plugin's folder, else this one."""
    if named is not None:  # a path is meant from here, and would be looked for in the plugin's folder
        return os.path.abspath(named) if os.path.dirname(named) else named
    for environment in (".venv", "venv"):
        for place in ("bin/python", "Scripts/python.exe"):
            if (folder / environment / place).exists():
                return str((folder / environment / place).absolute())
    return sys.executable
