"""What the system whose data is open calls its things, and why something cannot be done there."""

import pytest

from inspector.system import OUR_OWN, System
from storage_core import Capabilities, Scope

CAT = System(Capabilities("Cheshire Cat", bytes=False, expiry=False, revisions=False, times=False))
DIFY = System(
    Capabilities("Dify", members="Plugins", shared=False, json=False, expiry=False, revisions=False)
)


def test_a_storage_of_our_own_refuses_nothing():
    assert OUR_OWN.name == "SQLite"
    assert not OUR_OWN.refused
    assert not OUR_OWN.limits
    assert OUR_OWN.path(Scope("acme")) == ["acme", "Shared"]


@pytest.mark.parametrize("system", [CAT, DIFY])
def test_every_limit_says_whose_it_is(system):
    assert system.limits
    assert all(limit.startswith(system.name) for limit in system.limits)
    assert "expiry" in system.refused["Expiry"]


def test_texts_speak_of_plugins_where_there_are_no_users():
    text = "Shared: for all users, whatever user it is"
    assert DIFY.say(text) == "Shared: for all plugins, whatever plugin it is"
    assert CAT.say(text) == text


def test_a_workspace_without_shared_values_is_a_path_of_its_own():
    assert DIFY.path(Scope("tenant")) == ["tenant"]
    assert DIFY.path(Scope("tenant", "author/name")) == ["tenant", "author/name"]


def test_a_title_stands_for_the_name_of_a_scope():
    titled = System(CAT.capabilities, lambda scope: "admin" if scope.user == "1" else None)
    assert titled.path(Scope("cat", "1")) == ["cat", "admin"]
    assert titled.path(Scope("cat", "2")) == ["cat", "2"]
    assert titled.path(Scope("cat")) == ["cat", "Shared"]
