"""A plugin's own calls of `store` and `user`, by HTTP: the values go there and back as JSON text."""

import json
from typing import Annotated

from cat import endpoint, hook, store, user
from fastapi import Body
from fastapi.responses import PlainTextResponse

at_bootstrap = []


@hook
async def after_cat_bootstrap(_):
    try:
        await user.save("nobody", 1)
    except RuntimeError:
        at_bootstrap.append("RuntimeError")


@endpoint.post("/probe", role="authenticated")
async def probe(call: Annotated[list, Body()]) -> PlainTextResponse:
    whose, verb, *arguments = call
    answer = await getattr({"store": store, "user": user}[whose], verb)(*arguments)
    return PlainTextResponse(json.dumps(answer))


@endpoint.get("/probe/bootstrap")
async def bootstrap() -> list[str]:
    return at_bootstrap
