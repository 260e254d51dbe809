"""A store can be put behind one session of Dify's SDK, or behind all of them, and taken away again."""

import subprocess

import pytest

from tests.foreign.environments import PROJECT, environment_for, python_in

ITS_OWN = "Exception: current tool runtime does not support backwards invoke"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the program with the sessions says of each, by name."""
    ran = subprocess.run(
        [
            python_in("dify"),
            "tests/foreign/dify_programs/sessions.py",
            tmp_path_factory.mktemp("sessions") / "state.db",
        ],
        cwd=PROJECT,
        env=environment_for(PYTHONWARNINGS="ignore"),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return dict(line.split(": ", 1) for line in ran.stdout.splitlines())


def test_a_store_that_is_attached_serves_its_session_alone(said: dict[str, str]) -> None:
    assert said["attach"] == "True one"
    assert said["alone"] == ITS_OWN


def test_a_store_that_is_patched_in_serves_sessions_that_were_there_and_those_to_come(
    said: dict[str, str],
) -> None:
    assert said["patch"] == "two two one"


def test_a_patched_storage_is_still_of_its_class_and_has_exists_beside_exist(said: dict[str, str]) -> None:
    assert said["class"] == "True True False"
    assert said["named"] == "b'1'"


def test_a_host_chooses_the_store_by_the_session(said: dict[str, str]) -> None:
    assert said["chosen"] == "three two one"


def test_a_patch_ends_with_its_block_or_when_it_is_undone_and_leaves_nothing(said: dict[str, str]) -> None:
    assert said["within"] == "two"
    assert said["undone"] == f"{ITS_OWN} None"
    assert said["as it was"] == "True"
