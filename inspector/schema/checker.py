"""Has values checked by a process of its own, which is ended where a check takes too long."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

from inspector.schema.verdict import Verdict
from inspector.schema.wire import Questions, receive_verdict, send_request

SECONDS = 5.0
"""How long one check may compute."""

_WAITING = 4
"""So many times as long it may take on a machine that is busy, or that cannot tell how long a process computes."""

OUT_OF_TIME = getattr(signal, "SIGPROF", 0)

TOO_LONG = "Checking takes too long"
ENDED = "The check has ended unexpectedly"


class Checker:
    """Starts the process when it is needed first, and keeps it: a start takes a quarter of a second."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()  # of the check that was asked for last
        self._turn = (
            threading.Lock()
        )  # one check at a time: the next waits for the end of one that was stopped
        self._is_closed = False

    async def check(self, schema: bytes, data: bytes, questions: Questions = ()) -> Verdict:
        """What of the JSON text `data` breaks `schema`. It always ends; the refusal is why it did not say."""
        self._stopped = stopped = threading.Event()
        try:
            return await asyncio.to_thread(self._check, schema, data, tuple(questions), stopped)
        except asyncio.CancelledError:
            self.stop()
            raise

    def stop(self) -> None:
        """End what is running now; the next check starts anew."""
        self._stopped.set()  # before the look at the process, which the check may be about to start
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process, for good."""
        self._is_closed = True
        self.stop()
        with self._turn:
            if self._process is not None:
                self._put_away(self._process)

    def _check(
        self, schema: bytes, data: bytes, questions: tuple[tuple[str, str], ...], stopped: threading.Event
    ) -> Verdict:
        with self._turn:
            if self._is_closed or stopped.is_set():
                return Verdict(refusal=ENDED)
            try:
                process = self._running()
            except OSError as error:
                return Verdict(refusal=f"The check cannot be started: {error}")
            if stopped.is_set():
                process.kill()
            out_of_time = threading.Event()

            def end() -> None:
                out_of_time.set()
                process.kill()

            timer = threading.Timer(self._seconds * _WAITING + 1, end)
            timer.daemon = True
            timer.start()
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                send_request(process.stdin, schema, data, questions)
                verdict = receive_verdict(process.stdout)
            except OSError:
                verdict = None
            finally:
                timer.cancel()
            if verdict is None:
                self._put_away(process)
                too_long = out_of_time.is_set() or process.returncode == -OUT_OF_TIME
                return Verdict(refusal=TOO_LONG if too_long else ENDED)
            return verdict

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._put_away(self._process)
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "inspector.schema.worker", str(self._seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        return self._process

    def _put_away(self, process: subprocess.Popen[bytes]) -> None:
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was not written is wanted by nobody
                    continue
        process.wait()
        self._process = None
