"""A Dify plugin's own program as a subprocess, and the daemon's side of what both say over its standard streams."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from storage_core.hosts.dify.answers import RefusedError, Show
from storage_core.hosts.dify.declared import PluginError

_START_TIMEOUT = 120.0
_END_TIMEOUT = 5.0
_DECODER = json.JSONDecoder()

Answer = Callable[[Mapping[str, Any], str], Mapping[str, Any]]
"""What to answer to what a plugin asks, during a request of some type; raises RefusedError."""

Answers = SimpleQueue[Mapping[str, Any] | None]
"""What a plugin answers to one request; None at its own end."""

About = Mapping[str, str | None]
ABOUT = ("conversation_id", "message_id", "app_id", "endpoint_id")
"""What Dify says of a request to the plugin, which finds it in its session; plugins make keys of it."""

_NOTHING: About = {}


class PluginProcess:
    """`command`, run in `folder` until the block ends: `request` is what Dify's daemon would send to it.

    What the plugin asks meanwhile goes to `answer`, what it logs and prints to `show`; both from other threads.
    Entering raises PluginError where it does not start.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, answer: Answer, show: Show, *, timeout: float
    ) -> None:
        self._command = command
        self._folder = folder
        self._answer = answer
        self._show = show
        self._timeout = timeout
        self._requests: dict[str, tuple[str, Answers]] = {}
        self._is_ready = Event()
        self._has_ended = False
        self._sending = Lock()
        self._last_words: deque[str] = deque(maxlen=10)

    def __enter__(self) -> Self:
        if os.getpid() == 1:
            raise PluginError("a plugin ends at once whose parent is process 1: start this one under an init")
        # The variable wins over the plugin's .env file, in which authors name a Dify to connect to.
        environment = os.environ | {"INSTALL_METHOD": "local", "PYTHONIOENCODING": "utf-8"}
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=environment,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                start_new_session=True,
            )
        except OSError as error:
            raise PluginError(f"{self._command[0]}: cannot be started: {error.strerror or error}") from error
        self._answering = ThreadPoolExecutor(4, "dify-answers")
        self._readers = [Thread(target=self._read_output), Thread(target=self._read_errors)]
        for reader in self._readers:
            reader.start()
        is_ready = False
        try:
            is_ready = self._is_ready.wait(_START_TIMEOUT) and not self._has_ended
        finally:
            if not is_ready:
                self.close()
        if not is_ready:
            raise PluginError(f"the plugin did not start. {self._how_it_ended()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the plugin: it does not end by itself when its input does."""
        self._signal(gently=True)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_TIMEOUT)
        self._signal(gently=False)  # it, or what it has started and left: that would keep the pipes open
        for reader in self._readers:
            reader.join()
        self._answering.shutdown()
        with self._process:  # closes its pipes
            pass

    def request(self, data: Mapping[str, Any], about: About | None = None) -> Iterator[Mapping[str, Any]]:
        """Send one request, and give what the plugin answers as it comes. Any number may be under way.

        `about` is what the plugin's session is to say of itself, as {"conversation_id": "c1"}; see ABOUT.
        Raises PluginError where it answers with an error, ends meanwhile, or says nothing for `timeout` seconds.
        """
        session = uuid4().hex
        answers: Answers = SimpleQueue()
        self._requests[session] = (str(data.get("type")), answers)
        try:
            if self._has_ended:
                raise PluginError(self._how_it_ended())
            self._send(session, "request", data, about or {})
            while (message := self._next(answers))["type"] != "end":
                if message["type"] == "error":
                    raise PluginError(_as_text(message["data"]))
                yield message["data"]
        finally:
            del self._requests[session]

    def _signal(self, *, gently: bool) -> None:
        if sys.platform == "win32":
            self._process.terminate()
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM if gently else signal.SIGKILL)

    def _next(self, answers: Answers) -> Mapping[str, Any]:
        try:
            message = answers.get(timeout=self._timeout)
        except Empty:
            raise PluginError(f"the plugin said nothing for {self._timeout:g} seconds") from None
        if message is None:
            raise PluginError(self._how_it_ended())
        return message

    def _send(self, session: str, event: str, data: Mapping[str, Any], about: About = _NOTHING) -> None:
        known = {name: about.get(name) for name in ABOUT} | {"context": None}
        message = {"session_id": session, **known, "event": event, "data": data}
        assert self._process.stdin is not None
        try:
            with self._sending:
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()
        except OSError:
            raise PluginError(self._how_it_ended()) from None

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            for message in _messages(line.decode(errors="replace")):
                self._take(message)
        self._has_ended = True
        self._is_ready.set()
        for _, answers in list(self._requests.values()):
            answers.put(None)

    def _take(self, message: Mapping[str, Any] | str) -> None:
        if isinstance(message, str):
            self._show(f"printed: {message}")
            return
        data = message.get("data")
        match message:
            case {"event": "heartbeat"}:
                self._is_ready.set()
            case {"event": "log", "data": {"message": text, **more}}:
                self._show(f"{more.get('level', 'log')}: {text}")
            case {
                "event": "session",
                "session_id": str(session),
                "data": {"type": "invoke", "data": {**asked}},
            }:
                self._answering.submit(self._answer_to, session, asked).add_done_callback(self._show_fault)
            case {"event": "session", "session_id": str(session), "data": {"type": _, "data": _}}:
                if (waiting := self._requests.get(session)) is not None:  # else who asked has gone meanwhile
                    waiting[1].put(message["data"])
            case {"event": _}:
                self._show(f"{message['event']}: {_as_text(data)}")
            case {"plugins": _, "meta": _}:
                pass  # how it introduces itself: its manifest, which has been read already
            case _:
                self._show(f"printed: {json.dumps(message, ensure_ascii=False)}")

    def _answer_to(self, session: str, asked: Mapping[Any, Any]) -> None:
        about = {"backwards_request_id": asked.get("backwards_request_id")}
        waiting = self._requests.get(session)
        try:
            data = self._answer(asked, waiting[0] if waiting else "")
            answer = about | {"event": "response", "message": "struct", "data": data}
        except RefusedError as refusal:
            answer = about | {"event": "error", "message": str(refusal), "data": None}
        with suppress(PluginError):  # it has ended, and those who wait for it are told so
            self._send(session, "backwards_response", answer)
            self._send(session, "backwards_response", about | {"event": "end", "message": "", "data": None})

    def _show_fault(self, answered: Future[None]) -> None:
        fault = answered.exception()
        if fault is not None:
            self._show(f"error: {type(fault).__name__}: {fault}")

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            text = line.decode(errors="replace").rstrip()
            self._last_words.append(text)
            self._show(f"stderr: {text}")

    def _how_it_ended(self) -> str:
        deadline = time.monotonic() + _END_TIMEOUT
        self._readers[1].join(max(0.0, deadline - time.monotonic()))  # its last words come over another pipe
        try:
            code = self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return "The plugin no longer answers"
        said = "\n".join(self._last_words).strip()
        return f"The plugin ended with code {code}" + (f":\n{said}" if said else ", and said nothing")


def _messages(line: str) -> Iterator[Mapping[str, Any] | str]:
    """What stands in a line: one message, as a rule; where greenlets or `print` came in between, several or text."""
    at = 0
    while at < len(line):
        start = line.find('{"', at)
        text = line[at : start if start >= 0 else len(line)].strip()
        if text:
            yield text
        if start < 0:
            return
        try:
            message, at = _DECODER.raw_decode(line, start)
        except (ValueError, RecursionError):
            yield line[start:].strip()
            return
        yield message


def _as_text(error: Any) -> str:
    if not isinstance(error, Mapping):
        return str(error)
    trace = (error.get("args") or {}).get("traceback") if isinstance(error.get("args"), Mapping) else None
    said = f"{error.get('error_type', 'error')}: {error.get('message', error.get('error', error))}"
    return f"{said}\n{trace}" if trace else said
