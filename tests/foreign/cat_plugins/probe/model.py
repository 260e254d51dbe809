"""A model that calls the tool which the message names: what is said is JSON, `{"name": ..., "args": ...}`."""

import json

from cat.base import ModelProvider
from cat.protocols.model_context.type_wrappers import TextContent, ToolCall
from cat.types import Message


class ObedientModel(ModelProvider):
    slug = "obedient"

    async def list_llms(self):
        return ["tools"]

    async def llm(self, model, messages, system_prompt="", tools=(), on_token=None, on_tool_call=None):
        said = messages[-1]
        if said.role == "tool":
            return Message(role="assistant", content=[TextContent(text=said.text)])
        return Message(
            role="assistant", content=[], tool_calls=[ToolCall(id="call", **json.loads(said.text))]
        )
