"""A plugin author runs a plugin of Dify's without a Dify, and sees what it answers, keeps, and asks for in vain."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from storage_core import InvalidValueError, Scope, Storage
from storage_core.hosts.dify import LOAD_FAILED
from storage_core.hosts.dify.declared import PluginError
from storage_core.hosts.dify.local import LocalPlugin
from tests.foreign.dify import PLUGINS, run_dify_plugin, tool
from tests.foreign.environments import PROJECT, environment_for, python_in, sends_tracebacks

ODD = "state-inspector/odd"


@pytest.fixture
def location(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the odd plugin, to change."""
    return Path(shutil.copytree(PLUGINS / "odd", tmp_path / "plugin"))


@pytest.fixture(scope="module")
def running_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the running plugin keeps its values."""
    return tmp_path_factory.mktemp("running") / "state.db"


@pytest.fixture(scope="module")
def running(running_at: Path) -> Iterator[tuple[LocalPlugin, list[str]]]:
    """The odd plugin, running, and the lines that it shows."""
    shown: list[str] = []
    with Storage(running_at) as storage:
        plugin = LocalPlugin(
            PLUGINS / "odd", storage, workspace="acme", python=python_in("dify"), show=shown.append
        )
        with plugin:
            yield plugin, shown


@pytest.fixture
def odd(running: tuple[LocalPlugin, list[str]]) -> LocalPlugin:
    """The odd plugin, running, which keeps nothing yet."""
    plugin, shown = running
    plugin.store.clear()
    shown.clear()
    return plugin


@pytest.fixture
def shown(running: tuple[LocalPlugin, list[str]]) -> list[str]:
    return running[1]


def asked(plugin: LocalPlugin, what: str, **parameters: Any) -> Any:
    """What the odd plugin's only tool answers."""
    (answer,) = plugin.tool("ask", {"what": what, **parameters})
    return answer["message"]["json_object"]["answer"]


def ask_odd(
    location: Path, what: str, *more: object, folder: Path = PLUGINS / "odd", **parameters: Any
) -> Any:
    """The command, which asks that of the odd plugin."""
    given = json.dumps({"what": what, **parameters})
    return run_dify_plugin(folder, "--storage", location, "--tool", "ask", "--parameters", given, *more)


