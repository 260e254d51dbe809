"""Where the person is: kept the same in the tree, the table, the breadcrumb and on the desk."""

from PySide6.QtCore import QObject, Signal

from inspector.views.breadcrumb import Breadcrumb
from inspector.views.desk import Desk
from inspector.views.key_pane import KeyPane
from inspector.views.scope_pane import ScopePane
from storage_core import Scope
from storage_core.browse import Address


class Place(QObject):
    """Leads the panes from place to place. An edit that the person keeps holds them all where they are.

    `moved` is emitted with the Address of each key that is arrived at.
    """

    moved = Signal(object)

    def __init__(self, scopes: ScopePane, keys: KeyPane, breadcrumb: Breadcrumb, desk: Desk) -> None:
        super().__init__()
        self._scopes = scopes
        self._keys = keys
        self._breadcrumb = breadcrumb
        self._desk = desk
        self.leading_to: tuple[Scope, str] | None = None
        """Where in the tree the person is being led to: when it tells of that, it is known already."""

    async def go_to(self, address: Address) -> None:
        """Show a key, wherever it is; where an edit is kept, stay."""
        await self._desk.choose(address)
        if self._desk.address == address:
            await self.show(address)

    async def show(self, address: Address) -> None:
        """Let tree, table and breadcrumb show the key that is on the desk."""
        await self._lead_tree(address)
        prefix = self._scopes.prefix if self._scopes.holds(address) else ""
        is_elsewhere = self._keys.scope is not None and self._keys.home != (address.scope, prefix)
        if is_elsewhere or not self._keys.is_about(address):
            await self._keys.show_scope(address.scope, prefix)
        await self._keys.choose(address)
        self._breadcrumb.show_place(*address)
        self.moved.emit(address)

    async def enter(self, scope: Scope, prefix: str) -> None:
        """Show the keys of a scope, or of a group in it, and the first of them."""
        if not await self._desk.may_leave():
            if self._desk.address is not None:
                await self._lead_tree_back(self._desk.address)
            return
        self._breadcrumb.show_place(scope)
        self._keys.choose_none()
        await self._keys.show_scope(scope, prefix)
        first = self._keys.choose_first()
        if first is not None:
            await self.arrive(first)
        elif not self._keys.has_selection():
            await self._desk.choose(None)

    async def arrive(self, address: Address) -> None:
        """The person went to a key in the table: put its value on the desk."""
        await self._desk.choose(address)
        here = self._desk.address
        if here is not None:
            await self._lead_tree(here)
            if not self._keys.is_at(here):  # its row went meanwhile
                await self._keys.choose(here)
            self._breadcrumb.show_place(*here)
            self.moved.emit(here)

    async def move_on(self, address: Address) -> None:
        """The row that the person was at is gone. After their own delete they are at the next one; else they stay."""
        if self._desk.address is None:
            await self.arrive(address)
            await self._keys.choose(address)
        else:
            self._keys.choose_none()

    async def _lead_tree(self, address: Address) -> None:
        """Let the tree be at the key's scope, or at a group of it where it is there already."""
        if not self._scopes.holds(address):
            await self._lead_tree_back(address)

    async def _lead_tree_back(self, address: Address) -> None:
        """Let the tree be where the table is, as far as that has the key."""
        scope, prefix = self._keys.home
        if scope == address.scope and address.key.startswith(prefix):
            await self._lead_tree_to(address.scope, prefix)
        if not self._scopes.holds(address):
            await self._lead_tree_to(address.scope, "")

    async def _lead_tree_to(self, scope: Scope, prefix: str) -> None:
        self.leading_to = (scope, prefix)
        try:
            await self._scopes.choose(scope, prefix)
        finally:
            self.leading_to = None
