"""Where a `$ref` within a schema leads to, as RFC 6901 and JSON Schema's anchors have it."""

from urllib.parse import unquote

from inspector.schema.exact import Value

LONGEST = 1_000


def target(root: Value, reference: str) -> Value:
    """The part of `root` that `reference` names; None where it names none, or one outside."""
    if len(reference) > LONGEST or not reference.startswith("#"):
        return None
    fragment = unquote(reference[1:])
    if fragment and not fragment.startswith("/"):
        return _anchored(root, fragment)
    found = root
    for step in fragment.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdecimal() and len(name) < 7 and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def _anchored(root: Value, anchor: str) -> Value:
    """The definition that calls itself so; anchors elsewhere than in the definitions are rare."""
    for keyword in ("$defs", "definitions"):
        definitions = root.get(keyword) if isinstance(root, dict) else None
        for each in definitions.values() if isinstance(definitions, dict) else ():
            if isinstance(each, dict) and each.get("$anchor") == anchor:
                return each
    return None
