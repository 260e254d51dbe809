"""A Cat that runs as its users run it, with its own plugins and one line in its config.py, keeps all in a storage."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

import pytest

from storage_core import Kind, Storage
from tests.foreign.cat_project import CatProject

WORKSPACE = "wonderland"
ANN, BOB = UUID(int=1), UUID(int=2)
CALLERS = [UUID(int=10 + number % 4) for number in range(40)]
SETTINGS = "settings_core_config_core"
NUMBERS = [9.0, -0.0, 2**63, 2**70, 10**400, 1e-7, 3.14, -(2**63), [9.0, -0.0, 10**400]]


@dataclass
class Day:
    """What was seen of a Cat: while it ran, after it had ended, when it ran again, and without the switch."""

    answers: dict[str, Any] = field(default_factory=dict)
    plugins: set[str] = field(default_factory=set)
    shared: dict[str, Any] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    own_rows_before: list[Any] = field(default_factory=list)
    own_rows_after: list[Any] = field(default_factory=list)
    plugins_again: set[str] = field(default_factory=set)
    todos_again: str = ""
    plugins_without: set[str] = field(default_factory=set)


def _seen_from_outside(day: Day, storage_path: Path) -> None:
    with Storage(storage_path, read_only=True) as storage:
        for found in storage.scopes():
            assert found.scope.workspace == WORKSPACE
            values = storage.store(found.scope)
            assert {entry.kind for entry in values.entries()} == {Kind.JSON}
            into = day.shared if found.scope.user is None else day.users.setdefault(found.scope.user, {})
            into |= {key: values.load(key) for key in values.keys()}


@pytest.fixture(scope="module")
def day(fresh_project: CatProject, tmp_path_factory: pytest.TempPathFactory) -> Day:
    cat = fresh_project.copied_to(tmp_path_factory.mktemp("day") / WORKSPACE)
    cat.switch_on()
    day = Day(own_rows_before=cat.own_rows())
    with cat.serving() as server:
        day.plugins = server.active_plugins()
        server.call("PUT", "/plugins/ui/toggle")
        server.call("PUT", f"/settings/{SETTINGS[9:].replace('_', '__')}", {
            "default_llm": "obedient:tools", "default_embedder": "default:default"
        })  # fmt: skip
        day.answers["mcp"] = server.call(
            "PUT",
            "/settings/mcp_client__directives__mcp",
            {"servers": [{"name": "loop", "url": "http://127.0.0.1:9"}]},
        )["value"]
        day.answers["todo"] = server.say("todo", "create_todo", ANN, text="buy milk")
        server.say("todo", "create_todo", BOB, text="paint the roses")
        server.say("todo", "update_todo", BOB, todo_id=1, done=True)
        day.answers["numbers"] = [server.probe("store", "save", f"n{i}", n) for i, n in enumerate(NUMBERS)]
        day.answers["numbers read"] = [server.probe("store", "load", f"n{i}") for i in range(len(NUMBERS))]
        day.answers["exists"] = [
            server.probe("user", "exists", "todos", user=user) for user in (ANN, UUID(int=3))
        ]
        day.answers["delete"] = [server.probe("store", "delete", "n0") for _ in range(2)]
        with ThreadPoolExecutor(8) as callers:
            list(
                callers.map(lambda user: server.probe("user", "save", "mine", str(user), user=user), CALLERS)
            )
        day.answers["admin"] = server.probe("user", "save", "theme", "dark")
        day.answers["bootstrap"] = server.call("GET", "/probe/bootstrap")
        _seen_from_outside(day, cat.storage)
    day.files = {path.name for path in cat.storage.parent.glob("storage.db*")}
    day.own_rows_after = cat.own_rows()
    with cat.serving() as server:
        day.plugins_again = server.active_plugins()
        day.todos_again = server.say("todo", "list_todos", BOB)
    cat.switch_off()
    with cat.serving() as server:
        day.plugins_without = server.active_plugins()
    return day


def test_what_the_cat_had_before_is_there_from_the_start(day: Day) -> None:
    assert {
        "chats",
        "llms",
        "mcp_client",
        "probe",
        "simple_oauth",
        "tutorial",
        "ui",
        "uploads",
    } == day.plugins
    rows = {key: value for _, key, value in day.own_rows_before}
    assert day.shared["installation_info"]["id"] in rows["installation_info"]


def test_a_plugin_that_is_switched_off_is_seen_from_outside_and_stays_off(day: Day) -> None:
    assert set(day.shared["active_plugins"]) == day.plugins - {"ui"}
    assert day.plugins_again == day.plugins - {"ui"}


def test_settings_that_are_saved_through_the_cats_pages_are_seen_from_outside(day: Day) -> None:
    assert day.shared[SETTINGS] == {"default_llm": "obedient:tools", "default_embedder": "default:default"}
    assert day.shared["settings_mcp_client_directives_mcp"] == day.answers["mcp"]
    assert day.answers["mcp"]["servers"][0]["name"] == "loop"


def test_the_to_do_agent_keeps_a_list_for_each_of_its_users(day: Day) -> None:
    assert day.answers["todo"] == "Created todo #1: buy milk"
    assert day.users[str(ANN)] == {"todos": [{"id": 1, "text": "buy milk", "done": False}]}
    assert day.users[str(BOB)] == {"todos": [{"id": 1, "text": "paint the roses", "done": True}]}
    assert day.users[str(uuid5(NAMESPACE_DNS, "admin"))] == {"theme": "dark"}
    assert day.todos_again == "[x] #1 paint the roses"


def test_requests_at_the_same_time_save_for_whom_they_run(day: Day) -> None:
    for user in CALLERS:
        assert day.users[str(user)] == {"mine": str(user)}


def test_numbers_are_exact(day: Day) -> None:
    for seen in (day.answers["numbers"], day.answers["numbers read"]):
        assert [repr(number) for number in seen] == [repr(number) for number in NUMBERS]
    assert [repr(day.shared[f"n{i}"]) for i in range(1, len(NUMBERS))] == list(map(repr, NUMBERS[1:]))
    assert math.copysign(1, day.shared["n1"]) == -1


def test_exists_is_there_for_a_user_as_the_documentation_says(day: Day) -> None:
    assert day.answers["exists"] == [True, False]


def test_delete_tells_whether_there_was_something(day: Day) -> None:
    assert day.answers["delete"] == [True, False]
    assert "n0" not in day.shared


def test_user_verbs_outside_a_request_raise_as_ever(day: Day) -> None:
    assert day.answers["bootstrap"] == ["RuntimeError"]


def test_nothing_is_written_into_the_cats_own_tables(day: Day) -> None:
    assert day.own_rows_after == day.own_rows_before


def test_the_storage_is_closed_when_the_cat_is_told_to_end(day: Day) -> None:
    assert day.files == {"storage.db"}


def test_without_the_line_the_cat_has_its_own_tables_again(day: Day) -> None:
    assert day.plugins_without == day.plugins


def test_a_cat_whose_storage_cannot_be_opened_says_why_and_does_not_start(cat: CatProject) -> None:
    cat.switch_on()
    cat.storage.write_bytes(b"something else" * 1_000)
    server = cat.start("-m", "uvicorn", "cat.startup:cheshire_cat_api", "--uds", cat.folder / "socket")
    said, complained = server.communicate(timeout=120)
    assert server.returncode == 3, said + complained
    assert "NotAStorageError" in said
    assert cat.storage.read_bytes() == b"something else" * 1_000
    assert cat.own_rows()  # nothing was saved elsewhere instead
