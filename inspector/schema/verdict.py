"""What the check of a value against its schema has found, as it goes from one process to the other."""

from dataclasses import dataclass

Steps = tuple[int, ...]
"""A place in the document that was checked: which child, from the outside in, as `Node.index` counts."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A place that breaks the schema: a word or two for its row, a sentence, and the required fields it lacks."""

    steps: Steps
    word: str
    sentence: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refusal` says why the schema cannot be used, or the value not be checked, as a sentence; else it is empty.

    `count` is how many places break the schema, of which `issues` are the first. `answers` say which names are meant
    by which regular expressions, for those that were asked about. `is_broken` tells a schema that is none from a
    check that did not end.
    """

    count: int = 0
    issues: tuple[Issue, ...] = ()
    answers: tuple[tuple[str, str, bool], ...] = ()
    refusal: str = ""
    is_broken: bool = False


def sentence(count: int) -> str:
    """How many places break the schema, in words; empty for none."""
    return "" if not count else f"{count:,} place{' breaks' if count == 1 else 's break'} the schema"
