"""The rows at hand: what was looked at last is kept, and rows follow their numbers."""

from inspector.models.row_cache import ABSENT, PAGE, RowCache


def filled(pages: int, most: int = 32) -> RowCache[str]:
    cache: RowCache[str] = RowCache(most)
    for page in range(pages):
        cache.put(page * PAGE, [f"row {number}" for number in range(page * PAGE, (page + 1) * PAGE)])
    return cache


def test_a_row_is_at_hand_once_it_was_put_there() -> None:
    cache = filled(2)
    assert cache.get(PAGE + 1) == f"row {PAGE + 1}"
    assert cache.get(2 * PAGE) is ABSENT


def test_a_deleted_row_is_at_hand_as_none() -> None:
    cache: RowCache[str | None] = RowCache()
    cache.put(0, ["a", None])
    assert cache.get(1) is None


def test_the_pages_looked_at_least_recently_are_forgotten_first() -> None:
    cache = filled(3, most=3)
    cache.get(5)
    cache.put(3 * PAGE, ["new"])
    assert cache.get(5) == "row 5"
    assert cache.get(PAGE) is ABSENT
    assert cache.get(2 * PAGE) == f"row {2 * PAGE}"
    assert len(cache) == 2 * PAGE + 1


def test_keep_forgets_all_but_the_pages_looked_at_last() -> None:
    cache = filled(4)
    cache.get(0)
    assert cache.keep(2) == [3, 0]
    assert len(cache) == 2 * PAGE
    assert cache.keep(5) == [3, 0]


def test_rows_below_an_insertion_move_down() -> None:
    cache = filled(1)
    cache.insert(10, 3)
    assert cache.get(9) == "row 9"
    assert cache.get(10) is ABSENT
    assert cache.get(13) == "row 10"
    assert cache.get(PAGE + 2) == f"row {PAGE - 1}"


def test_rows_below_a_removal_move_up() -> None:
    cache = filled(2)
    cache.remove(10, 3)
    assert cache.get(9) == "row 9"
    assert cache.get(10) == "row 13"
    assert cache.get(2 * PAGE - 4) == f"row {2 * PAGE - 1}"
    assert cache.get(2 * PAGE - 3) is ABSENT


def test_rows_given_new_numbers_are_still_forgotten_by_page() -> None:
    cache = filled(2, most=2)
    cache.renumber(lambda number: number + 5 * PAGE if number >= PAGE else None)
    assert dict(cache) == {number + 5 * PAGE: f"row {number}" for number in range(PAGE, 2 * PAGE)}
    cache.put(0, ["a"])
    cache.put(PAGE, ["b"])
    assert dict(cache) == {0: "a", PAGE: "b"}


def test_rows_given_new_numbers_are_still_forgotten_in_the_order_they_were_looked_at() -> None:
    cache = filled(3)
    cache.get(0)
    cache.insert(0, PAGE)
    assert cache.keep(2) == [3, 1]


def test_a_cleared_cache_holds_nothing() -> None:
    cache = filled(2)
    cache.clear()
    assert len(cache) == 0
    assert cache.keep(3) == []
