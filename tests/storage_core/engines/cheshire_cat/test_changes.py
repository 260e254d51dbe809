"""What a Cheshire Cat's plugins and we change is told in the order in which it became so, each change once."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage_core import Kind, Storage, StorageMovedError
from storage_core.engine import Engine, Reader
from storage_core.engines.cheshire_cat.database import CatEngine, CheshireCatDatabase
from tests.foreign.cat_store import CatStore
from tests.storage_core.engines.cheshire_cat.cats import (
    SHARED,
    cat,
    location,
    project,
    running_cat,
)

__all__ = ["cat", "location", "project", "running_cat"]  # fixtures

THEIRS, OURS = ("key", False, len('"theirs"')), ("key", False, len("2"))
GONE, MOVED = ("key", True, len('"theirs"')), ("new", False, len('"theirs"'))


@pytest.fixture
def connected(location: Path, cat: CatStore) -> Iterator[tuple[Reader, Engine]]:
    """A connection that reads and one that writes, which share what is known of the Cat's `key`."""
    cat.save("key", 1)
    database = CheshireCatDatabase(location)
    database.prepare()
    with closing(database.connect_reader()) as reader, closing(database.connect()) as engine:
        yield reader, engine


@pytest.mark.parametrize(
    ("change", "made"),
    [
        (lambda engine: engine.write(SHARED, "key", Kind.JSON, b"2", None, None), [OURS]),
        (lambda engine: engine.write_many(SHARED, Kind.JSON, {"key": b"2"}), [OURS]),
        (lambda engine: engine.delete(SHARED, "key", None), [GONE]),
        (lambda engine: engine.delete_many(SHARED, ["key"]), [GONE]),
        (lambda engine: engine.clear(SHARED, ""), [GONE]),
        (lambda engine: engine.move(SHARED, "key", SHARED, "new", False, None), [GONE, MOVED]),
    ],
    ids=["write", "write_many", "delete", "delete_many", "clear", "move"],
)
def test_what_the_cat_wrote_before_us_but_was_seen_meanwhile_is_told_before_what_we_changed(
    connected: tuple[Reader, Engine],
    cat: CatStore,
    change: Callable[[Engine], object],
    made: list[tuple[str, bool, int]],
) -> None:
    reader, engine = connected
    since = reader.last_revision()
    cat.save("key", "theirs")
    engine.begin()
    change(engine)
    reader.version()  # it sees what was there before the transaction
    engine.commit()
    reader.version()
    told = reader.changes(since, 10)
    assert [(change.key, change.deleted, change.size) for change in told] == [THEIRS, *made]
    kept = reader.read(SHARED, made[-1][0])
    assert (0 if kept is None else kept[3]) == (0 if made == [GONE] else told[-1].revision)


def test_a_change_of_ours_that_others_see_before_it_is_noted_has_its_one_revision(
    connected: tuple[Reader, Engine], cat: CatStore
) -> None:
    reader, engine = connected
    assert isinstance(engine, CatEngine)
    since = reader.last_revision()
    engine.begin()
    revision = engine.put(SHARED, "key", Kind.JSON, b"2", None, since)
    engine._connection.execute("COMMIT")  # what `commit` notes comes after it
    seen = reader.read(SHARED, "key")
    assert seen is not None
    assert seen[3] == revision
    cat.save("key", "theirs")
    reader.version()
    engine._making.keep()
    told = reader.changes(since, 10)
    assert [(change.key, change.deleted, change.size) for change in told] == [OURS, THEIRS]
    assert told[0].revision == revision


def test_what_the_cat_saved_anew_between_two_looks_is_told_in_the_order_in_which_it_was_saved(
    connected: tuple[Reader, Engine], cat: CatStore
) -> None:
    reader, _ = connected
    reader.version()
    since = reader.last_revision()
    keys = [f"key {number * 7 % 20}" for number in range(20)]
    for key in keys:
        cat.save(key, 1)
    assert [change.key for change in reader.changes(since, 100)] == keys


def test_a_write_that_waited_for_the_lock_while_another_file_took_the_place_is_refused(
    connected: tuple[Reader, Engine], location: Path
) -> None:
    _, engine = connected
    assert isinstance(engine, CatEngine)
    restored = location.with_name("restored.db")
    engine.backup(restored)

    def restore(statement: str) -> None:
        if statement.startswith("BEGIN"):
            os.replace(restored, location)

    engine._connection.set_trace_callback(restore)
    with pytest.raises(StorageMovedError):
        engine.begin()
    assert not engine._connection.in_transaction
    with Storage(location) as storage:
        assert storage.store(SHARED).load("key") == 1
