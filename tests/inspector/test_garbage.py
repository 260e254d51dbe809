"""Garbage is collected on the GUI thread alone while a window is open, and by whom it was before afterwards."""

import gc

from inspector.garbage import GuiCollector


def test_collecting_goes_back_to_the_interpreter_with_the_last_window() -> None:
    gc.enable()
    try:
        first, second = GuiCollector(), GuiCollector()
        assert not gc.isenabled()
        first.stop()
        first.stop()
        assert not gc.isenabled()
        second.stop()
        assert gc.isenabled()
    finally:
        gc.disable()


def test_where_nobody_was_collecting_nobody_does_afterwards() -> None:
    gc.disable()
    GuiCollector().stop()
    assert not gc.isenabled()
