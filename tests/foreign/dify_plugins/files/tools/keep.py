import json
from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class KeepTool(Tool):
    """A file and what is known of it, under two keys: written for a storage that gives None, as is documented."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        storage, name = self.session.storage, tool_parameters["name"]
        if "text" in tool_parameters:
            content = tool_parameters["text"].encode()
            storage.set(f"{name}:content", content)
            storage.set(f"{name}:meta", json.dumps({"size": len(content), "type": "text/plain"}).encode())
        content = storage.get(f"{name}:content")
        if content is None:
            yield self.create_text_message("no such file")
            return
        meta = json.loads(storage.get(f"{name}:meta"))
        yield self.create_blob_message(content, meta={"mime_type": meta["type"]})
