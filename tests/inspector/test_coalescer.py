"""Many calls become few runs, and none of them is forgotten."""

import asyncio

import pytest

from inspector.coalescer import Coalescer
from inspector.tasks import Tasks


@pytest.fixture
def errors() -> list[BaseException]:
    return []


@pytest.fixture
def tasks(errors: list[BaseException]) -> Tasks:
    return Tasks(errors.append)


class Work:
    """Counts its runs, and lets the test say when each of them ends."""

    def __init__(self) -> None:
        self.runs = 0
        self.started = asyncio.Event()
        self.may_end = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        self.started.set()
        await self.may_end.wait()


async def test_any_number_of_calls_lead_to_one_run(tasks: Tasks) -> None:
    work = Work()
    work.may_end.set()
    coalescer = Coalescer(tasks, 0, work.run)
    for _ in range(100):
        coalescer.ask()
    await tasks.idle()
    assert work.runs == 1


async def test_what_is_asked_for_during_a_run_is_done_after_it(tasks: Tasks) -> None:
    work = Work()
    coalescer = Coalescer(tasks, 0, work.run)
    coalescer.ask()
    await work.started.wait()
    coalescer.ask()
    coalescer.ask()
    assert work.runs == 1
    work.may_end.set()
    await tasks.idle()
    assert work.runs == 2


async def test_a_steady_stream_of_calls_puts_no_run_off(tasks: Tasks) -> None:
    work = Work()
    work.may_end.set()
    coalescer = Coalescer(tasks, 0.002, work.run)
    async with asyncio.timeout(60):
        while work.runs < 3:
            coalescer.ask()
            await asyncio.sleep(0)
    await tasks.idle()


async def test_after_a_run_that_failed_the_next_call_runs_again(
    tasks: Tasks, errors: list[BaseException]
) -> None:
    runs: list[str] = []

    async def fail() -> None:
        runs.append("run")
        raise OSError("the disk is gone")

    coalescer = Coalescer(tasks, 0, fail)
    coalescer.ask()
    await tasks.idle()
    coalescer.ask()
    await tasks.idle()
    assert len(runs) == 2
    assert [str(error) for error in errors] == ["the disk is gone"] * 2


def test_what_is_asked_for_without_a_running_loop_is_done_after_the_next_call(tasks: Tasks) -> None:
    work = Work()
    work.may_end.set()
    coalescer = Coalescer(tasks, 0, work.run)

    async def go_on() -> None:
        await tasks.idle()
        assert work.runs == 0
        coalescer.ask()
        await tasks.idle()

    coalescer.ask()
    asyncio.run(go_on())
    assert work.runs == 1
