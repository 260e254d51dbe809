"""Turns are shared by those who want the same one, and forgotten with the last."""

import asyncio
import gc
import threading

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
