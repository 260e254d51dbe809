"""What is to be known of a value beside it, and how its widget tells: tooltip, description, border, a hint inside."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtWidgets import QWidget

from inspector.plain import plain_tooltip, visible
from inspector.schema import Choice, Facts


@dataclass(frozen=True, slots=True)
class Beside:
    """`problem` keeps the value from being saved, `breach` breaks its schema; `facts` are what that says of it."""

    problem: str = ""
    breach: str = ""
    facts: Facts = field(default_factory=Facts)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self.facts.choices

    @property
    def about(self) -> str:
        """Title and description, in one line."""
        return visible(" — ".join(filter(None, (self.facts.title, _one_line(self.facts.description)))))

    @property
    def hint(self) -> str:
        return visible(self.facts.hint)

    def sentences(self) -> Iterator[str]:
        """All of it, what is wrong first."""
        yield from filter(None, (self.problem, visible(self.breach), self.about, self.hint))


def tell(widget: QWidget, beside: Beside) -> None:
    """Let a widget say it to the mouse, to assistive tools and by the colour of its border."""
    said = list(beside.sentences())
    widget.setToolTip(plain_tooltip("\n".join(said)))
    widget.setAccessibleDescription(" ".join(said))
    marks = {"problem": bool(beside.problem), "breach": bool(beside.breach)}
    if any(widget.property(name) != marked for name, marked in marks.items()):
        for name, marked in marks.items():
            widget.setProperty(name, marked)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _one_line(text: str) -> str:
    return " ".join(text.split())
