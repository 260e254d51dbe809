"""The switch in the Cat's own package: what its verbs do with it and without it, and how it comes and goes."""

import json
import shutil
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from storage_core import Kind, Scope, Storage
from tests.foreign.cat_project import CatProject

WORKSPACE = "wonderland"
BOTH = ("store", "user")

MANGLED = {  # what the Cat loads of a value that it has saved, and what is loaded from a storage
    "a float that is whole": ("9", "9.0"),
    "minus nought": ("0", "-0.0"),
    "2**63": ("9.223372036854776e+18", "9223372036854775808"),
    "-2**63 - 1": ("-9.223372036854776e+18", "-9223372036854775809"),
    "2**70": ("1.1805916207174113e+21", "1180591620717411303424"),
    "10**400": ("inf", repr(10**400)),
}
REFUSED = {  # keys that are not text, of which SQLite makes some; and text that UTF-8 cannot hold
    "a float as a key": ["[1]", "[1]", "True", "'gone'", "False"],
    "none as a key": ["raises IntegrityError", "None", "False", "'gone'", "False"],
    "a surrogate": ["raises UnicodeEncodeError"] * 5,
}


@pytest.fixture(scope="module")
def parity_cat(fresh_project: CatProject, tmp_path_factory: pytest.TempPathFactory) -> CatProject:
    return fresh_project.copied_to(tmp_path_factory.mktemp("parity") / WORKSPACE)


@pytest.fixture(scope="module")
def tables(parity_cat: CatProject, fresh_project: CatProject) -> tuple[Any, Any]:
    """What the parity program said in a Cat as it comes, and in one that keeps its values in a storage."""
    cat = parity_cat
    as_it_comes = cat.run("parity")
    rows = cat.own_rows()
    shutil.copy(fresh_project.tables, cat.tables)
    cat.switch_on()
    switched = cat.run("parity")
    assert len(rows) > len(cat.own_rows())
    return as_it_comes, switched


def test_the_same_calls_give_the_same_but_where_the_cats_tables_mangle_numbers(
    tables: tuple[Any, Any],
) -> None:
    as_it_comes, switched = tables
    differing = {call for call in as_it_comes if as_it_comes[call] != switched[call]}
    explained = {f"{whose} {name}" for whose in BOTH for name in (*MANGLED, *REFUSED, "the empty key")}
    assert differing <= explained | {"exists user"}
    assert as_it_comes.keys() == switched.keys()
    assert len(as_it_comes) > 100
    for whose in BOTH:
        for name, (by_the_cat, exact) in MANGLED.items():
            assert as_it_comes[f"{whose} {name}"][1] == by_the_cat
            assert switched[f"{whose} {name}"] == [exact, exact]


def test_nan_and_infinity_come_back_as_they_do_in_the_cat(tables: tuple[Any, Any]) -> None:
    assert tables[1]["store nan inside"] == ["{'a': [nan, inf]}"] * 2
    assert tables[1]["user infinity"] == ["-inf"] * 2


def test_every_key_that_is_text_can_be_saved_loaded_and_deleted(tables: tuple[Any, Any]) -> None:
    for whose in BOTH:
        for name in (
            "the empty key",
            "line breaks",
            "a NUL",
            "5,000 characters",
            "a key like an escaped one",
        ):
            assert tables[1][f"{whose} {name}"] == ["[1]", "[1]", "True", "'gone'", "False"]
    # the Cat saves under the empty key, and then fails to delete it
    assert tables[0]["store the empty key"][2] == "raises ValueError"


def test_a_key_that_is_not_text_is_refused_with_a_clear_error(tables: tuple[Any, Any]) -> None:
    for name, by_the_cat in REFUSED.items():
        assert tables[0][f"store {name}"] == by_the_cat
        assert tables[1][f"store {name}"] == ["raises InvalidNameError"] * 5


def test_what_json_dumps_refuses_raises_its_own_error(tables: tuple[Any, Any]) -> None:
    for name in ("a set", "bytes", "a UUID"):
        assert tables[1][f"store {name}"] == ["raises TypeError", "'default'"]
    assert tables[1]["store an integer of too many digits"] == ["raises ValueError", "'default'"]


def test_user_verbs_are_scoped_by_the_current_user_and_raise_outside_a_request(
    tables: tuple[Any, Any],
) -> None:
    for said in tables:
        assert said["somebody else"] == ["None"]
        assert said["no request"] == said["nobody"] == ["raises RuntimeError"]


def test_exists_is_given_to_the_user_that_lacks_it(tables: tuple[Any, Any]) -> None:
    assert [said["exists user"] for said in tables] == [
        ["raises AttributeError"],
        ["True", "False", "True"],
    ]
    assert [said["exists store"] for said in tables] == [["True", "False", "True"]] * 2


