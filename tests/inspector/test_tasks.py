"""The task runner: nothing is lost, nothing runs on, and no error goes unseen."""

import asyncio

import pytest

from inspector.tasks import Tasks, asking, queueing, to_its_end


@pytest.fixture
def errors() -> list[BaseException]:
    return []


@pytest.fixture
def tasks(errors: list[BaseException]) -> Tasks:
    return Tasks(errors.append)


async def test_idle_returns_only_when_all_that_was_started_has_ended(tasks: Tasks) -> None:
    steps: list[str] = []

    async def second() -> None:
        steps.append("second")

    async def first() -> None:
        steps.append("first")
        tasks.start(second())

    tasks.start(first())
    await tasks.idle()
    assert steps == ["first", "second"]
    assert tasks.is_idle


async def test_the_newest_of_a_kind_takes_the_place_of_the_one_before(tasks: Tasks) -> None:
    done: list[str] = []

    async def load(name: str) -> None:
        await asyncio.sleep(0)
        done.append(name)

    tasks.start(load("old"), newest_of="page")
    tasks.start(load("other"), newest_of="count")
    tasks.start(load("new"), newest_of="page")
    await tasks.idle()
    assert sorted(done) == ["new", "other"]


async def test_a_task_knows_what_was_started_after_it(tasks: Tasks) -> None:
    known: list[bool] = []

    async def look() -> None:
        await asyncio.sleep(0)
        known.append(tasks.is_newer("page"))

    tasks.start(asyncio.sleep(0.01), newest_of="page")
    tasks.start(look())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks.start(look())
    tasks.start(asyncio.sleep(0.01), newest_of="page")
    await tasks.idle()
    tasks.start(look())
    await tasks.idle()
    assert known == [False, True, False]


async def test_an_error_is_handed_on_and_a_cancelled_task_is_silent(
    tasks: Tasks, errors: list[BaseException]
) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    tasks.start(fail())
    tasks.start(asyncio.Event().wait(), newest_of="waiting")
    tasks.cancel("waiting")
    await tasks.idle()
    assert [str(error) for error in errors] == ["broken"]


async def test_closing_ends_also_what_lasts(tasks: Tasks) -> None:
    lasting = tasks.start_lasting(asyncio.Event().wait())
    waiting = tasks.start(asyncio.Event().wait())
    await tasks.close()
    assert lasting.cancelled()
    assert waiting.cancelled()


async def test_idle_does_not_wait_for_what_lasts(tasks: Tasks) -> None:
    lasting = tasks.start_lasting(asyncio.Event().wait())
    await tasks.idle()
    assert not lasting.done()
    await tasks.close()


async def test_what_waits_for_a_person_or_for_its_turn_behind_one_is_not_busy(tasks: Tasks) -> None:
    answered, turn = asyncio.Event(), asyncio.Lock()

    async def ask() -> None:
        async with turn:
            with asking():
                await answered.wait()

    async def follow() -> None:
        with queueing():
            await turn.acquire()
        turn.release()

    tasks.start(ask())
    tasks.start(follow())
    await asyncio.wait_for(tasks.idle(), 30)
    assert tasks.is_idle
    answered.set()
    await asyncio.sleep(0)
    await tasks.idle()
    assert not turn.locked()


async def test_work_that_must_come_to_its_end_does_so_though_the_caller_is_cancelled(tasks: Tasks) -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def write() -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    task = tasks.start(to_its_end(write()))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert ended.is_set()
