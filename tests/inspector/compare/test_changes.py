"""What saving will change, told exactly, bounded, and with secrets behind dots."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.compare import Changes, Line, Tone, compare
from inspector.compare.changes import LARGEST, MOST_SHOWN
from inspector.compare.spans import text_of


def texts(lines: tuple[Line, ...]) -> list[str]:
    return [text_of(line) for line in lines]


def told(before: str | bytes, after: str | bytes, *, json: bool = True, secret: bool = False) -> list[str]:
    return texts(changes(before, after, json=json, secret=secret).lines)


def changes(before: str | bytes, after: str | bytes, *, json: bool = True, secret: bool = False) -> Changes:
    old, new = (side.encode() if isinstance(side, str) else side for side in (before, after))
    return compare(old, new, json=json, secret=secret)


def test_equal_values_change_nothing():
    assert changes('{"a": 1}', '{"a": 1}') == Changes(0, "Nothing changes", ())


def test_each_field_is_told_with_its_path_a_word_and_both_values():
    before = '{"old": 1, "a": {"b": 22.00}, "list": ["x"]}'
    after = '{"a": {"b": 22.0}, "list": ["x", "y"]}'
    found = changes(before, after)
    assert (found.count, found.summary) == (3, "3 fields")
    assert texts(found.lines) == [
        "removed    $.old   1",
        "changed    $.a.b   22.00 → 22.0",
        'added      $.list[1]   "y"',
    ]
    assert [line[0].tone for line in found.lines] == [Tone.REMOVED, Tone.CHANGED, Tone.ADDED]


def test_long_values_are_cut_down_to_what_differs_in_them():
    old, new = (json.dumps({"a": f"{'x' * 5_000}{middle}{'y' * 5_000}"}) for middle in ("old", "new"))
    head, gone, come = told(old, new)
    assert head == "changed    $.a"
    assert gone == f"  − …{'x' * 30}old{'y' * 30}…"
    assert come == f"  + …{'x' * 30}new{'y' * 30}…"


def test_an_object_that_comes_stands_as_it_is_written_without_its_indent():
    before = '{\n  "a": {\n    "b": 1\n  }\n}'
    after = '{\n  "a": {\n    "b": 1,\n    "c": {\n      "d": 1\n    }\n  }\n}'
    assert told(before, after) == ["added      $.a.c", "  + {", '  +   "d": 1', "  + }"]


def test_a_change_of_order_is_told():
    assert told('{"a": 1, "b": 2}', '{"b": 2, "a": 1}') == ['reordered  $   "a", "b" → "b", "a"']


def test_white_space_and_escapes_alone_are_told_as_text():
    found = changes('{"a": "é"}', '{"a":  "\\u00e9"}\n')
    assert found.count == 1
    assert found.summary == "No value changes · white space or escapes at 1 place"
    assert texts(found.lines) == ["line 1", '  − {"a": "é"}', '  + {"a": ·"\\u00e9"}↵']


@pytest.mark.parametrize("key", ["password", "api_key", "accessToken"])
def test_secrets_stand_as_dots_until_they_are_asked_for(key):
    before, after = (
        f'{{"{key}": "hunter1", "b": 1}}',
        f'{{"{key}": "hunter2", "b": {{"{key}": ["hunter3"]}}}}',
    )
    found = changes(before, after)
    assert "hunter" not in "".join(texts(found.lines))
    assert found.count == 2
    assert "••••" in texts(found.lines)[0]
    assert found.bare_lines is not None
    assert texts(found.bare_lines)[0] == f'changed    $.{key}   "hunter1" → "hunter2"'
    assert "hunter3" in "".join(texts(found.bare_lines))


@pytest.mark.parametrize(
    ("before", "after", "is_json"),
    [
        ('{"a": "hunter1"}', '{"a": "hunter2"}', True),
        ('["hunter1"]', '[ "hunter1"]', True),
        ("hunter1", "hunter2", False),
        (b"\x00hunter1", b"\x00hunter2", False),
    ],
)
def test_a_value_under_a_secret_key_is_hidden_as_a_whole(before, after, is_json):
    found = changes(before, after, json=is_json, secret=True)
    assert "hunter" not in "".join(texts(found.lines)) + found.summary
    assert found.count == 1
    assert found.bare_lines is not None
    assert "hunter" in "".join(texts(found.bare_lines))


def test_a_secret_that_is_only_spelled_differently_stays_hidden():
    found = changes('{"password": "\\u0041"}', '{"password": "A"}')
    assert texts(found.lines) == ["Hidden, because the name says that it is a secret"]
    assert found.count == 1


def test_a_secret_in_broken_json_is_hidden_too():
    found = changes('{"password": "hunter1"}', '{"password": "hunter2', json=True)
    assert "hunter" not in "".join(texts(found.lines))
    assert "hunter2" in "".join(texts(found.bare_lines or ()))


def test_text_is_told_as_lines_with_those_around_them():
    lines = [f"line {number}" for number in range(20)]
    before = "\n".join(lines)
    lines[4] = "other"
    del lines[12]
    found = changes(before, "\n".join(lines), json=False)
    assert found.summary == "2 places in the text · 149 B → 140 B"
    assert texts(found.lines) == [
        "line 5", "    line 2", "    line 3", "  − line·4", "  + other", "    line 5", "    line 6", "",
        "line 13", "    line 10", "    line 11", "  − line 12", "    line 13", "    line 14",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("a\nb\n", "a \nb\n", "  − a", "  + a·"),
        ("a\nb\n", "\ta\nb\n", "  − a", "  + →a"),
        ("a\nb", "a\r\nb", "  − a", "  + a\\r"),
        ("a\nb", "a\nb\n", "  − b", "  + b↵"),
        ("a\xa0b", "a b", "  − a\\xa0b", "  + a·b"),
        ("ab", "a\u202eb", "  − ab", "  + a\\u202eb"),
        ("a\u2028b", "a\nb", "  − a\\u2028b", "  + a↵"),
        ("\ufeffa", "a", "  − \\ufeffa", "  + a"),
    ],
)
def test_a_change_that_cannot_be_seen_is_made_visible(before, after, gone, come):
    lines = told(before, after, json=False)
    assert gone in lines
    assert come in lines


def test_bytes_are_told_as_ranges_with_what_differs_marked():
    before = bytes(range(256))
    after = before[:5] + b"\xff" + before[6:200] + b"xy" + before[202:]
    found = changes(before, after, json=False)
    assert found.count == 2
    assert found.summary == "2 ranges of bytes · 256 B → 256 B"
    lines = texts(found.lines)
    assert lines[0] == "offset 5 (0x5) · bytes: 1"
    assert lines[1].startswith("  − 00000000  00 01 02 03 04 05 06")
    assert lines[2].startswith("  + 00000000  00 01 02 03 04 ff 06")
    assert [span.text for span in found.lines[2] if span.marked] == ["ff"]
    assert lines[4] == "offset 200 (0xc8) · bytes: 2"


def test_bytes_that_come_or_go_are_one_range():
    assert told(b"\x00\x01\x02", b"\x00\x02", json=False)[0] == "offset 1 (0x1) · bytes: 1 → 0"
    assert told(b"", b"\x00", json=False)[0] == "offset 0 (0x0) · bytes: 0 → 1"


@pytest.mark.parametrize(
    ("before", "after"), [('{"a": 1}', '{"a": '), (b'{"a": 1}', b"\xff\xfe"), ("\ufeff{}", "{}")]
)
def test_what_is_not_json_on_either_side_is_told_all_the_same(before, after):
    assert changes(before, after).count == 1


def test_json_that_is_nested_to_the_limit_is_told():
    deep = "[" * 499 + "%d" + "]" * 499
    assert changes(deep % 1, deep % 2).count == 1


def test_above_a_megabyte_only_the_sizes_are_told():
    found = changes(b"[" + b" " * LARGEST + b"]", b"[]")
    assert found == Changes(1, "Too large to compare: 1 MB → 2 B", ())


@pytest.mark.parametrize(
    ("before", "after", "is_json"),
    [
        (json.dumps(list(range(60_000))), json.dumps(list(range(1, 60_001))), True),
        (json.dumps({"a": "x" * 900_000}), json.dumps({"a": "y" * 900_000}), True),
        (json.dumps({f"k{n}": n for n in range(20_000)}), json.dumps({f"k{n}": -n for n in range(20_000)}), True),
        ("x\n" * 400_000, "y\n" * 300_000, False),
        ("a\nb\n" * 1_000, "b\nb\na\n" * 600, False),
        ("x" * 900_000, "y" * 900_000, False),
        (b"\x00" * 900_000, b"\x01" * 900_000, False),
        (b"\x00" * 900_000, b"\x00\x01" + b"\x00" * 15 + b"\x01" * 800_000, False),
        (bytes(900_000), b"".join(b"\x01" + bytes(11) for _ in range(75_000)), False),
    ],
)  # fmt: skip
def test_what_is_shown_is_bounded_and_what_is_left_out_is_counted(before, after, is_json):
    found = changes(before, after, json=is_json)
    assert len(found.lines) <= MOST_SHOWN + 100
    assert max(len(text) for text in texts(found.lines)) < 1_000
    assert found.count > 400 or "more" in "".join(texts(found.lines))


@given(before=st.text(), after=st.text())
def test_texts_that_differ_never_look_the_same(before, after):
    found = changes(before.encode("utf-8", "replace"), after.encode("utf-8", "replace"), json=False)
    assert (found.count == 0) == (before.encode("utf-8", "replace") == after.encode("utf-8", "replace"))
    gone = [text[4:] for text in texts(found.lines) if text.startswith("  −")]
    come = [text[4:] for text in texts(found.lines) if text.startswith("  +")]
    assert found.count == 0 or gone != come


@given(before=st.binary(max_size=80), after=st.binary(max_size=80))
def test_every_byte_that_differs_is_in_a_range(before, after):
    found = changes(before, after, json=False)
    assert (found.count == 0) == (before == after)
