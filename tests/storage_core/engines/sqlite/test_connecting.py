"""Connecting to a native storage while somebody else has it to themselves for a moment."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from storage_core import Kind, Scope
from storage_core.engine import transact
from storage_core.engines.sqlite.database import SqliteDatabase
from tests.storage_core.children import Child


def test_a_writer_connects_once_another_process_has_closed_the_storage(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "state.db", timeout=60)
    database.prepare()
    alone = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN IMMEDIATE")
    with Child("hold", database.location, *alone) as other, ThreadPoolExecutor(1) as thread:
        assert other.line() == "holding"
        thread.submit(other.tell)
        with closing(database.connect()) as engine:
            transact(
                engine, lambda engine: engine.write(Scope("acme"), "key", Kind.BYTES, b"value", None, None)
            )
            assert engine.read(Scope("acme"), "key") is not None
