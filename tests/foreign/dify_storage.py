"""dify_storage.py URL: what a plugin does with `session.storage` of Dify's own SDK, over its wire; a line a call.

Each line is `[verb, key, value]`, bytes in hex; each answer `["is", result]` or `["raised", words]`.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from dify_plugin.core.runtime import Session
from dify_plugin.core.server.stdio.request_reader import StdioRequestReader
from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter


def main(url: str) -> None:
    session = Session(
        session_id="session",
        executor=ThreadPoolExecutor(),
        reader=StdioRequestReader(),
        writer=StdioResponseWriter(),
        dify_plugin_daemon_url=url,
    )
    for line in sys.stdin:
        verb, key, value = json.loads(line)
        arguments = [key] if value is None else [key, bytes.fromhex(value)]
        try:
            result = getattr(session.storage, verb)(*arguments)
        except Exception as error:  # noqa: BLE001 - whatever a plugin would see of it
            print(json.dumps(["raised", str(error)]), flush=True)
        else:
            shown = result.hex() if isinstance(result, bytes) else result
            print(json.dumps(["is", shown]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
