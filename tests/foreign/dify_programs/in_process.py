"""in_process.py WAY FOLDER LOCATION MISSING: a plugin's own classes on Dify's SDK, its storage in a store.

WAY is "attach" or "patch". Requests come as the lines that `run-dify-plugin --lines` takes, and answers go as it
writes them.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from dify_plugin import DifyPluginEnv
from dify_plugin.core.entities.plugin.request import EndpointInvokeRequest, ToolInvokeRequest
from dify_plugin.core.plugin_executor import PluginExecutor
from dify_plugin.core.plugin_registration import PluginRegistration
from dify_plugin.core.runtime import Session

from storage_core import Storage, Store
from storage_core.hosts.dify import attach, patch
from storage_core.hosts.dify.declared import read_declared
from storage_core.hosts.dify.requests import endpoint_request, http_answer, tool_request, whole_blobs


def main(way: str, folder: str, location: str, missing: str) -> None:
    os.chdir(folder)
    sys.path.insert(0, folder)
    declared = read_declared(Path(folder), sys.executable)
    executor = PluginExecutor(DifyPluginEnv(), PluginRegistration(DifyPluginEnv()))
    with ExitStack() as stack:
        store = stack.enter_context(Storage(location)).workspace("acme").user(declared.plugin_id)
        if way == "patch":
            stack.enter_context(patch(store, missing=missing))
        for line in sys.stdin:
            asked = json.loads(line)
            session = new_session(way, store, missing)
            if "tool" in asked:
                request = tool_request(declared, asked["tool"], asked["parameters"], {})
                messages = executor.invoke_tool(session, ToolInvokeRequest(**request))
            else:
                settings = asked.get("settings", {})
                request = endpoint_request(
                    asked["endpoint"], json.dumps(asked["body"]).encode(), (), settings
                )
                messages = executor.invoke_endpoint(session, EndpointInvokeRequest(**request))
            say(messages)


def new_session(way: str, store: Store, missing: str) -> Session:
    session = Session.empty_session()
    if way == "attach":
        attach(session, store, missing=missing)
    return session


def say(messages: Iterator[Any]) -> None:
    try:
        answers = [as_json(message) for message in messages]
    except Exception as error:  # noqa: BLE001 - so does the SDK, and Dify shows it
        print(f"error: {error}", file=sys.stderr)
        return
    whole = [http_answer(answers)] if any("status" in answer for answer in answers) else whole_blobs(answers)
    for answer in whole:
        print(json.dumps(answer))


def as_json(message: Any) -> Mapping[str, Any]:
    return message if isinstance(message, dict) else message.model_dump(mode="json")


if __name__ == "__main__":
    main(*sys.argv[1:])
