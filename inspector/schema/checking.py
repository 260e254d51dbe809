"""Checks a value against its schema with the `jsonschema` library, numbers exact and nothing ever fetched.

A regular expression of the schema can take for ever, and holds Python's lock while it does: so this runs in a process
of its own (`inspector.schema.worker`), which can be ended.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from urllib.parse import urlsplit

from jsonschema import FormatChecker
from jsonschema import validators as drafts
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.protocols import Validator
from referencing import Registry, Specification
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012, specification_with

from inspector.lossless import Document, JsonError, JsonType, Node
from inspector.lossless.convert import MAX_DIGITS
from inspector.schema import sentences
from inspector.schema.exact import Value, value_of
from inspector.schema.held import Schema, SchemaRefusedError
from inspector.schema.verdict import Issue, Steps, Verdict

MOST_ISSUES = 500
MOST_MISSING = 100  # of one object
_MOST_WORDS = 3  # sentences of one place
_FAR = 5_000  # decimal places: beyond, whether one number is a multiple of another is not found out
_REGEX = FormatChecker(formats=["regex"])
_NOTHING_IS_FETCHED: Registry[Value] = Registry()

Questions = Iterable[tuple[str, str]]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is wrong with a place."""

    word: str
    sentence: str
    missing: tuple[str, ...] = ()


class Checking:
    """One schema, made ready. Raises SchemaRefusedError, with a sentence, where it is none that can be used."""

    def __init__(self, data: bytes) -> None:
        says = _with_whole_numbers(Schema.read(data).says)
        _check_dialect(says)
        dialect = drafts.validator_for(says, default=drafts.Draft202012Validator)
        exact = _exactly(dialect)
        try:
            fault = best_match(
                exact(dialect.META_SCHEMA, registry=_NOTHING_IS_FETCHED, format_checker=_REGEX).iter_errors(
                    says
                )
            )
            if fault is not None:
                raise SchemaRefusedError(f"It is not a valid schema: {_fault(fault)}")
            self._validator = exact(says, registry=_NOTHING_IS_FETCHED)
            _check_references(self._validator, says)
        except TypeError:  # best_match does not know the types of draft 3, which can be schemas
            raise SchemaRefusedError("It is not a valid schema of the draft that it names.") from None
        except OverflowError:
            raise SchemaRefusedError("A regular expression in it repeats too often to be read.") from None
        except RecursionError:
            raise SchemaRefusedError("It is nested too deeply, or refers to itself without end.") from None

    def verdict(self, data: bytes, questions: Questions = ()) -> Verdict:
        """What breaks the schema in the JSON text `data`, and which names the asked regular expressions mean."""
        try:
            root = Document.parse(data).root
            value = value_of(root)
        except JsonError:
            return Verdict()  # it is being typed as text: there is nothing to say of it
        try:
            places = self._places(value)
        except RecursionError:
            return Verdict(refusal="It refers to itself without end.", is_broken=True)
        issues = tuple(
            Issue(steps, found[0].word, " ".join(each.sentence for each in found), found[0].missing)
            for steps, found in _in_document(islice(places.items(), MOST_ISSUES), root)
        )
        return Verdict(len(places), issues, tuple(_answers(questions)))

    def _places(self, value: Value) -> dict[Path, list[Breach]]:
        """What is wrong, place by place; what lacks fields says that first."""
        places: dict[Path, list[Breach]] = {}
        for error in self._validator.iter_errors(value):
            for path, breach in _breaches_of(error):
                found = places.setdefault(path, [])
                if len(found) < _MOST_WORDS and breach not in found:
                    found.insert(0 if breach.missing else len(found), breach)
        return places


def _in_document(
    places: Iterable[tuple[Path, list[Breach]]], root: Node
) -> Iterator[tuple[Steps, list[Breach]]]:
    """The places with the steps that lead to their nodes."""
    members: dict[Node, dict[str | None, int]] = {}
    for path, found in places:
        node, steps = root, []
        for step in path:
            if node.type is JsonType.OBJECT:
                if node not in members:
                    members[node] = {child.name: index for index, child in enumerate(node.fields)}
                steps.append(members[node][str(step)])
            else:
                steps.append(int(step))
            node = node.fields[steps[-1]]
        yield tuple(steps), found


