"""What differs between two or three values, as lines to read: by field for JSON, else by line or by byte."""

from inspector.compare.changes import Changes, compare
from inspector.compare.conflict import Conflict, study
from inspector.compare.spans import Line, Span, Tone

__all__ = ["Changes", "Conflict", "Line", "Span", "Tone", "compare", "study"]
