"""Two texts are compared and brought together by field, and no edit of either side is lost."""

import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.lossless import MAX_DEPTH, ChangeKind, Conflict, FieldChange, NotLosslessError, diff, merge

merging = importlib.import_module("inspector.lossless.merge")  # whose name the package has for its function

SCALARS = st.one_of(st.integers(0, 9), st.sampled_from(["x", "y", True, None]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)


def changes(before: str, after: str) -> list[tuple[str, str, str | None, str | None]]:
    found = diff(before.encode(), after.encode())
    return [(change.path, change.kind.value, change.before, change.after) for change in found]


def merged(base: str, theirs: str, mine: str) -> str:
    result = merge(base.encode(), theirs.encode(), mine.encode())
    assert result.conflicts == ()
    return result.data.decode()


def conflicts(base: str, theirs: str, mine: str) -> list[Conflict]:
    return list(merge(base.encode(), theirs.encode(), mine.encode()).conflicts)


def test_changes_are_told_by_field() -> None:
    before = '{"a": 1, "list": [{"id": 1, "t": "x"}, {"id": 2, "t": "y"}], "gone": null}'
    after = '{"a": 1.0, "list": [{"id": 2, "t": "z"}, {"id": 3}], "new": []}'
    assert changes(before, after) == [
        ("$.gone", "removed", "null", None),
        ("$.a", "changed", "1", "1.0"),
        ("$.list[0]", "removed", '{"id": 1, "t": "x"}', None),
        ("$.list[0].t", "changed", '"y"', '"z"'),
        ("$.list[1]", "added", None, '{"id": 3}'),
        ("$.new", "added", None, "[]"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("[1,2,3]", "[1,3]", [("$[1]", "removed", "2", None)]),
        ("[1,2,3]", "[0,1,2,3]", [("$[0]", "added", None, "0")]),
        ("[1,2,3]", "[1,9,3]", [("$[1]", "changed", "2", "9")]),
        ("1", '"1"', [("$", "changed", "1", '"1"')]),
        ('{"a":1,"b":2}', '{"b":2,"a":1}', [("$", "reordered", '"a", "b"', '"b", "a"')]),
        ('{"a":1,"a":2}', '{"a":1,"a":3}', [("$.a", "changed", "2", "3")]),
        ("[1]", "[1 ]", [("$", "white space or escapes changed", "[1]", "[1 ]")]),
        ("[1]", "[1]", []),
    ],
)
def test_each_kind_of_change_has_its_word(before: str, after: str, expected: list[object]) -> None:
    assert changes(before, after) == expected


@given(VALUES, VALUES)
def test_there_are_changes_exactly_where_texts_differ(one: Any, two: Any) -> None:
    before, after = json.dumps(one).encode(), json.dumps(two).encode()
    found = diff(before, after)
    assert bool(found) == (before != after)
    assert all(isinstance(change, FieldChange) and change.kind is not ChangeKind.RESPACED for change in found)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "expected"),
    [
        ('{"a": 1,  "b": 2}', '{"a": 9,  "b": 2}', '{"a": 1,  "b": 5}', '{"a": 9,  "b": 5}'),
        ('{"a": 1}', '{"a": 1, "t": 2}', '{"a": 1, "m": [3]}', '{"a": 1, "m": [3], "t": 2}'),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 3}', '{"b": 2}', '{"b": 3}'),
        (
            '{"a": {"x": 1, "y": 1}}',
            '{"a": {"x": 2, "y": 1}}',
            '{"a": {"x": 1, "y": 2}}',
            '{"a": {"x": 2, "y": 2}}',
        ),
        ('{"a":1,"b":2,"c":3}', '{"a":1,"b":2,"c":4}', '{"c":3,"a":1,"b":2}', '{"c":4,"a":1,"b":2}'),
        ("[1, 2]", "[1, 2, 3]", "[0, 1, 2]", "[0, 1, 2, 3]"),
        ("[1]", "[1, 2]", "[1, 3]", "[1, 2, 3]"),
        ("[1]", "[1, 2]", "[1, 2]", "[1, 2]"),
        ("[1, 2, 3]", "[1, 3]", "[1, 2, 9]", "[1, 9]"),
        (
            '[{"id":1,"done":false},{"id":2,"done":false}]',
            '[{"id":2,"done":false},{"id":3,"done":false}]',
            '[{"id":1,"done":false},{"id":2,"done":true}]',
            '[{"id":2,"done":true},{"id":3,"done":false}]',
        ),
        (
            '{"n": 22.00, "a": 1}',
            '{"n": 22.00, "a": 2}',
            '{"n": 22.00, "a": 1, "x": 1e5}',
            '{"n": 22.00, "a": 2, "x": 1e5}',
        ),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}\n', '{"a": 1, "a": 3}', '{"a": 1, "a": 3}\n'),
    ],
)
def test_edits_that_do_not_touch_are_both_taken(base: str, theirs: str, mine: str, expected: str) -> None:
    assert merged(base, theirs, mine) == expected


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "expected"),
    [
        ('{"a": 1}', '{"a": 2}', '{"a": 3}', [Conflict("$.a", "1", "2", "3")]),
        ('{"a": 1}', "{}", '{"a": 3}', [Conflict("$.a", "1", None, "3")]),
        ('{"a": 1}', '{"a": 2}', "{}", [Conflict("$.a", "1", "2", None)]),
        ("{}", '{"a": 2}', '{"a": 3}', [Conflict("$.a", None, "2", "3")]),
        ("[1, 2]", "[1, 3]", "[1]", [Conflict("$[1]", "2", "3", None)]),
        ('[{"id": 1, "x": 1}]', '[{"id": 2, "x": 1}]', '[{"id": 1, "x": 2}]', None),
        ('{"a":1,"b":2}', '{"b":2,"a":1}', '{"a":1,"b":2,"a":3}', None),
        ('{"a":1,"b":2,"c":3}', '{"b":2,"a":1,"c":3}', '{"c":3,"b":2,"a":1}', None),
    ],
)
def test_edits_that_touch_are_conflicts(
    base: str, theirs: str, mine: str, expected: list[Conflict] | None
) -> None:
    found = conflicts(base, theirs, mine)
    assert len(found) == 1
    assert expected is None or found == expected


