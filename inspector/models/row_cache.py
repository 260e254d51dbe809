"""The rows of a long list that are at hand: pages of them, those least recently looked at forgotten first."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Final, Generic, TypeVar

PAGE = 200
"""Rows that are fetched together."""

Row = TypeVar("Row")


class Absent(Enum):
    """Stands for a row that is not at hand."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class RowCache(Generic[Row]):
    """Rows by their number, in pages of `PAGE`; at most `pages` of them."""

    def __init__(self, pages: int = 32) -> None:
        self._most = pages
        self._rows: dict[int, Row] = {}
        self._pages: dict[int, None] = {}  # the page that was looked at last is the last

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        return iter(list(self._rows.items()))

    def get(self, number: int) -> Row | Absent:
        """The row, or ABSENT; its page counts as looked at."""
        row = self._rows.get(number, ABSENT)
        if row is not ABSENT:
            self._touch(number // PAGE)
        return row

    def peek(self, number: int) -> Row | Absent:
        """The row, or ABSENT; nobody has looked at it."""
        return self._rows.get(number, ABSENT)

    def put(self, first: int, rows: Sequence[Row]) -> None:
        """Keep these rows, the first of which has the number `first`."""
        for number, row in enumerate(rows, first):
            self._rows[number] = row
        for page in range(first // PAGE, (first + max(len(rows), 1) - 1) // PAGE + 1):
            self._touch(page)
        while len(self._pages) > self._most:
            self.drop(next(iter(self._pages)))

    def keep(self, count: int) -> list[int]:
        """Forget all pages but the `count` that were looked at last, and return these, the very last one last."""
        for page in list(self._pages)[:-count]:
            self.drop(page)
        return list(self._pages)

    def drop(self, page: int) -> None:
        """Forget a page."""
        self._pages.pop(page, None)
        for number in range(page * PAGE, (page + 1) * PAGE):
            self._rows.pop(number, None)

    def clear(self) -> None:
        self._rows.clear()
        self._pages.clear()

    def insert(self, at: int, count: int) -> None:
        """Be told that `count` rows, not at hand, came before the row `at`."""
        self.renumber(lambda number: number if number < at else number + count)

    def remove(self, at: int, count: int) -> None:
        """Be told that the rows from `at` on are gone, `count` of them."""

        def left(number: int) -> int | None:
            if number < at:
                return number
            return None if number < at + count else number - count

        self.renumber(left)

    def renumber(self, new_number: Callable[[int], int | None]) -> None:
        """Give each row the number that it has now; None forgets it."""
        rows, self._rows = self._rows, {}
        last_looked_at = {page: place for place, page in enumerate(self._pages)}
        places: dict[int, int] = {}
        for number, row in rows.items():
            now = new_number(number)
            if now is not None:
                self._rows[now] = row
                place = last_looked_at.get(number // PAGE, 0)
                places[now // PAGE] = max(place, places.get(now // PAGE, 0))
        self._pages = dict.fromkeys(sorted(places, key=places.__getitem__))

    def _touch(self, page: int) -> None:
        self._pages.pop(page, None)
        self._pages[page] = None
