"""A project folder of the Cheshire Cat, and its own package running there: as a server, or a program of ours."""

import base64
import hashlib
import hmac
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.foreign.environments import environment_for, python_in

PLUGINS = Path(__file__).parent / "cat_plugins"
SWITCH = 'from storage_core.hosts.cheshire_cat import keep_values\n\nkeep_values("data/storage.db")\n'
_SET_UP = "from cat.scaffold import scaffolder; scaffolder.setup_project()"
_SECONDS = 120


@dataclass(frozen=True)
class CatProject:
    """A Cat's project folder, set up by the Cat; `config.py` has the switch where `switch_on` was called."""

    folder: Path

    @property
    def storage(self) -> Path:
        return self.folder / "data" / "storage.db"

    @property
    def tables(self) -> Path:
        return self.folder / "data" / "core" / "core.db"

    def set_up(self, *plugins: str) -> None:
        """Let the Cat make its folders, tables and first values, with plugins of `cat_plugins` beside its own."""
        self.folder.mkdir()
        shutil.copytree(Path(self.ask("import cat; print(cat.config.BASE_PATH)")) / "scaffold/plugins",
                        self.folder / "plugins")  # fmt: skip
        for name in plugins:
            shutil.copytree(PLUGINS / name, self.folder / "plugins" / name)
        self.ask(_SET_UP)

    def copied_to(self, folder: Path) -> "CatProject":
        return CatProject(Path(shutil.copytree(self.folder, folder)))

    def switch_on(self) -> None:
        (self.folder / "config.py").write_text(SWITCH)

    def switch_off(self) -> None:
        (self.folder / "config.py").unlink()

    def own_rows(self) -> list[tuple[Any, ...]]:
        """Everything in the Cat's own key-value tables."""
        with closing(sqlite3.connect(f"{self.tables.as_uri()}?mode=ro", uri=True)) as connection:
            return [
                *connection.execute("SELECT NULL, key, value FROM key_value_db ORDER BY 1, 2"),
                *connection.execute("SELECT user_id, key, value FROM user_key_value_db ORDER BY 1, 2"),
            ]

    def ask(self, program: str) -> str:
        """What a line of Python says in the Cat's environment, in the project's folder."""
        return self._said(self.start("-c", program))

    def ask_module(self, module: str, *arguments: object) -> str:
        """What a module of the Cat's environment says there."""
        return self._said(self.start("-m", module, *arguments))

    def run(self, program: str, *arguments: object) -> Any:
        """What a program of `cat_programs` says there: JSON, as Python reads it."""
        return json.loads(self._said(self.start("-m", f"tests.foreign.cat_programs.{program}", *arguments)))

    def run_together(self, count: int, program: str, *arguments: object) -> list[Any]:
        """The same of as many, each with its number as the last argument.

        Each says that it is ready, and goes on when it is told a line: at the same moment as the others.
        """
        module = f"tests.foreign.cat_programs.{program}"
        started = [self.start("-m", module, *arguments, number) for number in range(count)]
        ready = [process.stdout.readline() for process in started if process.stdout]
        assert ready == ["ready\n"] * count
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return [json.loads(self._said(process)) for process in started]

    def start(self, *arguments: object, pass_fds: Sequence[int] = ()) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [python_in("cat"), "-W", "always::ResourceWarning", *map(str, arguments)],
            cwd=self.folder,
            env=environment_for(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=pass_fds,
        )

    def _said(self, process: "subprocess.Popen[str]") -> str:
        with process:
            try:
                said, complained = process.communicate(timeout=_SECONDS)
            finally:
                process.kill()
        assert process.returncode == 0, said + complained
        assert "Warning" not in complained, complained
        return said.strip()

    @contextmanager
    def serving(self) -> Iterator["CatServer"]:
        """The Cat as its users run it, on the loopback address; it is told to end as a container's is: SIGTERM."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            fd, port = listening.fileno(), listening.getsockname()[1]
            process = self.start(
                "-m", "uvicorn", "cat.startup:cheshire_cat_api", "--ws", "none", "--fd", fd, pass_fds=[fd]
            )
        with process:
            try:
                yield CatServer(port)
                process.send_signal(signal.SIGTERM)
                said, complained = process.communicate(timeout=_SECONDS)
            finally:
                process.kill()
        assert process.returncode == -signal.SIGTERM, said + complained
        assert "Application shutdown complete" in complained, complained
        assert "Traceback" not in said + complained, said + complained


@dataclass(frozen=True)
class CatServer:
    """A Cat that answers; who calls is its admin, or the user of that id."""

    port: int

    def call(self, method: str, path: str, body: object = None, user: UUID | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            json.dumps(body).encode(),
            {
                "Authorization": f"Bearer {'meow' if user is None else _token(user)}",
                "Content-Type": "application/json",
            },
            method=method,
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read())

    def probe(self, whose: str, verb: str, *arguments: object, user: UUID | None = None) -> Any:
        """What a verb of a plugin's `store` or `user` returns."""
        return self.call("POST", "/probe", [whose, verb, *arguments], user)

    def active_plugins(self) -> set[str]:
        return {plugin["id"] for plugin in self.call("GET", "/plugins") if plugin["active"]}

    def say(self, agent: str, tool: str, user: UUID, **args: object) -> str:
        """What the agent answers to a message for which the probe's model calls one tool."""
        text = json.dumps({"name": tool, "args": args})
        message = {"role": "user", "content": [{"type": "text", "text": text}]}
        task = {"messages": [message], "stream": False}
        answer: str = self.call("POST", f"/agents/{agent}/message", task, user)["messages"][-1]["text"]
        return answer


def _token(user: UUID) -> str:
    """A session of that user, signed as the Cat signs it with the secret that it comes with."""
    claims = {"sub": str(user), "username": "somebody", "roles": [], "exp": int(time.time()) + 3600}
    signed = b".".join(
        _base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    return b".".join((signed, _base64(hmac.digest(b"meow_jwt", signed, hashlib.sha256)))).decode()


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
