"""Edits that outlive a crash of the inspector, with real processes that are killed."""

import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector import drafts
from inspector.drafts import Draft, Drafts, based_on
from storage_core import Kind, Scope
from storage_core.browse import Address
from storage_core.raw import RawEntry

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)

OTHER_INSPECTOR = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from inspector.drafts import Draft, Drafts
from storage_core import Kind, Scope
from storage_core.browse import Address

folder, location = map(Path, sys.argv[1:])
drafts = Drafts(folder)
address = Address(Scope("acme", "ann"), "todos")
drafts.keep(Draft(location, address, Kind.JSON, 7, b"[1]", b"[1, 2]", datetime.now(UTC)))
print("kept", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "drafts"


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    address = Address(Scope("acme", "ann"), "todos")
    return Draft(tmp_path / "state.db", address, Kind.JSON, 7, b'["base"]\n', b'["mine"]\r\n\x00\n', AT)


@pytest.fixture
def other_inspector(folder, draft):
    """A second process that keeps a draft of the same value, and then only runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_INSPECTOR, folder, draft.location],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "kept\n"
        yield process
        process.kill()


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """A block in which the system lets no file grow beyond so many bytes, as a full disk would."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)


def left_behind(folder: Path, *drafts: Draft) -> None:
    """Keep drafts in the name of an inspector that runs no more."""
    keeper = Drafts(folder)
    for draft in drafts:
        assert keeper.keep(draft)
    keeper.close()


def test_a_draft_comes_back_as_it_was_at_the_next_start(folder, draft):
    left_behind(folder, draft)
    (found,) = Drafts(folder).all_for(draft.location)
    assert found == draft
    assert found.file is not None


@pytest.mark.parametrize("user", [None, "ann", "Shared"])
@pytest.mark.parametrize("key", ["a/../../b", "<b>\n\u202e", "k" * 1024, "键"])
def test_any_scope_and_key_can_have_a_draft(folder, draft, user, key):
    odd = replace(draft, address=Address(Scope("a / b", user), key), kind=Kind.BYTES)
    left_behind(folder, odd)
    assert Drafts(folder).all_for(draft.location) == [odd]
    assert {file.parent for file in folder.rglob("*")} == {folder}


def test_a_value_has_one_draft_which_is_the_latest(folder, draft):
    left_behind(folder, draft, replace(draft, edited=b"later"))
    assert [each.edited for each in Drafts(folder).all_for(draft.location)] == [b"later"]


def test_every_value_of_every_storage_has_a_draft_of_its_own(folder, draft, tmp_path):
    shared = replace(draft, address=Address(Scope("acme"), "todos"), at=AT + timedelta(minutes=1))
    other_key = replace(draft, address=Address(Scope("acme", "ann"), "theme"), at=AT + timedelta(minutes=2))
    elsewhere = replace(draft, location=tmp_path / "other.db")
    left_behind(folder, draft, shared, other_key, elsewhere)
    assert Drafts(folder).all_for(draft.location) == [other_key, shared, draft]
    assert Drafts(folder).all_for(elsewhere.location) == [elsewhere]


def test_a_storage_is_the_same_one_however_its_path_is_written(folder, draft, tmp_path, monkeypatch):
    left_behind(folder, draft)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.db").symlink_to(draft.location)
    assert len(Drafts(folder).all_for(Path("state.db"))) == 1
    assert len(Drafts(folder).all_for(tmp_path / "link.db")) == 1


def test_what_was_saved_or_discarded_is_forgotten(folder, draft):
    keeper = Drafts(folder)
    keeper.keep(draft)
    keeper.forget(draft.location, draft.address)
    keeper.forget(draft.location, draft.address)
    keeper.close()
    assert Drafts(folder).all_for(draft.location) == []
    assert list(folder.iterdir()) == []


def test_an_offered_draft_can_be_discarded_once_and_for_all(folder, draft):
    left_behind(folder, draft)
    ours = Drafts(folder)
    (offered,) = ours.all_for(draft.location)
    ours.discard(offered)
    ours.discard(offered)
    assert ours.all_for(draft.location) == []


def test_ones_own_drafts_are_not_offered_while_one_runs(folder, draft):
    keeper = Drafts(folder)
    keeper.keep(draft)
    assert keeper.all_for(draft.location) == []
    assert Drafts(folder).all_for(draft.location) == []
    keeper.close()
    assert Drafts(folder).all_for(draft.location) == [draft]


def test_the_drafts_of_an_inspector_that_runs_are_left_alone(folder, draft, other_inspector):
    ours = Drafts(folder)
    assert ours.all_for(draft.location) == []
    ours.keep(draft)
    ours.forget(draft.location, draft.address)
    ours.close()
    other_inspector.kill()
    other_inspector.wait()
    (found,) = ours.all_for(draft.location)
    assert (found.address, found.revision, found.base, found.edited) == (draft.address, 7, b"[1]", b"[1, 2]")


def test_a_draft_outlives_a_killed_inspector_and_can_be_taken_over(folder, draft, other_inspector):
    other_inspector.kill()
    other_inspector.wait()
    ours = Drafts(folder)
    (found,) = ours.all_for(draft.location)
    ours.keep(found)
    ours.discard(found)
    assert ours.all_for(draft.location) == []
    ours.close()
    (again,) = Drafts(folder).all_for(draft.location)
    assert again == found


def test_drafts_are_private(folder, draft):
    folder.mkdir(parents=True, mode=0o755)
    umask = os.umask(0)
    try:
        left_behind(folder, draft)
        keeper = Drafts(folder)
        keeper.keep(replace(draft, location=Path("/else")))
    finally:
        os.umask(umask)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    keeper.close()


def test_an_edit_beyond_the_bound_is_not_kept_and_leaves_the_draft_before_it(folder, draft, monkeypatch):
    monkeypatch.setattr(drafts, "LARGEST", 1000)
    keeper = Drafts(folder)
    assert keeper.keep(draft)
    assert keeper.keep(replace(draft, base=bytes(1000), edited=bytes(1000)))
    assert not keeper.keep(replace(draft, edited=bytes(1001)))
    assert not keeper.keep(replace(draft, base=bytes(1001)))
    keeper.close()
    (found,) = Drafts(folder).all_for(draft.location)
    assert found.edited == found.base == bytes(1000)


def test_all_drafts_together_are_bounded_and_each_can_be_kept_anew(folder, draft, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_ROOM", 5000)
    left_behind(folder, replace(draft, edited=bytes(3000)))
    keeper = Drafts(folder)
    assert not keeper.keep(replace(draft, edited=bytes(3000)))
    assert keeper.keep(replace(draft, edited=bytes(1000)))
    assert keeper.keep(replace(draft, edited=bytes(1100)))
    keeper.discard(next(each for each in keeper.all_for(draft.location)))
    assert keeper.keep(replace(draft, edited=bytes(3000)))
    keeper.close()


def test_nothing_is_kept_that_is_not_wanted_any_more_nor_after_the_end(folder, draft):
    keeper = Drafts(folder)
    assert keeper.keep(draft)
    assert not keeper.keep(replace(draft, edited=b"not wanted"), is_wanted=lambda: False)
    keeper.close()
    assert not keeper.keep(replace(draft, edited=b"after the end"))
    assert Drafts(folder).all_for(draft.location) == [draft]


def test_a_draft_that_cannot_be_written_whole_leaves_nothing_half(folder, draft):
    keeper = Drafts(folder)
    assert keeper.keep(draft)
    with pytest.raises(OSError, match="File too large"), file_size_limit(100_000):
        keeper.keep(replace(draft, edited=bytes(1_000_000)))
    keeper.close()
    assert [each.suffix for each in folder.iterdir()] == [".draft"]
    assert Drafts(folder).all_for(draft.location) == [draft]


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:-1],
        lambda whole: whole + b"x",
        lambda whole: whole.replace(b'["mine"]', b'["mind"]'),
        lambda whole: whole.replace(b'"format": 1', b'"format": 2'),
        lambda whole: whole.replace(b'"kind": "JSON"', b'"kind": "XML"'),
        lambda whole: whole.replace(b'"todos"', b"7"),
        lambda whole: whole.replace(b'"acme"', b'""'),
        lambda whole: whole.replace(b"+00:00", b""),
        lambda whole: whole.replace(b'"base": 9', b'"base": null'),
        lambda whole: b"[" * 100_000 + b"\n",
        lambda whole: b"\xff\xfe\n" + whole,
        lambda whole: b"[]\n" + whole,
    ],
)
def test_a_damaged_file_is_passed_over_and_stays(folder, draft, damage):
    good = replace(draft, address=Address(Scope("acme"), "good"))
    left_behind(folder, draft)
    (file,) = folder.glob("*.draft")
    whole = file.read_bytes()
    damaged = damage(whole)
    left_behind(folder, good)
    file.write_bytes(damaged)
    assert damaged != whole
    assert Drafts(folder).all_for(draft.location) == [good]
    assert file.read_bytes() == damaged


