"""`python -m inspector.schema.worker SECONDS`: the process that checks values, until its standard input ends.

A check that computes for more than so many seconds ends the process, where the system can see to that.
"""

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import IO

from inspector.schema.checking import Checking
from inspector.schema.held import SchemaRefusedError
from inspector.schema.verdict import Verdict
from inspector.schema.wire import receive_request, send_verdict

_STACK = 256 * 1024 * 1024
_DEEP = 20_000  # Python calls: 500 levels of a value through as many of a schema
_MEMORY = 2 * 1024 * 1024 * 1024


def main() -> None:
    """Answer one request after the other."""
    _be_modest()
    threading.stack_size(_STACK)
    sys.setrecursionlimit(_DEEP)
    seconds = float(sys.argv[1])
    answering = threading.Thread(target=_answer, args=(sys.stdin.buffer, sys.stdout.buffer, seconds))
    answering.start()
    answering.join()


def _answer(requests: IO[bytes], verdicts: IO[bytes], seconds: float) -> None:
    held: tuple[bytes, Checking] | None = None
    while (request := receive_request(requests)) is not None:
        schema, data, questions = request
        _end_after(seconds)
        try:
            if held is None or held[0] != schema:
                held = schema, Checking(schema)
            verdict = held[1].verdict(data, questions)
        except SchemaRefusedError as refusal:
            held, verdict = None, Verdict(refusal=str(refusal), is_broken=True)
        _end_after(0)
        send_verdict(verdicts, verdict)


def _end_after(seconds: float) -> None:
    """Let the system end this process after so much computing, in the midst of a regular expression too."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _be_modest() -> None:
    """Give way to the window, and never take all of the machine's memory."""
    if hasattr(os, "nice"):
        os.nice(5)
    if sys.platform != "win32":
        import resource

        with suppress(ValueError, OSError):  # some systems know no such limit
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    main()
