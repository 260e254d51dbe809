"""Lets the whole window speak as the system whose data is open does, and say what cannot be done there."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from inspector.system import OUR_OWN, System
from inspector.views.aftermath_bar import AftermathBar
from inspector.views.shortcut_overlay import ShortcutOverlay
from inspector.views.state_view import State
from inspector.views.states import workspace_state
from inspector.views.window_actions import COMMANDS
from storage_core import Scope
from storage_core.browse import Address
from storage_core.raw import aftermath

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

MOST_TOLD = 200
"""Places of one deed whose aftermath is told: a cache is not emptied key by key beyond that."""

_JUMP = next(command for command in COMMANDS if command.name == "Jump")


class Customs(QObject):
    """Made before whatever else follows the session, so that it finds the words in place."""

    def __init__(self, window: "MainWindow", shortcuts: ShortcutOverlay, bar: AftermathBar) -> None:
        super().__init__(window)
        self._window = window
        self._shortcuts = shortcuts
        self._bar = bar
        window.keys.summary_of = self._summary
        window.scopes.model.dataChanged.connect(window.keys.tell_summary)
        bar.copied.connect(lambda: window.tell("Copied"))
        window.session_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        session = self._window.session
        system = OUR_OWN if session is None else session.system
        if session is not None:
            session.changed_here = self._tell_aftermath
        self._bar.forget()
        self._speak_of(system)

    def _speak_of(self, system: System) -> None:
        window = self._window
        window.commands.refuse(system.refused)
        window.commands["Jump"].setText(system.say(_JUMP.text))
        window.tool_row.jump.say(system.say(_JUMP.words))
        window.tool_row.breadcrumb.system = system
        window.activity.model.set_system(system)
        window.value.set_system(system)
        self._shortcuts.show_system(system)

    def _summary(self, scope: Scope) -> State | None:
        """What stands for the keys of a scope that cannot have any; None where it can."""
        session = self._window.session
        if session is None or scope.user is not None or not session.system.no_shared:
            return None
        members = self._window.scopes.model.members(scope.workspace)
        return workspace_state(members, session.system, read_only=session.read_only)

    def _tell_aftermath(self, places: Sequence[Address]) -> None:
        self._window.toast.hide()  # it may offer to undo what is no longer the last thing that was done
        session = self._window.session
        if session is None:
            return
        said = (aftermath(session.storage, *place) for place in islice(places, MOST_TOLD))
        sentences = [sentence for sentence in said if sentence]
        if sentences:
            self._bar.say(sentences, of=len(places))
