"""Entries come over whole, nothing of anybody else's is lost, and the report says exactly what was done."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from storage_core import (
    AsyncStorage,
    InvalidValueError,
    Kind,
    Scope,
    Storage,
    StorageMovedError,
    raw,
    transfer,
)
from storage_core.browse import Address
from storage_core.transfer import IfTaken, Line, Outcome, Report, Transfer
from tests.storage_core.children import Child, said_by

ACME, ANN, BOB = Scope("acme"), Scope("acme", "ann"), Scope("acme", "bob")
WRITTEN = {Outcome.COPIED, Outcome.REPLACED, Outcome.KEPT_BESIDE}

Held = tuple[Kind, bytes | None, datetime | None]


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(tmp_path / "source.db") as storage:
        yield storage


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(tmp_path / "target.db") as storage:
        yield storage


async def content(storage: AsyncStorage) -> dict[Address, Held]:
    """Everything that a storage holds."""
    found: dict[Address, Held] = {}
    for info in await storage.scopes():
        async for key in storage.store(info.scope).keys():
            entry = await raw.read(storage, info.scope, key)
            assert entry is not None
            found[Address(info.scope, key)] = (entry.kind, entry.data, entry.expires)
    return found


def outcomes(report: Report) -> dict[str, tuple[Outcome, str]]:
    return {line.source.key: (line.outcome, line.reason) for line in report}


def after(
    before: Mapping[Address, Held], source: Mapping[Address, Held], report: Report
) -> dict[Address, Held]:
    """What the target holds after all that the report says was done."""
    expected = dict(before)
    for line in report:
        if line.outcome in WRITTEN:
            assert (line.outcome is Outcome.REPLACED) == (line.target in expected), line
            expected[line.target] = source[line.source]
    return expected


async def test_every_scope_comes_over_byte_for_byte_with_kind_and_expiry(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    await source.store(ACME).save_text("text", '{ "price": 22.00, "price": 1e5 }')
    await source.store(ANN).set("raw", b"\x00\xff", ttl=3600)
    await source.store(ANN).set("empty", b"")
    await source.store(Scope("β", "u")).set("large", b"x" * 300_000)
    report = await Transfer(source, target).run()
    assert await content(target) == await content(source)
    assert report.counts == {Outcome.COPIED: 4}
    assert (report.is_listed, report.is_finished, report.end) == (True, True, "finished")


async def test_only_the_scopes_that_were_chosen_come_over_and_into_those_that_were_named(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    for scope in (ACME, ANN, BOB):
        await source.store(scope).save("who", str(scope))
    report = await Transfer(source, target, {ANN: Scope("beta", "anna")}).run()
    assert list(await content(target)) == [Address(Scope("beta", "anna"), "who")]
    assert list(report) == [
        Line(Address(ANN, "who"), Address(Scope("beta", "anna"), "who"), Outcome.COPIED, "")
    ]
    await Transfer(source, target, [BOB]).run()
    assert await target.store(BOB).load("who") == "acme / bob"


@pytest.mark.parametrize(
    ("if_taken", "outcome", "left"),
    [
        (IfTaken.SKIP, Outcome.SKIPPED, {"k": "theirs"}),
        (IfTaken.REPLACE, Outcome.REPLACED, {"k": "ours"}),
        (IfTaken.KEEP_BOTH, Outcome.KEPT_BESIDE, {"k": "theirs", "k (2)": "ours"}),
    ],
)
async def test_where_a_key_is_taken_that_is_done_which_was_chosen(
    source: AsyncStorage,
    target: AsyncStorage,
    if_taken: IfTaken,
    outcome: Outcome,
    left: dict[str, str],
) -> None:
    await source.store(ANN).save("k", "ours")
    await target.store(ANN).save("k", "theirs")
    report = await Transfer(source, target, if_taken=if_taken).run()
    assert report[0].outcome is outcome
    assert await target.store(ANN).load_many(left) == left
    assert [key async for key in target.store(ANN).keys()] == list(left)


async def test_a_name_beside_is_one_that_nobody_has_and_no_longer_than_a_key_may_be(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    longest = "é" * 1024
    between = {f"k !{number:03}": 0 for number in range(120)}  # so that they are not on their way together
    await source.store(ANN).save_many({"k": "ours", **between, "k (2)": "of its own", longest: "ours"})
    await target.store(ANN).save_many({"k": "theirs", "k (3)": "theirs", longest: "theirs"})
    report = await Transfer(source, target, if_taken=IfTaken.KEEP_BOTH).run()
    names = {line.source.key: line.target.key for line in report if line.source.key not in between}
    assert names == {"k": "k (4)", "k (2)": "k (2)", longest: "é" * 1020 + " (2)"}
    assert await target.store(ANN).load_many(names.values()) == {
        "k (4)": "ours",
        "k (2)": "of its own",
        names[longest]: "ours",
    }


async def test_the_same_value_is_no_conflict_and_once_more_copies_nothing(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    await source.store(ANN).save_many({"a": 1, "b": 2})
    await target.store(ANN).save("a", "theirs")
    for if_taken in IfTaken:
        await Transfer(source, target, if_taken=if_taken).run()
        revision = await target.revision()
        again = await Transfer(source, target, if_taken=if_taken).run()
        assert set(again.counts) <= {Outcome.ALREADY_THERE, Outcome.SKIPPED}
        assert await target.revision() == revision
        await target.store(ANN).save("a", "theirs")


async def test_another_expiry_of_the_same_value_is_taken_over_only_where_values_are_replaced(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    await source.store(ANN).save("k", 1, ttl=3600)
    await target.store(ANN).save("k", 1)
    report = await Transfer(source, target).run()
    assert report[0].outcome is Outcome.ALREADY_THERE
    assert "expiry" in report[0].reason
    report = await Transfer(source, target, if_taken=IfTaken.REPLACE).run()
    assert report[0].outcome is Outcome.REPLACED
    assert await content(target) == await content(source)


async def test_bytes_that_are_json_become_json_only_where_that_is_asked_for(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    await source.store(ANN).set_many({"json": b'{"a": 1.00}', "text": b"processing", "raw": b"\xff"})
    await Transfer(source, target).run()
    assert await content(target) == await content(source)
    report = await Transfer(source, target, {ANN: BOB}, bytes_as_json=True).run()
    assert await target.store(BOB).load_text("json") == '{"a": 1.00}'
    assert await target.store(BOB).get("text") == b"processing"
    assert outcomes(report)["json"] == (Outcome.COPIED, "as JSON")


async def test_what_cannot_be_read_is_an_outcome_and_the_rest_comes_over(
    tmp_path: Path, target: AsyncStorage
) -> None:
    async with AsyncStorage(tmp_path / "source.db") as storage:
        await storage.store(ANN).save_many({"bad text": 1, "kind": 2, "fine": 3, "time": 4, "x": 5})
    with closing(sqlite3.connect(tmp_path / "source.db")) as connection, connection:
        connection.execute("UPDATE entries SET value = CAST('{' AS BLOB) WHERE key = 'bad text'")
        connection.execute("UPDATE entries SET kind = 7 WHERE key = 'kind'")
        connection.execute("UPDATE entries SET updated = 'noon' WHERE key = 'time'")
        connection.execute("UPDATE entries SET key = ? WHERE key = 'x'", ("x" * 2000,))
    async with AsyncStorage(tmp_path / "source.db") as source:
        report = await Transfer(source, target).run()
    assert Counter(line.outcome for line in report) == {Outcome.UNREADABLE: 4, Outcome.COPIED: 1}
    assert outcomes(report)["bad text"][1].startswith("not JSON: line 1")
    assert "1,024" in outcomes(report)["x" * 2000][1]
    assert list(await content(target)) == [Address(ANN, "fine")]


async def test_what_is_gone_by_the_time_it_has_its_turn_is_said_to_be_gone(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    await source.store(ANN).save_many({f"{number:03}": number for number in range(150)})
    work = Transfer(source, target)
    async for _ in work.steps():
        await source.store(ANN).delete("149")
    assert work.report[149].outcome is Outcome.GONE
    assert work.report.counts[Outcome.COPIED] == 149


async def test_what_somebody_writes_between_the_look_and_the_write_is_looked_at_again(
    source: AsyncStorage, target: AsyncStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process writes at the very moment at which the target was found free, or to hold another value."""
    look = raw.read
    kept = {IfTaken.SKIP: "now", IfTaken.REPLACE: "ours", IfTaken.KEEP_BOTH: "now"}
    for if_taken, left in kept.items():
        for before in ({}, {"k": "before"}):
            await source.store(ANN).save("k", "ours")
            await target.store(ANN).clear()
            await target.store(ANN).save_many(before)
            meddled: list[str] = []

            async def looking(storage: AsyncStorage, scope: Scope, key: str, *rest: Any) -> Any:
                found = await look(storage, scope, key, *rest)
                if storage is target and key == "k" and not meddled:  # noqa: B023
                    meddled.append(key)  # noqa: B023
                    _write_elsewhere(tmp_path / "target.db", "k", "now")
                return found

            monkeypatch.setattr(transfer, "read", looking)
            report = await Transfer(source, target, if_taken=if_taken).run()
            assert meddled
            assert await target.store(ANN).load("k") == left
            if if_taken is IfTaken.KEEP_BOTH:
                assert report[0].target.key == "k (2)"
                assert await target.store(ANN).load("k (2)") == "ours"


