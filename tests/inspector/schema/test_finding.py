"""The closest pattern counts; between equals the person's own file."""

import pytest

from inspector.schema import PREFIX, Origin, Rule, SchemaFile, best_rule, matches


def published(pattern: str) -> Rule:
    return Rule.published(PREFIX + pattern)


def given(pattern: str) -> Rule:
    return Rule.of_file(SchemaFile(pattern, f"/schemas/{len(pattern)}.json"))


@pytest.mark.parametrize(
    ("pattern", "key", "meant"),
    [
        ("settings_*", "settings_main", True),
        ("settings_*", "settings_", True),
        ("settings_*", "Settings_main", False),
        ("user:*:profile", "user:7:profile", True),
        ("step?", "step1", True),
        ("step?", "step12", False),
        ("a[12]", "a1", True),
        ("a[12]", "a[12]", True),
        ("todos", "todos.old", False),
        ("*", "line\nbreak", True),
        ("(a+)+$", "aaaa", False),
    ],
)
def test_a_pattern_means_whole_keys_letter_for_letter(pattern: str, key: str, meant: bool) -> None:
    assert matches(pattern, key) is meant


def test_a_pattern_of_many_stars_takes_no_time_to_speak_of() -> None:
    assert not matches("*a" * 300 + "b", "a" * 1000)


def test_the_key_itself_counts_before_any_pattern() -> None:
    assert best_rule([given("settings_*"), published("settings_main")], "settings_main") == published(
        "settings_main"
    )


def test_a_key_that_reads_like_a_pattern_is_itself_first() -> None:
    assert best_rule([given("a**"), published("a*")], "a*") == published("a*")
    assert best_rule([given("[abc]d*"), published("ad*")], "ade") == published("ad*")


def test_of_patterns_the_one_that_says_more_counts_wherever_it_is_from() -> None:
    rules = [given("*"), published("settings_*"), given("s*")]
    assert best_rule(rules, "settings_main") == published("settings_*")


def test_between_equals_the_file_of_the_person_counts() -> None:
    assert best_rule([given("todos"), published("todos")], "todos") == given("todos")
    assert best_rule([published("t*"), given("t*")], "todos") == given("t*")


def test_what_no_pattern_means_has_no_schema() -> None:
    assert best_rule([given("settings_*")], "todos") is None
    assert best_rule([], "todos") is None


def test_a_schema_is_itself_meant_by_its_whole_name_only() -> None:
    assert best_rule([given("*")], "$schema:todos") is None
    assert best_rule([given("$schema:todos")], "$schema:todos") == given("$schema:todos")


def test_a_rule_knows_where_it_is_from() -> None:
    rule = published("t*")
    assert (rule.pattern, rule.origin, rule.place) == ("t*", Origin.STORAGE, "$schema:t*")
    assert given("t*").origin is Origin.FILE
