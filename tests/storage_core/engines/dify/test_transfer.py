"""What Dify's plugins keep comes over into a storage of ours and back, and what its files cannot hold is foretold."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage_core import AsyncStorage, Kind, Scope
from storage_core.raw import read
from storage_core.transfer import IfTaken, Outcome, Transfer
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.engines.dify.folder import GMAIL, PLUGIN, files, plugin_folder


@pytest.fixture
async def dify(folder: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(folder) as storage:
        yield storage


@pytest.fixture
async def ours(tmp_path: Path) -> AsyncIterator[AsyncStorage]:
    async with AsyncStorage(tmp_path / "ours.db") as storage:
        yield storage


def values_in(folder: Path, scope: Scope) -> dict[str, bytes]:
    """The files of a plugin, by their keys."""
    return {key: data for key, data in files(plugin_folder(folder, scope)).items() if data is not None}


async def test_every_file_comes_over_byte_for_byte_as_bytes(
    dify: AsyncStorage, ours: AsyncStorage, folder: Path
) -> None:
    before = files(folder)
    report = await Transfer(dify, ours).run()
    assert set(report.counts) == {Outcome.COPIED}
    for scope in (PLUGIN, GMAIL):
        expected = values_in(folder, scope)
        assert await ours.store(scope).get_many(expected) == expected
        assert [key async for key in ours.store(scope).keys()] == sorted(expected)
    assert files(folder) == before
    assert (await Transfer(dify, ours).run()).counts == {Outcome.ALREADY_THERE: len(report)}


async def test_what_is_json_becomes_json_where_that_is_asked_for_and_the_rest_stays_bytes(
    dify: AsyncStorage, ours: AsyncStorage, folder: Path
) -> None:
    await Transfer(dify, ours, {PLUGIN: Scope("beta", "bot")}, bytes_as_json=True).run()
    for key, data in values_in(folder, PLUGIN).items():
        entry = await read(ours, Scope("beta", "bot"), key)
        assert entry is not None
        assert entry.data == data
        assert (entry.kind is Kind.JSON) == _is_json(data), key


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data.decode())
    except ValueError:
        return False
    return True


async def test_what_dify_would_refuse_is_foretold_in_the_same_words(
    dify: AsyncStorage, ours: AsyncStorage, folder: Path
) -> None:
    refused = ("a/b", "counter/x", "conversations", "x/../y", "p\\q", "é" * 140, "js")
    taken = ["a", "new/deep/key", "counter", "token"]
    await ours.store(PLUGIN).set_many(dict.fromkeys((*refused[:-1], *taken), b"ours"))
    await ours.store(PLUGIN).save("js", 1)
    await ours.store(Scope(TENANT)).set("k", b"1")
    await ours.store(Scope("no tenant", "a/b")).set("k", b"1")
    await ours.store(Scope(TENANT, "Not a plugin")).set("k", b"1")
    before = files(folder)
    for if_taken in (IfTaken.SKIP, IfTaken.REPLACE, IfTaken.KEEP_BOTH):
        foretold = await Transfer(ours, dify, if_taken=if_taken, dry_run=True).run()
        assert files(folder) == before
        report = await Transfer(ours, dify, if_taken=if_taken).run()
        assert list(report) == list(foretold)
        lost = {line.source.key for line in report if line.outcome is Outcome.REFUSED}
        assert lost == {*refused, "k"}
        before = files(folder)
    daemon = Daemon(folder, "hjlarry/storage")
    assert [daemon.get(key) for key in taken] == [b"ours"] * 4
    assert not [name for name in before if name.rpartition("/")[2].startswith(".")]


async def test_a_name_beside_is_as_short_as_dify_wants_it(
    dify: AsyncStorage, ours: AsyncStorage, folder: Path
) -> None:
    daemon = Daemon(folder, "hjlarry/storage")
    keys = ["s/" + "x" * 254, "f" * 255]
    for key in keys:
        daemon.set(key, b"theirs")
    await ours.store(PLUGIN).set_many(dict.fromkeys(keys, b"ours"))
    report = await Transfer(ours, dify, if_taken=IfTaken.KEEP_BOTH).run()
    assert report.counts == {Outcome.KEPT_BESIDE: 2}
    for line in report:
        assert daemon.get(line.source.key) == b"theirs"
        assert daemon.get(line.target.key) == b"ours"
        assert line.target.key.endswith(" (2)")


async def test_a_value_that_was_replaced_is_said_to_be_seen_late_by_dify(
    dify: AsyncStorage, ours: AsyncStorage
) -> None:
    await ours.store(PLUGIN).set_many({"token": b"ours", "new": b"ours"})
    report = await Transfer(ours, dify, if_taken=IfTaken.REPLACE).run()
    reasons = {line.source.key: line.reason for line in report}
    assert "5 minutes" in reasons["token"]
    assert reasons["new"] == ""


async def test_what_the_daemon_writes_meanwhile_stays(
    dify: AsyncStorage, ours: AsyncStorage, folder: Path
) -> None:
    daemon = Daemon(folder, "hjlarry/storage")
    await ours.store(PLUGIN).set_many({f"n/{number:03}": b"ours" for number in range(150)})
    work = Transfer(ours, dify)
    async for progress in work.steps():
        if progress.done == 100:
            daemon.set("n/050", b"theirs")
            daemon.set("n/120", b"theirs")
    assert work.report[120].outcome is Outcome.SKIPPED
    there = [daemon.get(f"n/{key}") for key in ("049", "050", "120", "149")]
    assert there == [b"ours", b"theirs", b"theirs", b"ours"]


async def test_what_is_no_file_is_an_outcome_and_the_rest_comes_over(
    dify: AsyncStorage, ours: AsyncStorage, folder: Path
) -> None:
    (plugin_folder(folder) / "link").symlink_to("counter")
    report = await Transfer(dify, ours, {PLUGIN: PLUGIN}).run()
    assert report.counts == {Outcome.UNREADABLE: 1, Outcome.COPIED: len(report) - 1}
    (line,) = (report[row] for row in report.rows(Outcome.UNREADABLE))
    assert line.source.key == "link"
    assert "a symbolic link" in line.reason


async def test_what_stands_in_the_place_of_a_value_and_is_no_file_stays_and_the_rest_comes_over(
    dify: AsyncStorage, ours: AsyncStorage, folder: Path
) -> None:
    (plugin_folder(folder) / "link").symlink_to("counter")
    await ours.store(PLUGIN).set_many({"link": b"1", "zebra": b"2"})
    report = await Transfer(ours, dify, if_taken=IfTaken.REPLACE).run()
    assert [line.outcome for line in report] == [Outcome.REFUSED, Outcome.COPIED]
    assert "a symbolic link" in report[0].reason
    assert (plugin_folder(folder) / "link").is_symlink()