def _write_elsewhere(location: Path, key: str, value: str) -> None:
    program = (
        "import sys; from storage_core import Storage\n"
        "with Storage(sys.argv[1]) as s: s.workspace('acme').user('ann').save(*sys.argv[2:])"
    )
    subprocess.run([sys.executable, "-c", program, str(location), key, value], check=True, timeout=60)


async def test_a_process_that_writes_all_the_time_loses_nothing(
    source: AsyncStorage, target: AsyncStorage, tmp_path: Path
) -> None:
    count = 1_500
    await source.store(ACME).set_many({f"{number:05}": b"ours" for number in range(count)})
    with Child("write_where_free", tmp_path / "target.db", "acme", count) as other:
        assert other.line() == "ready"
        other.tell()
        first = other.line()
        report = await Transfer(source, target).run()
        theirs = {first, *other.lines()}
    assert len(report) == count
    for line in report:
        expected = Outcome.SKIPPED if line.source.key in theirs else Outcome.COPIED
        assert line.outcome is expected, line
    found = await target.store(ACME).get_many([line.source.key for line in report])
    assert found == {line.source.key: b"theirs" if line.source.key in theirs else b"ours" for line in report}


async def test_a_dry_run_writes_nothing_and_needs_no_target(
    source: AsyncStorage, target: AsyncStorage, tmp_path: Path
) -> None:
    await source.store(ANN).save_many({"a": 1, "b": 2})
    await target.store(ANN).save("a", 0)
    before = await target.revision()
    report = await Transfer(source, target, if_taken=IfTaken.REPLACE, dry_run=True).run()
    assert report.counts == {Outcome.COPIED: 1, Outcome.REPLACED: 1}
    assert await target.revision() == before
    report = await Transfer(source, None, dry_run=True).run()
    assert report.counts == {Outcome.COPIED: 2}
    with pytest.raises(InvalidValueError, match="needs a target"):
        Transfer(source, None)
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["source.db", "target.db"]


