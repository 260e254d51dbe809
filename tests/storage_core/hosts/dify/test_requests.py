"""Requests to a plugin are complete and say what is wrong; its answers are put together from their pieces."""

import base64
from typing import Any

import pytest

from storage_core.hosts.dify.declared import Declared, DeclaredTool, PluginError
from storage_core.hosts.dify.requests import endpoint_request, http_answer, tool_request, whole_blobs

PARAMETERS = {"table": {"required": True}, "size": {"default": 5}, "more": {"required": True, "default": 0}}
DECLARED = Declared(
    plugin_id="author/name",
    entry_point="main",
    storage_size=1024,
    tools=(DeclaredTool("one", "read", PARAMETERS), DeclaredTool("two", "read", {})),
    endpoints=(),
)


def raw(request: object) -> bytes:
    assert isinstance(request, dict)
    return bytes.fromhex(request["raw_http_request"])


def test_a_tool_gets_the_declared_defaults_of_what_is_not_given() -> None:
    request = tool_request(DECLARED, "one/read", {"table": "t", "extra": 1}, {"key": "secret"})
    assert request["tool_parameters"] == {"table": "t", "size": 5, "more": 0, "extra": 1}
    assert (request["provider"], request["tool"], request["credentials"]) == (
        "one",
        "read",
        {"key": "secret"},
    )
    assert tool_request(DECLARED, "one/read", {"table": "t", "size": 0}, {})["tool_parameters"]["size"] == 0


def test_a_tool_of_which_there_are_two_needs_its_provider() -> None:
    with pytest.raises(PluginError, match="several tools have this name; there are: one/read, two/read"):
        tool_request(DECLARED, "read", {}, {})
    assert tool_request(DECLARED, "two/read", {}, {})["provider"] == "two"


def test_a_request_to_an_endpoint_is_http_with_its_length() -> None:
    request = endpoint_request("post /a?b=c", b'{"a": 1}', [("X-Agent", " me ")], {"s": 1})
    head, _, body = raw(request).partition(b"\r\n\r\n")
    assert body == b'{"a": 1}'
    assert head.decode().split("\r\n") == [
        "POST /a?b=c HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        "x-agent: me",
        "content-length: 8",
    ]
    assert request["settings"] == {"s": 1}


def test_a_header_that_is_given_wins_and_bytes_are_no_json() -> None:
    assert b"content-type: text/csv\r\n" in raw(
        endpoint_request("PUT /", b"1", [("Content-Type", "text/csv")], {})
    )
    assert b"content-type" not in raw(endpoint_request("PUT /", b"\xff", [], {}))


@pytest.mark.parametrize("route", ["", "GET", "/a", "GET a", "GET /a b", "G3T /", "GET /a\r\nX: y"])
def test_a_route_is_a_method_and_a_path(route: str) -> None:
    with pytest.raises(PluginError, match='called as "POST /path"'):
        endpoint_request(route, b"", [], {})


@pytest.mark.parametrize("header", [("X: y", "1"), ("", "1"), ("X", "a\r\nY: b"), ("X", "a\nb")])
def test_a_header_cannot_bring_another_one(header: tuple[str, str]) -> None:
    with pytest.raises(PluginError, match="a header is a name and a line of text"):
        endpoint_request("GET /", b"", [header], {})


def test_a_streamed_answer_of_an_endpoint_is_one() -> None:
    pieces = [{"status": 201, "headers": {"A": "b"}}, {"result": b"hel".hex()}, {"result": b"lo".hex()}]
    assert http_answer(pieces) == {"status": 201, "headers": {"A": "b"}, "body": "hello"}
    binary = {"status": 200, "headers": {}, "result": b"\xff\x00".hex()}
    assert base64.b64decode(http_answer([binary])["body_base64"]) == b"\xff\x00"


def test_blobs_whose_pieces_come_in_between_each_other_are_whole() -> None:
    def piece(blob: str, data: bytes, *, end: bool = False) -> dict[str, object]:
        message = {"id": blob, "blob": base64.b64encode(data).decode(), "end": end}
        return {"type": "blob_chunk", "message": message, "meta": {"of": blob}}

    text = {"type": "text", "message": {"text": "between"}}
    pieces = [
        piece("a", b"1"),
        piece("b", b"2"),
        text,
        piece("b", b"", end=True),
        piece("a", b"3"),
        piece("a", b"", end=True),
    ]
    first, *blobs = whole_blobs(pieces)
    assert first == text
    assert [(blob["meta"], base64.b64decode(blob["message"]["blob"])) for blob in blobs] == [
        ({"of": "b"}, b"2"),
        ({"of": "a"}, b"13"),
    ]


@pytest.mark.parametrize("chunk", [{}, {"message": 1}, {"message": {"id": "a", "blob": "A", "end": True}}])
def test_a_piece_of_a_blob_that_is_none_is_a_fault_of_the_plugins(chunk: dict[str, object]) -> None:
    with pytest.raises(PluginError, match="a piece of a blob that is none"):
        list(whole_blobs([{"type": "blob_chunk"} | chunk]))


@pytest.mark.parametrize("answer", [5, [], {"result": "no hex"}, {"result": 5}])
def test_an_endpoint_that_answers_something_else_is_a_fault_of_the_plugins(answer: Any) -> None:
    assert list(whole_blobs([answer])) == [answer]
    with pytest.raises(PluginError, match="no answer over HTTP"):
        http_answer([answer])
