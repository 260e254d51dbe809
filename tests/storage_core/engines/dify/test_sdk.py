"""Dify's own SDK on one side, this library on the other: what one keeps, the other has."""

from pathlib import Path

import pytest

from storage_core import Storage
from tests.foreign.dify_daemon import MISSING, TENANT, Daemon
from tests.foreign.dify_wire import sdk_storage
from tests.storage_core.engines.dify.folder import PLUGIN
from tests.storage_core.facades import run_python

VALUES = {
    "wecom_msg_1": b"processing",
    "whatsapp:393330:1": "ciào".encode(),
    "airtable_cursor_app_ach": (7).to_bytes(4, "big"),
    "a/b/c.json": b'{"x": 1}',
    "ключ with space": b"\0\xff" * 1000,
    "empty one": b"",
}


def test_what_plugins_keep_is_here_and_what_is_written_here_plugins_get(folder: Path) -> None:
    with Storage(folder) as storage, sdk_storage(Daemon(folder, "hjlarry/storage")) as plugin:
        store = storage.store(PLUGIN)
        for key, value in VALUES.items():
            plugin.set(key, value)
        assert store.get_many(VALUES) == VALUES
        assert set(VALUES) <= set(store.keys())
        changed = {key: value + b"!" for key, value in VALUES.items()}
        store.set_many(changed)
        assert {key: plugin.get(key) for key in VALUES} == changed
        assert plugin.exist("a/b/c.json")
        assert store.delete("a/b/c.json")
        assert not plugin.exist("a/b/c.json")
        with pytest.raises(Exception, match=MISSING):
            plugin.get("a/b/c.json")
        plugin.delete("wecom_msg_1")
        assert store.get("wecom_msg_1") is None


def test_spellings_of_a_key_that_plugins_use_are_all_the_one_that_is_listed(folder: Path) -> None:
    with Storage(folder) as storage, sdk_storage(Daemon(folder, "hjlarry/storage")) as plugin:
        for number, key in enumerate(("/k", "./k", "k/", "x/../k", "k")):
            plugin.set(key, b"%d" % number)
            assert list(storage.store(PLUGIN).keys("k")) == ["k"]
            assert storage.store(PLUGIN).get("k") == b"%d" % number


GREENLETS = """
import sys
from gevent import monkey; monkey.patch_all()
import gevent
from storage_core import Storage, Scope
with Storage(sys.argv[1]) as storage:
    store = storage.store(Scope(sys.argv[2], "hjlarry/storage"))
    def work(number):
        for turn in range(5):
            store.set(f"g/{number}", b"%d" % turn)
            assert store.get(f"g/{number}") == b"%d" % turn
    jobs = [gevent.spawn(work, number) for number in range(8)]
    gevent.joinall(jobs, raise_error=True)
    print(len(list(store.keys("g/"))))
"""


def test_greenlets_write_beside_each_other(folder: Path) -> None:
    assert run_python(GREENLETS, folder, TENANT) == "8"
