"""Base, theirs and mine beside each other, and the merge of both."""

import json

import pytest

from inspector.compare import Conflict, study
from inspector.compare.changes import LARGEST
from inspector.compare.columns import MOST_SHOWN
from inspector.compare.spans import text_of

DELETED = "deleted"


def conflict(
    base: str, theirs: str | None, mine: str, *, json: bool = True, secret: bool = False
) -> Conflict:
    return study(
        base.encode(), None if theirs is None else theirs.encode(), mine.encode(), json=json, secret=secret
    )


def rows(found: Conflict) -> list[tuple[str, str, str]]:
    """The lines beside each other, without those that are empty in every column."""
    texts = [[text_of(line) for line in column] for column in found.columns]
    return [row for row in zip(*texts, strict=True) if any(row)]


def everything(found: Conflict) -> str:
    return "\n".join(text_of(line) for column in found.columns for line in column)


def test_each_side_says_what_became_of_a_field():
    base = '{"a": 1, "b": 2, "c": 3, "same": 0}'
    found = conflict(base, '{"a": 5, "b": 2, "c": 3, "same": 0}', '{"a": 1, "c": 3, "same": 0, "d": 4}')
    assert rows(found) == [
        ("$.a", "changed  $.a", "same     $.a"),
        ("  1", "  5", "  1"),
        ("$.b", "same     $.b", "removed  $.b"),
        ("  2", "  2", "  not there"),
        ("$.d", "same     $.d", "added    $.d"),
        ("  not there", "  not there", "  4"),
    ]
    assert found.merged == b'{"a": 5, "c": 3, "same": 0, "d": 4}'
    assert found.why_not == ""


def test_fields_that_both_changed_come_first_and_are_named_where_there_is_no_merge():
    found = conflict('{"x": 0, "a": 1, "b": [1]}', '{"x": 1, "a": 2, "b": [2]}', '{"x": 0, "a": 3, "b": [3]}')
    assert [row[0] for row in rows(found)] == [
        "both changed  $.a", "  1", "both changed  $.b[0]", "  1", "$.x", "  0",
    ]  # fmt: skip
    assert found.merged is None
    assert found.why_not == "Both changed $.a, $.b[0]: only one of the two can stay."


def test_a_field_that_both_changed_to_the_same_does_not_stand_in_the_way():
    found = conflict('{"a": 1, "b": 1}', '{"a": 2, "b": 1}', '{"a": 2, "b": 2}')
    assert rows(found)[:2] == [("$.a", "changed  $.a", "changed  $.a"), ("  1", "  2", "  2")]
    assert found.merged == b'{"a": 2, "b": 2}'


def test_list_items_stand_beside_what_they_became_though_others_were_put_before_them():
    found = conflict('["x", "y", "z"]', '["new", "x", "y", "z"]', '["x", "Y", "z", "last"]')
    assert rows(found) == [
        ("$[0]", "added    $[0]", "same     $[0]"),
        ("  not there", '  "new"', "  not there"),
        ("$[1]", "same     $[1]", "changed  $[1]"),
        ('  "y"', '  "y"', '  "Y"'),
        ("$[3]", "same     $[3]", "added    $[3]"),
        ("  not there", "  not there", '  "last"'),
    ]
    assert found.merged == b'["new", "x", "Y", "z", "last"]'


def test_another_order_of_keys_is_a_row():
    found = conflict('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', '{"a": 1, "b": 3}')
    assert rows(found)[0] == ("$ (order)", "changed  $ (order)", "same     $ (order)")


def test_values_of_many_lines_keep_the_columns_level():
    mine = json.dumps({"a": {str(number): number for number in range(30)}}, indent=2)
    found = conflict('{"a": 1, "b": 1}', '{"a": 1, "b": 2}', mine.replace("\n}", ',\n  "b": 1\n}'))
    assert {len(column) for column in found.columns} == {len(found.columns[0])}
    assert ("  1", "  1", "  {") in rows(found)
    assert ("", "", "  … 20 more lines") in rows(found)


def test_where_it_was_deleted_only_mine_is_told():
    found = conflict('{"a": 1, "b": 2}', None, '{"a": 2, "b": 2}')
    assert rows(found) == [("$.a", DELETED, "changed  $.a"), ("  1", "", "  2")]
    assert (found.merged, found.why_not) == (None, "")
    assert rows(conflict("a\nb", None, "a\nc", json=False))[0] == ("  a", DELETED, "  a")
    assert "deleted" in rows(conflict("\0", None, "\1", json=False))[0]


def test_an_edit_of_white_space_alone_is_not_merged_away():
    found = conflict('{"a":1}', '{"a":2}', '{ "a": 1 }')
    assert found.merged is None
    assert found.why_not == "You changed only white space or escapes, which a merge would lose."


