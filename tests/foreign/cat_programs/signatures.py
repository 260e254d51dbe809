"""Says how the Cat's verbs are called, and how those of storage_core's stand-in are."""

import inspect
import json

from cat import User, store

from storage_core.hosts.cheshire_cat import CatStore


def signature(verb: object) -> list[str]:
    parameters = inspect.signature(verb).parameters.values()
    named = [p for p in parameters if p.name not in ("self", "user_id")]
    return [f"{p.name} {p.kind.name} {p.default!r}" for p in named]


verbs = ("save", "load", "delete", "exists")
cats = {verb: signature(getattr(store, verb)) for verb in verbs}
users = {verb: signature(getattr(User, verb)) for verb in verbs if hasattr(User, verb)}
ours = {verb: signature(getattr(CatStore, verb)) for verb in verbs}
print(json.dumps([cats, users, ours]))