def ask_within(walls: list[str], folder: Path, location: Path) -> Any:
    """The command, which asks the odd plugin for its number, where the system keeps it from what `unshare` names."""
    alone = ["unshare", *walls, "--map-root-user", "--user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody be kept apart")
    what = ["--tool", "ask", "--parameters", '{"what": "pid"}']
    command = [sys.executable, "-m", "storage_core.hosts.dify.runner", folder, "--storage", location, *what]
    return subprocess.run(
        [*alone, *map(str, command), "--python", python_in("dify")],
        cwd=PROJECT,
        env=environment_for(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_a_request_the_command_says_what_the_plugin_has() -> None:
    assert run_dify_plugin(PLUGINS / "records").stdout.splitlines() == [
        "state-inspector/records: may keep 1,048,576 bytes",
        "  --tool records/next_batch  (table: string, size?: number)",
        "  --tool records/pending  (account: string, message: string, done?: boolean)",
    ]
    assert '  --endpoint "POST /message/<id>"' in run_dify_plugin(PLUGINS / "messages").stdout


def test_answers_go_to_standard_output_and_all_else_to_standard_error(location: Path) -> None:
    ran = ask_odd(location, "print")
    assert [json.loads(line)["message"] for line in ran.stdout.splitlines()] == [
        {"json_object": {"answer": None}}
    ]
    said = ran.stderr.splitlines()
    assert "printed: printed without an end of line<b>printed</b> on two lines" in said
    assert "printed: {not: json}" in said
    assert "printed: at the start of an answer's line" in said
    assert "stderr: to the other stream" in said
    assert "WARNING: logged with a handler" in said
    assert said[-1] == f"{location}: local / {ODD}: 0 keys, 0 bytes"
    assert ran.returncode == 0


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_answers_are_json_whatever_the_terminal_can_show(
    location: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    (line,) = ask_odd(location, "characters").stdout.splitlines()
    assert json.loads(line)["message"]["json_object"]["answer"] == "grün 键"


def test_an_interpreter_is_looked_for_from_where_the_command_runs() -> None:
    relative = os.path.relpath(python_in("dify"), PROJECT)
    assert run_dify_plugin(PLUGINS / "odd", "--python", relative).returncode == 0


def test_a_plugin_runs_in_the_environment_of_its_folder_where_none_is_named(
    own: Path, location: Path
) -> None:
    (own / ".venv").symlink_to(Path(python_in("dify")).parents[1])
    with Storage(location) as storage, LocalPlugin(own, storage) as plugin:
        assert asked(plugin, "call", key="k", value="1") == "None"
        assert plugin.store.get("k") == b"1"


def test_answers_that_nobody_reads_end_the_command_quietly(location: Path) -> None:
    arguments = [PLUGINS / "odd", "--storage", location, "--python", python_in("dify"), "--lines", "--quiet"]
    command = [sys.executable, "-m", "storage_core.hosts.dify.runner", *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment_for(), stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        running.stdout = None
        _, errors = running.communicate(json.dumps(tool("ask", what="pid")) + "\n", timeout=60)
    assert (running.returncode, errors) == (1, "")


def test_quiet_leaves_errors_only(location: Path) -> None:
    lines = [tool("ask", what="print"), tool("ask", what="fail")]
    ran = run_dify_plugin(PLUGINS / "odd", "--storage", location, "--quiet", "--lines", lines=lines)
    assert len(ran.stdout.splitlines()) == 1
    assert ran.stderr.startswith("error: RuntimeError: this tool always fails\n")
    assert str(location) not in ran.stderr


def test_an_endpoint_is_called_as_over_http(location: Path, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text('{"phone": "49", "text": "hello"}')
    arguments = ["--endpoint", "POST /message/7", "--body", f"@{body}", "--header", "X-Agent: tests"]
    more = ["--settings", '{"greeting": "hi"}', "--storage", location]
    ran = run_dify_plugin(PLUGINS / "messages", *arguments, *more)
    answer = json.loads(ran.stdout)
    assert (answer["status"], answer["headers"]["Content-Type"]) == (200, "application/json")
    assert json.loads(answer["body"]) == {"answered": True, "greeting": "hi", "agent": "tests"}
    missing = run_dify_plugin(PLUGINS / "messages", "--endpoint", "POST /nowhere", "--storage", location)
    assert json.loads(missing.stdout)["status"] == 404


def test_what_else_it_asks_of_dify_is_refused_to_it_and_shown(odd: LocalPlugin, shown: list[str]) -> None:
    refusal = "fetch_app is not available: this plugin runs without Dify, with its storage only"
    assert asked(odd, "app") == f"Exception: {refusal}"
    assert f"refused: fetch_app: {refusal}" in shown


def test_each_use_of_the_storage_is_shown(odd: LocalPlugin, shown: list[str]) -> None:
    assert asked(odd, "call", key="k") == f"Exception: {LOAD_FAILED}"
    assert asked(odd, "call", key="k", value="abc") == "None"
    assert asked(odd, "call", key="/k") == "b'abc'"
    assert asked(odd, "call", key="k", verb="exist") == "True"
    assert asked(odd, "call", key="k", verb="delete") == "None"
    assert asked(odd, "call", key="\x1b[31m") == f"Exception: {LOAD_FAILED}"
    assert shown == [
        "get k: not set",
        "set k: 3 bytes",
        "get /k: 3 bytes",
        "exist k: yes",
        "delete k",
        r"get '\x1b[31m': not set",
    ]


def test_a_plugin_finds_in_its_session_what_it_is_told_of_the_request(
    odd: LocalPlugin, location: Path
) -> None:
    ids = {"conversation_id": "c1", "message_id": "m1", "app_id": "a1", "endpoint_id": "e1"}
    (answer,) = odd.tool("ask", {"what": "session"}, about=ids)
    assert answer["message"]["json_object"]["answer"] == ["c1", "m1", "a1", "e1"]
    assert odd.store.get("c1") == b"in conversation"
    ran = ask_odd(location, "session", "--conversation-id", "c2", "--app-id", "a2")
    assert json.loads(ran.stdout)["message"]["json_object"]["answer"] == ["c2", None, "a2", None]
    without = run_dify_plugin(
        PLUGINS / "odd", "--storage", location, "--lines", lines=[tool("ask", what="session")]
    )
    assert "refused: set None: unmarshal backwards invoke request failed: a key is text" in without.stderr


def test_keys_that_dify_refuses_are_refused_over_the_wire_too(odd: LocalPlugin, shown: list[str]) -> None:
    traversal = "invalid key: path traversal attempt detected: '../k'"
    assert asked(odd, "call", key="../k", value="1") == f"Exception: save data failed: {traversal}"
    assert f"refused: set ../k: save data failed: {traversal}" in shown
    assert asked(odd, "call", key="") == (
        "Exception: unmarshal backwards invoke request failed: a key is text, and not empty"
    )
    assert asked(odd, "call", key=".", verb="delete").startswith("Exception: delete data failed: invalid key")
    assert list(odd.store.keys()) == []


def test_keys_that_dify_cannot_keep_together_are_pointed_out(odd: LocalPlugin, shown: list[str]) -> None:
    for key in ("a", "a/b/c", "a/b"):
        asked(odd, "call", key=key, value="1")
    assert [line for line in shown if line.startswith("note: ")] == [
        "note: Dify cannot keep a and a/b/c at the same time",
        "note: Dify cannot keep a/b/c and a/b at the same time",
        "note: Dify cannot keep a and a/b at the same time",
    ]


def test_what_is_changed_from_outside_meanwhile_is_seen_at_once(odd: LocalPlugin, running_at: Path) -> None:
    asked(odd, "call", key="k", value="mine")
    with Storage(running_at) as inspector:
        outside = inspector.store(Scope("acme", ODD))
        assert outside.get("k") == b"mine"
        outside.set("k", b"theirs")
        assert asked(odd, "call", key="k") == "b'theirs'"
        outside.save("k", {"by": "hand"})
        assert asked(odd, "call", key="k") == """b'{"by":"hand"}'"""


def test_many_requests_at_once_are_answered_by_one_process(odd: LocalPlugin) -> None:
    with ThreadPoolExecutor(8) as threads:
        written = threads.map(lambda number: asked(odd, "write", key=f"{number}", count=5), range(8))
        assert list(written) == [25] * 8
    assert len(list(odd.store.keys())) == 8 * 25
    assert odd.store.get("7:4:4") == b"4"


def test_a_plugin_keeps_its_values_apart_unless_they_are_shared(location: Path) -> None:
    ask_odd(location, "call", key="k", value="its own")
    ask_odd(location, "call", "--workspace", "acme", "--shared", key="k", value="shared")
    with Storage(location, read_only=True) as storage:
        assert storage.store(Scope("local", ODD)).get("k") == b"its own"
        assert storage.workspace("acme").get("k") == b"shared"
        assert [info.scope for info in storage.scopes()] == [Scope("acme"), Scope("local", ODD)]


def test_lines_are_answered_by_one_process_and_a_bad_one_stops_no_other(location: Path) -> None:
    lines: list[Any] = [tool("ask", what="pid"), [], "@-", {}, tool("nothing"), tool("ask", what="fail")]
    where = ("--storage", location)
    ran = run_dify_plugin(PLUGINS / "odd", *where, "--lines", lines=[*lines, tool("ask", what="pid")])
    first, last = map(json.loads, ran.stdout.splitlines())
    assert first == last
    errors = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert errors == [
        "error: a JSON object is needed, not []",
        'error: a JSON object is needed, not "@-"',
        'error: a request has a "tool", an "endpoint", or a "request"',
        "error: nothing: no such tool; there are: odd/ask",
        "error: RuntimeError: this tool always fails",
    ]
    assert ran.returncode == 1


def test_a_line_with_something_else_in_the_place_of_its_parts_stops_no_other(location: Path) -> None:
    called = {"endpoint": "POST /hook"}
    lines: list[Any] = [
        tool("ask", what="pid") | {"parameters": 5},
        tool("ask", what="pid") | {"credentials": [1]},
        called | {"settings": "x"},
        called | {"headers": ["name"]},
        called | {"headers": {"name": 1}},
        called | {"body": "\ud800"},
        {"endpoint": "POST /\ud800"},
        tool("ask", what="pid"),
    ]
    ran = run_dify_plugin(PLUGINS / "odd", "--storage", location, "--lines", lines=lines)
    assert len(ran.stdout.splitlines()) == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stderr.count("error: ") == len(lines) - 1


def test_any_other_request_can_be_sent_as_the_daemon_would(location: Path) -> None:
    request = {"type": "tool", "action": "validate_tool_credentials", "user_id": "u", "provider": "odd"}
    given = json.dumps(request | {"credentials": {}})
    ran = run_dify_plugin(PLUGINS / "odd", "--storage", location, "--request", given)
    assert json.loads(ran.stdout) == {"result": True}


def test_a_plugin_whose_manifest_does_not_ask_for_storage_has_none(own: Path, location: Path) -> None:
    manifest = own / "manifest.yaml"
    manifest.write_text(manifest.read_text().replace("enabled: true", "enabled: false"))
    ran = ask_odd(location, "call", folder=own, key="k", value="1")
    denied = "permission denied, you need to enable storage access in plugin manifest"
    assert json.loads(ran.stdout)["message"]["json_object"]["answer"] == f"Exception: {denied}"
    assert f"refused: set k: {denied}" in ran.stderr


def test_more_than_the_manifest_lets_it_keep_is_pointed_out(location: Path) -> None:
    ran = ask_odd(location, "large")
    assert ran.stderr.splitlines()[-2:] == [
        f"{location}: local / {ODD}: 1 keys, 5,120,000 bytes",
        "note: Dify would have refused it: its manifest lets it keep 1,048,576 bytes",
    ]


def test_a_plugin_that_names_a_dify_to_connect_to_runs_here_and_without_a_network(
    own: Path, location: Path
) -> None:
    (own / ".env").write_text("INSTALL_METHOD=remote\nREMOTE_INSTALL_URL=127.0.0.1:9\nREMOTE_INSTALL_KEY=k\n")
    ran = ask_within(["--net"], own, location)
    assert (ran.returncode, len(ran.stdout.splitlines())) == (0, 1), ran.stderr


def test_a_command_that_is_process_1_says_that_a_plugin_cannot_live_under_it(location: Path) -> None:
    ran = ask_within(["--pid", "--fork"], PLUGINS / "odd", location)
    assert (
        "error: a plugin ends at once whose parent is process 1: start this one under an init" in ran.stderr
    )
    assert ran.returncode == 1


def test_a_plugin_that_fails_is_shown_with_its_traceback(location: Path) -> None:
    ran = ask_odd(location, "fail")
    assert "error: RuntimeError: this tool always fails\n" in ran.stderr
    assert ("\nTraceback" in ran.stderr and "tools/ask.py" in ran.stderr) is sends_tracebacks()
    assert (ran.returncode, ran.stdout) == (1, "")


def test_a_plugin_that_ends_is_told_with_its_code_and_last_words(location: Path) -> None:
    ran = ask_odd(location, "end")
    assert "error: The plugin ended with code 7:\nthe last words\n" in ran.stderr
    assert (ran.returncode, ran.stdout) == (1, "")


def test_a_plugin_that_does_not_answer_is_given_up(location: Path) -> None:
    ran = ask_odd(location, "hang", "--timeout", "0.2")
    assert "error: the plugin said nothing for 0.2 seconds\n" in ran.stderr
    assert ran.returncode == 1


def test_a_plugin_that_does_not_start_is_told_with_its_reason(own: Path, location: Path) -> None:
    (own / "main.py").write_text("import nothing_that_is_installed\n")
    ran = ask_odd(location, "pid", folder=own)
    assert "error: the plugin did not start. The plugin ended with code 1:\nTraceback" in ran.stderr
    assert "No module named 'nothing_that_is_installed'" in ran.stderr
    assert ran.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tool", "nothing"], "error: nothing: no such tool; there are: odd/ask"),
        (["--tool", "ask"], 'error: ask needs what: give them as JSON, as {"what": "..."}'),
        (["--endpoint", "nowhere"], "error: an endpoint is called as \"POST /path\", not as 'nowhere'"),
        (["--tool", "ask", "--parameters", "{what}"], "argument --parameters: not JSON: "),
        (["--tool", ""], "error: : no such tool; there are: odd/ask"),
        (["--tool", "ask", "--parameters", "[]"], "argument --parameters: a JSON object is needed, not []"),
        (["--tool", "ask", "--parameters", "@nowhere.json"], "nowhere.json: No such file or directory"),
        (["--endpoint", "GET /", "--header", "X"], "argument --header: a header is as NAME: VALUE, not X"),
        (["--tool", "ask", "--lines"], "not allowed with argument"),
        (
            ["--tool", "ask", "--workspace", "", "--parameters", '{"what": "pid"}'],
            "error: a workspace has 1 to",
        ),
    ],
)
def test_a_request_that_cannot_be_is_refused_with_what_to_do(
    location: Path, arguments: list[str], said: str
) -> None:
    ran = run_dify_plugin(PLUGINS / "odd", "--storage", location, *arguments)
    assert said in ran.stderr
    assert ran.returncode in (1, 2)
    assert "Traceback" not in ran.stderr


def test_a_folder_that_is_no_plugin_is_refused(own: Path, tmp_path: Path) -> None:
    assert "no Dify plugin: there is no manifest.yaml in it" in run_dify_plugin(tmp_path).stderr
    (own / "provider" / "odd.yaml").unlink()
    ran = run_dify_plugin(own)
    assert "its YAML files are not in order: FileNotFoundError" in ran.stderr
    (own / "manifest.yaml").write_text("plugins: {}\n")
    assert "its YAML files lack something: KeyError: 'name'" in run_dify_plugin(own).stderr
    endless = "{permission: {storage: {enabled: true, size: .inf}}}"
    (own / "manifest.yaml").write_text(f"name: odd\nresource: {endless}\n")
    assert "its YAML files lack something: OverflowError" in run_dify_plugin(own).stderr
    assert ran.returncode == 1


def test_an_interpreter_without_the_sdk_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with Storage(tmp_path / "state.db") as storage:
        with pytest.raises(
            PluginError, match="has no dify_plugin: name the plugin's own interpreter with --python"
        ):
            LocalPlugin(PLUGINS / "odd", storage, python=sys.executable)
        with pytest.raises(PluginError, match="not an interpreter that runs here"):
            LocalPlugin(PLUGINS / "odd", storage, python=str(tmp_path / "nothing"))
        with pytest.raises(InvalidValueError, match='"raise" or "none"'):
            LocalPlugin(PLUGINS / "odd", storage, python=python_in("dify"), missing="None")


def test_a_database_that_is_no_storage_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a database, but long enough to look like something: " + "x" * 4_000)
    before = notes.read_bytes()
    ran = ask_odd(notes, "pid")
    assert ran.stderr.splitlines()[-1].startswith("error: ")
    assert (ran.returncode, ran.stdout, notes.read_bytes()) == (2, "", before)


def test_what_a_plugin_has_started_ends_with_it(location: Path) -> None:
    left = json.loads(ask_odd(location, "leave", "--quiet").stdout)["message"]["json_object"]["answer"]
    assert has_ended(left)


def test_a_command_that_is_ended_takes_the_plugin_with_it(location: Path) -> None:
    arguments = [PLUGINS / "odd", "--storage", location, "--python", python_in("dify"), "--lines"]
    command = [sys.executable, "-m", "storage_core.hosts.dify.runner", *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment_for(),
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(json.dumps(tool("ask", what="pid")) + "\n")
        running.stdin.flush()
        plugin = json.loads(running.stdout.readline())["message"]["json_object"]["answer"]
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=60) == 128 + signal.SIGTERM
    assert has_ended(plugin)


def has_ended(process: int) -> bool:
    """Whether a process that is not ours has ended, waited for."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        ready, _, _ = select.select([descriptor], [], [], 60)
    finally:
        os.close(descriptor)
    return bool(ready)
