"""Which schema a key has: patterns over keys, given by the person as files or published in the storage."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase

PREFIX = "$schema:"
"""A workspace's shared value at this and a pattern is the schema of the workspace's keys that match the pattern."""

_WILD = re.compile(r"\[[^\]]*\]|[*?]")


class Origin(IntEnum):
    """Where a schema comes from; between equals the higher one counts, as the person's own choice does."""

    STORAGE = 0
    FILE = 1


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A file that a person has given for the keys of every storage that match `pattern`."""

    pattern: str
    path: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A schema for the keys that match `pattern`; `place` is the file's path, or the key in the storage."""

    pattern: str
    origin: Origin
    place: str

    @classmethod
    def of_file(cls, file: SchemaFile) -> "Rule":
        return cls(file.pattern, Origin.FILE, file.path)

    @classmethod
    def published(cls, key: str) -> "Rule":
        """The rule that a shared key makes, which begins with `PREFIX`."""
        return cls(key.removeprefix(PREFIX), Origin.STORAGE, key)


def matches(pattern: str, key: str) -> bool:
    """Whether `key` is `pattern` itself, or is meant by its `*` (any run), `?` (any one) and `[...]` (one of)."""
    return pattern == key or fnmatchcase(key, pattern)


def best_rule(rules: Iterable[Rule], key: str) -> Rule | None:
    """The closest of `rules` for `key`: the key itself before a pattern, more said by a pattern before less.

    Between equals a file counts before what is published. The schemas themselves have one only by their whole name.
    """
    fitting = [
        rule
        for rule in rules
        if rule.pattern == key or (not key.startswith(PREFIX) and matches(rule.pattern, key))
    ]
    return max(fitting, key=lambda rule: _closeness(rule, key), default=None)


def _closeness(rule: Rule, key: str) -> tuple[bool, int, Origin, str]:
    return rule.pattern == key, len(_WILD.sub("", rule.pattern)), rule.origin, rule.pattern
