from collections.abc import Generator
from typing import Any

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage


class SignInTool(Tool):
    """An OAuth state that is good for once."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        storage, key = self.session.storage, f"oauth_state:{tool_parameters['state']}"
        if not tool_parameters.get("finish"):
            storage.set(key, b"1")
            yield self.create_text_message("go and sign in")
        elif storage.exist(key) and storage.get(key) == b"1":
            storage.delete(key)
            yield self.create_text_message("signed in")
        else:
            yield self.create_text_message("not a state of ours")
