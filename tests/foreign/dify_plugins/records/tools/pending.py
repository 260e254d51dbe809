import json
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class PendingTool(Tool):
    """Notes what is still to do as JSON, and deletes the note when it is done: written for a storage that raises."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        storage = self.session.storage
        key = f"gmail:{tool_parameters['account']}:pending:{tool_parameters['message']}"
        if tool_parameters.get("done"):
            try:
                note = json.loads(storage.get(key).decode())
                storage.delete(key)
            except Exception as error:  # noqa: BLE001 - the SDK has no finer one
                yield self.create_text_message(f"nothing to do: {error}")
                return
            yield self.create_json_message(note)
        else:
            storage.set(key, json.dumps({"id": tool_parameters["message"], "labels": ["café"]}).encode())
            yield self.create_text_message("noted")