@given(VALUES, VALUES)
def test_merging_with_one_side_untouched_takes_the_other_side(base: Any, edited: Any) -> None:
    before, after = json.dumps(base).encode(), json.dumps(edited).encode()
    assert merge(before, before, after).data == after
    assert merge(before, after, before).data == after
    assert merge(before, after, after).data == after


@given(VALUES, VALUES)
def test_my_edits_reach_theirs_whole_where_theirs_only_looks_different(base: Any, edited: Any) -> None:
    before, theirs = json.dumps(base).encode(), json.dumps(base, indent=1).encode()
    result = merge(before, theirs, json.dumps(edited).encode())
    assert result.conflicts == ()
    assert json.loads(result.data) == edited


@given(VALUES, VALUES, VALUES)
def test_a_merge_is_always_json_whatever_met(base: Any, theirs: Any, mine: Any) -> None:
    texts = [json.dumps(value).encode() for value in (base, theirs, mine)]
    result = merge(texts[0], texts[1], texts[2])
    json.loads(result.data)


@given(st.lists(st.integers(0, 3), max_size=5), st.integers(0, 5), st.integers(0, 5))
def test_an_item_of_each_side_ends_up_in_the_list_once(items: list[int], at: int, other: int) -> None:
    theirs, mine = [*items[:at], 77, *items[at:]], [*items[:other], 88, *items[other:]]
    texts = [json.dumps(value).encode() for value in (items, theirs, mine)]
    result = merge(texts[0], texts[1], texts[2])
    found = json.loads(result.data)
    assert result.conflicts == ()
    assert sorted(found) == sorted([*items, 77, 88])


NAMES_TWICE = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("123")), max_size=5)


def as_object(fields: list[tuple[str, str]], gap: str) -> str:
    return "{" + gap.join(f'"{name}":{value}' for name, value in fields) + "}"


@given(NAMES_TWICE, NAMES_TWICE)
def test_members_of_one_name_reach_theirs_in_my_order_where_theirs_only_looks_different(
    base: list[tuple[str, str]], edited: list[tuple[str, str]]
) -> None:
    result = merge(
        as_object(base, ",").encode(), as_object(base, ", ").encode(), as_object(edited, ",").encode()
    )
    assert result.conflicts == ()
    assert [(name, str(value)) for name, value in json.loads(result.data, object_pairs_hook=list)] == edited


def steps_of_a_merge(monkeypatch: pytest.MonkeyPatch, base: Any, theirs: Any, mine: Any) -> int:
    """How often a merge numbers members, or looks for where an item went."""
    steps = 0

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def count(*given: Any) -> Any:
            nonlocal steps
            steps += 1
            return work(*given)

        return count

    with monkeypatch.context() as patch:
        for name in ("members", "_alike", "_touch"):
            patch.setattr(merging, name, counted(getattr(merging, name)))
        texts = [json.dumps(value).encode() for value in (base, theirs, mine)]
        assert merge(texts[0], texts[1], texts[2]).conflicts == ()
    return steps


def test_many_members_are_put_in_taken_out_and_reordered_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = ({f"k{n}": n for n in range(count)} for count in (9, 90))
    for base, mine in (({}, dict), (dict, {}), (dict, lambda all_of: dict(reversed(all_of.items())))):
        counts = []
        for all_of in (few, many):
            before, after = (side(all_of) if callable(side) else side for side in (base, mine))
            counts.append(steps_of_a_merge(monkeypatch, before, {**before, "theirs": 1}, after))
        assert counts[0] == counts[1]


def test_each_item_of_a_long_list_is_compared_with_what_is_near_it_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = list(range(100))
    theirs, mine = [-n if n % 2 else n for n in items], [n if n % 2 else -n - 1 for n in items]
    assert steps_of_a_merge(monkeypatch, items, theirs, mine) < 10 * len(items)


def nested(levels: int, inside: str, opening: str) -> str:
    return opening * levels + inside + {"[": "]", '{"a":': "}"}[opening] * levels


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_as_many_levels_as_the_storage_takes_are_compared_and_merged(opening: str) -> None:
    base, theirs, mine, both = (
        nested(MAX_DEPTH - 1, inside, opening)
        for inside in ('{"x":1,"y":1}', '{"x":2,"y":1}', '{"x":1,"y":3}', '{"x":2,"y":3}')
    )
    assert [(kind, after) for _, kind, _, after in changes(base, theirs)] == [("changed", "2")]
    assert merged(base, theirs, mine) == both
    (conflict,) = conflicts(base, theirs, base.replace('"x":1', '"x":9'))
    assert (conflict.base, conflict.theirs, conflict.mine) == ("1", "2", "9")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 10_000])
def test_more_levels_are_refused_with_the_number_and_the_place(opening: str, levels: int) -> None:
    base, theirs, mine = (nested(levels, inside, opening).encode() for inside in "123")
    for compare in (lambda: diff(base, theirs), lambda: merge(base, theirs, mine)):
        with pytest.raises(NotLosslessError, match=r"More than 500 levels are nested here \(line 1, column"):
            compare()
