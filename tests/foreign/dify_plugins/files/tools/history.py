import base64
import gzip
import json
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class HistoryTool(Tool):
    """A conversation that grows, as base64 of gzip of JSON."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        storage = self.session.storage
        said = []
        if storage.exist("history"):
            said = json.loads(gzip.decompress(base64.b64decode(storage.get("history"))))
        said.append(tool_parameters["text"])
        storage.set("history", base64.b64encode(gzip.compress(json.dumps(said).encode())))
        yield self.create_json_message({"said": said})