def test_what_is_no_file_of_ours_is_passed_over(folder, draft):
    left_behind(folder, draft)
    (folder / "folder.draft").mkdir()
    (folder / "notes.txt").write_text("mine")
    os.mkfifo(folder / "pipe.draft")
    assert Drafts(folder).all_for(draft.location) == [draft]
    assert {"folder.draft", "notes.txt", "pipe.draft"} <= {each.name for each in folder.iterdir()}


def test_a_write_that_was_cut_short_leaves_the_draft_before_it(folder, draft):
    left_behind(folder, draft)
    (file,) = folder.glob("*.draft")
    half = file.with_suffix(".unfinished")
    half.write_bytes(file.read_bytes()[:20])
    assert Drafts(folder).all_for(draft.location) == [draft]
    assert not half.exists()


def test_the_lock_of_a_dead_inspector_is_cleared_away_after_a_while(folder, draft, other_inspector):
    other_inspector.kill()
    other_inspector.wait()
    (lock,) = folder.glob("*.alive")
    Drafts(folder).all_for(draft.location)
    assert lock.exists()
    os.utime(lock, (0, 0))
    assert len(Drafts(folder).all_for(draft.location)) == 1
    assert not lock.exists()


def test_nothing_is_made_before_there_is_something_to_keep(folder, draft):
    ours = Drafts(folder)
    assert ours.all_for(draft.location) == []
    ours.forget(draft.location, draft.address)
    ours.close()
    ours.close()
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path, draft):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Drafts(tmp_path / "file" / "drafts").keep(draft)


def entry_of(draft: Draft, data: bytes, revision: int) -> RawEntry:
    scope, key = draft.address
    return RawEntry(scope, key, draft.kind, data, len(data), revision, datetime.now(UTC), None)


def test_a_draft_expects_the_revision_that_it_is_based_on_where_revisions_last(draft):
    assert based_on(draft, entry_of(draft, b"other", 900), counts=True) == draft.revision
    assert based_on(draft, None, counts=True) == draft.revision


def test_without_lasting_revisions_a_draft_is_compared_by_its_bytes(draft):
    assert based_on(draft, entry_of(draft, draft.base, 900), counts=False) == 900
    other = entry_of(draft, b"other", draft.revision)
    assert based_on(draft, other, counts=False) != other.revision
    assert based_on(draft, None, counts=False) != 0


def test_a_draft_of_the_empty_key_is_offered(folder, draft):
    odd = replace(draft, address=Address(draft.address.scope, ""))
    left_behind(folder, odd)
    assert Drafts(folder).all_for(odd.location) == [odd]
