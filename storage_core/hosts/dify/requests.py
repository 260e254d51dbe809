"""Requests as Dify sends them to a plugin, and its answers in a form to read."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from storage_core.hosts.dify.declared import Declared, DeclaredTool, PluginError

_USER = "local"


def tool_request(
    declared: Declared,
    name: str,
    parameters: Mapping[str, Any],
    credentials: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Invoke the tool `name`, or "provider/name" where several have it; what is not given has its declared default.

    Raises PluginError where there is no such tool, or where a required parameter is missing.
    """
    tool = _find_tool(declared, name)
    defaults = {
        key: parameter["default"]
        for key, parameter in tool.parameters.items()
        if parameter.get("default") is not None
    }
    complete = defaults | dict(parameters)
    missing = [
        key for key, parameter in tool.parameters.items() if parameter.get("required") and key not in complete
    ]
    if missing:
        raise PluginError(f"{name} needs {', '.join(missing)}: give them as JSON, as {_example(missing)}")
    return {
        "type": "tool",
        "action": "invoke_tool",
        "user_id": _USER,
        "provider": tool.provider,
        "tool": tool.name,
        "credentials": dict(credentials),
        "tool_parameters": complete,
    }


def endpoint_request(
    route: str, body: bytes, headers: Iterable[tuple[str, str]], settings: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Call an endpoint as over HTTP; `route` is as "POST /path?query". JSON is declared as such in the headers.

    Raises PluginError where the route or a header cannot be sent.
    """
    method, _, target = route.strip().partition(" ")
    if not method.isalpha() or not target.startswith("/") or " " in target or not target.isprintable():
        raise PluginError(f'an endpoint is called as "POST /path", not as {route!r:.80}')
    lines = [f"{method.upper()} {target} HTTP/1.1"]
    given = {"host": "localhost"} | ({"content-type": "application/json"} if _is_json(body) else {})
    given |= {name.strip().lower(): value.strip() for name, value in headers}
    given["content-length"] = str(len(body))
    for name, value in given.items():
        if not name.replace("-", "").isalnum() or not value.isprintable():
            raise PluginError(f"a header is a name and a line of text, not {name!r:.80}: {value!r:.80}")
        lines.append(f"{name}: {value}")
    raw = "\r\n".join([*lines, "", ""]).encode() + body
    return {
        "type": "endpoint",
        "action": "invoke_endpoint",
        "settings": dict(settings),
        "raw_http_request": raw.hex(),
    }


def whole_blobs(answers: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The answers as they come, with each blob, which arrives in pieces, as one.

    Raises PluginError where a piece is none.
    """
    pieces: dict[str, bytearray] = {}
    for answer in answers:
        if not isinstance(answer, Mapping) or answer.get("type") != "blob_chunk":
            yield answer
            continue
        try:
            chunk = answer["message"]
            pieces.setdefault(chunk["id"], bytearray()).extend(base64.b64decode(chunk["blob"]))
            is_whole = chunk["end"]
        except (KeyError, TypeError, ValueError) as error:
            raise PluginError(f"the plugin sent a piece of a blob that is none: {answer!r:.200}") from error
        if is_whole:
            blob = base64.b64encode(pieces.pop(chunk["id"])).decode()
            yield {"type": "blob", "message": {"blob": blob}, "meta": answer.get("meta")}


def http_answer(answers: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """An endpoint's answer as one: `status`, `headers` and `body`, text or, where it is none, `body_base64`.

    Raises PluginError where what was sent is no answer of an endpoint's.
    """
    whole: dict[str, Any] = {"status": None, "headers": {}}
    body = bytearray()
    for answer in answers:
        try:
            whole |= {name: answer[name] for name in whole if answer.get(name) is not None}
            body += bytes.fromhex(answer.get("result") or "")
        except (AttributeError, TypeError, ValueError) as error:
            raise PluginError(f"the plugin sent what is no answer over HTTP: {answer!r:.200}") from error
    try:
        return whole | {"body": body.decode()}
    except UnicodeDecodeError:
        return whole | {"body_base64": base64.b64encode(body).decode()}


def _find_tool(declared: Declared, name: str) -> DeclaredTool:
    provider, _, tool_name = name.rpartition("/")
    found = [tool for tool in declared.tools if tool.name == tool_name and provider in ("", tool.provider)]
    if len(found) == 1:
        return found[0]
    named = ", ".join(f"{tool.provider}/{tool.name}" for tool in found or declared.tools) or "none at all"
    raise PluginError(
        f"{name}: {'several tools have this name' if found else 'no such tool'}; there are: {named}"
    )


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _example(names: Iterable[str]) -> str:
    return json.dumps(dict.fromkeys(names, "..."))
