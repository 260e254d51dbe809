"""Finding words in what a text widget shows, in Qt's count of characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.editors.text_find import find_places, narrowed, widened


def qt_slice(text, start, end):
    """What Qt has from `start` to `end`."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


@given(st.text("aAb\U0001f600\n", max_size=40), st.text("aAb\U0001f600", min_size=1, max_size=3))
def test_each_place_holds_the_words_and_none_is_missed(text, wanted):
    places = list(find_places(text, wanted, case=True))
    assert [qt_slice(text, *place) for place in places] == [wanted] * text.count(wanted)
    assert places == sorted(places)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_widened_text_has_as_many_characters_as_qt_counts(text):
    assert len(widened(text)) == len(text.encode("utf-16-le")) // 2
    assert narrowed(widened(text)) == text


def test_a_fold_inside_a_place_is_part_of_it_and_one_beside_it_is_not():
    assert list(find_places("ab|\ncd", "bc", fold_mark="|")) == [(1, 5)]
    assert list(find_places("ab|\ncd", "ab", fold_mark="|")) == [(0, 2)]
    assert list(find_places("ab|\ncd", "cd", fold_mark="|")) == [(4, 6)]


@pytest.mark.parametrize(("case", "count"), [(False, 2), (True, 1)])
def test_case_matters_on_demand(case, count):
    assert len(list(find_places("Milk milk", "milk", case=case))) == count


def test_nothing_is_found_nowhere():
    assert list(find_places("abc", "")) == []


def test_the_words_are_no_pattern():
    assert list(find_places("a.c abc", "a.c")) == [(0, 3)]