def test_the_verbs_are_the_cats_argument_for_argument(fresh_project: CatProject) -> None:
    store, user, ours = fresh_project.run("signatures")
    assert ours == store
    assert user.items() <= ours.items()


def test_saves_of_one_key_from_many_tasks_and_processes_leave_one_entry(cat: CatProject) -> None:
    cat.switch_on()
    rows = cat.own_rows()
    assert cat.run_together(3, "together") == [50, 50, 50]
    assert cat.own_rows() == rows
    with Storage(cat.storage, read_only=True) as storage:
        shared, theirs = storage.scopes()
        assert shared.count == 150 + 1 + len(rows)  # one each, the one that all save, and what the Cat had
        assert theirs.count == 1
        values = storage.store(shared.scope)
        saved = [values.load("shared"), storage.store(theirs.scope).load("theirs")]
        assert all(turn == 4 for _, _, turn in saved)
        carried = [change.key for change in storage.changes(0) if change.key == "installation_info"]
        assert carried == ["installation_info"]  # by one process of three that started at once


@pytest.fixture(scope="module")
def switching_cat(fresh_project: CatProject, tmp_path_factory: pytest.TempPathFactory) -> CatProject:
    return fresh_project.copied_to(tmp_path_factory.mktemp("switching") / WORKSPACE)


@pytest.fixture(scope="module")
def said(switching_cat: CatProject) -> dict[str, Any]:
    """What a Cat said in which the switch was thrown to and fro."""
    seen: dict[str, Any] = switching_cat.run("switching")
    return seen


def test_the_switch_comes_and_goes_and_follows_every_event_loop(said: dict[str, Any]) -> None:
    assert said["twice is once"]
    assert "call off() of that switch first" in said["elsewhere"]
    assert said["carried"] == "table"
    assert said["files after a loop"] == ["kept.db"]  # closed, and its log with it
    assert said["two loops"] == [2, 1, 1, ["kept.db", "kept.db-shm", "kept.db-wal"]]
    assert said["closed and used again"] == [["kept.db"], 1]
    assert said["whatever spelling"] == [1, 1]
    assert said["off"] == ["table", None, None]
    assert said["verbs are the Cat's again"]
    assert said["finders are as they were"]
    assert said["user is as it was"]
    assert said["after the block"]
    kept = said["kept"]
    assert [kept[key] for key in ("where", "thread", "task", "again", "late")] == ["storage", 1, 2, 1, 1]


def test_what_is_no_storage_is_refused_left_as_it_is_and_tried_anew(
    said: dict[str, Any], switching_cat: CatProject
) -> None:
    assert said["broken"] == 18_000
    assert (switching_cat.folder / "data" / "broken.db").read_bytes() == b"this is no storage" * 1_000
    assert (said["folder"], said["mended"]) == ("refused", "table")


def test_what_the_tables_hold_is_carried_over_and_what_nobody_can_read_stays_behind(cat: CatProject) -> None:
    ann = "00000000-0000-0000-0000-000000000001"
    with closing(sqlite3.connect(cat.tables)) as connection, connection:
        connection.executemany(
            "INSERT INTO key_value_db VALUES (?, ?)",
            {
                "price": '{"a": 22.00, "b": 1e5}',
                "": "[]",
                "k" * 2_000: '"long"',
                "broken": "{no",
                "nan": '{"a": NaN}',
                "big": 2.0**70,
                "nine": 9,
                "inf": float("inf"),
            }.items(),
        )
        connection.executemany(
            "INSERT INTO user_key_value_db VALUES (?, ?, ?, ?)",
            [
                ("1", ann, "todos", '["first"]'),
                ("2", ann, "todos", '["second"]'),
                ("None", ann, "no id", "1"),
                ("4", "not a UUID", "k", "true"),
            ],
        )
    rows = cat.own_rows()
    cat.switch_on()
    log = cat.ask(
        "import asyncio, logging, sys; logging.basicConfig(stream=sys.stdout); from cat import store;"
        "[asyncio.run(store.load('nine')) for _ in range(2)];"
        "print(asyncio.run(store.load('k' * 2000)), asyncio.run(store.load('', 1)), asyncio.run(store.load('inf')))"
    )
    assert log.count("'broken' of the Cat's own table stays behind") == 1
    assert log.splitlines()[-1] == "long [] inf"
    assert cat.own_rows() == rows
    with Storage(cat.storage) as storage:
        shared = storage.workspace(WORKSPACE)
        assert shared.load_text("price") == '{"a": 22.00, "b": 1e5}'
        assert (shared.load("big"), shared.load("nine")) == (2.0**70, 9)
        assert (shared.get("nan"), shared.get("inf")) == (b'{"a": NaN}', b"Infinity")
        assert not shared.exists("broken")
        assert shared.user(ann).load_many(["todos", "no id"]) == {"todos": ["first"], "no id": 1}
        assert shared.user("not a UUID").load("k") is True
        shared.delete("nine")
    assert (
        cat.ask("import asyncio, cat; print(asyncio.run(cat.store.load('nine')))") == "None"
    )  # once, not again


