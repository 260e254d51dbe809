"""A schema's facts are found at each place of a document, and no schema makes the guide stumble."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.lossless import Document
from inspector.schema import Facts, Guide, Schema, SchemaRefusedError
from inspector.schema.guide import MOST_CHOICES


def guide(schema: object) -> Guide:
    return Guide(Schema.read(json.dumps(schema).encode()).says)


def facts(schema: object, text: str, path: str) -> Facts:
    node = Document.parse(text.encode()).find(path)
    assert node is not None
    return guide(schema).facts(node)


def title(schema: object, text: str, path: str) -> str:
    return facts(schema, text, path).title


NAMED = {"title": "found"}


@pytest.mark.parametrize(
    ("schema", "text", "path"),
    [
        (NAMED, "1", "$"),
        ({"properties": {"a": NAMED}}, '{"a": 1}', "$.a"),
        ({"additionalProperties": NAMED}, '{"a": 1}', "$.a"),
        ({"items": NAMED}, "[0, 1]", "$[1]"),
        ({"prefixItems": [{}, NAMED]}, "[0, 1]", "$[1]"),
        ({"prefixItems": [{}], "items": NAMED}, "[0, 1]", "$[1]"),
        ({"items": [{}, NAMED]}, "[0, 1]", "$[1]"),
        ({"items": [{}], "additionalItems": NAMED}, "[0, 1]", "$[1]"),
        ({"$ref": "#/$defs/x", "$defs": {"x": NAMED}}, "1", "$"),
        ({"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": NAMED}}, "1", "$"),
        ({"$ref": "#x", "$defs": {"y": {"$anchor": "x", "title": "found"}}}, "1", "$"),
        ({"allOf": [{"minimum": 1}, NAMED]}, "1", "$"),
        ({"anyOf": [NAMED, {"type": "null"}]}, "1", "$"),
        ({"oneOf": [{"type": "null"}, {"$ref": "#/$defs/x"}], "$defs": {"x": NAMED}}, "1", "$"),
        ({"properties": {"a": {"$ref": "#"}}, "title": "found"}, '{"a": {"a": 1}}', "$.a.a"),
        ({"items": {"properties": {"b c": NAMED}}}, '[{"b c": 1}]', '$[0]["b c"]'),
    ],
)
def test_the_schema_of_a_place_is_found(schema: object, text: str, path: str) -> None:
    assert title(schema, text, path) == "found"


@pytest.mark.parametrize(
    ("schema", "text", "path"),
    [
        ({"anyOf": [NAMED, {"title": "other"}]}, "1", "$"),
        ({"properties": {"a": {}}, "additionalProperties": NAMED}, '{"a": 1}', "$.a"),
        ({"$ref": "https://example.org/schema.json"}, "1", "$"),
        ({"$ref": "#/$defs/none"}, "1", "$"),
        ({"prefixItems": [NAMED]}, "[0, 1]", "$[1]"),
        ({"properties": {"a": NAMED}}, '["a"]', "$[0]"),
    ],
)
def test_what_is_ambiguous_outside_or_elsewhere_is_not_told(schema: object, text: str, path: str) -> None:
    assert title(schema, text, path) == ""


def test_a_regular_expression_is_asked_about_and_never_run_here() -> None:
    ours = guide({"patternProperties": {"^(a+)+$": NAMED}, "additionalProperties": {"title": "rest"}})
    document = Document.parse(('{"%s!": 1, "b": 2}' % ("a" * 60)).encode())
    hostile, plain = document.root.fields
    assert (ours.facts(hostile).title, ours.facts(plain).title) == ("", "")
    assert ours.questions == {("^(a+)+$", "a" * 60 + "!"), ("^(a+)+$", "b")}
    assert ours.learn([("^(a+)+$", "a" * 60 + "!", True), ("^(a+)+$", "b", False)])
    assert (ours.facts(hostile).title, ours.facts(plain).title) == ("found", "rest")
    assert not ours.questions


@pytest.mark.parametrize(
    ("schema", "hint"),
    [
        ({"minimum": 0, "maximum": 10}, "0 to 10"),
        ({"type": "integer", "exclusiveMinimum": 0}, "whole number · above 0"),
        ({"maximum": 0.10}, "at most 0.1"),
        ({"multipleOf": 5}, "a multiple of 5"),
        ({"minLength": 3, "maxLength": 20}, "3 to 20 characters"),
        ({"minLength": 1}, "at least 1 character"),
        ({"format": "date-time"}, "date-time"),
        ({"minItems": 2, "maxItems": 2}, "2 items"),
        ({"allOf": [{"minimum": 1}, {"minimum": 3}]}, "at least 3"),
    ],
)
def test_a_range_is_told_in_a_few_words(schema: object, hint: str) -> None:
    assert facts(schema, "1", "$").hint == hint


def test_choices_keep_their_digits_and_say_what_a_person_reads() -> None:
    schema = Schema.read(b'{"enum": ["a\\nb", 22.00, 1180591620717411303424, true, null]}')
    choices = Guide(schema.says).facts(Document.parse(b"1").root).choices
    assert [choice.source for choice in choices] == [
        '"a\\nb"',
        "22.00",
        "1180591620717411303424",
        "true",
        "null",
    ]
    assert [choice.words for choice in choices] == ["a\nb", "22.00", "1180591620717411303424", "yes", "null"]
    assert choices[1].is_value_of(Document.parse(b"22").root)
    assert not choices[3].is_value_of(Document.parse(b"1").root)


def test_an_enumeration_that_is_too_long_or_nested_is_told_as_a_number() -> None:
    long = facts({"enum": list(range(MOST_CHOICES + 1))}, "1", "$")
    assert (long.choices, long.hint) == ((), f"one of {MOST_CHOICES + 1} values")
    assert facts({"enum": [[1], [2]]}, "1", "$").choices == ()


@pytest.mark.parametrize(
    ("member", "first"),
    [
        ({"default": {"price": 22.5}}, '{"price": 22.5}'),
        ({"const": "v1"}, '"v1"'),
        ({"enum": [3, 4]}, "3"),
        ({"type": "integer", "minimum": 5}, "5"),
        ({"type": ["array", "null"]}, "[]"),
        ({"type": "boolean"}, "false"),
        ({"properties": {"x": {}}}, "{}"),
        ({}, '""'),
        (True, '""'),
    ],
)
def test_a_new_field_begins_with_what_the_schema_has_for_it(member: object, first: str) -> None:
    root = Document.parse(b"{}").root
    assert guide({"properties": {"a": member}}).first_value(root, "a") == first


def test_a_schema_that_multiplies_itself_is_looked_at_in_part() -> None:
    bomb = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 10} for n in range(40)}
    assert title({"$ref": "#/$defs/a0", "$defs": bomb, "title": "found"}, "1", "$") == "found"


def test_a_chain_of_references_is_followed_so_far_and_no_farther() -> None:
    def chain(length: int) -> object:
        links: dict[str, object] = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(length)}
        return {"$ref": "#/$defs/a0", "$defs": links | {f"a{length}": NAMED}}

    assert title(chain(20), "1", "$") == "found"
    assert title(chain(5_000), "1", "$") == ""


def test_what_is_not_a_schema_is_refused_in_a_sentence() -> None:
    for data, why in (
        (b'{"type":', "not JSON"),
        (b"[]", "A schema is an object"),
        (b'"' + b"a" * (1 << 20) + b'"', "at most"),
        (b"[" * 600 + b"]" * 600, "levels"),
        (b"\xff", "UTF-8"),
    ):
        with pytest.raises(SchemaRefusedError, match=why):
            Schema.read(data)


KEYWORDS = [
    "$ref", "title", "description", "enum", "const", "properties", "patternProperties", "additionalProperties",
    "items", "prefixItems", "additionalItems", "allOf", "anyOf", "oneOf", "type", "minimum", "maximum",
    "exclusiveMinimum", "multipleOf", "minLength", "maxLength", "minItems", "required", "default", "format", "$defs",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["#", "#/", "#/$defs/a", "a", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYWORDS, "a"]), inner, max_size=5)
    ),
    max_leaves=25,
)


@given(ANYTHING)
def test_whatever_stands_in_a_schema_nothing_is_raised(schema: object) -> None:
    says = {"properties": {"a": schema}, "items": schema, "allOf": [schema]}
    ours, document = guide(says), Document.parse(b'{"a": [{"a": 1.5, "b": null}], "c": ["x"]}')
    for node in document.root.walk():
        assert isinstance(ours.facts(node), Facts)
        assert Document.parse(ours.first_value(node, "a").encode())
