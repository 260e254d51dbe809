"""What stands below what in the tree of scopes, and in which order: plain rows, without Qt."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from operator import attrgetter

from inspector.system import OUR_OWN, System
from storage_core import Scope

LOADED_AT_MOST = 2_000
"""Rows of one parent: a tree view asks for every one of them again whenever one of them is inserted."""


class RowKind(Enum):
    """What a row of the tree is."""

    WORKSPACE = "workspace"
    SHARED = "shared"
    USER = "user"
    GROUP = "group"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is to be: what it is, its name as it is stored, and how many keys it has.

    `scope` is the workspace's shared one where the row is a workspace. `prefix` is a group's, with its delimiter;
    the row that stands for the rest has those of the row above it. `size` is how many bytes it has, where that is
    known.
    """

    kind: RowKind
    name: str
    scope: Scope
    prefix: str = ""
    count: int = 0
    size: int | None = None

    @property
    def order(self) -> tuple[int, str]:
        """What siblings sort by: Shared, then the others by code point, then the one that stands for the rest."""
        return (0 if self.kind is RowKind.SHARED else 2 if self.kind is RowKind.MORE else 1, self.name)


@dataclass(slots=True, eq=False)
class Node:
    """A row as it stands in the tree, under a number that is never given again. What it sorts by never changes.

    `asked` is whether its groups were asked for, `known` whether some were brought. Where they were brought but are
    not asked for, they are outdated.
    """

    number: int
    row: Row | None
    order: tuple[int, str]
    above: "Node | None"
    below: "list[Node]" = field(default_factory=list)
    asked: bool = False
    known: bool = False

    def position(self) -> int:
        """Its place among its siblings."""
        assert self.above is not None
        return bisect_left(self.above.below, self.order, key=attrgetter("order"))

    def descendants(self) -> "Iterator[Node]":
        for node in self.below:
            yield node
            yield from node.descendants()


class Census:
    """How many keys every scope has, and which of the scopes a filter lets through.

    `kept` is a scope that is shown also where it holds nothing: the one that the person is in.
    """

    def __init__(self) -> None:
        self._counts: dict[str, dict[Scope, int]] = {}
        self._sizes: Mapping[Scope, int] = {}
        self._filter = ""
        self.kept: Scope | None = None
        self.system: System = OUR_OWN

    def set_sizes(self, sizes: Mapping[Scope, int]) -> None:
        """Know how many bytes each scope has."""
        self._sizes = sizes

    def set_all(self, counts: Mapping[Scope, int]) -> None:
        """Know these scopes and no others."""
        self._counts = {}
        self.update(counts)

    def update(self, counts: Mapping[Scope, int]) -> None:
        """Know better about these scopes; 0 is for one that is gone."""
        for scope, count in counts.items():
            scopes = self._counts.setdefault(scope.workspace, {})
            if count:
                scopes[scope] = count
            else:
                scopes.pop(scope, None)
            if not scopes:
                del self._counts[scope.workspace]

    def set_filter(self, text: str) -> None:
        """Let through the workspaces and users whose name or title has `text` in it, in any case."""
        self._filter = text.casefold()

    def passes(self, name: str) -> bool:
        """Whether the filter lets this name through."""
        return self._filter in name.casefold()

    def first(self) -> Scope | None:
        """The first scope that holds anything."""
        return min(self._counts[min(self._counts)], key=_user) if self._counts else None

    def workspaces(self) -> list[Row]:
        """A row for each workspace that the filter lets through, or of which it lets a user through."""
        names = set(self._counts)
        if self.kept is not None:
            names.add(self.kept.workspace)
        rows = [
            Row(
                RowKind.WORKSPACE,
                name,
                Scope(name),
                "",
                sum(self._counts.get(name, {}).values()),
                self._size_of(self._counts.get(name, {})),
            )
            for name in sorted(names)
            if self.passes(name) or any(map(self._is_let_through, self._scopes_of(name)))
        ]
        return shortened(rows, lambda row: self.kept is not None and row.name == self.kept.workspace)

    def scopes(self, workspace: str) -> list[Row]:
        """A row for each scope of the workspace that the filter lets through; all of them where it has its name."""
        counts = self._counts.get(workspace, {})
        is_whole = self.passes(workspace)
        rows = [
            Row(
                RowKind.USER if scope.user else RowKind.SHARED,
                scope.user or "Shared",
                scope,
                "",
                counts.get(scope, 0),
                self._sizes.get(scope),
            )
            for scope in sorted(self._scopes_of(workspace), key=_user)
            if is_whole or self._is_let_through(scope)
        ]
        return shortened(rows, lambda row: row.scope == self.kept)

    def _is_let_through(self, scope: Scope) -> bool:
        title = self.system.titles(scope)
        return (scope.user is not None and self.passes(scope.user)) or (
            title is not None and self.passes(title)
        )

    def _size_of(self, scopes: Collection[Scope]) -> int | None:
        return sum(self._sizes.get(scope, 0) for scope in scopes) if self._sizes else None

    def _scopes_of(self, workspace: str) -> Collection[Scope]:
        scopes = self._counts.get(workspace, {})
        if self.kept is None or self.kept.workspace != workspace or self.kept in scopes:
            return scopes
        return [*scopes, self.kept]


def _user(scope: Scope) -> str:
    """What the scopes of a workspace sort by: Shared is the first."""
    return scope.user or ""


def shortened(rows: Sequence[Row], is_kept: Callable[[Row], bool], *, complete: bool = True) -> list[Row]:
    """The first of the rows, as many as a parent may have, with the kept one, and one for those that are left out.

    Unless `complete`, there are others of which nothing is known.
    """
    shown = list(rows[:LOADED_AT_MOST])
    left_out = rows[LOADED_AT_MOST:]
    shown[-1:] = next(([row] for row in left_out if is_kept(row)), shown[-1:])
    if not left_out and complete:
        return shown
    number = f"{len(left_out):,} " if complete else ""
    return [*shown, Row(RowKind.MORE, f"{number}more…", shown[-1].scope, shown[-1].prefix)]
