"""How a scope reads, and a row of the tree of scopes, in the words of the system whose data is open."""

from inspector.formats import human_size, thousands
from inspector.models.scope_rows import Row, RowKind
from inspector.plain import visible
from inspector.system import OUR_OWN, System
from storage_core import Scope


def scope_text(scope: Scope, system: System = OUR_OWN) -> str:
    """A scope in one line, all of it visible, as the people of its system call it."""
    return " / ".join(map(visible, system.path(scope)))


def shown(row: Row, system: System) -> str:
    """What a row is called."""
    if row.kind is RowKind.GROUP and not row.name:
        return "(empty)"
    return visible(system.member_name(row.scope) if row.kind is RowKind.USER else row.name)


def described(row: Row, system: System) -> list[str]:
    """What a row is called, what its data calls it where that is something else, and what there is below it."""
    names = [shown(row, system)]
    if row.kind is RowKind.USER and names != [visible(row.name)]:
        names.append(visible(row.name))
    return [*names, _in_words(row, system)]


def measure(row: Row, system: System) -> str:
    """What stands beside the name: how many keys there are, or how much they hold where that matters more."""
    if row.size is not None:
        return human_size(row.size)
    return _keys(row) if system.weighs else thousands(row.count)


def _in_words(row: Row, system: System) -> str:
    if row.kind is RowKind.MORE:
        return "Filter keys to see them" if row.prefix else "Filter scopes to see them"
    kind = system.member if row.kind is RowKind.USER else row.kind.value
    size = "" if row.size is None else f", {human_size(row.size)} ({thousands(row.size)} bytes)"
    return f"{kind}, {_keys(row)}{size}"


def _keys(row: Row) -> str:
    return "1 key" if row.count == 1 else f"{thousands(row.count)} keys"
