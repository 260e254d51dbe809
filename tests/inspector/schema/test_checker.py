"""The process that checks: it answers, it is ended where a check takes too long, and it never outlives its owner."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator

import pytest

from inspector.schema import Checker
from inspector.schema.checker import ENDED, TOO_LONG

FOR_EVER = b'{"pattern": "^(a+)+$"}', b'"' + b"a" * 50 + b'!"'


@pytest.fixture
def checker() -> Iterator[Checker]:
    checker = Checker(seconds=1)
    yield checker
    checker.close()


def process_of(checker: Checker) -> int:
    assert checker._process is not None
    return checker._process.pid


async def test_it_says_what_is_wrong_and_stays_for_the_next(checker: Checker) -> None:
    first = await checker.check(b'{"maximum": 1}', b"2")
    process = process_of(checker)
    second = await checker.check(b'{"required": ["\\ud800"]}', b"{}", [("^a", "\ud800")])
    assert [issue.word for issue in first.issues] == ["too large"]
    assert second.issues[0].missing == ("\ud800",)
    assert second.answers == (("^a", "\ud800", False),)
    assert process_of(checker) == process


async def test_a_regular_expression_that_takes_for_ever_is_ended_and_the_next_check_works(
    checker: Checker,
) -> None:
    assert (await checker.check(*FOR_EVER)).refusal == TOO_LONG
    assert (await checker.check(b'{"maximum": 1}', b"2")).count == 1


async def test_a_question_that_takes_for_ever_is_ended_too(checker: Checker) -> None:
    verdict = await checker.check(b"{}", b"1", [("^(a+)+$", "a" * 50 + "!")])
    assert (verdict.refusal, verdict.is_broken) == (TOO_LONG, False)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$ref": "#"}, "refers to itself"),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "itself"),
        ({"type": 1}, "not a valid schema"),
    ],
)
async def test_a_broken_schema_is_refused_and_the_process_stays(
    checker: Checker, schema: object, why: str
) -> None:
    verdict = await checker.check(json.dumps(schema).encode(), b"1")
    assert why in verdict.refusal
    assert verdict.is_broken
    process = process_of(checker)
    assert (await checker.check(b'{"maximum": 1}', b"2")).count == 1
    assert process_of(checker) == process


async def test_a_value_of_all_levels_is_checked_through_a_schema_that_refers_to_itself(
    checker: Checker,
) -> None:
    schema = b'{"items": {"$ref": "#"}, "type": "array"}'
    verdict = await checker.check(schema, b"[" * 499 + b"1" + b"]" * 499)
    assert [len(issue.steps) for issue in verdict.issues] == [499]


async def test_a_schema_that_doubles_itself_without_end_is_ended(checker: Checker) -> None:
    bomb = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(60)} | {"a60": {}}
    verdict = await checker.check(json.dumps({"$ref": "#/$defs/a0", "$defs": bomb}).encode(), b"1")
    assert verdict.refusal in (TOO_LONG, ENDED)


async def test_a_process_that_somebody_ends_is_started_anew(checker: Checker) -> None:
    await checker.check(b"{}", b"1")
    os.kill(process_of(checker), signal.SIGKILL)
    first = await checker.check(b'{"maximum": 1}', b"2")
    second = await checker.check(b'{"maximum": 1}', b"2")
    assert first.refusal in ("", ENDED)
    assert second.count == 1


async def test_closing_ends_the_process_and_what_it_is_asked_afterwards(checker: Checker) -> None:
    await checker.check(b"{}", b"1")
    process = process_of(checker)
    checker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert (await checker.check(b"{}", b"1")).refusal == ENDED


async def test_where_it_cannot_be_started_it_says_so(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert "cannot be started" in (await checker.check(b"{}", b"1")).refusal


async def test_a_check_that_is_stopped_before_its_process_is_there_ends_as_well(checker: Checker) -> None:
    checker._seconds = 3600
    async with asyncio.timeout(60):
        for _ in range(5):  # at other moments of the start each time
            check = asyncio.ensure_future(checker.check(*FOR_EVER))
            await asyncio.sleep(0)
            checker.stop()
            assert (await check).refusal == ENDED
    assert (await checker.check(b'{"maximum": 1}', b"2")).count == 1