def test_text_is_told_by_line_with_a_sign_beside_each_change():
    base = "".join(f"line {number}\n" for number in range(9))
    theirs = base.replace("line 4\n", "line four\nand more\n")
    mine = base.replace("line 5\n", "")
    found = conflict(base, theirs, mine, json=False)
    assert rows(found) == [
        ("⋯ 2 lines alike",) * 3,
        ("  line 2",) * 3,
        ("  line 3",) * 3,
        ("  line 4", "~ line four", "  line 4"),
        ("", "+ and more", ""),
        ("  line 5", "  line 5", "− gone"),
        ("  line 6",) * 3,
        ("  line 7",) * 3,
        ("⋯ 1 line alike",) * 3,
    ]
    assert (found.merged, found.why_not) == (None, "Only JSON can be merged.")


def test_bytes_are_told_by_row_with_what_lacks():
    base = bytes(range(0x10, 0x30))
    found = study(base, base[:9] + b"\xff" + base[10:], base[:-2], json=False)
    assert rows(found)[1] == (
        "000008 18 19 1a 1b 1c 1d 1e 1f ········",
        "000008~18 ff 1a 1b 1c 1d 1e 1f ········",
        "000008 18 19 1a 1b 1c 1d 1e 1f ········",
    )
    assert rows(found)[3][2] == "000018~28 29 2a 2b 2c 2d -- -- ()*+,-"


@pytest.mark.parametrize("theirs", ["\0\1", "not json", "{", "\ufeff{}"])
def test_theirs_may_be_anything_by_now(theirs):
    found = conflict('{"a": 1}', theirs, '{"a": 2}')
    assert found.merged is None
    assert len(rows(found)) > 0


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "is_json", "secret"),
    [
        ('{"token": "hunter1"}', '{"token": "hunter2"}', '{"token": "hunter3"}', True, False),
        ("{}", '{"a": {"token": "hunter2"}}', '{"b": [{"token": ["hunter3"]}]}', True, False),
        ('["hunter1"]', '["hunter2"]', '["hunter3"]', True, True),
        ("hunter1", "hunter2", "hunter3", False, True),
        ('{"token": "hunter1"}', '{"token": "hunter2"', '{"token": "hunter3"}', True, False),
        ('{"token": "hunter1"}' + " " * LARGEST, "{}", "{}", True, False),
    ],
)
def test_secrets_are_hidden_until_they_are_asked_for(base, theirs, mine, is_json, secret):
    found = conflict(base, theirs, mine, json=is_json, secret=secret)
    assert "hunter" not in everything(found)
    assert found.bare is not None
    assert "hunter" in "".join(text_of(line) for column in found.bare for line in column)


def test_above_a_megabyte_there_are_sizes_and_first_lines_alone():
    found = conflict('{"a": 1}\n' + " " * LARGEST, "x\ny", '{"a": 2}')
    assert found.merged is None
    assert "1 MB" in found.why_not
    assert rows(found)[:2] == [("1 MB", "3 B", "8 B"), ('{"a": 1}', "x", '{"a": 2}')]
    assert len(everything(found)) < 20_000


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "is_json"),
    [
        (*(json.dumps({f"k{n}": n * by for n in range(20_000)}) for by in (1, 2, 3)), True),
        (*(json.dumps({"a": letter * 900_000}) for letter in "xyz"), True),
        (*(f"{letter}\n" * 300_000 for letter in "xyz"), False),
        (*(f"{letter}\0" * 300_000 for letter in "xyz"), False),
    ],
)
def test_what_is_shown_is_bounded(base, theirs, mine, is_json):
    found = conflict(base, theirs, mine, json=is_json)
    assert max(map(len, found.columns)) < MOST_SHOWN + 50
    assert len(everything(found)) < 200_000


def test_json_that_is_nested_to_the_limit_is_told_and_merged():
    deep = '{"b": %d, "a": ' + "[" * 498 + "%d" + "]" * 498 + "}"
    found = conflict(deep % (1, 1), deep % (2, 1), deep % (1, 2))
    assert found.merged == (deep % (2, 2)).encode()
    assert rows(found)[0] == ("$.b", "changed  $.b", "same     $.b")


def test_json_that_is_nested_beyond_the_limit_is_shown_and_says_why_it_is_not_merged():
    deep = '{"b": %d, "a": ' + "[" * 500 + "%d" + "]" * 500 + "}"
    found = conflict(deep % (1, 1), deep % (2, 1), deep % (1, 2))
    assert found.merged is None
    assert "More than 500 levels are nested" in found.why_not
    assert all(column for column in found.columns)
