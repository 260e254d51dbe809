"""The bookmarks of a window: places that are kept, in the Go menu."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from inspector.formats import shortened
from inspector.models.scope_words import scope_text
from inspector.plain import visible, visible_key, without_mnemonic
from inspector.settings import Bookmark
from inspector.system import OUR_OWN, System
from storage_core import InvalidNameError, Scope
from storage_core.browse import Address

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

_LONGEST_TEXT = 80


class Bookmarks(QObject):
    """Binds the command and the menu to the places kept in the settings; without settings, in memory."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._in_memory: list[Bookmark] = []
        self._action = window.commands["Bookmark"]
        self._menu = window.commands.menu("Go")
        self._listed: list[QAction] = []
        self._action.triggered.connect(self._toggle)
        self._menu.aboutToShow.connect(self._show)
        window.place.moved.connect(self._show)
        window.scopes.scope_chosen.connect(self._show)
        window.session_changed.connect(self._show)
        self._show()

    def _kept(self) -> list[Bookmark]:
        settings = self._window.settings
        return self._in_memory if settings is None else settings.bookmarks

    def _keep(self, bookmarks: list[Bookmark]) -> None:
        if self._window.settings is None:
            self._in_memory = bookmarks
        else:
            self._window.settings.bookmarks = bookmarks

    def _here(self) -> Bookmark | None:
        """Where the person is: at a key, else in a scope, else nowhere."""
        session, address, scope = self._window.session, self._window.desk.address, self._window.scopes.scope
        if session is None:
            return None
        location = str(session.location)
        if address is not None:
            return Bookmark(location, address.scope.workspace, address.scope.user, address.key)
        return None if scope is None else Bookmark(location, scope.workspace, scope.user)

    def _toggle(self) -> None:
        """Keep the place where the person is; where it is kept already, no longer."""
        here, kept = self._here(), self._kept()
        if here is None:
            return
        if here in kept:
            self._keep([bookmark for bookmark in kept if bookmark != here])
            self._window.tell(f"No longer bookmarked: {self._words(here)}")
        else:
            self._keep([*kept, here])
            self._window.tell(f"Bookmarked: {self._words(here)}")
        self._show()

    def _show(self) -> None:
        """List what is kept, that of the open storage first, and say what the command would do."""
        here, kept = self._here(), [bookmark for bookmark in self._kept() if _scope_of(bookmark)]
        self._action.setEnabled(here is not None)
        self._action.setText("Remove this book&mark" if here in kept else "Book&mark this place")
        for action in self._listed:
            self._menu.removeAction(action)
            action.deleteLater()
        self._listed = []
        session = self._window.session
        open_now = "" if session is None else str(session.location)
        mine = [bookmark for bookmark in kept if bookmark.location == open_now]
        others = [bookmark for bookmark in kept if bookmark.location != open_now]
        for group in (mine, others):
            if group:
                self._listed.append(self._menu.addSeparator())
            for bookmark in group:
                words = self._words(bookmark) if group is mine else _words(bookmark)
                if group is others:
                    words += f"  in {visible(Path(bookmark.location).name)}"
                action = self._menu.addAction(without_mnemonic(shortened(words, _LONGEST_TEXT)))
                action.setCheckable(True)
                action.setChecked(bookmark == here)
                action.triggered.connect(
                    lambda _=False, bookmark=bookmark: self._window.start(self._go(bookmark))
                )
                self._listed.append(action)

    def _words(self, bookmark: Bookmark) -> str:
        """A place in the storage that is open, as its people call it."""
        session = self._window.session
        return _words(bookmark, OUR_OWN if session is None else session.system)

    async def _go(self, bookmark: Bookmark) -> None:
        """Go to a kept place; where it is in another storage, open that."""
        window, scope = self._window, _scope_of(bookmark)
        assert scope is not None
        if window.session is None or str(window.session.location) != bookmark.location:
            await window.open(Path(bookmark.location), read_only=window.commands["ReadOnly"].isChecked())
        if window.session is None or str(window.session.location) != bookmark.location:
            return  # it could not be opened, or an edit is kept in the storage before
        if bookmark.key is None:
            await window.scopes.choose(scope)
        else:
            window.go_to(Address(scope, bookmark.key))


def _scope_of(bookmark: Bookmark) -> Scope | None:
    """Whose place it is; None where the settings were damaged and it is nobody's."""
    try:
        return Scope(bookmark.workspace, bookmark.user)
    except InvalidNameError:
        return None


def _words(bookmark: Bookmark, system: System = OUR_OWN) -> str:
    scope = scope_text(Scope(bookmark.workspace, bookmark.user), system)
    return scope if bookmark.key is None else f"{scope} / {visible_key(bookmark.key)}"
