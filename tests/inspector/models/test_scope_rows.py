"""What stands below what in the tree of scopes, and what of it a filter leaves."""

import pytest

from inspector.models.scope_rows import LOADED_AT_MOST, Census, Row, RowKind, shortened
from storage_core import Scope


@pytest.fixture
def census() -> Census:
    census = Census()
    census.set_all(
        {Scope("acme"): 2, Scope("acme", "ann"): 31, Scope("acme", "bob"): 7, Scope("beta", "cy"): 1}
    )
    return census


def names(rows: list[Row]) -> list[str]:
    return [row.name for row in rows]


def test_a_workspace_has_as_many_keys_as_its_scopes_together(census):
    assert [(row.name, row.count) for row in census.workspaces()] == [("acme", 40), ("beta", 1)]


def test_shared_comes_before_the_users_and_only_where_something_is_shared(census):
    assert [(row.kind, row.name, row.count) for row in census.scopes("acme")] == [
        (RowKind.SHARED, "Shared", 2),
        (RowKind.USER, "ann", 31),
        (RowKind.USER, "bob", 7),
    ]
    assert [(row.kind, row.name) for row in census.scopes("beta")] == [(RowKind.USER, "cy")]


def test_names_are_in_the_order_of_their_code_points():
    census = Census()
    users = ["", "Adam", "Zoe", "ann", "ä", "ￗ", "😀", " lead", "trail ", "a\nb", "1"]
    census.set_all({Scope("w", user or None): 1 for user in users})
    rows = census.scopes("w")
    assert names(rows) == ["Shared", *sorted(users[1:])]
    assert sorted(rows, key=lambda row: row.order) == rows


def test_a_user_who_is_called_shared_is_not_the_shared_scope():
    census = Census()
    census.set_all({Scope("w", "Shared"): 1, Scope("w"): 2})
    assert [(row.kind, row.count) for row in census.scopes("w")] == [(RowKind.SHARED, 2), (RowKind.USER, 1)]


def test_a_scope_without_keys_goes_and_its_workspace_with_the_last_of_them(census):
    census.update({Scope("acme", "bob"): 0, Scope("beta", "cy"): 0})
    assert names(census.workspaces()) == ["acme"]
    assert names(census.scopes("acme")) == ["Shared", "ann"]


def test_the_scope_in_which_the_person_is_stays_without_keys(census):
    census.kept = Scope("beta", "cy")
    census.update({Scope("beta", "cy"): 0})
    assert [(row.name, row.count) for row in census.workspaces()] == [("acme", 40), ("beta", 0)]
    assert [(row.name, row.count) for row in census.scopes("beta")] == [("cy", 0)]


def test_the_first_scope_is_the_first_that_holds_anything(census):
    assert census.first() == Scope("acme")
    census.update({Scope("acme"): 0})
    assert census.first() == Scope("acme", "ann")
    census.set_all({})
    assert census.first() is None


@pytest.mark.parametrize(
    ("text", "workspaces", "of_acme"),
    [
        ("", ["acme", "beta"], ["Shared", "ann", "bob"]),
        ("B", ["acme", "beta"], ["bob"]),
        ("nn", ["acme"], ["ann"]),
        ("CM", ["acme"], ["Shared", "ann", "bob"]),
        ("cy", ["beta"], []),
        ("nobody", [], []),
    ],
)
def test_the_filter_lets_workspaces_and_users_through_in_any_case(census, text, workspaces, of_acme):
    census.set_filter(text)
    assert names(census.workspaces()) == workspaces
    assert names(census.scopes("acme")) == of_acme


def users(number: int) -> list[Row]:
    return [Row(RowKind.USER, f"u{each:05}", Scope("w", f"u{each:05}"), "", 1) for each in range(number)]


def test_as_many_rows_as_a_parent_may_have_are_all_shown():
    assert shortened(users(LOADED_AT_MOST), lambda row: False) == users(LOADED_AT_MOST)


def test_rows_beyond_that_are_counted_in_one_that_stands_for_them():
    rows = shortened(users(LOADED_AT_MOST + 1_500), lambda row: False)
    assert rows[:-1] == users(LOADED_AT_MOST)
    assert (rows[-1].kind, rows[-1].name) == (RowKind.MORE, "1,500 more…")
    assert sorted(rows, key=lambda row: row.order) == rows


def test_where_the_person_is_is_shown_also_beyond_that():
    everyone = users(LOADED_AT_MOST + 1_500)
    rows = shortened(everyone, lambda row: row == everyone[-7])
    assert len(rows) == LOADED_AT_MOST + 1
    assert rows[-2] == everyone[-7]


def test_of_rows_that_nobody_has_counted_it_says_only_that_there_are_more():
    assert shortened(users(3), lambda row: False, complete=False)[-1].name == "more…"
