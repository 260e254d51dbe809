"""What published Dify plugins do with their storage works unchanged in three ways, and is seen from outside."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from storage_core.hosts.dify import LOAD_FAILED
from tests.foreign.dify import Answers, ask, endpoint, kept_by, tool


@pytest.fixture(params=["attach", "patch", "run"])
def way(request: pytest.FixtureRequest) -> str:
    """How a store is put behind a plugin's storage: what uses it runs once for each."""
    name: str = request.param
    return name


quickly_in_one_way = pytest.mark.parametrize(
    "way",
    ["run", pytest.param("attach", marks=pytest.mark.slow), pytest.param("patch", marks=pytest.mark.slow)],
)


@pytest.fixture
def location(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def said(answers: Answers) -> list[Any]:
    """What tools say: texts, JSON, and the content of blobs."""
    said = []
    for answer in answers:
        message = answer["message"]
        blob = message.get("blob")
        said.append(message.get("text") or message.get("json_object") or base64.b64decode(blob))
    return said


def test_a_message_that_is_marked_as_in_work_is_answered_once(way: str, location: Path) -> None:
    message = {"phone": "4900000", "text": "grüß dich"}
    requests = [endpoint("POST /message/m1", message, greeting="hi")] * 2
    requests.append(endpoint("POST /message/m2", message))
    answers, _ = ask(way, "messages", requests, location)
    assert [answer["status"] for answer in answers] == [200] * 3
    assert [json.loads(answer["body"])["answered"] for answer in answers] == [True, False, True]
    assert [json.loads(answer["body"])["greeting"] for answer in answers] == ["hi", "hi", None]
    assert kept_by("messages", location) == {
        "wecom_msg_m1": b"processing",
        "wecom_msg_m2": b"processing",
        "whatsapp:4900000:m1": "grüß dich".encode(),
        "whatsapp:4900000:m2": "grüß dich".encode(),
    }


@quickly_in_one_way
def test_a_cursor_of_four_bytes_goes_on_where_it_was(way: str, location: Path) -> None:
    first, _ = ask(way, "records", [tool("next_batch", table="t1"), tool("next_batch", table="t2")], location)
    assert said(first) == [f"from the start: {LOAD_FAILED}", {"from": 0, "to": 5}] * 2
    again, _ = ask(way, "records", [tool("next_batch", table="t1", size=70_000)], location)
    assert said(again) == [{"from": 5, "to": 70_005}]
    assert kept_by("records", location) == {
        "airtable_cursor_t1": (70_005).to_bytes(4, "big"),
        "airtable_cursor_t2": (5).to_bytes(4, "big"),
    }


@quickly_in_one_way
def test_a_note_in_json_is_deleted_once_it_is_done(way: str, location: Path) -> None:
    note = {"account": "sub-1", "message": "18c"}
    other = {"account": "sub-1", "message": "18d"}
    requests = [tool("pending", **note), tool("pending", **other), tool("pending", **note, done=True)]
    answers, _ = ask(way, "records", [*requests, requests[-1]], location)
    assert said(answers) == [
        "noted",
        "noted",
        {"id": "18c", "labels": ["café"]},
        f"nothing to do: {LOAD_FAILED}",
    ]
    kept = kept_by("records", location)
    assert json.loads(kept.pop("gmail:sub-1:pending:18d")) == {"id": "18d", "labels": ["café"]}
    assert kept == {}


def test_a_plugin_that_relies_on_the_documented_none_gets_it(way: str, location: Path) -> None:
    requests = [tool("keep", name="a"), tool("keep", name="a", text="hello"), tool("keep", name="a")]
    answers, _ = ask(way, "files", requests, location, missing="none")
    assert said(answers) == ["no such file", b"hello", b"hello"]
    assert {answer["meta"]["mime_type"] for answer in answers[1:]} == {"text/plain"}
    kept = kept_by("files", location)
    assert kept.pop("a:content") == b"hello"
    assert json.loads(kept.pop("a:meta")) == {"size": 5, "type": "text/plain"}
    assert kept == {}


def test_a_plugin_that_relies_on_the_documented_none_is_told_as_by_dify_that_there_is_none(
    way: str, location: Path
) -> None:
    answers, errors = ask(way, "files", [tool("keep", name="a"), tool("history", text="on")], location)
    assert f"{LOAD_FAILED}\n" in errors
    assert said(answers) == [{"said": ["on"]}]


@quickly_in_one_way
def test_an_oauth_state_is_good_for_once(way: str, location: Path) -> None:
    requests = [
        tool("sign_in", state="s1"),
        tool("sign_in", state="s2"),
        tool("sign_in", state="s1", finish=True),
    ]
    answers, _ = ask(way, "files", [*requests, requests[-1]], location)
    assert said(answers) == ["go and sign in", "go and sign in", "signed in", "not a state of ours"]
    assert kept_by("files", location) == {"oauth_state:s2": b"1"}


@quickly_in_one_way
def test_base64_of_gzip_of_json_grows_from_call_to_call(way: str, location: Path) -> None:
    answers, _ = ask(way, "files", [tool("history", text="hello"), tool("history", text="again")], location)
    assert said(answers) == [{"said": ["hello"]}, {"said": ["hello", "again"]}]
    (packed,) = kept_by("files", location).values()
    assert json.loads(gzip.decompress(base64.b64decode(packed))) == ["hello", "again"]


def test_what_one_way_has_stored_the_others_find(location: Path) -> None:
    seen = [
        said(ask(way, "records", [tool("next_batch", table="t")], location)[0])[-1]
        for way in ("run", "attach")
    ]
    seen += said(ask("patch", "records", [tool("next_batch", table="t")], location)[0])
    assert seen == [{"from": 0, "to": 5}, {"from": 5, "to": 10}, {"from": 10, "to": 15}]


@quickly_in_one_way
def test_values_of_many_megabytes_come_back_whole(way: str, location: Path) -> None:
    answers, _ = ask(way, "odd", [tool("ask", what="large")], location)
    assert said(answers) == [{"answer": 5_120_000}]
    assert kept_by("odd", location) == {"large": bytes(range(256)) * 20_000}


@quickly_in_one_way
def test_greenlets_of_one_request_that_store_at_once_lose_nothing(way: str, location: Path) -> None:
    answers, _ = ask(way, "odd", [tool("ask", what="write", key="n", count=20)], location)
    assert said(answers) == [{"answer": 100}]
    expected = {
        f"n:{greenlet}:{number}": str(number).encode() for greenlet in range(5) for number in range(20)
    }
    assert kept_by("odd", location) == expected
