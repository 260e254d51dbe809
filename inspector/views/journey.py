"""Getting from place to place in a window: the jump to anywhere, and the ways back and forward."""

from typing import TYPE_CHECKING

from inspector.jumping import Destination
from inspector.trail import Trail
from inspector.views.jump_palette import JumpPalette
from storage_core.browse import Address

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow


class Journey:
    """Binds the jump palette and the trail of visited places to the window and to its commands."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._trail = Trail()
        self._palette = JumpPalette(window, window.tasks)
        self._palette.chosen.connect(self._go)
        window.commands["Jump"].triggered.connect(self._begin_jump)
        window.commands["Back"].triggered.connect(lambda: self._follow(self._trail.back()))
        window.commands["Forward"].triggered.connect(lambda: self._follow(self._trail.forward()))
        window.place.moved.connect(self._arrived)
        window.session_changed.connect(self._start_anew)
        self._start_anew()

    def _begin_jump(self) -> None:
        if self._window.session is not None:
            recent = [Destination(*address) for address in self._trail.recent()]
            session = self._window.session
            self._palette.begin(session.browser, recent, session.system)

    def _go(self, to: Destination) -> None:
        if to.key is None:
            self._window.start(self._window.scopes.choose(to.scope), newest_of="place")
        else:
            self._window.go_to(Address(to.scope, to.key))
        self._window.keys.table.setFocus()

    def _follow(self, place: Address | None) -> None:
        if place is not None:
            self._window.go_to(place)

    def _arrived(self, place: Address) -> None:
        self._trail.visit(place)
        self._allow()

    def _start_anew(self) -> None:
        """Another storage, or none: its places are others."""
        if self._palette.isVisible():
            self._palette.dismiss()
        self._trail.clear()
        self._window.commands["Jump"].setEnabled(self._window.session is not None)
        self._allow()

    def _allow(self) -> None:
        self._window.commands["Back"].setEnabled(self._trail.can_go_back())
        self._window.commands["Forward"].setEnabled(self._trail.can_go_forward())
