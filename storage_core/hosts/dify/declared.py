"""What a Dify plugin declares of itself: its name, its permissions, its tools and endpoints."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage_core.errors import StorageError

_READ_YAML = """
import json, sys
try:
    import yaml
except ImportError:
    sys.exit("no-yaml")
sys.stdout.reconfigure(encoding="utf-8")
files = {}
def read(path):
    if isinstance(path, str):
        with open(path, encoding="utf-8") as file:
            files[path] = yaml.safe_load(file)
        return files[path]
    return path
plugins = read("manifest.yaml").get("plugins") or {}
for provider in plugins.get("tools") or []:
    for tool in read(provider).get("tools") or []:
        read(tool)
for group in plugins.get("endpoints") or []:
    for endpoint in read(group).get("endpoints") or []:
        read(endpoint)
print(json.dumps(files, default=str))
"""
"""Run by the plugin's own interpreter, which has PyYAML because dify_plugin needs it."""


class PluginError(StorageError):
    """A plugin that cannot be run, or that answered with an error; the message says what to do, or what it said."""


@dataclass(frozen=True, slots=True)
class DeclaredTool:
    """A tool: `parameters` are those of its YAML, by name."""

    provider: str
    name: str
    parameters: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Declared:
    """What stands in a plugin's YAML files, as far as running it needs.

    `storage_size` is how many bytes Dify lets it keep, 0 where it may keep none. `endpoints` are as "POST /path".
    """

    plugin_id: str
    entry_point: str
    storage_size: int
    tools: tuple[DeclaredTool, ...]
    endpoints: tuple[str, ...]


def read_declared(folder: Path, python: str) -> Declared:
    """Read what the plugin in `folder` declares, with the interpreter that it runs on.

    Raises PluginError where there is none, or where it is not in order.
    """
    if not (folder / "manifest.yaml").is_file():
        raise PluginError(f"{folder}: no Dify plugin: there is no manifest.yaml in it")
    try:
        ran = subprocess.run(
            [python, "-c", _READ_YAML],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise PluginError(
            f"{python}: not an interpreter that runs here: {error.strerror or error}"
        ) from error
    if ran.stderr.strip() == "no-yaml":
        raise PluginError(
            f"{python} has no dify_plugin: name the plugin's own interpreter with --python, "
            "or install its requirements.txt into FOLDER/.venv"
        )
    if ran.returncode != 0:
        raise PluginError(f"{folder}: its YAML files are not in order: {_last_line(ran.stderr)}")
    try:
        return _as_declared(json.loads(ran.stdout))
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise PluginError(
            f"{folder}: its YAML files lack something: {type(error).__name__}: {error}"
        ) from error


def _as_declared(files: Mapping[str, Any]) -> Declared:
    manifest = files["manifest.yaml"]
    plugins = manifest.get("plugins") or {}
    storage = ((manifest.get("resource") or {}).get("permission") or {}).get("storage") or {}
    runner = (manifest.get("meta") or {}).get("runner") or {}
    return Declared(
        plugin_id="/".join(filter(None, (manifest.get("author"), manifest["name"]))),
        entry_point=str(runner.get("entrypoint") or "main"),
        storage_size=int(storage.get("size", 1024 * 1024)) if storage.get("enabled") else 0,
        tools=tuple(_tools(files, plugins.get("tools") or ())),
        endpoints=tuple(_endpoints(files, plugins.get("endpoints") or ())),
    )


def _tools(files: Mapping[str, Any], providers: Iterable[str]) -> Iterator[DeclaredTool]:
    for provider in map(files.__getitem__, providers):
        for tool in map(files.__getitem__, provider.get("tools") or ()):
            parameters = {parameter["name"]: parameter for parameter in tool.get("parameters") or ()}
            yield DeclaredTool(provider["identity"]["name"], tool["identity"]["name"], parameters)


def _endpoints(files: Mapping[str, Any], groups: Iterable[str]) -> Iterator[str]:
    for group in map(files.__getitem__, groups):
        for declared in group.get("endpoints") or ():
            endpoint = files[declared] if isinstance(declared, str) else declared
            yield f"{endpoint['method']} {endpoint['path']}"


def _last_line(text: str) -> str:
    return (text.strip() or "no reason given").splitlines()[-1]
