"""What is to be known of a value beside it, and how its widget tells: tooltip, description, border."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from inspector.plain import plain_tooltip, visible
from inspector.schema import Choice, Facts
from inspector.theme import CORNER, current


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
    """Let a widget say it to the mouse, to assistive tools and, where it cannot be saved, by a red border."""
    said = list(beside.sentences())
    widget.setToolTip(plain_tooltip("\n".join(said)))
    widget.setAccessibleDescription(" ".join(said))
    if bool(widget.property("problem")) != bool(beside.problem):
        widget.setProperty("problem", bool(beside.problem))
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def paint_breach(widget: QWidget) -> None:
    """Draw the amber border of a value that breaks its schema, where it does not have the one of the keyboard.

    The style sheet could, but takes a millisecond for each widget, of which hundreds can change at once.
    """
    if widget.hasFocus():
        return
    with QPainter(widget) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(current().amber), 1))
        painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)


def _one_line(text: str) -> str:
    return " ".join(text.split())
