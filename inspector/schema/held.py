"""A schema that has been read and can be held: small enough, JSON, and an object or true or false."""

from dataclasses import dataclass

from inspector.formats import human_size
from inspector.lossless import Document, JsonError
from inspector.schema.exact import Value, value_of

MAX_SCHEMA = 1 << 20
"""Bytes: a larger schema is not read."""


class SchemaRefusedError(ValueError):
    """A schema that cannot be used; the message says why, as a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema as it was written and what it says, numbers exact. Whether it is a valid one, the checker says."""

    data: bytes
    says: Value

    @classmethod
    def read(cls, data: bytes) -> "Schema":
        """Any thread may. Raises SchemaRefusedError."""
        if len(data) > MAX_SCHEMA:
            raise SchemaRefusedError(
                f"It has {human_size(len(data))}: at most {human_size(MAX_SCHEMA)} are read."
            )
        try:
            says = value_of(Document.parse(data).root)
        except JsonError as error:
            raise SchemaRefusedError(f"It is not JSON: {error}") from None
        if not isinstance(says, dict | bool):
            raise SchemaRefusedError("A schema is an object, or true or false.")
        return cls(data, says)
