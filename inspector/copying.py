"""Keys, places and rows as text for the clipboard."""

import json
from collections.abc import Iterable

from inspector.system import OUR_OWN, SHARED, System
from storage_core import Entry, Kind, Scope
from storage_core.browse import Address

HEADINGS = ("key", "kind", "size", "updated", "expires")

_FOLDED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"}


def scope_path(scope: Scope, system: System = OUR_OWN) -> str:
    """The path of a scope, as its data names it: `acme / ann`; a shared one is `acme / Shared`."""
    if scope.user is None and system.no_shared:
        return scope.workspace
    return f"{scope.workspace} / {SHARED if scope.user is None else scope.user}"


def path_of(place: Address, system: System = OUR_OWN) -> str:
    """The path of a key, as the breadcrumb says it: `acme / ann / todos`."""
    return f"{scope_path(place.scope, system)} / {place.key}"


def plugin_code(place: Address, kind: Kind, system: System = OUR_OWN) -> str:
    """How a plugin reads the value: in the context of a request, `await user.load("todos")`."""
    if system.plugin_store:
        return f"{system.plugin_store}.{_verb(kind)}({_literal(place.key)})"
    store = "store" if place.scope.user is None else "user"
    return f"await {store}.{_verb(kind)}({_literal(place.key)})"


def scope_code(scope: Scope) -> str:
    """How a host reaches the scope: `storage.workspace("acme").user("ann")`."""
    workspace = f"storage.workspace({_literal(scope.workspace)})"
    return workspace if scope.user is None else f"{workspace}.user({_literal(scope.user)})"


def storage_code(place: Address, kind: Kind) -> str:
    """How a host reads the value: `storage.workspace("acme").user("ann").load("todos")`."""
    return f"{scope_code(place.scope)}.{_verb(kind)}({_literal(place.key)})"


def rows_as_table(entries: Iterable[Entry], system: System = OUR_OWN) -> list[str]:
    """A line for each entry, its cells apart by tabs as spreadsheets take them; see `HEADINGS`."""
    return ["\t".join(_cells(entry, system)) for entry in entries]


def _cells(entry: Entry, system: System) -> tuple[str, ...]:
    return (
        "".join(_FOLDED.get(character, character) for character in entry.key),
        entry.kind.name,
        str(entry.size),
        "" if system.no_times else entry.updated.isoformat(),
        "" if entry.expires is None else entry.expires.isoformat(),
    )


def _verb(kind: Kind) -> str:
    return "load" if kind is Kind.JSON else "get"


def _literal(name: str) -> str:
    """A Python literal in ASCII: JSON's escapes are Python's, but for characters beyond 16 bits."""
    if all(ord(character) < 0x10000 for character in name):
        return json.dumps(name).replace("\x7f", "\\x7f")
    return ascii(name)
