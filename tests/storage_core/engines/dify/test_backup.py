"""A copy of Dify's folder, made while plugins go on, also by who may only read: whole, or not at all."""

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage_core import Storage, StorageFullError, StorageIOError
from storage_core.engines.dify import backup as dify_backup
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.children import said_by
from tests.storage_core.engines.dify.folder import as_nobody, failing, files, plugin_folder


def test_the_backup_is_a_storage_with_the_same_values_modes_and_times(folder: Path, tmp_path: Path) -> None:
    (plugin_folder(folder) / "counter").chmod(0o640)
    (plugin_folder(folder) / "link").symlink_to("counter")
    target = tmp_path / "backup"
    with Storage(folder) as storage:
        storage.backup(target)
        with pytest.raises(StorageIOError, match="overwrites nothing"):
            storage.backup(target)
        with pytest.raises(StorageIOError, match="inside"):
            storage.backup(folder / TENANT / "backup")
        with pytest.raises(StorageIOError):
            storage.backup(tmp_path / "no" / "such")
        found = storage.scopes()
    assert files(target) == files(folder)
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    for path in folder.rglob("*"):
        copied = target / path.relative_to(folder)
        assert copied.lstat().st_mode == path.lstat().st_mode
        if path.is_file() and not path.is_symlink():
            assert copied.lstat().st_mtime_ns == path.lstat().st_mtime_ns
    with Storage(target, read_only=True) as copied_storage:
        assert copied_storage.scopes() == found


def test_a_backup_that_fails_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    script = (
        "import sys; from storage_core import Storage, StorageError\n"
        "try: Storage(sys.argv[1]).backup(sys.argv[2])\n"
        "except StorageError as error: print(type(error).__name__)"
    )
    through = failing("write", "ENOSPC", "1", target / TENANT / "langgenius/gmail_trigger/wecom_msg_sub_0")
    ran = subprocess.run(
        [*through, sys.executable, "-c", script, folder, target], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == StorageFullError.__name__
    assert not target.exists()


def test_a_backup_by_who_may_only_read_copies_folders_that_nobody_may_write_to(
    folder: Path, tmp_path: Path
) -> None:
    through = as_nobody(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    target = tmp_path / "free" / "backup"
    target.parent.mkdir()
    target.parent.chmod(0o777)
    assert said_by("backup_dify", folder, target, through=through) == ["copied"]
    assert files(target) == files(folder)
    for path in folder.rglob("*"):
        copied = (target / path.relative_to(folder)).stat()
        assert stat.S_IMODE(copied.st_mode) == stat.S_IMODE(path.stat().st_mode)
        assert copied.st_mtime_ns == path.stat().st_mtime_ns


def test_a_backup_of_what_may_not_be_read_names_it_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    through = as_nobody(folder)
    closed = plugin_folder(folder) / "conversations"
    closed.chmod(0o700)
    for path in (folder, *folder.rglob("*")):
        if path != closed and path.is_dir():
            path.chmod(0o555)
    target = tmp_path / "free" / "backup"
    target.parent.mkdir()
    target.parent.chmod(0o777)
    (said,) = said_by("backup_dify", folder, target, through=through)
    assert said.startswith(f"StorageIOError {closed}: Permission denied")
    assert not target.exists()


def test_a_full_disk_below_a_backup_is_not_said_to_be_that_of_the_storage(
    folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "backup"
    full = target / TENANT / "langgenius/gmail_trigger/wecom_msg_sub_0"
    (said,) = said_by("backup_dify", folder, target, through=failing("write", "ENOSPC", "1", full))
    assert said.startswith(f"StorageFullError {full}: No space left on device")
    assert "no backup was made" in said
    assert not target.exists()


def test_a_value_that_is_deleted_while_it_is_copied_is_not_in_the_backup_by_half(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = Daemon(folder, "hjlarry/storage")
    daemon.set("young", b"may be half of it")
    wait = time.sleep

    def deleted_meanwhile(seconds: float) -> None:
        if daemon.exist("young"):
            daemon.delete("young")
        wait(seconds)

    monkeypatch.setattr(dify_backup.time, "sleep", deleted_meanwhile)
    with Storage(folder) as storage:
        storage.backup(tmp_path / "backup")
    assert not daemon.exist("young")
    assert files(tmp_path / "backup") == files(folder)
