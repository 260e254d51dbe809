"""Any sequence of writes, here and by the daemon, leaves what a plain dict of files and folders says."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from storage_core import ConflictError, InvalidNameError, KeyNotFoundError, Storage
from tests.foreign.dify_daemon import TENANT, Daemon
from tests.storage_core.engines.dify.folder import PLUGIN

KEYS = st.sampled_from(["a", "a/b", "a/b/c", "a-b", "d", "d/e", "d/f"])
VALUES = st.binary(max_size=3)


def _above(key: str) -> Iterator[str]:
    while "/" in key:
        key = key.rpartition("/")[0]
        yield key


class Files(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / TENANT / "langgenius" / "gmail_trigger").mkdir(parents=True)
        self.storage = Storage(self.folder, durability="process")
        self.store = self.storage.store(PLUGIN)
        self.since = self.storage.revision()
        self.daemon = Daemon(self.folder, "hjlarry/storage")
        self.values: dict[str, bytes] = {}
        self.folders: set[str] = set()

    def teardown(self) -> None:
        self.storage.close()
        shutil.rmtree(self.folder)

    def _fits(self, key: str) -> bool:
        return key not in self.folders and not any(name in self.values for name in _above(key))

    def _put(self, key: str, value: bytes) -> None:
        self.values[key] = value
        self.folders.update(_above(key))

    @contextmanager
    def _refused(self, key: str) -> Iterator[bool]:
        if self._fits(key):
            yield True
        else:
            with pytest.raises(InvalidNameError):
                yield False

    @rule(key=KEYS, value=VALUES)
    def set(self, key: str, value: bytes) -> None:
        with self._refused(key) as fits:
            self.store.set(key, value)
        if fits:
            self._put(key, value)

    @rule(key=KEYS, value=VALUES)
    def daemon_sets(self, key: str, value: bytes) -> None:
        if self._fits(key):
            self.daemon.set(
                key, value or b"0"
            )  # an empty file is given a second, in case it is being written
            self._put(key, value or b"0")

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        assert self.store.delete(key) == (self.values.pop(key, None) is not None)

    @rule(key=KEYS)
    def daemon_deletes(self, key: str) -> None:
        if self.values.pop(key, None) is not None:
            self.daemon.delete(key)

    @rule(values=st.dictionaries(KEYS, VALUES, max_size=4))
    def set_many(self, values: dict[str, bytes]) -> None:
        apart = not any(name in values for key in values for name in _above(key))
        if apart and all(map(self._fits, values)):
            self.store.set_many(values)
            for key, value in values.items():
                self._put(key, value)
        else:
            with pytest.raises(InvalidNameError):
                self.store.set_many(values)

    @rule(prefix=st.sampled_from(["", "a", "a/", "d/f"]))
    def clear(self, prefix: str) -> None:
        gone = [key for key in self.values if key.startswith(prefix)]
        assert self.store.clear(prefix) == len(gone)
        for key in gone:
            del self.values[key]

    @rule(key=KEYS, new_key=KEYS, overwrite=st.booleans())
    def rename(self, key: str, new_key: str, overwrite: bool) -> None:
        def rename() -> None:
            self.store.rename(key, new_key, overwrite=overwrite)

        if key not in self.values:
            _raises(KeyNotFoundError, rename)
        elif key != new_key and new_key in self.values and not overwrite:
            _raises(ConflictError, rename)
        elif key != new_key and not self._fits(new_key):
            _raises(InvalidNameError, rename)
        else:
            rename()
            self._put(new_key, self.values.pop(key))

    @rule(key=KEYS, value=VALUES, guess=st.sampled_from(["right", "stale", "none"]))
    def compare_and_set(self, key: str, value: bytes, guess: str) -> None:
        entry = self.store.entry(key)
        revision = 0 if entry is None else entry.revision
        expected = {"right": revision, "stale": revision + 1, "none": 0}[guess]
        if expected != revision:
            _raises(ConflictError, lambda: self.store.set(key, value, if_revision=expected))
            return
        with self._refused(key) as fits:
            self.store.set(key, value, if_revision=expected)
        if fits:
            self._put(key, value)

    @invariant()
    def everything_is_there(self) -> None:
        assert list(self.store.keys()) == sorted(self.values)
        assert self.store.get_many(self.values) == self.values
        assert [info.count for info in self.storage.scopes()] == ([len(self.values)] if self.values else [])

    @invariant()
    def changes_lead_from_nothing_to_what_is_there(self) -> None:
        found: dict[str, int] = {}
        last = self.since
        for change in self.storage.changes(self.since):
            assert change.revision > last
            last = change.revision
            found.pop(change.key, None)
            if not change.deleted:
                found[change.key] = change.revision
        assert found == {entry.key: entry.revision for entry in self.store.entries()}


def _raises(error: type[Exception], call: Callable[[], None]) -> None:
    with pytest.raises(error):
        call()


TestFiles = Files.TestCase
TestFiles.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)


@pytest.mark.slow
class TestFilesForLong(Files.TestCase):
    settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
