"""Finds and reads the schema of a key: in the files that a person has given, and in the storage itself."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from inspector.schema.finding import PREFIX, Origin, Rule, SchemaFile, best_rule
from inspector.schema.held import MAX_SCHEMA, Schema, SchemaRefusedError
from storage_core import AsyncStorage, Scope
from storage_core.browse import Address
from storage_core.raw import read

MOST_PUBLISHED = 500
"""Patterns that are looked at in one workspace; a schema for the key by its whole name is found beyond them."""

_LONGEST_KEY = 1_024
_FEW = 20  # rules, and bytes below, that take less time than it does to ask another thread
_AT_ONCE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """The schema that a key has, or why it cannot be read."""

    rule: Rule
    schema: Schema | None = None
    refusal: str = ""


async def find(
    storage: AsyncStorage, address: Address, files: Iterable[SchemaFile], former: Found | None = None
) -> Found | None:
    """The schema of the key at `address`; None where it has none.

    `former` is what was found before: where the same text is there still, it is handed back. Raises the storage's
    errors.
    """
    shared = Scope(address.scope.workspace)
    published = storage.store(shared).keys(PREFIX, limit=MOST_PUBLISHED)
    rules = [Rule.published(key) async for key in published if key != PREFIX]
    own = PREFIX + address.key
    if len(own) <= _LONGEST_KEY and await storage.store(shared).exists(own):
        rules.append(Rule.published(own))
    rules.extend(map(Rule.of_file, files))
    few = len(rules) <= _FEW
    rule = best_rule(rules, address.key) if few else await asyncio.to_thread(best_rule, rules, address.key)
    if rule is None:
        return None
    try:
        data = await _read(storage, shared, rule)
        held = former.schema if former is not None and former.rule == rule else None
        if held is not None and held.data == data:
            return former
        is_small = len(data) <= _AT_ONCE
        return Found(rule, Schema.read(data) if is_small else await asyncio.to_thread(Schema.read, data))
    except OSError as error:
        return Found(rule, refusal=f"It cannot be read: {error.strerror or error}.")
    except SchemaRefusedError as refusal:
        return Found(rule, refusal=str(refusal))


async def _read(storage: AsyncStorage, shared: Scope, rule: Rule) -> bytes:
    if rule.origin is Origin.FILE:
        return await asyncio.to_thread(read_file, Path(rule.place))
    entry = await read(storage, shared, rule.place, MAX_SCHEMA)
    if entry is None:
        raise SchemaRefusedError("It was deleted meanwhile.")
    if entry.data is None:
        raise SchemaRefusedError(f"It has {entry.size:,} bytes: at most {MAX_SCHEMA:,} are read.")
    return entry.data


def read_file(path: Path) -> bytes:
    """The file's bytes, one more than are read of a schema at most: a device or a giant is not read to its end."""
    if not path.is_file():
        raise SchemaRefusedError("There is no such file.")
    with path.open("rb") as file:
        return file.read(MAX_SCHEMA + 1)
