import logging
import os
import subprocess
import sys
from collections.abc import Generator
from typing import Any

import gevent
from dify_plugin import Tool
from dify_plugin.config.logger_format import plugin_logger_handler
from dify_plugin.entities.tool import ToolInvokeMessage

logger = logging.getLogger(__name__)
logger.addHandler(plugin_logger_handler)


class AskTool(Tool):
    """What plugins also do: ask Dify for other things, print, log, fail, end, and write from many greenlets."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        asked = getattr(self, f"_{tool_parameters['what']}")(tool_parameters)
        yield self.create_json_message({"answer": asked})

    def _app(self, parameters: dict[str, Any]) -> str:
        try:
            return str(self.session.app.fetch_app("an app"))
        except Exception as error:  # noqa: BLE001 - the SDK has no finer one
            return f"{type(error).__name__}: {error}"

    def _call(self, parameters: dict[str, Any]) -> str:
        """One verb of the storage, and what comes of it."""
        arguments = [
            parameters["key"],
            *(given.encode() for given in [parameters.get("value")] if given is not None),
        ]
        verb = "set" if "value" in parameters else parameters.get("verb", "get")
        try:
            return repr(getattr(self.session.storage, verb)(*arguments))
        except Exception as error:  # noqa: BLE001 - the SDK has no finer one
            return f"{type(error).__name__}: {error}"

    def _print(self, parameters: dict[str, Any]) -> None:
        sys.stdout.write("printed without an end of line")
        sys.stdout.flush()
        print("<b>printed</b> on two lines\n{not: json}")
        print("to the other stream", file=sys.stderr)
        logger.warning("logged with a handler")
        sys.stdout.write("at the start of an answer's line")

    def _fail(self, parameters: dict[str, Any]) -> None:
        raise RuntimeError("this tool always fails")

    def _end(self, parameters: dict[str, Any]) -> None:
        print("the last words", file=sys.stderr, flush=True)
        os._exit(7)

    def _session(self, parameters: dict[str, Any]) -> list[str | None]:
        """The ids of the session; the conversation's is a key, too."""
        session = self.session
        session.storage.set(session.conversation_id, b"in conversation")
        return [session.conversation_id, session.message_id, session.app_id, session.endpoint_id]

    def _characters(self, parameters: dict[str, Any]) -> str:
        """Text that not every terminal can show."""
        return "grün 键"

    def _pid(self, parameters: dict[str, Any]) -> int:
        return os.getpid()

    def _hang(self, parameters: dict[str, Any]) -> None:
        gevent.sleep(1_000)

    def _leave(self, parameters: dict[str, Any]) -> int:
        """A process of its own, which has this one's streams, does not end by itself, nor when it is asked to."""
        code = "from signal import *; import time; signal(SIGTERM, SIG_IGN); print(1, flush=True); time.sleep(99)"
        left = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        left.stdout.readline()
        return left.pid

    def _large(self, parameters: dict[str, Any]) -> int:
        self.session.storage.set("large", bytes(range(256)) * 20_000)
        return len(self.session.storage.get("large"))

    def _write(self, parameters: dict[str, Any]) -> int:
        """As many values as were asked for, from five greenlets, each read again."""

        def write(greenlet: int) -> int:
            for number in range(int(parameters["count"])):
                key, value = f"{parameters['key']}:{greenlet}:{number}", str(number).encode()
                self.session.storage.set(key, value)
                assert self.session.storage.get(key) == value
                gevent.sleep(0)
            return int(parameters["count"])

        greenlets = [gevent.spawn(write, greenlet) for greenlet in range(5)]
        gevent.joinall(greenlets, raise_error=True)
        return sum(greenlet.value for greenlet in greenlets)
