"""Throws the switch in a Cat that runs already, to and fro, on several event loops; says what it sees."""

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from cat import User
from cat.db import Store, UserStore

from storage_core import AsyncStorage, InvalidValueError, NotAStorageError
from storage_core.hosts.cheshire_cat import keep_values

VERBS = [(owner, name) for owner in (Store, UserStore) for name in ("save", "load", "delete", "exists")]
said = {}


def verbs() -> list[object]:
    return [owner.__dict__[name] for owner, name in VERBS]


def files() -> list[str]:
    return sorted(path.name for path in Path("data").glob("*.db*"))


before, finders = verbs(), list(sys.meta_path)
asyncio.run(Store.save("where", "table"))

switch = keep_values("data/kept.db", "cats")
said["twice is once"] = keep_values("data/kept.db", "cats") is switch
try:
    keep_values("data/other.db")
except InvalidValueError as error:
    said["elsewhere"] = str(error)

said["carried"] = asyncio.run(Store.load("where"))
said["files after a loop"] = files()
asyncio.run(Store.save("where", "storage"))


async def on_two_loops() -> list[object]:
    with ThreadPoolExecutor() as pool:
        loop = asyncio.get_running_loop()
        theirs = loop.run_in_executor(pool, lambda: asyncio.run(Store.save("thread", 1)))
        mine = await Store.save("task", 2)
        return [mine, await theirs, await Store.load("thread"), files()]


said["two loops"] = asyncio.run(on_two_loops())


async def reopened() -> object:
    await Store.save("again", 1)
    await switch.close()
    return [files(), await Store.load("again")]


said["closed and used again"] = asyncio.run(reopened())
said["whatever spelling"] = [
    asyncio.run(UserStore.save(UUID(int=0xABC), "k", 1)),
    asyncio.run(UserStore.load(str(UUID(int=0xABC)).upper(), "k")),
]


async def off_within_a_loop() -> list[object]:
    saving = asyncio.create_task(Store.save("late", 1))
    await asyncio.sleep(0)
    switch.off()
    switch.off()
    await saving
    return [await Store.load("where"), await Store.load("thread"), await Store.load("late")]


said["off"] = asyncio.run(off_within_a_loop())
said["verbs are the Cat's again"] = verbs() == before
said["finders are as they were"] = sys.meta_path == finders
said["user is as it was"] = not hasattr(User, "exists")

Path("data/broken.db").write_bytes(b"this is no storage" * 1_000)
with keep_values("data/broken.db"):
    try:
        asyncio.run(Store.load("where"))
    except NotAStorageError:
        said["broken"] = len(Path("data/broken.db").read_bytes())


async def mended() -> object:
    with keep_values("data/mended"):
        Path("data/mended").mkdir()
        try:
            await Store.load("where")
        except NotAStorageError:
            said["folder"] = "refused"
        Path("data/mended").rmdir()
        return await Store.load("where")


said["mended"] = asyncio.run(mended())
said["after the block"] = verbs() == before


async def everything() -> dict[str, object]:
    async with AsyncStorage("data/kept.db", read_only=True) as storage:
        values = storage.workspace("cats")
        return {key: await values.load(key) async for key in values.keys() if " " not in key}


said["kept"] = asyncio.run(everything())
print(json.dumps(said))
