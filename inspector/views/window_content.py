"""What stands in the middle of the window: the panes or, in their place, a state and what its button does."""

from typing import TYPE_CHECKING

from inspector.views.commands import Commands
from inspector.views.state_view import State
from inspector.views.states import CREATE, EMPTY, EMPTY_READ_ONLY, asks_for_another_file
from inspector.views.window_layout import WindowLayout

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow


class WindowContent:
    """Chooses between the panes of a window and its state."""

    def __init__(self, window: "MainWindow", layout: WindowLayout, doing: Commands) -> None:
        self._window = window
        self._layout = layout
        self._doing = doing

    async def show(self) -> None:
        """Show the panes, or, where the storage holds nothing yet, what can be done about it."""
        window = self._window
        if window.scopes.is_empty():
            is_read_only = window.session is not None and window.session.read_only
            self.show_state(EMPTY_READ_ONLY if is_read_only else EMPTY)
            return
        self._layout.show_panes()
        if window.scopes.scope is not None:
            return
        if window.desk.address is not None:  # an edit of before is back already
            window.show_address(window.desk.address)
        else:
            await window.scopes.choose_first()
            window.keys.table.setFocus()

    def show_state(self, state: State) -> None:
        """Show a state instead of the panes."""
        self._window.state.set_state(state)
        self._layout.show_state()
        self._window.state.setFocus()
        self._doing.update()

    async def follow(self) -> None:
        """Show the panes once something has been written to a storage that was empty."""
        state = self._window.state
        if state.isVisible() and state.state() in (EMPTY, EMPTY_READ_ONLY):
            await self._window.scopes.refresh()
            await self.show()

    async def answer(self) -> None:
        """Do what the state's button says."""
        window, state = self._window, self._window.state.state()
        if state is EMPTY:
            await self._doing.create()
        elif state.button == CREATE and window.location is not None:
            await window.open(window.location, create=True)
        elif asks_for_another_file(state):
            await self._doing.ask_for_file()
        else:
            await window.open_again()
