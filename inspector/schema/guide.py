"""What a schema says of each field of a document: title, description, choices, range, what is required."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TypeAlias

from inspector.lossless import JsonType, Node
from inspector.schema.exact import Value, source_of, value_of
from inspector.schema.pointer import target

MOST_CHOICES = 200
"""An enumeration of more is told as a number of values, and not listed."""

LONGEST = 2_000  # characters of a title or description
_MOST_PATTERNS = 50
_MOST_PARTS = 64  # schemas that are looked at for one field: a hostile one can multiply them without end
_NULL = {"type": "null"}

Part: TypeAlias = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Choice:
    """A scalar value of an enumeration: its JSON text, and what a person reads."""

    value: Value
    source: str
    words: str

    def is_value_of(self, node: Node) -> bool:
        """Whether `node`, which is JSON, has this value, however it is written."""
        if node.children is not None:
            return False
        value = value_of(node)
        return self.value == value and isinstance(self.value, bool) == isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one field. `hint` says in a few words which values are meant: a range, a length, a form."""

    title: str = ""
    description: str = ""
    choices: tuple[Choice, ...] = ()
    hint: str = ""


NOTHING = Facts()


class Guide:
    """Tells the facts of nodes, as far as they are unambiguous. Whatever stands in the schema, it raises nothing.

    `$ref` is followed within the schema alone, `allOf` is taken together, of `anyOf` and `oneOf` the one branch that
    is not null. Which names a regular expression of `patternProperties` means is not found out here, as that can
    take for ever: it stands in `questions` until `learn` brings the answer.
    """

    def __init__(self, says: Value) -> None:
        self._says = says
        self._parts: dict[Node, tuple[Part, ...]] = {}
        self._facts: dict[Node, Facts] = {}
        self._known: dict[tuple[int, ...], Facts] = {}
        self._answers: dict[tuple[str, str], bool] = {}
        self.questions: set[tuple[str, str]] = set()

    def facts(self, node: Node) -> Facts:
        """What the schema says of `node`."""
        found = self._facts.get(node)
        if found is None:
            parts = self._parts_of(node)
            alike = tuple(map(id, parts))  # all the items of a list have the same
            if alike not in self._known:
                self._known[alike] = _facts(parts)
            found = self._facts[node] = self._known[alike]
        return found

    def first_value(self, container: Node, name: str) -> str:
        """The JSON text of a new field: its default, the only value it may have, or an empty one of its type."""
        parts = self._expanded(self._of_member(self._parts_of(container), name))
        for keyword in ("default", "const"):
            for part in parts:
                if keyword in part and (source := source_of(part[keyword])) is not None:
                    return source
        if choices := _facts(parts).choices:
            return choices[0].source
        return next((empty for part in parts if (empty := _empty(part))), '""')

    def forget(self) -> None:
        """Look anew: names or places in the document are others now."""
        self._parts.clear()
        self._facts.clear()

    def learn(self, answers: Iterable[tuple[str, str, bool]]) -> bool:
        """Take in which regular expressions mean which names; True where that was asked."""
        news = {(pattern, name): meant for pattern, name, meant in answers}
        was_asked = bool(self.questions & news.keys())
        self._answers |= news
        self.questions -= news.keys()
        if was_asked:
            self.forget()
        return was_asked

    def _parts_of(self, node: Node) -> tuple[Part, ...]:
        """The schemas that hold for a node, found from the outside in."""
        if node not in self._parts:
            for around in [*reversed(list(node.ancestors())), node]:
                if around in self._parts:
                    continue
                parent = around.parent
                if parent is None:
                    found: Iterable[Value] = [self._says]
                elif parent.type is JsonType.LIST:
                    found = _of_item(self._parts[parent], around.index)
                else:
                    found = self._of_member(self._parts[parent], around.name or "")
                self._parts[around] = self._expanded(found)
        return self._parts[node]

    def _expanded(self, found: Iterable[Value]) -> tuple[Part, ...]:
        """`found` with everything that they refer to or take together, each once."""
        parts: dict[int, Part] = {}
        queue = list(found)
        while queue and len(parts) < _MOST_PARTS:
            part = queue.pop(0)
            if not isinstance(part, dict) or id(part) in parts:
                continue
            parts[id(part)] = part
            reference = part.get("$ref")
            if isinstance(reference, str):
                queue.append(target(self._says, reference))
            queue.extend(_listed(part.get("allOf"))[:_MOST_PARTS])
            for keyword in ("anyOf", "oneOf"):
                branches = [each for each in _listed(part.get(keyword))[:_MOST_PARTS] if each != _NULL]
                if len(branches) == 1:
                    queue.append(branches[0])
        return tuple(parts.values())

    def _of_member(self, parts: Iterable[Part], name: str) -> Iterator[Value]:
        for part in parts:
            properties, patterns = _members(part.get("properties")), part.get("patternProperties")
            named = name in properties
            if named:
                yield properties[name]
            is_meant = False
            for pattern, each in list(_members(patterns).items())[:_MOST_PATTERNS]:
                answer = self._is_meant(pattern, name)
                is_meant = is_meant or answer is not False
                if answer:
                    yield each
            if not named and not is_meant:
                yield part.get("additionalProperties")

    def _is_meant(self, pattern: str, name: str) -> bool | None:
        """None while it is not known."""
        if (pattern, name) not in self._answers:
            self.questions.add((pattern, name))
        return self._answers.get((pattern, name))


