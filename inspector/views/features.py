"""What a window can do beside its panes, each bound to its commands: ways to find things, and to bring them over."""

from typing import TYPE_CHECKING

from inspector.views.bookmarks import Bookmarks
from inspector.views.bring_over import BringOver
from inspector.views.customs import Customs
from inspector.views.files import FileDrop, RecentFiles
from inspector.views.journey import Journey
from inspector.views.search import Search
from inspector.views.shortcut_overlay import ShortcutOverlay
from inspector.views.view_menu import ViewMenu
from inspector.views.window_actions import commands_with_keys

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow


class Features:
    """Made once for a window, when all that it consists of is there."""

    def __init__(self, window: "MainWindow") -> None:
        self.shortcuts = ShortcutOverlay(window, commands_with_keys())
        self.customs = Customs(window, self.shortcuts, window.aftermath)
        self.search = Search(window)
        self.journey = Journey(window)
        self.bookmarks = Bookmarks(window)
        self.files = RecentFiles(window), FileDrop(window)
        self.bring_over = BringOver(window)
        self.view_menu = ViewMenu(window)
        window.commands["Shortcuts"].triggered.connect(self.shortcuts.open)
