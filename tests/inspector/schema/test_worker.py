"""The process that checks ends by itself: where nobody asks any more, and where it has computed for too long."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from inspector.schema.wire import receive_verdict, send_request

Start = Callable[[float], subprocess.Popen[bytes]]
PATIENCE = 60


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start(seconds: float) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "inspector.schema.worker", str(seconds)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_it_answers_and_ends_when_nobody_asks_any_more(start: Start) -> None:
    process = start(60)
    assert process.stdin is not None
    assert process.stdout is not None
    send_request(process.stdin, b'{"maximum": 1}', b"2", ())
    verdict = receive_verdict(process.stdout)
    assert verdict is not None
    assert verdict.count == 1
    process.stdin.close()
    assert process.wait(PATIENCE) == 0
    process.stdin = None


@pytest.mark.skipif(sys.platform == "win32", reason="this system cannot tell how long a process computes")
def test_in_the_midst_of_a_regular_expression_it_ends_though_nobody_is_there_to_end_it(start: Start) -> None:
    process = start(0.3)
    assert process.stdin is not None
    send_request(process.stdin, b'{"pattern": "^(a+)+$"}', b'"' + b"a" * 60 + b'!"', ())
    assert process.wait(PATIENCE) == -signal.SIGPROF
