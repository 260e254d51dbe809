"""Values are checked with all their digits, nothing is fetched, and what is wrong is told in words of ours."""

import json
import socket

import pytest

from inspector.lossless import Document
from inspector.schema import SchemaRefusedError
from inspector.schema.checking import MOST_ISSUES, Checking


def breaches(schema: object, text: str) -> dict[str, str]:
    """The paths of what breaks the schema, each with its word."""
    verdict = Checking(json.dumps(schema).encode()).verdict(text.encode())
    root = Document.parse(text.encode()).root
    found = {}
    for issue in verdict.issues:
        node = root
        for step in issue.steps:
            node = node.fields[step]
        found[node.path()] = issue.word
    assert verdict.count == len(found)
    return found


@pytest.mark.parametrize(
    ("schema", "text", "word"),
    [
        ({"type": "integer"}, '"1"', "wrong type"),
        ({"enum": ["a", "b"]}, '"c"', "not listed"),
        ({"const": 1}, "2", "not as fixed"),
        ({"minimum": 3}, "2", "too small"),
        ({"exclusiveMaximum": 2}, "2", "too large"),
        ({"multipleOf": 0.1}, "0.35", "wrong step"),
        ({"minLength": 3}, '"ab"', "too short"),
        ({"pattern": "^a"}, '"b"', "wrong form"),
        ({"maxItems": 1}, "[1, 2]", "too many"),
        ({"uniqueItems": True}, "[1, 1.0]", "not unique"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "1", "no match"),
        ({"not": {}}, "1", "not allowed"),
        (False, "1", "not allowed"),
    ],
)
def test_what_is_wrong_has_a_word(schema: object, text: str, word: str) -> None:
    assert breaches(schema, text) == {"$": word}


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer"}, "22.00"),
        ({"type": "integer"}, "1e3"),
        ({"type": "integer", "minimum": 2**70}, str(2**70)),
        ({"const": 2**70}, f"{2**70}.0"),
        ({"multipleOf": 0.1}, "0.3"),
        ({"multipleOf": 0.01}, "1" + "0" * 60 + ".07"),
        ({"minimum": 0}, "1e999999999999999999999999"),
        ({"type": "integer", "multipleOf": 7}, "1e999999999999999999999999"),
        ({"type": "number", "maximum": 1}, "1e-999999999999999999999999"),
        ({"minLength": 2.0}, '"ab"'),
        ({"enum": [22]}, "22.00"),
    ],
)
def test_numbers_are_compared_with_all_their_digits(schema: object, text: str) -> None:
    assert breaches(schema, text) == {}


def test_the_last_digit_of_a_long_number_counts() -> None:
    assert breaches({"maximum": 2**70}, str(2**70 + 1)) == {"$": "too large"}
    assert breaches({"maximum": 1}, "1." + "0" * 40 + "1") == {"$": "too large"}
    assert breaches({"multipleOf": 2}, str(2**70 + 1)) == {"$": "wrong step"}


def test_a_number_with_a_point_is_no_whole_one_where_the_draft_says_so() -> None:
    draft4 = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "integer"}
    assert breaches(draft4, "22.0") == {"$": "wrong type"}


def test_each_place_is_told_once_and_unforeseen_fields_where_they_are() -> None:
    schema = {
        "properties": {"a": {"type": "string", "minimum": 3, "enum": ["x"]}},
        "additionalProperties": False,
    }
    assert breaches(schema, '{"b": 1, "a": 2, "c": {}}') == {
        "$.a": "wrong type",
        "$.b": "unforeseen",
        "$.c": "unforeseen",
    }


def test_missing_fields_are_named() -> None:
    (issue,) = Checking(b'{"required": ["b", "c", "d"]}').verdict(b'{"c": 1}').issues
    assert (issue.steps, issue.word, issue.missing) == ((), "lacks 2", ("b", "d"))
    assert issue.sentence == "Required and missing: “b”, “d”."


