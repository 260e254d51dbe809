"""Writing to Dify's folder: whole values or none, whatever dies, fails or writes at the same moment."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import pytest

from storage_core import (
    AsyncStorage,
    BusyError,
    ConflictError,
    InvalidNameError,
    Storage,
    StorageIOError,
)
from storage_core.engine import Engine
from storage_core.engines.dify.database import DifyDatabase
from storage_core.entry import Kind
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.children import Child, said_by
from tests.storage_core.engines.dify.folder import GMAIL, PLUGIN, as_nobody, failing, files, plugin_folder
from tests.storage_core.facades import listed


@pytest.fixture
def engine(folder: Path) -> Engine:
    database = DifyDatabase(folder, timeout=0.2)
    database.prepare()
    return database.connect()


def _write(engine: Engine, key: str, data: bytes, if_revision: int | None = None) -> None:
    engine.write(PLUGIN, key, Kind.BYTES, data, None, if_revision)


def test_a_transaction_sees_its_own_writes_and_nobody_else_does(engine: Engine, folder: Path) -> None:
    before = files(folder / TENANT)
    engine.begin()
    _write(engine, "counter", b"1")
    _write(engine, "new", b"2")
    engine.delete(PLUGIN, "token", None)
    engine.move(PLUGIN, "new", PLUGIN, "newer", False, None)
    assert [engine.read(PLUGIN, key) and engine.read(PLUGIN, key)[1] for key in ("counter", "newer")] == [
        b"1",
        b"2",
    ]
    assert engine.read(PLUGIN, "token") is None
    assert engine.read(PLUGIN, "new") is None
    assert engine.clear(PLUGIN, "new") == 1
    assert files(folder / TENANT) == before
    engine.rollback()
    assert files(folder / TENANT) == before
    assert os.listdir(folder) == [TENANT]


def test_revisions_go_on_inside_a_transaction(engine: Engine) -> None:
    engine.begin()
    first = engine.put(PLUGIN, "counter", Kind.BYTES, b"1", None, _revision(engine, "counter"))
    second = engine.put(PLUGIN, "counter", Kind.BYTES, b"2", None, first)
    with pytest.raises(ConflictError) as refused:
        engine.put(PLUGIN, "counter", Kind.BYTES, b"3", None, first)
    assert refused.value.entry is not None
    assert (refused.value.entry.value, refused.value.entry.revision) == (b"2", second)
    engine.commit()
    assert _revision(engine, "counter") == second


def _revision(engine: Engine, key: str) -> int:
    record = engine.read(PLUGIN, key)
    assert record is not None
    return record[3]


def test_what_a_plugin_writes_until_the_commit_is_not_overwritten_where_that_was_asked(
    engine: Engine, folder: Path
) -> None:
    daemon = Daemon(folder, "hjlarry/storage")
    revision = _revision(engine, "counter")
    engine.begin()
    _write(engine, "counter", b"mine", revision)
    _write(engine, "new", b"mine", 0)
    _write(engine, "token", b"mine")
    daemon.set("counter", b"theirs")
    with pytest.raises(ConflictError) as refused:
        engine.commit()
    assert refused.value.entry is not None
    assert refused.value.entry.value == b"theirs"
    engine.rollback()
    assert daemon.get("counter") == b"theirs"
    assert not daemon.exist("new")
    engine.begin()
    _write(engine, "new", b"mine", 0)
    daemon.set("new", b"theirs")
    with pytest.raises(ConflictError) as refused:
        engine.commit()
    assert refused.value.entry is not None
    assert (refused.value.entry.value, refused.value.entry.revision) == (b"theirs", _revision(engine, "new"))
    engine.rollback()
    assert daemon.get("new") == b"theirs"


def test_in_one_transaction_a_value_gives_way_to_values_below_it(engine: Engine, folder: Path) -> None:
    engine.begin()
    engine.delete(PLUGIN, "counter", None)
    _write(engine, "counter/below", b"1")
    with pytest.raises(InvalidNameError):
        _write(engine, "counter", b"2")
    engine.commit()
    assert Daemon(folder, "hjlarry/storage").get("counter/below") == b"1"


def test_values_change_places_in_one_transaction(engine: Engine, folder: Path) -> None:
    daemon = Daemon(folder, "hjlarry/storage")
    one, other = daemon.get("counter"), daemon.get("token")
    engine.begin()
    engine.move(PLUGIN, "counter", GMAIL, "waiting", False, None)
    engine.move(PLUGIN, "token", PLUGIN, "counter", False, None)
    engine.move(GMAIL, "waiting", PLUGIN, "token", False, None)
    engine.commit()
    assert (daemon.get("counter"), daemon.get("token")) == (other, one)
    assert engine.read(GMAIL, "waiting") is None


def test_a_value_that_moves_away_and_back_is_where_it_was(engine: Engine, folder: Path) -> None:
    before = files(folder)
    engine.begin()
    engine.move(PLUGIN, "counter", PLUGIN, "elsewhere", False, None)
    engine.move(PLUGIN, "elsewhere", PLUGIN, "counter", False, None)
    engine.commit()
    assert files(folder) == before


def test_one_writer_at_a_time_and_who_waits_too_long_is_told(engine: Engine, folder: Path) -> None:
    engine.begin()
    with Storage(folder, timeout=0) as storage, pytest.raises(BusyError, match="try again"):
        storage.store(PLUGIN).set("counter", b"1")
    engine.rollback()
    with Storage(folder, timeout=0) as storage:
        storage.store(PLUGIN).set("counter", b"1")
        assert storage.store(PLUGIN).get("counter") == b"1"


def test_readers_wait_for_no_writer(engine: Engine, folder: Path) -> None:
    engine.begin()
    _write(engine, "counter", b"1")
    with Storage(folder, timeout=0) as storage:
        assert storage.store(PLUGIN).get("counter") == b"42"
        assert len(storage.scopes()) == 2
    engine.rollback()


def test_a_writer_that_is_killed_leaves_whole_values_and_the_next_one_clears_up(folder: Path) -> None:
    with Child("write_dify", folder, 30_000) as child:
        for _ in range(50):
            child.line()
        child.kill()
    values = files(plugin_folder(folder))
    for name, data in values.items():
        if name.startswith("n/") and data is not None:
            number = int(name.partition("/")[2])
            assert data == b"%d;" % number * 10_000
    with Storage(folder) as storage:
        assert [fault for fault in storage.check() if "left by a writer" not in fault] == []
        storage.store(PLUGIN).set("counter", b"1")
        assert storage.check() == []
    assert os.listdir(folder) == [TENANT]


def test_what_a_dead_writer_has_left_is_named_and_cleared_by_the_next(folder: Path) -> None:
    left = folder / ".storage_core"
    left.mkdir()
    (left / "1").write_bytes(b"half")
    with Storage(folder) as storage:
        assert storage.scopes()[0].count == 12
        assert ["left by a writer that died" in fault for fault in storage.check()] == [True]
        storage.store(PLUGIN).set("counter", b"1")
        assert storage.check() == []
    assert not left.exists()


def test_a_folder_among_what_was_left_keeps_nobody_from_writing(folder: Path) -> None:
    left = folder / ".storage_core"
    for name in ("a", "b", "c"):
        (left / name).mkdir(parents=True)
    for number in range(1, 6):
        (left / str(number)).write_bytes(b"half")
    with Storage(folder) as storage:
        storage.store(PLUGIN).set("counter", b"1")
        assert storage.store(PLUGIN).get("counter") == b"1"
    assert sorted(os.listdir(left)) == ["a", "b", "c"]


def test_a_link_in_the_place_of_the_staging_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(b"")
    (folder / ".storage_core").symlink_to(outside)
    with Storage(folder) as storage, pytest.raises(StorageIOError, match="no folder is there: take it away"):
        storage.store(PLUGIN).set("counter", b"1")
    assert os.listdir(outside) == ["precious"]


def test_a_file_in_the_place_of_the_staging_folder_is_said_to_be_in_the_way(folder: Path) -> None:
    (folder / ".storage_core").write_bytes(b"")
    with Storage(folder) as storage, pytest.raises(StorageIOError, match="no folder is there: take it away"):
        storage.store(PLUGIN).set("counter", b"1")


@pytest.mark.parametrize(
    ("call", "error", "expected"),
    [
        ("write", "ENOSPC", "StorageFullError"),
        ("fsync", "ENOSPC", "StorageFullError"),
        ("fsync", "EIO", "StorageIOError"),
        ("write", "EDQUOT", "StorageFullError"),
        ("mkdirat", "EROFS", "ReadOnlyError"),
    ],
)
def test_where_staging_fails_nothing_of_many_is_changed(
    folder: Path, call: str, error: str, expected: str
) -> None:
    before = files(folder)
    staged = (folder / ".storage_core" / "2",) if call != "mkdirat" else ()
    if call == "fsync":
        staged = ()
    said = said_by("set_many_dify", folder, through=failing(call, error, "1" if staged else "1+", *staged))
    assert said == [expected]
    assert files(folder) == before


@pytest.mark.parametrize("call", ["renameat,rename,renameat2"])
def test_where_the_device_fails_half_way_each_value_is_old_or_new_and_it_says_so(
    folder: Path, call: str
) -> None:
    said = said_by("set_many_dify", folder, through=failing(call, "EIO", "2"))
    assert said == ["StorageIOError"]
    found = [(plugin_folder(folder) / key).read_bytes() for key in ("counter", "token", "user_name")]
    assert sorted(data == b"new" * 100_000 for data in found) == [False, False, True]
    assert os.listdir(folder) == [TENANT]


async def test_a_batch_in_which_one_is_refused_has_the_others_done(folder: Path) -> None:
    async with AsyncStorage(folder) as storage:
        store = storage.store(PLUGIN)
        outcomes = await asyncio.gather(
            *(store.set(key, b"new") for key in ("a", "counter/x", "b", "..", "c")), return_exceptions=True
        )
        assert [type(outcome).__name__ for outcome in outcomes] == [
            "NoneType",
            "InvalidNameError",
            "NoneType",
            "InvalidNameError",
            "NoneType",
        ]
        assert await store.get_many(["a", "b", "c"]) == {"a": b"new", "b": b"new", "c": b"new"}


def test_a_value_of_another_user_is_not_taken_from_its_plugin(folder: Path) -> None:
    through = as_nobody(folder)
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o777)
    before = files(folder)
    assert said_by("set_many_dify", folder, through=through) == ["ReadOnlyError"]
    assert files(folder) == before


def test_many_processes_and_threads_lose_no_compare_and_set(folder: Path) -> None:
    Daemon(folder, "hjlarry/storage").set("counter", b"0")
    count, each = 3, 20
    children = [Child("increment_dify", folder, each) for _ in range(count)]
    for child in children:
        with child:
            assert child.exit_code == 0
    assert Daemon(folder, "hjlarry/storage").get("counter") == b"%d" % (count * each)


@pytest.mark.parametrize(("durability", "syncs"), [("power", True), ("process", False)])
def test_a_write_that_returns_is_on_the_disk_its_content_before_its_name(
    folder: Path, tmp_path: Path, durability: str, syncs: bool
) -> None:
    trace = tmp_path / "trace"
    through = ["strace", "-f", "-y", "-o", str(trace), "-e", "trace=fsync,/^rename,/^link,mkdirat"]
    assert said_by("set_many_dify", folder, durability, "new/key", through=through) == ["written"]
    calls = [line.split(" ", 1)[1].strip() for line in trace.read_text().splitlines() if "(" in line]
    kinds = [call.partition("(")[0] for call in calls]
    if not syncs:
        assert "fsync" not in kinds
        return
    put = max(place for place, kind in enumerate(kinds) if kind.startswith(("rename", "link")))
    assert ".storage_core/1>" in next(call for call in calls if call.startswith("fsync"))
    assert kinds.index("fsync") < put
    assert [call for call in calls[put:] if call.startswith("fsync") and "hjlarry/storage/new>" in call]


def test_the_last_look_at_a_file_is_right_before_another_takes_its_place(
    folder: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    through = ["strace", "-f", "-y", "-o", str(trace), "-e", "trace=file,desc"]
    assert said_by("swap_dify", folder, through=through) == ["written"]
    calls = [line.split(" ", 1)[1].strip() for line in trace.read_text().splitlines() if "(" in line]
    put = next(place for place, call in enumerate(calls) if call.startswith("rename") and '"counter"' in call)
    look = max(place for place in range(put) if "stat" in calls[place] and '"counter"' in calls[place])
    assert {call.partition("(")[0] for call in calls[look + 1 : put]} <= {"openat", "close"}
    assert put - look < 12


def test_a_folder_that_may_not_be_written_says_so(folder: Path) -> None:
    before = files(folder)
    assert said_by("set_many_dify", folder, through=as_nobody(folder)) == ["ReadOnlyError"]
    (said,) = said_by("write_once_dify", folder, 1, through=as_nobody(folder))
    assert said.startswith(
        f"ReadOnlyError {plugin_folder(folder)}: this user may not write there: it belongs to root"
    )
    assert files(folder) == before


def test_a_file_system_that_can_only_be_read_says_so_and_a_plugins_values_are_read(folder: Path) -> None:
    mounting = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    through = ["unshare", "--mount", "sh", "-c", mounting, str(folder)]
    if subprocess.run([*through, "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root can mount")
    (said,) = said_by("write_once_dify", folder, 1, through=through)
    assert said.startswith(f"ReadOnlyError {plugin_folder(folder)}: this file system can only be read")
    assert _shown(folder, through)["counter"] == "42"


def _shown(folder: Path, through: list[str]) -> dict[str, str]:
    (said,) = said_by("look_at_dify", folder, through=through)
    found: dict[str, str] = json.loads(said)[str(PLUGIN)]
    return found


def test_a_value_that_is_larger_than_a_file_may_be_changes_nothing_and_the_next_is_written(
    folder: Path,
) -> None:
    before = files(folder)
    limited = ["sh", "-c", 'trap "" XFSZ; ulimit -f 100; exec "$@"', "sh"]
    (said,) = said_by("write_once_dify", folder, 300_000, through=limited)
    assert "File too large" in said
    assert "ulimit -f" in said
    assert files(folder) == before
    assert said_by("write_once_dify", folder, 30_000, through=limited) == ["written"]


async def test_a_forked_child_writes_on_its_own(folder: Path) -> None:
    with Storage(folder) as storage:
        store = storage.store(PLUGIN)
        store.set("counter", b"1")
        child = os.fork()
        if child == 0:
            try:
                store.set("child", b"1")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        store.set("counter", b"2")
        assert list(store.keys("child")) == ["child"]
    async with AsyncStorage(folder) as again:
        assert "child" in await listed(again.store(PLUGIN).keys())
