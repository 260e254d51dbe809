"""`python -m inspector.schema.worker`: the process that checks values, until its standard input ends."""

import os
import signal
import sys
import threading
from typing import IO

from inspector.schema.checking import Checking
from inspector.schema.held import SchemaRefusedError
from inspector.schema.verdict import Verdict
from inspector.schema.wire import receive_request, send_verdict

ORPHANED_SECONDS = 30
"""After so long in one check the process ends by itself: whoever asked is gone, or would have ended it before."""

_STACK = 256 * 1024 * 1024
_DEEP = 20_000  # Python calls: 500 levels of a value through as many of a schema
_MEMORY = 2 * 1024 * 1024 * 1024


def main() -> None:
    """Answer one request after the other."""
    _be_modest()
    threading.stack_size(_STACK)
    sys.setrecursionlimit(_DEEP)
    answering = threading.Thread(target=_answer, args=(sys.stdin.buffer, sys.stdout.buffer))
    answering.start()
    answering.join()


def _answer(requests: IO[bytes], verdicts: IO[bytes]) -> None:
    held: tuple[bytes, Checking] | None = None
    while (request := receive_request(requests)) is not None:
        schema, data, questions = request
        _set_alarm(ORPHANED_SECONDS)
        try:
            if held is None or held[0] != schema:
                held = schema, Checking(schema)
            verdict = held[1].verdict(data, questions)
        except SchemaRefusedError as refusal:
            held, verdict = None, Verdict(refusal=str(refusal), is_broken=True)
        _set_alarm(0)
        send_verdict(verdicts, verdict)


def _set_alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _be_modest() -> None:
    """Give way to the window, and never take all of the machine's memory."""
    if hasattr(os, "nice"):
        os.nice(5)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    main()
