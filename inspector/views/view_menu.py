"""How things are shown, chosen in the View menu and remembered: the theme, and what separates the groups of keys."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from inspector import theme
from inspector.views.chooser import Chooser

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

_THEMES = (
    (theme.Choice.SYSTEM, "As the &system"),
    (theme.Choice.LIGHT, "&Light"),
    (theme.Choice.DARK, "&Dark"),
)
_DELIMITERS = (
    (":", "&Colon  (cache:page)"),
    ("/", "&Slash  (cache/page)"),
    (".", "&Dot  (cache.page)"),
    ("", "&No groups"),
)


class ViewMenu(QObject):
    """Binds the two choices to the window; without settings they hold as long as it is open.

    How keys are grouped is chosen for each storage.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        menu = window.commands.menu("View")
        menu.addSeparator()
        self._themes = Chooser("&Theme", "themeChoice", _THEMES, menu)
        self._delimiters = Chooser("&Group keys by", "groupDelimiter", _DELIMITERS, menu)
        menu.addMenu(self._themes)
        menu.addMenu(self._delimiters)
        self._themes.chosen.connect(self._choose_theme)
        self._delimiters.chosen.connect(self._choose_delimiter)
        self._themes.aboutToShow.connect(self._show_theme)
        theme.theme().changed.connect(self._show_theme)
        self._show_theme()
        self._in_memory: dict[Path, str] = {}
        window.session_changed.connect(self._follow)
        self._follow()

    def _choose_theme(self, choice: theme.Choice) -> None:
        theme.theme().choose(choice)
        if self._window.settings is not None:
            self._window.settings.theme = choice

    def _show_theme(self) -> None:
        self._themes.show_choice(theme.theme().choice)

    def _choose_delimiter(self, delimiter: str) -> None:
        """Group by this here; where the system has no way of its own, also in the next storage."""
        self._window.scopes.set_delimiter(delimiter)
        settings, session = self._window.settings, self._window.session
        if session is not None:
            self._in_memory[session.location] = delimiter
        if settings is not None and session is not None:
            settings.set_delimiter_of(str(session.location), delimiter)
        if settings is not None and (session is None or session.system.delimiter is None):
            settings.delimiter = delimiter

    def _follow(self) -> None:
        """Group the keys of the storage that is open as the person has chosen there, else as its system does."""
        settings, session = self._window.settings, self._window.session
        delimiter = ":" if settings is None else settings.delimiter
        if session is not None:
            if settings is None:
                chosen = self._in_memory.get(session.location)
            else:
                chosen = settings.delimiter_of(str(session.location))
            own = session.system.delimiter
            delimiter = chosen if chosen is not None else delimiter if own is None else own
        self._window.scopes.set_delimiter(delimiter)
        self._delimiters.show_choice(delimiter)
