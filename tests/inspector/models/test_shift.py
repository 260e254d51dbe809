"""What became of the rows of a list: every row that is still there is found at its new place."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from inspector.models.shift import Run, Shift

LISTS = st.lists(st.integers(0, 60), unique=True, max_size=50)


@given(LISTS, LISTS)
def test_every_row_is_found_where_it_is_now(old: list[int], new: list[int]) -> None:
    shift = Shift(old, new)
    for row, number in enumerate(old):
        assert shift.new_row(row) == (new.index(number) if number in new else None)


@given(LISTS, LISTS)
def test_the_runs_turn_the_former_list_into_todays(old: list[int], new: list[int]) -> None:
    rows = list(old)
    for run in reversed(Shift(old, new).runs):
        rows[run.old.start : run.old.stop] = [new[row] for row in run.new]
    assert rows == new


@given(LISTS, LISTS)
def test_a_row_has_moved_where_the_order_of_those_that_stay_is_another(
    old: list[int], new: list[int]
) -> None:
    in_order = [number for number in old if number in new] == [number for number in new if number in old]
    assert in_order or Shift(old, new).has_moves


def test_a_list_that_stays_the_same_has_no_runs() -> None:
    assert Shift(array("q", range(100_000)), array("q", range(100_000))).runs == []
    assert Shift([], []).runs == []


def test_scattered_changes_of_a_long_list_are_found_one_by_one() -> None:
    old = array("q", range(300_000))
    new = array("q", old)
    new.insert(250_000, -3)
    del new[100_000:100_002]
    new.insert(70, -1)
    assert Shift(old, new).runs == [
        Run(range(70, 70), range(70, 71)),
        Run(range(100_000, 100_002), range(100_001, 100_001)),
        Run(range(250_000, 250_000), range(249_999, 250_000)),
    ]


def test_what_came_or_went_at_the_end_is_one_run() -> None:
    few, many = array("q", range(200)), array("q", range(300_000))
    assert Shift(few, many).runs == [Run(range(200, 200), range(200, 300_000))]
    assert Shift(many, few).runs == [Run(range(200, 300_000), range(200, 200))]


def test_rows_that_came_in_between_move_nothing() -> None:
    assert not Shift([1, 2, 3], [1, 9, 2, 8, 3]).has_moves


def test_the_nearest_row_of_one_that_is_gone_is_what_came_into_its_place() -> None:
    shift = Shift([1, 2, 3, 4], [1, 9, 4])
    assert [shift.nearest(row) for row in range(4)] == [0, 1, 1, 2]
    assert Shift([1, 2], [1]).nearest(1) == 0
    assert Shift([1], []).nearest(0) == 0
