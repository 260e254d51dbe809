"""What a plugin writes is taken apart into messages, whatever has come in between."""

import json
from typing import Any

import pytest

from storage_core.hosts.dify.process import _messages

HEARTBEAT = '{"event":"heartbeat","session_id":null,"data":{}}'
LOG = '{"event": "log", "data": {"level": "INFO", "message": "{\\"nested\\": 1}"}}'
BEAT, LOGGED = json.loads(HEARTBEAT), json.loads(LOG)
TOO_DEEP = '{"a": ' * 100_000 + "1"


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ("", []),
        ("\n", []),
        (HEARTBEAT + "\n", [BEAT]),
        (HEARTBEAT + LOG + "\n", [BEAT, LOGGED]),
        ("text" + HEARTBEAT + " more\n", ["text", BEAT, "more"]),
        ("{'a': 1}\n", ["{'a': 1}"]),
        ('{"cut off": "here\n', ['{"cut off": "here']),
        (TOO_DEEP + "\n", [TOO_DEEP]),
    ],
    ids=["nothing", "an end of line", "one", "two", "text around", "no JSON", "half", "too deep"],
)
def test_a_line_is_messages_and_text(line: str, messages: list[Any]) -> None:
    assert list(_messages(line)) == messages
