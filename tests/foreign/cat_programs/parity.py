"""Says what the Cat's verbs do with many keys and values, on the `store` and on the `user` of a request."""

import asyncio
import json
import math
import sqlite3
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from cat import User, store, user
from cat.ambient.context_vars import Ctx, use_ctx

DEEP: list[Any] = []
for _ in range(600):
    DEEP = [DEEP]

VALUES: dict[str, Any] = {
    "a float that is whole": 9.0,
    "minus nought": -0.0,
    "2**63": 2**63,
    "-2**63 - 1": -(2**63) - 1,
    "2**70": 2**70,
    "10**400": 10**400,
    "numbers inside a list": [9.0, -0.0, 2**70, 10**400],
    "an integer": 9,
    "2**63 - 1": 2**63 - 1,
    "-2**63": -(2**63),
    "a fraction": 3.14,
    "1e22": 1e22,
    "1e-7": 1e-7,
    "true": True,
    "none": None,
    "no text": "",
    "text like a number": "9",
    "text like a float": " 1e5 ",
    "text like JSON": '{"a": [1]}',
    "text like null": "null",
    "text with NUL": "a\0b",
    "text of other scripts": "żółw 猫 😀",
    "a lone surrogate": "\ud800",
    "a split pair of surrogates": "\ud83d\ude00",
    "an empty list": [],
    "an empty object": {},
    "a tuple": (1, (2, "x")),
    "keys that are not text": {1: "a", None: "b", False: "c", 2.5: "d"},
    "keys that collide": {1: "a", "1": "b"},
    "nan": math.nan,
    "infinity": -math.inf,
    "nan inside": {"a": [math.nan, math.inf]},
    "600 levels": DEEP,
    "a set": {1},
    "bytes": b"x",
    "a UUID": uuid.UUID(int=7),
    "an integer of too many digits": 10**4300,
    "a large text": "x" * 300_000,
}

KEYS: dict[str, Any] = {
    "an ordinary key": "settings_core",
    "the empty key": "",
    "line breaks": "a\r\nb",
    "a NUL": "a\0b",
    "1,024 characters": "k" * 1_024,
    "1,025 characters": "k" * 1_025,
    "5,000 characters": "🐈" * 5_000,
    "a key like an escaped one": 'cat-key:""',
    "white space": "  ",
    "a UUID as a key": uuid.UUID(int=7),
    "an integer as a key": 5,
    "a surrogate": "\ud800",
    "a float as a key": 2.5,
    "none as a key": None,
}


async def outcome(verb: Callable[..., Awaitable[Any]], *arguments: Any) -> str:
    try:
        return repr(await verb(*arguments))
    except (ValueError, TypeError, sqlite3.Error) as error:
        return f"raises {type(error).__name__}"


async def table(whose: str, verbs: Any) -> dict[str, list[str]]:
    said = {}
    for name, value in VALUES.items():
        key = f"value {name}"
        returned = await outcome(verbs.save, key, value)
        said[f"{whose} {name}"] = [returned, await outcome(verbs.load, key, "default")]
    for name, key in KEYS.items():
        steps = [("save", key, [1]), ("load", key), ("delete", key), ("load", key, "gone"), ("delete", key)]
        said[f"{whose} {name}"] = [await outcome(getattr(verbs, verb), *rest) for verb, *rest in steps]
    said[f"{whose} default by name"] = [repr(await verbs.load(key="missing", default=[1]))]
    said[f"{whose} value by name"] = [repr(await verbs.save(key="named", value=1))]
    return said


async def main() -> None:
    said = await table("store", store)
    said["exists store"] = [repr(await store.exists(key)) for key in ("named", "missing", "value none")]
    with use_ctx(Ctx(user=User(id=uuid.UUID(int=1), name="ann"))):
        said |= await table("user", user)
        try:
            said["exists user"] = [repr(await user.exists(key)) for key in ("named", "missing", "value none")]
        except AttributeError:
            said["exists user"] = ["raises AttributeError"]
    with use_ctx(Ctx(user=User(id=uuid.UUID(int=2), name="bob"))):
        said["somebody else"] = [await outcome(user.load, "named")]
    for name, context in (("no request", None), ("nobody", Ctx(user=None))):
        with use_ctx(context):
            try:
                await user.load("named")
            except RuntimeError:
                said[name] = ["raises RuntimeError"]
    print(json.dumps(said))


asyncio.run(main())
