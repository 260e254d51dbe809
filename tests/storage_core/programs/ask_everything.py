"""ask_everything.py FACADE LOCATION OPTIONS LIMITS: call every verb under the limits, and say what came of each.

OPTIONS (JSON) are those of the storage. LIMITS (JSON) hold for the process: "user" is who it becomes, "size" how many
bytes a file may have, "files" how many may be open.
"""

import asyncio
import json
import os
import resource
import sys
import threading
from typing import Any

from storage_core import StorageError
from tests.storage_core.facades import FACADES
from tests.storage_core.verbs import READS, VERBS


def limit(user: int | None = None, size: int | None = None, files: int | None = None) -> None:
    for name, most in ((resource.RLIMIT_FSIZE, size), (resource.RLIMIT_NOFILE, files)):
        if most is not None:
            resource.setrlimit(name, (most, resource.getrlimit(name)[1]))
    if user is not None and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


async def main(facade: str, location: str, options: dict[str, Any]) -> None:
    storage = FACADES[facade](location, **options)
    for name, verb in (READS if options.get("read_only") else VERBS).items():
        try:
            await verb(storage, storage.workspace("acme"))
        except StorageError as error:
            print(name, type(error).__name__)
        else:
            print(name, "done")
    await storage.close()
    for thread in set(threading.enumerate()) - {threading.main_thread()}:
        thread.join(timeout=60)  # those that the storage has closed are on their way out
    print("threads", threading.active_count())


if __name__ == "__main__":
    _, facade, location, options, limits = sys.argv
    limit(**json.loads(limits))
    asyncio.run(main(facade, location, json.loads(options)))
