"""A Cat's values come over into a storage of ours and back into a Cat, and what cannot come along is said."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage_core import AsyncStorage, Kind, Scope
from storage_core.raw import read
from storage_core.transfer import IfTaken, Outcome, Report, Transfer
from tests.foreign.cat_store import ADMIN, CatStore
from tests.storage_core.engines.cheshire_cat.cats import (
    OF_ADMIN,
    PROJECT,
    SHARED,
    cat,
    execute,
    location,
    project,
    rows,
    running_cat,
)

__all__ = ["cat", "location", "project", "running_cat"]

ANN = "0b0e4fd2-5a3c-4f63-9d0c-2f1f3e1c9a77"


@pytest.fixture
async def cats(cat: CatStore, location: Path) -> AsyncIterator[AsyncStorage]:
    """The Cat's database, open."""
    async with AsyncStorage(location) as storage:
        yield storage


@pytest.fixture
async def ours(tmp_path: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(tmp_path / "ours.db") as storage:
        yield storage


def became(report: Report) -> dict[str, tuple[Outcome, str]]:
    return {line.source.key: (line.outcome, line.reason) for line in report}


async def test_what_a_cat_has_saved_comes_over_as_it_is_stored(
    cat: CatStore, cats: AsyncStorage, ours: AsyncStorage
) -> None:
    values = {"list": [1, 2.5, "ü"], "nine": 9, "pi": 3.14, "text": "9", "none": None, "line\nbreak": {}}
    for key, value in values.items():
        cat.save(key, value)
        cat.save(key, value, ADMIN)
    report = await Transfer(cats, ours).run()
    assert set(report.counts) == {Outcome.COPIED}
    for scope in (SHARED, OF_ADMIN):
        assert await ours.store(scope).load_many(values) == values
        for key in values:
            there, here = await read(cats, scope, key), await read(ours, scope, key)
            assert there is not None
            assert here is not None
            assert (here.kind, here.data) == (Kind.JSON, there.data)


async def test_rows_that_no_storage_of_ours_takes_are_reported_and_nothing_else_is_missing(
    cat: CatStore, cats: AsyncStorage, ours: AsyncStorage, location: Path
) -> None:
    for key in ("", "k" * 2_000, "fine", "broken", "twice"):
        cat.save(key, key, ANN)
    execute(
        location,
        "UPDATE user_key_value_db SET value = '{\"a\": NaN}' WHERE key = 'broken'",
        "INSERT INTO user_key_value_db SELECT 'None', user_id, key, '\"newer\"' FROM user_key_value_db"
        " WHERE key = 'twice'",
    )
    report = became(await Transfer(cats, ours, [Scope(PROJECT, ANN)]).run())
    assert report[""] == (Outcome.REFUSED, "a key has 1 to 1,024 characters; this one is empty")
    assert report["k" * 2_000][0] is Outcome.REFUSED
    assert report["broken"][0] is Outcome.UNREADABLE
    assert "NaN" in report["broken"][1]
    assert report["twice"][0] is Outcome.COPIED
    assert "2 rows" in report["twice"][1]
    assert await ours.store(Scope(PROJECT, ANN)).load_many(["fine", "twice"]) == {
        "fine": "fine",
        "twice": "twice",
    }


async def test_json_goes_back_into_a_cat_which_loads_it_and_what_it_cannot_hold_is_foretold(
    cat: CatStore, cats: AsyncStorage, ours: AsyncStorage, location: Path
) -> None:
    acme, ann, bob = Scope("acme"), Scope("acme", ANN), Scope("acme", "bob")
    await ours.store(acme).save_many({"settings": {"a": [9.0, 2**70]}, "whole": 9.0, "plain": 9})
    await ours.store(acme).set_many({"raw": b"\xff", "as json": b'{"b": 1}'})
    await ours.store(ann).save("soon gone", 1, ttl=3600)
    await ours.store(bob).save("k", 1)
    into = {acme: SHARED, ann: Scope(PROJECT, ANN), bob: Scope(PROJECT, "bob"), Scope("x"): Scope("x")}
    await ours.store(Scope("x")).save("y", 1)
    cat.save("plain", "theirs")
    before = rows(location, "SELECT * FROM key_value_db")
    foretold = await Transfer(ours, cats, into, bytes_as_json=True, dry_run=True).run()
    assert rows(location, "SELECT * FROM key_value_db") == before
    report = await Transfer(ours, cats, into, bytes_as_json=True).run()
    assert list(report) == list(foretold)
    lines = became(report)
    assert lines["settings"] == (Outcome.COPIED, "")
    assert lines["as json"] == (Outcome.COPIED, "as JSON")
    assert lines["plain"] == (Outcome.SKIPPED, "taken: another value is there")
    assert lines["soon gone"] == (Outcome.COPIED, "for good: Cheshire Cat knows no expiry")
    assert {key for key, (outcome, _) in lines.items() if outcome is Outcome.REFUSED} == {"raw", "k", "y"}
    assert "9.0 will be kept as 9" in lines["whole"][1]
    assert cat.load("settings") == {"a": [9.0, 2**70]}
    assert cat.load("as json") == {"b": 1}
    assert cat.load("soon gone", ANN) == 1
    assert cat.load("plain") == "theirs"
    assert cat.load("whole") == 9


@pytest.mark.parametrize("if_taken", IfTaken)
async def test_once_more_brings_nothing_into_a_cat_twice_nor_numbers_that_it_writes_in_its_own_way(
    cat: CatStore, cats: AsyncStorage, ours: AsyncStorage, if_taken: IfTaken
) -> None:
    await ours.store(SHARED).save_many({"whole": 9.0, "large": 2**70, "list": [9.0]})
    assert (await Transfer(ours, cats, if_taken=if_taken).run()).counts == {Outcome.COPIED: 3}
    assert (await Transfer(ours, cats, if_taken=if_taken).run()).counts == {Outcome.ALREADY_THERE: 3}


async def test_what_the_cat_saves_meanwhile_stays(
    cat: CatStore, cats: AsyncStorage, ours: AsyncStorage
) -> None:
    await ours.store(SHARED).save_many({f"{number:03}": "ours" for number in range(250)})
    work = Transfer(ours, cats, [SHARED])
    async for progress in work.steps():
        if progress.done == 100:
            cat.save("050", "theirs")
            cat.save("150", "theirs")
    assert work.report[150].outcome is Outcome.SKIPPED
    assert [cat.load(key) for key in ("049", "050", "150", "249")] == ["ours", "theirs", "theirs", "ours"]


async def test_both_are_kept_beside_each_other_in_a_cat(
    cat: CatStore, cats: AsyncStorage, ours: AsyncStorage
) -> None:
    cat.save("todos", ["theirs"], ADMIN)
    await ours.store(OF_ADMIN).save("todos", ["ours"])
    report = await Transfer(ours, cats, if_taken=IfTaken.KEEP_BOTH).run()
    assert report[0].target.key == "todos (2)"
    assert (cat.load("todos", ADMIN), cat.load("todos (2)", ADMIN)) == (["theirs"], ["ours"])


async def test_a_number_that_only_a_float_takes_for_the_same_is_another_value(
    cat: CatStore, cats: AsyncStorage, ours: AsyncStorage
) -> None:
    cat.save("n", 2**53 + 1)
    await ours.store(SHARED).save_text("n", "9007199254740992.0")
    report = await Transfer(ours, cats, if_taken=IfTaken.REPLACE).run()
    assert became(report)["n"][0] is Outcome.REPLACED
    assert cat.load("n") == 2**53
    report = await Transfer(ours, cats, if_taken=IfTaken.REPLACE).run()
    assert became(report)["n"][0] is Outcome.ALREADY_THERE
