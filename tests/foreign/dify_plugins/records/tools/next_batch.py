from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class NextBatchTool(Tool):
    """Goes on where it was: a cursor of four bytes. Written for a storage that raises."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        key = f"airtable_cursor_{tool_parameters['table']}"
        try:
            start = int.from_bytes(self.session.storage.get(key), "big")
        except Exception as error:  # noqa: BLE001 - the SDK has no finer one
            yield self.create_text_message(f"from the start: {error}")
            start = 0
        end = start + int(tool_parameters["size"])
        self.session.storage.set(key, end.to_bytes(4, "big"))
        yield self.create_json_message({"from": start, "to": end})
