"""Turns are shared by those who want the same one, and forgotten with the last."""

import asyncio
import gc
import threading
from pathlib import Path

import pytest

from storage_core import InvalidValueError, Storage
from storage_core.turns import Turns


def test_those_who_want_the_same_address_share_a_turn() -> None:
    turns = Turns(threading.Lock)
    first = turns.of("key")
    assert turns.of("key") is first
    assert turns.of("other") is not first


def test_a_turn_is_forgotten_with_the_last_who_holds_it() -> None:
    turns = Turns(asyncio.Lock)
    for number in range(100):
        turns.of(number)
    gc.collect()
    assert not turns._turns


def test_a_change_that_updates_its_own_key_is_refused_instead_of_waiting_for_itself(tmp_path: Path) -> None:
    with Storage(tmp_path / "state.db") as storage:
        store = storage.workspace("acme")

        def nested(value: int) -> int:
            store.update("other", lambda other: other + 1, 0)
            return int(store.update("count", lambda count: count + 1, 0)) + value

        with pytest.raises(InvalidValueError, match="returns the new value"):
            store.update("count", nested, 0)
        assert (store.load("other"), store.load("count")) == (1, None)
        assert store.update("count", lambda count: count + 1, 0) == 1
