"""The Cat's own store in the current folder, told what to do by lines of JSON: VERB, USER (null: shared), KEY, VALUE.

Answers with a line of JSON each: ["done", what it returned] or ["failed", the error's type, its text].
"""

import asyncio
import json
import sys
from typing import Any
from uuid import UUID

from cat.db import Store, UserStore
from cat.db.models import create_tables


async def ask(verb: str, user: str | None, *rest: Any) -> Any:
    if user is None:
        return await getattr(Store, verb)(*rest)
    return await getattr(UserStore, verb)(UUID(user), *rest)


async def together(calls: list[list[Any]]) -> list[Any]:
    return list(await asyncio.gather(*(ask(*call) for call in calls)))


async def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        verb, *rest = json.loads(line)
        try:
            answer = ["done", await (together(*rest) if verb == "together" else ask(verb, *rest))]
        except Exception as error:
            answer = ["failed", type(error).__name__, str(error)]
        print(json.dumps(answer), flush=True)


create_tables()
asyncio.run(main())
