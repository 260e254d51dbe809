"""Every verb by its name, for tests that ask the same of all of them."""

from collections.abc import Awaitable, Callable

from storage_core import AsyncStorage, AsyncStore, Scope
from tests.storage_core.facades import listed

Verb = Callable[[AsyncStorage, AsyncStore], Awaitable[object]]

READS: dict[str, Verb] = {
    "get": lambda storage, store: store.get("bytes"),
    "load": lambda storage, store: store.load("json"),
    "load_text": lambda storage, store: store.load_text("json"),
    "exists": lambda storage, store: store.exists("json"),
    "entry": lambda storage, store: store.entry("json"),
    "keys": lambda storage, store: listed(store.keys()),
    "entries": lambda storage, store: listed(store.entries()),
    "load_many": lambda storage, store: store.load_many(["json", "other"]),
    "get_many": lambda storage, store: store.get_many(["bytes"]),
    "workspaces": lambda storage, store: storage.workspaces(),
    "scopes": lambda storage, store: storage.scopes(),
    "changes": lambda storage, store: listed(storage.changes(0)),
    "check": lambda storage, store: storage.check(),
    "backup": lambda storage, store: storage.backup(storage.location.with_name("backup.db")),
}
WRITES: dict[str, Verb] = {
    "set": lambda storage, store: store.set("bytes", b"new" * 100),
    "save": lambda storage, store: store.save("json", {"new": "value" * 100}),
    "save_text": lambda storage, store: store.save_text("json", "[1.00]"),
    "update": lambda storage, store: store.update("number", lambda number: number + 1, 0),
    "save_many": lambda storage, store: store.save_many({"json": 1, "other": 2}),
    "set_many": lambda storage, store: store.set_many({"bytes": b"1", "more": b"2"}),
    "expire": lambda storage, store: store.expire("json", 60),
    "rename": lambda storage, store: store.rename("json", "renamed", overwrite=True),
    "move": lambda storage, store: store.move("other", Scope("elsewhere")),
    "delete": lambda storage, store: store.delete("bytes"),
    "delete_many": lambda storage, store: store.delete_many(["more", "renamed"]),
    "clear": lambda storage, store: store.clear(),
}
VERBS = READS | WRITES
"""In an order in which each finds what it works on."""


async def fill(store: AsyncStore) -> None:
    """Put there what the verbs work on."""
    await store.save("json", {"some": ["value", 1, None]})
    await store.set("bytes", b"\x00\x01" * 50)
    await store.save("other", "x" * 300)
    await store.save("number", 0)
