"""The end of Dify's wire at which its daemon sits: requests of plugins for their storage, over HTTP on loopback."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.foreign.dify_daemon import Daemon
from tests.foreign.environments import PROJECT, environment_for, python_in


class SdkStorage:
    """`session.storage` of Dify's SDK in a process of its own; raises what that raises, as a plain Exception."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def set(self, key: str, value: bytes) -> None:
        self._ask("set", key, value.hex())

    def get(self, key: str) -> bytes:
        return bytes.fromhex(self._ask("get", key))

    def delete(self, key: str) -> None:
        self._ask("delete", key)

    def exist(self, key: str) -> Any:
        return self._ask("exist", key)

    def _ask(self, *call: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([*call, None][:3]) + "\n")
        self._process.stdin.flush()
        outcome, answer = json.loads(self._process.stdout.readline())
        if outcome == "raised":
            raise Exception(answer)
        return answer


@contextmanager
def sdk_storage(daemon: Daemon) -> Iterator[SdkStorage]:
    """The storage that a plugin has whose daemon that is."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            invocation = message["data"]["data"]
            number = invocation["backwards_request_id"]
            lines = [_answer(daemon, invocation["request"]), {"event": "end", "message": "", "data": None}]
            body = "".join(
                json.dumps(
                    {
                        "session_id": message["session_id"],
                        "event": "backwards_response",
                        "data": {"backwards_request_id": number, **line},
                    }
                )
                + "\n"
                for line in lines
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        command = [python_in("dify"), "-m", "tests.foreign.dify_storage", url]
        with subprocess.Popen(
            command,
            cwd=PROJECT,
            env=environment_for(PYTHONWARNINGS="ignore"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            yield SdkStorage(process)
        server.shutdown()


def _answer(daemon: Daemon, request: dict[str, str]) -> dict[str, Any]:
    key = request["key"]
    try:
        data: Any = "ok"
        if request["opt"] == "set":
            daemon.set(key, bytes.fromhex(request["value"]))
        elif request["opt"] == "get":
            data = daemon.get(key).hex()
        elif request["opt"] == "del":
            daemon.delete(key)
        else:
            data = daemon.exist(key)
    except Exception as error:  # noqa: BLE001 - the daemon's words go over the wire
        return {"event": "error", "message": str(error), "data": None}
    return {"event": "response", "message": "", "data": {"data": data}}