def test_the_one_branch_that_was_meant_says_what_is_wrong() -> None:
    optional = {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]}
    assert breaches(optional, "2") == {"$": "too small"}


def test_of_members_with_one_name_the_last_is_marked() -> None:
    verdict = Checking(b'{"additionalProperties": {"maximum": 1}}').verdict(b'{"a": 1, "b": 9, "a": 5}')
    assert sorted(issue.steps for issue in verdict.issues) == [(1,), (2,)]


def test_no_sentence_tells_the_value() -> None:
    schema = {
        "properties": {
            "token": {"enum": ["x"], "pattern": "^x$", "maxLength": 2, "type": ["integer", "null"]}
        }
    }
    (issue,) = Checking(json.dumps(schema).encode()).verdict(b'{"token": "hunter2"}').issues
    assert "hunter2" not in issue.sentence


def test_all_places_are_counted_and_the_first_are_told() -> None:
    verdict = Checking(b'{"items": {"maximum": 0}}').verdict(json.dumps([1] * 700).encode())
    assert (verdict.count, len(verdict.issues)) == (700, MOST_ISSUES)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ('{"type": "bla"}', "not a valid schema: at /type"),
        ('{"minLength": "3"}', "not a valid schema"),
        ('{"$schema": {}}', "“$schema” is not the address of a draft"),
        ('{"$schema": "http://[x"}', "“$schema” is not the address of a draft"),
        ('{"not": {"$schema": "http://[x"}}', "“$schema” is not the address of a draft"),
        (
            '{"$schema": "http://json-schema.org/draft-03/schema#", "dependencies": {"a": {"type": 5}}}',
            "not a valid schema of the draft that it names",
        ),
        ('{"properties": {"a": {"pattern": "("}}}', "regular expression at /properties/a/pattern"),
        ('{"patternProperties": {"(": {}}}', "regular expression"),
        ('{"pattern": "a{99999999999}"}', "repeats too often"),
        ('{"$ref": "#/$defs/none"}', "“#/$defs/none”, which is not in it"),
        ('{"$ref": "other.json"}', "outside, and is never fetched"),
        ('{"properties": {"a": {"items": {"$ref": "file:///etc/passwd"}}}}', "outside, and is never fetched"),
        ('{"$dynamicRef": "https://example.org/x#y"}', "outside, and is never fetched"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_in_a_sentence(schema: str, why: str) -> None:
    with pytest.raises(SchemaRefusedError) as refusal:
        Checking(schema.encode())
    assert why in str(refusal.value)


def test_nothing_is_ever_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/schema.json"
        with pytest.raises(SchemaRefusedError, match="never fetched"):
            Checking(json.dumps({"$ref": url}).encode())
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_reference_in_a_value_or_to_an_inner_id_is_none_that_leads_outside() -> None:
    inner = {"$id": "https://example.org/inner", "$defs": {"n": {"maximum": 1}}}
    schema = {
        "$id": "https://example.org/outer",
        "properties": {"a": {"$ref": "inner#/$defs/n"}, "$ref": {"const": {"$ref": "nowhere"}}},
        "$defs": {"inner": inner},
        "default": {"$ref": "nowhere"},
    }
    assert breaches(schema, '{"a": 2}') == {"$.a": "too large"}


def test_the_schema_of_schemas_is_at_hand() -> None:
    schema = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    assert breaches(schema, '{"minimum": "3"}') == {"$.minimum": "wrong type"}


def test_questions_are_answered() -> None:
    answers = Checking(b"{}").verdict(b"1", [("^a", "abc"), ("^a", "bc"), ("c$", "bc")]).answers
    assert answers == (("^a", "abc", True), ("^a", "bc", False), ("c$", "bc", True))


def test_what_is_not_json_yet_breaks_nothing() -> None:
    assert Checking(b'{"type": "string"}').verdict(b'{"a":').count == 0