def _breaches_of(error: ValidationError) -> Iterator[tuple[Path, Breach]]:
    """Where an error is, and how it is called there."""
    deepest = best_match([error]) if error.context else error
    path = tuple(deepest.absolute_path)
    instance, bound = deepest.instance, deepest.validator_value
    if deepest.validator == "required" and isinstance(bound, list):
        lacking = [name for name in bound if name not in instance]
        yield path, Breach(*sentences.missing(lacking), tuple(lacking[:MOST_MISSING]))
    elif deepest.validator == "additionalProperties" and bound is False:
        for name in _unforeseen(instance, deepest.schema):
            yield (*path, name), Breach(*sentences.UNFORESEEN)
    else:
        yield path, Breach(*sentences.words_of(deepest))


def _unforeseen(instance: Mapping[str, Value], schema: Mapping[str, Mapping[str, Value]]) -> Iterator[str]:
    patterns = schema.get("patternProperties", {})
    for name in instance:
        if name not in schema.get("properties", {}) and not any(re.search(each, name) for each in patterns):
            yield name


def _answers(questions: Questions) -> Iterator[tuple[str, str, bool]]:
    for pattern, name in questions:
        yield pattern, name, re.search(pattern, name) is not None


def _check_dialect(says: Value) -> None:
    """Refuse a schema whose `$schema` can name no draft; one that names an unknown draft is read as the newest."""
    if not isinstance(says, dict) or "$schema" not in says:
        return
    named = says["$schema"]
    try:
        is_address = isinstance(named, str) and urlsplit(named) is not None
    except ValueError:
        is_address = False
    if not is_address:
        raise SchemaRefusedError("It is not a valid schema: its “$schema” is not the address of a draft.")


def _check_references(validator: Validator, says: Value) -> None:
    """Refuse what refers to something that is not in the schema: nothing is ever fetched, from nowhere."""
    specification: Specification[Value] = specification_with(
        str(validator.META_SCHEMA["$schema"]), default=DRAFT202012
    )
    root = specification.create_resource(says)
    registry: Registry[Value] = drafts.SPECIFICATIONS.combine(_NOTHING_IS_FETCHED)
    seen: set[int] = set()
    queue = [(root, registry.resolver_with_root(root))]
    while queue:
        part, resolver = queue.pop()
        if not isinstance(part.contents, dict) or id(part.contents) in seen:
            continue
        seen.add(id(part.contents))
        _check_dialect(part.contents)
        for keyword in ("$ref", "$dynamicRef"):
            reference = part.contents.get(keyword)
            if not isinstance(reference, str):
                continue
            try:
                found = resolver.lookup(reference)
            except Unresolvable:
                where = "is not in it" if reference.startswith("#") else "is outside, and is never fetched"
                raise SchemaRefusedError(f"It refers to “{reference[:200]}”, which {where}.") from None
            if keyword == "$ref":
                queue.append((specification.create_resource(found.contents), found.resolver))
        queue.extend((inner, resolver.in_subresource(inner)) for inner in part.subresources())


def _exactly(dialect: type[Validator]) -> type[Validator]:
    """The same draft for numbers of any length: 22.00 is a whole number where 22.0 is one, 0.3 a multiple of 0.1."""
    checker = dialect.TYPE_CHECKER
    if dialect not in (drafts.Draft3Validator, drafts.Draft4Validator):
        checker = checker.redefine("integer", lambda _, value: _is_whole(value))
    extended: type[Validator] = drafts.extend(
        dialect, validators={"multipleOf": _multiple_of}, type_checker=checker
    )
    return extended


def _with_whole_numbers(says: Value) -> Value:
    """A schema whose 2.0 is 2, which the schemas of schemas ask for where they mean a length."""
    holder: list[Value] = [says]
    queue: list[list[Value] | dict[str, Value]] = [holder]
    while queue:
        around = queue.pop()
        pairs = around.items() if isinstance(around, dict) else enumerate(around)
        for place, value in list(pairs):
            if isinstance(value, dict | list):
                queue.append(value)
            elif isinstance(value, Decimal) and value.adjusted() < MAX_DIGITS and _is_whole(value):
                around[place] = int(value)  # type: ignore[call-overload,index]
    return holder[0]


def _is_whole(value: object) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _multiple_of(
    validator: Validator, step: int | Decimal, instance: Value, schema: object
) -> Iterator[ValidationError]:
    if isinstance(instance, bool) or not isinstance(instance, int | Decimal):
        return
    numbers = (instance, step)
    if any(isinstance(each, Decimal) and each and abs(each.adjusted()) > _FAR for each in numbers):
        return
    if Fraction(instance) % Fraction(step):
        yield ValidationError("not a multiple")


def _fault(error: ValidationError) -> str:
    place = "".join(f"/{step}" for step in error.absolute_path)
    if error.validator == "format":
        return f"the regular expression at {place[:200]} cannot be read here."
    return f"at {place[:200] or 'its beginning'}: {sentences.words_of(error)[1]}"
