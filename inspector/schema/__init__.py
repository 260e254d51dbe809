"""What a JSON Schema says of a value: where it comes from, what it tells of each field, and what breaks it."""

from inspector.schema.checker import Checker
from inspector.schema.finding import PREFIX, Origin, Rule, SchemaFile, best_rule, matches
from inspector.schema.guide import Choice, Facts, Guide
from inspector.schema.held import MAX_SCHEMA, Schema, SchemaRefusedError
from inspector.schema.verdict import Issue, Verdict

__all__ = [
    "MAX_SCHEMA",
    "PREFIX",
    "Checker",
    "Choice",
    "Facts",
    "Guide",
    "Issue",
    "Origin",
    "Rule",
    "Schema",
    "SchemaFile",
    "SchemaRefusedError",
    "Verdict",
    "best_rule",
    "matches",
]
