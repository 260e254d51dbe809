"""A JSON text keeps every character but those of the field that is edited."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.lossless import (
    MAX_DEPTH,
    Document,
    Edit,
    EditRefusedError,
    JsonError,
    JsonSyntaxError,
    JsonType,
    Node,
    NotLosslessError,
)

SPACE = st.text(" \t\n\r", max_size=3)
NUMBERS = st.one_of(
    st.integers().map(str),
    st.from_regex(r"-?(0|[1-9][0-9]{0,50})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?", fullmatch=True),
    st.sampled_from(["22.00", "1e5", "-0", "1E+400", "9" * 40, "0.1000000000000000000000000000000001"]),
)
LETTERS = st.sampled_from(
    [
        "a",
        "é",
        "😀",
        "\u2028",
        "\\n",
        '\\"',
        "\\/",
        "\\\\",
        "\\u00E9",
        "\\ud83d\\ude00",
        "\\ud800",
        "\\uDFFF",
        " ",
    ]
)
STRINGS = st.lists(LETTERS, max_size=6).map(lambda pieces: f'"{"".join(pieces)}"')
SCALARS = st.one_of(NUMBERS, STRINGS, st.sampled_from(["true", "false", "null"]))


def _containers(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    item = st.tuples(SPACE, values, SPACE).map("".join)
    member = st.tuples(SPACE, STRINGS, SPACE, st.just(":"), SPACE, values, SPACE).map("".join)
    lists = st.lists(item, min_size=1, max_size=4).map(lambda items: f"[{','.join(items)}]")
    objects = st.lists(member, min_size=1, max_size=4).map(lambda fields: f"{{{','.join(fields)}}}")
    return st.one_of(
        lists, objects, SPACE.map(lambda space: f"[{space}]"), SPACE.map(lambda space: f"{{{space}}}")
    )


TEXTS = st.tuples(SPACE, st.recursive(SCALARS, _containers, max_leaves=12), SPACE).map("".join)


def document(source: str) -> Document:
    return Document.parse(source.encode())


def source_of(doc: Document) -> str:
    return doc.serialise().decode()


def field(doc: Document, path: str) -> Node:
    found = doc.find(path)
    assert found is not None
    return found


def span_of(doc: Document, node: Node) -> tuple[int, int]:
    """Where the value of `node` stands in the text, found by putting a mark in its place."""
    marked = Node(JsonType.NUMBER, "\x00")
    edit = Edit(node)
    edit.fill(node, marked)
    start = source_of(doc).index("\x00")
    edit.undo()
    return start, start + len(node.source())


@given(TEXTS)
def test_an_untouched_text_is_written_back_to_the_byte(text: str) -> None:
    assert source_of(document(text)) == text
    json.loads(text)


@given(TEXTS, st.data())
def test_an_edit_of_one_field_changes_its_span_alone_and_undo_brings_the_bytes_back(
    text: str, data: st.DataObject
) -> None:
    doc = document(text)
    node = data.draw(st.sampled_from(list(doc.root.walk())))
    start, stop = span_of(doc, node)
    replacement = data.draw(st.sampled_from(['"new"', "-0.10", "[]", '{"a":[1,2]}', "null"]))
    edit = doc.replace(node, replacement)
    edited = source_of(doc)
    assert edited.startswith(text[:start])
    assert edited.endswith(text[stop:])
    assert json.loads(edited[start : len(edited) - (len(text) - stop)]) == json.loads(replacement)
    edit.undo()
    assert source_of(doc) == text
    edit.redo()
    assert source_of(doc) == edited


@given(TEXTS, st.text(st.characters(codec="utf-8")), st.data())
def test_text_typed_into_a_field_reads_back_as_typed(text: str, typed: str, data: st.DataObject) -> None:
    doc = document(text)
    texts = [node for node in doc.root.walk() if node.type is JsonType.TEXT]
    if not texts:
        return
    node = data.draw(st.sampled_from(texts))
    start, stop = span_of(doc, node)
    doc.set_text(node, typed)
    edited = source_of(doc)
    assert (edited[:start], edited[start + len(node.raw) :]) == (text[:start], text[stop:])
    assert field(document(edited), "$").same_value(doc.root)
    assert node.text == typed


@given(TEXTS, st.data())
def test_a_field_that_is_put_in_and_taken_out_again_leaves_no_trace(text: str, data: st.DataObject) -> None:
    doc = document(text)
    containers = [node for node in doc.root.walk() if node.children is not None]
    if not containers:
        return
    container = data.draw(st.sampled_from(containers))
    index = data.draw(st.integers(0, len(container.fields)))
    first = doc.insert(container, index, '{"x": [1]}', "name")
    inserted = source_of(doc)
    json.loads(inserted)
    assert source_of(document(inserted)) == inserted
    second = doc.remove(first.node)
    assert source_of(doc) == text
    second.undo()
    assert source_of(doc) == inserted
    first.undo()
    assert source_of(doc) == text


@given(TEXTS, st.data())
def test_any_move_can_be_undone_and_keeps_every_value(text: str, data: st.DataObject) -> None:
    doc = document(text)
    nodes = [node for node in doc.root.walk() if node.parent is not None]
    if not nodes:
        return
    node = data.draw(st.sampled_from(nodes))
    target = data.draw(st.sampled_from([found for found in doc.root.walk() if found.children is not None]))
    index = data.draw(st.integers(0, len(target.fields) - (target is node.parent)))
    value = node.copy()
    try:
        edit = doc.move(node, target, index)
    except EditRefusedError:
        assert target is node or node in target.ancestors()
        assert source_of(doc) == text
        return
    again = document(source_of(doc)).root
    assert again.same_value(doc.root)
    assert (node.parent, node.index) == (target, index)
    assert node.same_value(value)
    edit.undo()
    assert source_of(doc) == text


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "Expected a value, found the end of the text.", 1, 1),
        ("[NaN]", "NaN is not JSON.", 1, 2),
        ("-Infinity", "Infinity is not JSON.", 1, 1),
        ("[1,\n 2,]", "A comma stands before the closing “]”.", 2, 4),
        ('{"a" 1}', "Expected a colon after the name, found “1”.", 1, 6),
        ("{a:1}", "Expected a name in double quotes, found “a”.", 1, 2),
        ("{'a':1}", "Expected a name in double quotes, found “'a'”.", 1, 2),
        ("[1}", "Expected a comma or “]”, found “}”.", 1, 3),
        ('{"a":[}', "The list is closed by “}” instead of “]”.", 1, 7),
        ("[[1]", "Expected a comma or “]”, found the end of the text.", 1, 5),
        ("01", "Nothing may follow the value, but “1” does.", 1, 2),
        ("1,", "Nothing may follow the value, but “,” does.", 1, 2),
        ('"a', "The text in quotes does not end.", 1, 1),
        ('"\\x"', "“\\x” is not an escape that JSON knows.", 1, 2),
        ('"a\tb"', "The control character U+0009 must be escaped inside quotes.", 1, 3),
    ],
)
def test_what_is_not_json_is_refused_with_the_place(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(JsonSyntaxError) as caught:
        document(text)
    assert (caught.value.message, caught.value.line, caught.value.column) == (message, line, column)


@given(st.text('{}[]",:\\ \n0aetrufnl1.-', max_size=12))
def test_the_scanner_accepts_what_json_accepts_and_nothing_else(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda name: pytest.fail(name))
    except ValueError:
        with pytest.raises(JsonError):
            document(text)
    else:
        assert source_of(document(text)) == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xef\xbb\xbf{}", "The text begins with a byte order mark, which JSON does not allow."),
        (b'"a\xff"', "Byte 2 (0xff) is not UTF-8."),
        (b'"\xed\xa0\x80"', "Byte 1 (0xed) is not UTF-8."),
        (b"[" * 10_000 + b"]" * 10_000, f"More than {MAX_DEPTH} levels are nested here."),
        (b'{"a":' * 100_000, f"More than {MAX_DEPTH} levels are nested here."),
    ],
)
def test_what_could_not_be_written_back_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(NotLosslessError) as caught:
        Document.parse(data)
    assert caught.value.message == message


def test_as_many_levels_as_the_storage_takes_can_be_held_and_no_more_made() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    doc = document(text)
    assert source_of(doc) == text
    deepest = list(doc.root.walk())[-1]
    doc.insert(deepest, 0, "1")
    with pytest.raises(EditRefusedError, match="More than 500 levels"):
        doc.insert(deepest, 0, "[]")
    with pytest.raises(EditRefusedError, match="More than 500 levels"):
        doc.convert(deepest.fields[0], JsonType.LIST)


PRETTY = '{\n  "a": 1,\n  "b": [\n    true\n  ]\n}\n'


@pytest.mark.parametrize(
    ("text", "container", "index", "expected"),
    [
        ('{"a": 1}', "$", 1, '{"a": 1, "n": {"x": [1, 2]}}'),
        ('{"a":1}', "$", 0, '{"n":{"x":[1,2]},"a":1}'),
        ("[1, 2]", "$", 0, '[{"x": [1, 2]}, 1, 2]'),
        ("[ 1, 2 ]", "$", 2, '[ 1, 2, {"x": [1, 2]} ]'),
        ("[1 ,2]", "$", 1, '[1 ,{"x":[1,2]} ,2]'),
        (
            PRETTY,
            "$",
            1,
            '{\n  "a": 1,\n  "n": {\n    "x": [\n      1,\n      2\n    ]\n  },\n  "b": [\n    true\n  ]\n}\n',
        ),
        (
            '{\r\n\t"a": {}\r\n}',
            "$.a",
            0,
            '{\r\n\t"a": {\r\n\t\t"n": {\r\n\t\t\t"x": [\r\n\t\t\t\t1,\r\n\t\t\t\t2\r\n\t\t\t]\r\n\t\t}\r\n\t}\r\n}',
        ),
        ('{\n "a" : 1\n}', "$", 1, '{\n "a" : 1,\n "n" : {\n  "x" : [\n   1,\n   2\n  ]\n }\n}'),
    ],
)
def test_what_is_put_in_is_spaced_as_what_stands_there(
    text: str, container: str, index: int, expected: str
) -> None:
    doc = document(text)
    doc.insert(field(doc, container), index, '{"x":[1,2]}', "n")
    assert source_of(doc) == expected


def test_a_field_moved_to_another_level_takes_the_indentation_there() -> None:
    doc = document(PRETTY)
    doc.move(field(doc, "$.b"), doc.root, 0)
    assert source_of(doc) == '{\n  "b": [\n    true\n  ],\n  "a": 1\n}\n'
    doc.move(field(doc, "$.a"), field(doc, "$.b"), 0)
    assert source_of(doc) == '{\n  "b": [\n    1,\n    true\n  ]\n}\n'


def test_a_twin_is_the_same_to_the_character_under_a_free_name() -> None:
    doc = document('{"a":  [ 1,2 ], "a 2": 0}')
    doc.duplicate(field(doc, "$.a"))
    assert source_of(doc) == '{"a":  [ 1,2 ], "a 3":  [ 1,2 ], "a 2": 0}'


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ('"caf\\u00e9"', "caféñ", '"caf\\u00e9\\u00f1"'),
        ('"caf\\u00E9"', "caféñ", '"caf\\u00E9\\u00F1"'),
        ('"café"', "cafeñ", '"cafeñ"'),
        ('"a\\/b"', "a/bé", '"a\\/bé"'),
        ('["\\u00e9", "x"]', "x😀", '["\\u00e9", "x\\ud83d\\ude00"]'),
        ('["é", "x"]', "xñ", '["é", "xñ"]'),
        ('"x"', 'q"\\\n\x01', '"q\\"\\\\\\n\\u0001"'),
        ('"\\\\u00e9"', "\\u00e9ñ", '"\\\\u00e9ñ"'),
    ],
)
def test_text_is_written_in_the_spelling_of_its_document(text: str, typed: str, expected: str) -> None:
    doc = document(text)
    node = list(doc.root.walk())[-1]
    doc.set_text(node, typed)
    assert source_of(doc) == expected


def test_lone_surrogates_stay_as_escapes_when_their_text_is_edited() -> None:
    doc = document('"\\uD800 a"')
    doc.set_text(doc.root, "\ud800 b")
    assert doc.serialise() == b'"\\uD800 b"'


@pytest.mark.parametrize(
    ("value", "to", "expected"),
    [
        ('"42"', JsonType.NUMBER, "42"),
        ('" 22.00 "', JsonType.NUMBER, "22.00"),
        ('""', JsonType.NUMBER, "0"),
        ("true", JsonType.NUMBER, "1"),
        ("null", JsonType.NUMBER, "0"),
        ("22.00", JsonType.TEXT, '"22.00"'),
        ("1e400", JsonType.TEXT, '"1e400"'),
        ("false", JsonType.TEXT, '"false"'),
        ("null", JsonType.TEXT, '""'),
        ('["a", 1]', JsonType.TEXT, '"[\\"a\\", 1]"'),
        ('"Yes"', JsonType.BOOL, "true"),
        ("0", JsonType.BOOL, "false"),
        ('"abc"', JsonType.NULL, "null"),
        ("null", JsonType.LIST, "[]"),
        ("7", JsonType.LIST, "[7]"),
        ('"[7, 8]"', JsonType.LIST, "[7, 8]"),
        ('"{\\"a\\": 1}"', JsonType.OBJECT, '{"a": 1}'),
        ("[]", JsonType.OBJECT, "{}"),
    ],
)
def test_a_value_keeps_what_it_says_in_another_type(value: str, to: JsonType, expected: str) -> None:
    doc = document(f"[{value}]")
    edit = doc.convert(doc.root.fields[0], to)
    assert source_of(doc) == f"[{expected}]"
    edit.undo()
    assert source_of(doc) == f"[{value}]"


@pytest.mark.parametrize(
    ("value", "to", "reason"),
    [
        ('"abc"', JsonType.NUMBER, "“abc” is not a number."),
        ('"NaN"', JsonType.NUMBER, "NaN is not JSON."),
        ("2", JsonType.BOOL, "“2” is neither yes nor no."),
        ('{"a":1}', JsonType.LIST, "An object of 1 field cannot become a list."),
        ("[1,2]", JsonType.OBJECT, "A list of 2 items cannot become an object."),
        ("[1]", JsonType.NULL, "A list of 1 item cannot become null: remove what is in it first."),
        ("[1]", JsonType.NUMBER, "A list of 1 item cannot become a number."),
        ("7", JsonType.OBJECT, "A number cannot become an object: its value would have no name."),
    ],
)
def test_a_conversion_that_would_lose_something_is_refused(value: str, to: JsonType, reason: str) -> None:
    doc = document(f"[{value}]")
    with pytest.raises(EditRefusedError) as caught:
        doc.convert(doc.root.fields[0], to)
    assert str(caught.value) == reason
    assert source_of(doc) == f"[{value}]"


@pytest.mark.parametrize("digits", ["22.00", "-0", "1e5", "1E-07", "9" * 4300, "0." + "1" * 9000])
def test_a_number_keeps_every_digit_that_was_typed(digits: str) -> None:
    doc = document("[1]")
    doc.set_number(doc.root.fields[0], digits)
    assert source_of(doc) == f"[{digits}]"


@pytest.mark.parametrize("text", ["", "1.", ".5", "+1", "007", "1,000", "0x10", "inf", "9" * 4301, "１"])
def test_what_json_does_not_take_as_a_number_is_refused(text: str) -> None:
    doc = document("[1]")
    with pytest.raises(EditRefusedError):
        doc.set_number(doc.root.fields[0], text)
    assert source_of(doc) == "[1]"


def test_fields_are_found_by_path_and_say_their_path() -> None:
    doc = document('{"todos": [{"text": "x"}], "a b": {"é": 1}, "": 2, "\\ud800": 3, "x": 4, "x": 5}')
    paths = [node.path() for node in doc.root.walk()]
    assert paths == [
        "$",
        "$.todos",
        "$.todos[0]",
        "$.todos[0].text",
        '$["a b"]',
        '$["a b"].é',
        '$[""]',
        '$["\\ud800"]',
        "$.x",
        "$.x",
    ]
    assert [field(doc, path).raw for path in paths[3:8:2]] == ['"x"', "1", "3"]
    assert [doc.at(node.address()) for node in doc.root.walk()] == list(doc.root.walk())
    assert (doc.find("$.missing"), doc.find("$.todos[7]"), doc.find("$.x[0]")) == (None, None, None)
    with pytest.raises(ValueError, match="is not the path of a field"):
        doc.find("todos")


def test_members_of_one_name_are_edited_apart() -> None:
    doc = document('{"a": 1, "a": 2}')
    doc.set_number(doc.root.fields[1], "3")
    doc.rename(doc.root.fields[0], "b")
    assert source_of(doc) == '{"b": 1, "a": 3}'


def test_edits_without_a_place_are_refused() -> None:
    doc = document('{"a": [1]}')
    refused = [
        lambda: doc.remove(doc.root),
        lambda: doc.duplicate(doc.root),
        lambda: doc.rename(field(doc, "$.a[0]"), "x"),
        lambda: doc.insert(field(doc, "$.a[0]"), 0),
        lambda: doc.move(field(doc, "$.a"), field(doc, "$.a"), 0),
        lambda: doc.replace(doc.root, "{"),
    ]
    for edit in refused:
        with pytest.raises(EditRefusedError):
            edit()
    assert source_of(doc) == '{"a": [1]}'


def test_typing_becomes_one_edit_and_typing_back_none() -> None:
    doc = document('["a"]')
    node = doc.root.fields[0]
    first, second = doc.set_text(node, "ab"), doc.set_text(node, "abc")
    assert first.absorb(second)
    first.undo()
    assert source_of(doc) == '["a"]'
    first.redo()
    assert source_of(doc) == '["abc"]'
    assert first.absorb(doc.set_text(node, "a"))
    assert first.changes_nothing()
    assert not first.absorb(doc.insert(doc.root, 0))
