"""The search of a window: it looks through the open storage, and a hit leads to its key."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow


class Search:
    """Binds the panel of search to the window and to its command."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._action = window.commands["Search"]
        self._action.triggered.connect(lambda: window.search.begin(window.scopes.scope))
        window.search.address_chosen.connect(window.go_to)
        window.search.left.connect(lambda: window.keys.table.setFocus())
        window.session_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self._action.setEnabled(self._window.session is not None)
        self._window.search.show_session(self._window.session)