def test_text_that_is_not_utf_8_stays_behind_as_well_and_keeps_the_cat_from_nothing(cat: CatProject) -> None:
    with closing(sqlite3.connect(cat.tables, isolation_level=None)) as connection:
        connection.execute("INSERT INTO key_value_db VALUES (CAST(x'6be9' AS TEXT), '1'), (x'6b', '2')")
        connection.execute(
            "INSERT INTO key_value_db VALUES ('value', CAST(x'22e922' AS TEXT)), ('good', '3')"
        )
        connection.execute("INSERT INTO user_key_value_db VALUES ('1', CAST(x'e9' AS TEXT), 'k', '4')")
    cat.switch_on()
    log = cat.ask(
        "import asyncio, logging, sys; logging.basicConfig(stream=sys.stdout); from cat import store;"
        "print(asyncio.run(store.load('good')))"
    )
    assert log.count("stays behind") == 4
    assert log.splitlines()[-1] == "3"
    with Storage(cat.storage) as storage:
        assert list(storage.workspace(WORKSPACE).keys()) == ["active_plugins", "good", "installation_info"]
        assert [info.scope.user for info in storage.scopes()] == [None]


@pytest.fixture(scope="module")
def said_where_another_has_begun(
    fresh_project: CatProject, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """What a Cat logs, and then which plugins it loads as active, where another has begun its workspace."""
    cat = fresh_project.copied_to(tmp_path_factory.mktemp("begun") / WORKSPACE)
    cat.switch_on()
    with Storage(cat.storage) as storage:
        values = {"active_plugins": ["mine"], "installation_info": {"id": "another"}}
        storage.workspace(WORKSPACE).save_many(values)
    return cat.ask(
        "import asyncio, logging, sys; logging.basicConfig(stream=sys.stdout);"
        "from cat import store; print(asyncio.run(store.load('active_plugins')))"
    ).splitlines()


def test_values_that_are_in_the_workspace_already_stay(said_where_another_has_begun: list[str]) -> None:
    assert said_where_another_has_begun[-1] == "['mine']"


def test_a_workspace_that_another_cat_has_begun_is_named_in_the_log(
    said_where_another_has_begun: list[str],
) -> None:
    log = "\n".join(said_where_another_has_begun[:-1])
    assert "wonderland holds the values of another installation of the Cat" in log


def test_the_cats_own_test_harness_never_touches_the_storage(cat: CatProject) -> None:
    cat.switch_on()
    said = cat.ask_module("pytest", "-q", "-p", "no:cacheprovider", "plugins/uploads/tests")
    assert " passed" in said
    assert not cat.storage.exists()


def test_a_project_without_the_cats_tables_starts_with_an_empty_workspace(cat: CatProject) -> None:
    cat.switch_on()
    cat.tables.unlink()
    said = cat.ask("import asyncio, cat; print(asyncio.run(cat.store.load('active_plugins', [])))")
    assert json.loads(said) == []
    with Storage(cat.storage, read_only=True) as storage:
        assert storage.workspaces() == []


def test_bytes_hold_what_json_cannot_say_and_nothing_else(
    tables: tuple[Any, Any], parity_cat: CatProject
) -> None:
    with Storage(parity_cat.storage, read_only=True) as storage:
        entries = storage.store(Scope(WORKSPACE)).entries("value ")
        held = {entry.key.removeprefix("value ") for entry in entries if entry.kind is Kind.BYTES}
    assert held == {
        "nan", "infinity", "nan inside", "600 levels", "keys that collide", "a split pair of surrogates"
    }  # fmt: skip


def test_a_cat_of_which_it_cannot_take_all_verbs_keeps_them_all_and_it_is_said_what_to_do(
    cat: CatProject,
) -> None:
    said = cat.ask(
        "import cat.db.helper as helper\n"
        "from storage_core import UnsupportedError\n"
        "from storage_core.hosts.cheshire_cat import keep_values\n"
        "own = dict(vars(helper.Store))\n"
        "del helper.UserStore.exists\n"
        "for _ in range(2):\n"
        "    try:\n"
        "        keep_values('state.db')\n"
        "    except UnsupportedError as error:\n"
        "        print(all(vars(helper.Store)[verb] is own[verb] for verb in own), error)\n"
    )
    for line in said.splitlines():
        assert line.startswith(
            "True this Cat's UserStore has no exists, so its values cannot be kept elsewhere"
        )
        assert "install cheshire-cat-ai" in line
    assert len(said.splitlines()) == 2