@pytest.mark.parametrize("steps", [0, 1, 2, 4])
async def test_cancelled_at_any_moment_each_entry_is_whole_and_the_report_knows_it(
    source: AsyncStorage, target: AsyncStorage, steps: int
) -> None:
    await source.store(ANN).set_many({f"{number:03}": bytes([number]) * 10_000 for number in range(250)})
    work = Transfer(source, target)
    reached = asyncio.Event()

    async def bring() -> None:
        seen = 0
        if not steps:
            reached.set()
        async for _ in work.steps():
            seen += 1
            if seen == steps:
                reached.set()

    task = asyncio.create_task(bring())
    await reached.wait()
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    ended = await asyncio.gather(task, return_exceptions=True)
    if steps < 4:
        assert isinstance(ended[0], asyncio.CancelledError)
    assert await content(target) == after({}, await content(source), work.report)
    not_reached = work.report.rows(Outcome.NOT_REACHED)
    assert all(work.report[row].reason == "cancelled" for row in not_reached)
    again = await Transfer(source, target).run()
    assert again.counts.get(Outcome.COPIED, 0) == 250 - work.report.counts.get(Outcome.COPIED, 0)
    assert await content(target) == await content(source)


async def test_a_write_that_is_on_its_way_when_it_is_cancelled_is_in_the_report(
    source: AsyncStorage, target: AsyncStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await source.store(ANN).save_many({f"{number:03}": number for number in range(250)})
    work = Transfer(source, target)
    task = asyncio.create_task(work.run())
    write = raw.write

    async def writing(*arguments: Any, **options: Any) -> int:
        task.cancel()
        return await write(*arguments, **options)

    monkeypatch.setattr(transfer, "write", writing)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await content(target) == after({}, await content(source), work.report)
    assert work.report.counts == {Outcome.COPIED: 100, Outcome.NOT_REACHED: 150}


async def test_who_stops_listening_has_stopped_it(source: AsyncStorage, target: AsyncStorage) -> None:
    await source.store(ANN).save_many({f"{number:03}": number for number in range(150)})
    work = Transfer(source, target)
    async with aclosing(work.steps()) as steps:
        async for progress in steps:
            if progress.done:
                break
    assert work.report.counts == {Outcome.COPIED: 100, Outcome.NOT_REACHED: 50}
    assert (work.report.end, work.report.is_listed) == ("cancelled", True)


async def test_a_fault_of_the_world_stops_it_with_the_report_so_far(
    source: AsyncStorage, target: AsyncStorage, tmp_path: Path
) -> None:
    await source.store(ANN).save_many({f"{number:03}": number for number in range(150)})
    work = Transfer(source, target)

    async def until_it_is_moved() -> None:
        async for progress in work.steps():
            if progress.done == 100:
                (tmp_path / "target.db").rename(tmp_path / "moved.db")
                (tmp_path / "target.db").write_bytes(b"")

    with pytest.raises(StorageMovedError):
        await until_it_is_moved()
    assert work.report.counts == {Outcome.COPIED: 100, Outcome.NOT_REACHED: 50}
    assert work.report.end.startswith("stopped: ")
    assert work.report[120].reason == work.report.end
    assert "another file" in "\n".join(work.report.text_lines())
    assert len(await content(target)) == 100


async def test_a_full_disk_stops_it_and_once_there_is_room_it_goes_on_from_there(tmp_path: Path) -> None:
    source, target = tmp_path / "source.db", tmp_path / "target.db"
    with Storage(source) as storage:
        storage.store(ANN).set_many({f"{number:03}": b"x" * 3_000 for number in range(300)})
    with Storage(target):
        pass
    full = ["-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=200+", "-P", f"{target}-wal"]
    said = said_by("bring_over", source, target, through=["strace", "-f", "-o", "/dev/null", *full])
    assert said.pop(0) == "StorageFullError"
    became = dict(line.split() for line in said)
    copied = {key for key, outcome in became.items() if outcome == "COPIED"}
    assert set(became.values()) == {"COPIED", "NOT_REACHED"}
    with Storage(target) as storage:
        assert set(storage.store(ANN).keys()) == copied
        assert storage.check() == []
    assert Counter(line.split()[1] for line in said_by("bring_over", source, target)[1:]) == {
        "COPIED": 300 - len(copied),
        "ALREADY_THERE": len(copied),
    }


async def test_large_values_are_never_in_memory_all_at_once(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    for number in range(8):
        await source.store(ANN).set(f"{number}", bytes([number]) * 8_000_000)
    tracemalloc.start()
    try:
        await Transfer(source, target).run()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * 8_000_000
    assert await target.store(ANN).get("7") == bytes([7]) * 8_000_000


async def test_a_scope_of_one_storage_is_not_read_and_written_at_once(
    source: AsyncStorage, tmp_path: Path
) -> None:
    await source.store(ANN).save("k", 1)
    async with AsyncStorage(tmp_path / "source.db") as twin:
        with pytest.raises(InvalidValueError, match="one after the other"):
            Transfer(source, twin, {ANN: BOB, BOB: ACME})
        report = await Transfer(source, twin, {ANN: BOB}).run()
    assert report.counts == {Outcome.COPIED: 1}
    assert await source.store(BOB).load("k") == 1


async def test_the_report_is_written_a_line_an_entry_whatever_the_names_are(
    source: AsyncStorage, target: AsyncStorage
) -> None:
    odd = Scope("a\nb", "\u202eu")
    await source.store(odd).save_many({"line\nbreak": 1, "plain": 2})
    await target.store(odd).save("plain", 0)
    report = await Transfer(source, target, if_taken=IfTaken.KEEP_BOTH).run()
    lines = list(report.text_lines())
    assert lines[1:4] == ["finished", "1 copied, 1 kept beside", ""]
    assert lines[4:] == [
        'copied         "a\\nb" / "\\u202eu" / "line\\nbreak"',
        'kept beside    "a\\nb" / "\\u202eu" / plain -> plain (2)',
    ]
    head, first, second = (json.loads(line) for line in report.json_lines())
    assert (head["counts"], head["dry_run"]) == ({"copied": 1, "kept beside": 1}, False)
    assert first["source"] == {"workspace": "a\nb", "user": "\u202eu", "key": "line\nbreak"}
    assert (second["target"]["key"], second["outcome"]) == ("plain (2)", "kept beside")


KEYS = st.sampled_from(["a", "a (2)", "a (3)", "b", "é" * 1024, "é" * 1023 + "f"])
VALUES = st.sampled_from([(Kind.JSON, b"1"), (Kind.JSON, b" 1"), (Kind.BYTES, b"1"), (Kind.BYTES, b"\xff")])
SCOPES = st.sampled_from([ACME, ANN, BOB])
CONTENTS = st.dictionaries(st.tuples(SCOPES, KEYS), VALUES, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONTENTS, CONTENTS, st.dictionaries(SCOPES, SCOPES), st.sampled_from(IfTaken), st.booleans())
def test_every_entry_has_one_line_and_the_target_is_then_as_the_report_says_and_a_dry_run_foretold(
    ours: dict[tuple[Scope, str], tuple[Kind, bytes]],
    theirs: dict[tuple[Scope, str], tuple[Kind, bytes]],
    into: dict[Scope, Scope],
    if_taken: IfTaken,
    bytes_as_json: bool,
) -> None:
    async def try_it(folder: Path) -> None:
        async with AsyncStorage(folder / "source.db") as source, AsyncStorage(folder / "target.db") as target:
            for storage, contents in ((source, ours), (target, theirs)):
                for (scope, key), (kind, data) in contents.items():
                    await raw.write(storage, scope, key, kind, data, if_revision=0)
            before, there = await content(target), await content(source)
            options: dict[str, Any] = {"if_taken": if_taken, "bytes_as_json": bytes_as_json}
            foretold = await Transfer(source, target, into, dry_run=True, **options).run()
            assert await content(target) == before
            report = await Transfer(source, target, into, **options).run()
            assert list(report) == list(foretold)
            assert [line.source for line in report] == [
                address for scope in into for address in there if address.scope == scope
            ]
            assert sum(report.counts.values()) == len(report)
            if bytes_as_json:
                there = {
                    each: (Kind.JSON, data, expires) if data == b"1" else (kind, data, expires)
                    for each, (kind, data, expires) in there.items()
                }
            assert await content(target) == after(before, there, report)
            again = await Transfer(source, target, into, **options).run()
            if len(set(into.values())) == len(into):
                assert set(again.counts) <= {Outcome.ALREADY_THERE, Outcome.SKIPPED}

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(try_it(Path(folder)))