def _of_item(parts: Iterable[Part], index: int) -> Iterator[Value]:
    for part in parts:
        items, prefix = part.get("items"), _listed(part.get("prefixItems"))
        if isinstance(items, list):  # as the drafts before 2020-12 have it
            prefix, items = items, part.get("additionalItems")
        yield prefix[index] if index < len(prefix) else items


def _facts(parts: tuple[Part, ...]) -> Facts:
    if not parts:
        return NOTHING
    listed = next((part["enum"] for part in parts if isinstance(part.get("enum"), list)), None)
    choices: tuple[Choice, ...] = ()
    hints = list(_hints(parts))
    if isinstance(listed, list):
        if len(listed) <= MOST_CHOICES and not any(isinstance(each, dict | list) for each in listed):
            choices = tuple(map(_choice, listed))
        else:
            hints.insert(0, f"one of {len(listed):,} values")
    else:
        fixed = [part["const"] for part in parts if "const" in part]
        choices = tuple(_choice(each) for each in fixed[:1] if not isinstance(each, dict | list))
    return Facts(_first_text(parts, "title"), _first_text(parts, "description"), choices, " · ".join(hints))


def _choice(value: Value) -> Choice:
    source = source_of(value) or ""
    return Choice(value, source, value if isinstance(value, str) else _spoken(value, source))


def _spoken(value: Value, source: str) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else source


def _hints(parts: tuple[Part, ...]) -> Iterator[str]:
    if any(part.get("type") == "integer" for part in parts):
        yield "whole number"
    least, above = _number(parts, "minimum", max), _number(parts, "exclusiveMinimum", max)
    most, below = _number(parts, "maximum", min), _number(parts, "exclusiveMaximum", min)
    if least is not None and most is not None and above is None and below is None:
        yield f"{least} to {most}"
    else:
        words = {"at least": least, "above": above, "at most": most, "below": below}
        yield from (f"{word} {bound}" for word, bound in words.items() if bound is not None)
    step = _number(parts, "multipleOf", max)
    if step is not None:
        yield f"a multiple of {step}"
    for unit, end in (("character", "Length"), ("item", "Items"), ("field", "Properties")):
        least, most = _number(parts, f"min{end}", max), _number(parts, f"max{end}", min)
        if least is not None and most is not None:
            yield f"{least} {unit}s" if least == most else f"{least} to {most} {unit}s"
        elif least is not None and least > 0:
            yield f"at least {least} {unit}{'' if least == 1 else 's'}"
        elif most is not None:
            yield f"at most {most} {unit}{'' if most == 1 else 's'}"
    if form := _first_text(parts, "format"):
        yield form


def _number(
    parts: tuple[Part, ...], keyword: str, narrowest: Callable[[list[int | Decimal]], int | Decimal]
) -> int | Decimal | None:
    values = [part.get(keyword) for part in parts]
    found: list[int | Decimal] = [
        value for value in values if isinstance(value, int | Decimal) and not isinstance(value, bool)
    ]
    # A bound that is too long to read is none that helps.
    return None if not found or len(str(found[0])) > 40 else narrowest(found)


def _first_text(parts: tuple[Part, ...], keyword: str) -> str:
    texts = (part.get(keyword) for part in parts)
    found = next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")
    return found if len(found) <= LONGEST else found[: LONGEST - 1] + "…"


def _empty(part: Part) -> str:
    """An empty value of the type that a schema names, or that its keywords are about."""
    kinds = chain([part.get("type")], _listed(part.get("type")))
    empty = {
        "string": '""', "number": "0", "integer": "0", "boolean": "false",
        "object": "{}", "array": "[]", "null": "null",
    }  # fmt: skip
    named = next((empty[kind] for kind in kinds if isinstance(kind, str) and kind in empty), "")
    if named == "0" and (least := _number((part,), "minimum", max)) is not None and least > 0:
        return str(least)
    return named or ("{}" if "properties" in part else "[]" if "items" in part else "")


def _members(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []
