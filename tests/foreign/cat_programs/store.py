"""The Cat's own store, told what to do by lines of JSON: VERB, USER (null: shared), KEY, VALUE; or "open", FILE.

It keeps its values in that file, where it makes its tables as the Cat does when a project is set up. Answers with a
line of JSON each: ["done", what it returned] or ["failed", the error's type, its text].
"""

import asyncio
import json
import sys
from typing import Any
from uuid import UUID

from cat.db import Store, UserStore
from cat.db.database import DB
from cat.db.models import create_tables


async def ask(verb: str, user: str | None, *rest: Any) -> Any:
    if user is None:
        return await getattr(Store, verb)(*rest)
    return await getattr(UserStore, verb)(UUID(user), *rest)


async def together(calls: list[list[Any]]) -> list[Any]:
    return list(await asyncio.gather(*(ask(*call) for call in calls)))


def answer(verb: str, *rest: Any) -> Any:
    if verb == "open":
        (DB.path,) = rest
        return create_tables()
    return asyncio.run(together(*rest) if verb == "together" else ask(verb, *rest))


print("ready", flush=True)
for line in sys.stdin:
    try:
        said = ["done", answer(*json.loads(line))]
    except Exception as error:  # noqa: BLE001 - whatever the Cat raises is its answer
        said = ["failed", type(error).__name__, str(error)]
    print(json.dumps(said), flush=True)
