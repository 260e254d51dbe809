"""The places that a person has been to, for the ways back and forward."""

from storage_core.browse import Address

KEPT = 200


class Trail:
    """The last 200 places in order, and at which of them the person is.

    `back` and `forward` say where to go; the person is there only when `visit` tells so, as an edit that is kept may
    hold them where they are.
    """

    def __init__(self) -> None:
        self._places: list[Address] = []
        self._here = -1
        self._bound_for: int | None = None

    def visit(self, place: Address) -> None:
        """The person has arrived somewhere: by a way back or forward, or by a new one, which ends the way forward."""
        bound_for, self._bound_for = self._bound_for, None
        if bound_for is not None and self._places[bound_for] == place:
            self._here = bound_for
        elif not self._places or self._places[self._here] != place:
            self._places = [*self._places[: self._here + 1], place][-KEPT:]
            self._here = len(self._places) - 1

    def back(self) -> Address | None:
        """The place before; None where there is none. Called again before that is reached, the one before that."""
        return self._head_for(-1)

    def forward(self) -> Address | None:
        """The place that the person came back from; None where there is none."""
        return self._head_for(1)

    def can_go_back(self) -> bool:
        return self._here > 0

    def can_go_forward(self) -> bool:
        return self._here < len(self._places) - 1

    def recent(self) -> list[Address]:
        """All places but the one where the person is, each once, the one that was visited last first."""
        here = self._places[self._here] if self._places else None
        return [place for place in dict.fromkeys(reversed(self._places)) if place != here]

    def clear(self) -> None:
        """Forget everything."""
        self._places, self._here, self._bound_for = [], -1, None

    def _head_for(self, step: int) -> Address | None:
        start = self._here if self._bound_for is None else self._bound_for
        if not 0 <= start + step < len(self._places):
            return None
        self._bound_for = start + step
        return self._places[self._bound_for]
