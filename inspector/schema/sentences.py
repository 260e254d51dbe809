"""What an error of the `jsonschema` library is called here: a word for the field's row, and a sentence.

Neither says what the value is, as that may be a secret.
"""

from collections.abc import Mapping
from decimal import Decimal

from jsonschema.exceptions import ValidationError

from inspector.schema.exact import Value, source_of

_LONGEST = 160
_MOST_LISTED = 8
_TYPES = {
    "object": "an object", "array": "a list", "string": "a text", "number": "a number",
    "integer": "a whole number", "boolean": "yes or no", "null": "null",
}  # fmt: skip

_WITH_BOUND: Mapping[str, tuple[str, str]] = {
    "minimum": ("too small", "This is below the least, {}."),
    "maximum": ("too large", "This is above the most, {}."),
    "exclusiveMinimum": ("too small", "This has to be above {}."),
    "exclusiveMaximum": ("too large", "This has to be below {}."),
    "multipleOf": ("wrong step", "This is not a multiple of {}."),
    "minLength": ("too short", "This has fewer characters than {}."),
    "maxLength": ("too long", "This has more characters than {}."),
    "pattern": ("wrong form", "This has not the form {}."),
    "format": ("wrong form", "This is not a {}."),
    "const": ("not as fixed", "This has to be {}."),
    "minItems": ("too few", "There are fewer items than {}."),
    "maxItems": ("too many", "There are more items than {}."),
    "minProperties": ("too few", "There are fewer fields than {}."),
    "maxProperties": ("too many", "There are more fields than {}."),
}
_ALONE: Mapping[str, tuple[str, str]] = {
    "uniqueItems": ("not unique", "An item is here more than once."),
    "contains": ("lacks an item", "None of the items is one that has to be here."),
    "minContains": ("lacks items", "Too few of the items are such as have to be here."),
    "maxContains": ("too many", "Too many of the items are alike in a way that is limited."),
    "dependentRequired": ("incomplete", "A field is here without another that it needs."),
    "dependencies": ("incomplete", "A field is here without what it needs."),
    "dependentSchemas": ("incomplete", "A field is here without what it needs."),
    "propertyNames": ("wrong name", "A field here has a name that the schema does not allow."),
    "additionalItems": ("too many", "There are more items here than the schema foresees."),
    "unevaluatedItems": ("too many", "There are more items here than the schema foresees."),
    "unevaluatedProperties": ("unforeseen", "There are fields here that the schema does not foresee."),
    "anyOf": ("no match", "This fits none of the forms that the schema allows."),
    "oneOf": ("no match", "This has to fit exactly one of the forms that the schema allows."),
    "not": ("not allowed", "This is what the schema excludes."),
}

UNFORESEEN = ("unforeseen", "The schema does not foresee this field.")
NOT_ALLOWED = ("not allowed", "The schema allows no value here.")


def words_of(error: ValidationError) -> tuple[str, str]:
    """The word and the sentence."""
    keyword, bound = str(error.validator), error.validator_value
    if error.validator is None:
        return NOT_ALLOWED
    if keyword == "type":
        kinds = bound if isinstance(bound, list) else [bound]
        return (
            "wrong type",
            f"This has to be {_any_of([_TYPES.get(str(kind), str(kind)) for kind in kinds])}.",
        )
    if keyword == "enum":
        listed = bound if isinstance(bound, list) else []
        shown = [_short(each) for each in listed[:_MOST_LISTED]]
        more = f" … ({len(listed):,} in all)" if len(listed) > _MOST_LISTED else ""
        return "not listed", f"This is none of {', '.join(shown)}{more}."
    if keyword in _WITH_BOUND:
        word, form = _WITH_BOUND[keyword]
        return word, form.format(_short(bound))
    return _ALONE.get(keyword, ("breaks it", f"This breaks the schema's “{keyword[:40]}”."))


def missing(names: list[str]) -> tuple[str, str]:
    """For an object that lacks required fields."""
    shown = ", ".join(f"“{name[:80]}”" for name in names[:_MOST_LISTED])
    more = " …" if len(names) > _MOST_LISTED else ""
    return f"lacks {len(names):,}", f"Required and missing: {shown}{more}."


def _any_of(words: list[str]) -> str:
    shown = words[:_MOST_LISTED]
    return (
        shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}" if shown else "something"
    )


def _short(value: Value) -> str:
    if isinstance(value, str):
        text = f"“{value[:_LONGEST]}”"
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = str(value)
    else:
        text = source_of(value) or "a nested value"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
