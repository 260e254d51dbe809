"""A JSON document that is kept as it was written: number text, key order, escapes and white space included."""

from inspector.lossless.convert import number_problem, string_problem, unfinished
from inspector.lossless.diff import ChangeKind, FieldChange, diff
from inspector.lossless.document import Document
from inspector.lossless.edit import Edit, EditRefusedError
from inspector.lossless.merge import Conflict, Merged, merge
from inspector.lossless.nodes import JsonType, Node
from inspector.lossless.parse import MAX_DEPTH, JsonError, JsonSyntaxError, NotLosslessError

__all__ = [
    "MAX_DEPTH",
    "ChangeKind",
    "Conflict",
    "Document",
    "Edit",
    "EditRefusedError",
    "FieldChange",
    "JsonError",
    "JsonSyntaxError",
    "JsonType",
    "Merged",
    "Node",
    "NotLosslessError",
    "diff",
    "merge",
    "number_problem",
    "string_problem",
    "unfinished",
]
