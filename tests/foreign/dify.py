"""Dify plugins, run in each of the three ways on Dify's own SDK."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from storage_core import Scope, Storage
from tests.foreign.environments import PROJECT, environment_for, python_in

PLUGINS = Path(__file__).parent / "dify_plugins"
AUTHOR = "state-inspector"

Requests = Iterable[Mapping[str, Any]]
Answers = list[Mapping[str, Any]]


def tool(name: str, /, **parameters: Any) -> Mapping[str, Any]:
    """A request for a tool, as a line says it."""
    return {"tool": name, "parameters": parameters}


def endpoint(route: str, body: Any, /, **settings: Any) -> Mapping[str, Any]:
    """A request to an endpoint, as a line says it."""
    return {"endpoint": route, "body": body, "settings": settings}


def run_dify_plugin(*arguments: object, lines: Requests = ()) -> subprocess.CompletedProcess[str]:
    """What the command does, in a process of its own; the plugin runs on Dify's SDK."""
    program = [sys.executable, "-m", "storage_core.hosts.dify.runner", "--python", python_in("dify")]
    return _run([*program, *arguments], PROJECT, lines)


def ask(
    way: str, plugin: str, requests: Requests, location: Path, *, missing: str = "raise"
) -> tuple[Answers, str]:
    """The answers of a plugin to `requests`, and what it says of errors; `way` is "attach", "patch" or "run"."""
    folder = PLUGINS / plugin
    if way == "run":
        where = ("--storage", location, "--workspace", "acme", "--missing", missing)
        ran = run_dify_plugin(folder, *where, "--lines", lines=requests)
    else:
        program = PROJECT / "tests" / "foreign" / "dify_programs" / "in_process.py"
        ran = _run([python_in("dify"), program, way, folder, location, missing], folder, requests)
        assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr


def kept_by(plugin: str, location: Path, workspace: str = "acme") -> dict[str, bytes]:
    """All that a plugin has in a storage, seen from outside."""
    with Storage(location, read_only=True) as storage:
        store = storage.store(Scope(workspace, f"{AUTHOR}/{plugin}"))
        assert {info.scope for info in storage.scopes()} <= {store.scope}
        return store.get_many(store.keys())


def _run(command: list[Any], folder: Path, lines: Requests) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        input="".join(f"{json.dumps(line)}\n" for line in lines),
        cwd=folder,
        env=environment_for(PYTHONWARNINGS="ignore"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
