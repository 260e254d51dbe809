"""Errands of people who lose their patience."""

from storage_core.engine import Errand


class CancelledAfter(Errand):
    """An errand that is cancelled once somebody has asked so many times whether it is."""

    __slots__ = ("_looked", "_looks")

    def __init__(self, looks: int, looked: list[int]) -> None:
        self._looks, self._looked = looks, looked
        super().__init__()

    @property  # type: ignore[override]
    def cancelled(self) -> bool:
        self._looked.append(1)
        return len(self._looked) > self._looks

    @cancelled.setter
    def cancelled(self, value: bool) -> None:
        """Only time tells."""
