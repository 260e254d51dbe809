"""What a connection to a native storage remembers of scopes."""

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from storage_core import Kind, Scope
from storage_core.engine import Engine, transact
from storage_core.engines.sqlite import reader as sqlite_reader
from storage_core.engines.sqlite.database import SqliteDatabase, SqliteEngine
from storage_core.engines.sqlite.reader import SqliteReader

USERS = [Scope("acme", f"user {number}") for number in range(10)]


def write_name(user: Scope, engine: Engine) -> None:
    engine.write(user, "name", Kind.BYTES, str(user).encode(), None, None)


def test_however_many_users_there_are_a_connection_remembers_few_and_mixes_up_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_reader, "_SCOPES_KEPT", 3)
    database = SqliteDatabase(tmp_path / "state.db")
    database.prepare()
    with closing(database.connect()) as engine, closing(database.connect_reader()) as reader:
        assert isinstance(engine, SqliteEngine)
        assert isinstance(reader, SqliteReader)
        for user in [*USERS, *USERS]:
            transact(engine, partial(write_name, user))
        for user in [*USERS, *reversed(USERS)]:
            record = reader.read(user, "name")
            assert record is not None
            assert record[1] == str(user).encode()
        assert [info.count for info in reader.scopes()] == [1] * len(USERS)
        assert len(engine._ids) <= 3
        assert len(reader._ids) <= 3
