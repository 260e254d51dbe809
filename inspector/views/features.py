"""The ways to find things in a window, each bound to its commands."""

from typing import TYPE_CHECKING

from inspector.views.journey import Journey
from inspector.views.search import Search

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow


class Features:
    """Made once for a window, when all that it consists of is there."""

    def __init__(self, window: "MainWindow") -> None:
        self.search = Search(window)
        self.journey = Journey(window)
