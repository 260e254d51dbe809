"""What a Cat has written into its own tables, carried over into a storage once."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from storage_core.async_store import AsyncStore
from storage_core.engine import Engine
from storage_core.entry import Kind
from storage_core.errors import InvalidNameError, InvalidValueError
from storage_core.hosts.cheshire_cat.verbs import spelled
from storage_core.operations import Write
from storage_core.scope import Scope, checked_key
from storage_core.values import checked_text

INSTALLATION = "installation_info"
"""The key that a Cat saves when its project is set up, and never again: whoever has it has all the others."""

_log = logging.getLogger(__name__)

_UNDECODED = "CASE typeof({0}) WHEN 'text' THEN CAST({0} AS BLOB) ELSE {0} END"


@dataclass(frozen=True, slots=True)
class _Row:
    scope: Scope
    key: str
    kind: Kind
    data: bytes


async def carry_over(helper: ModuleType, workspace: AsyncStore) -> None:
    """Copy what stands in the Cat's tables into `workspace`, all or nothing, where that has not been done yet.

    `helper` is the Cat's `cat.db.helper`. Nothing is changed in the tables, and nothing that the workspace has. A
    row that the Cat could not read either stays behind, and is logged. Safe where several processes start at once.
    """
    if await workspace.exists(INSTALLATION):
        await _warn_of_another(helper, workspace)
        return
    rows = [row async for row in _rows(helper, workspace.scope.workspace)]
    if rows:
        copied = await workspace._connections.write(_copy(rows, workspace.scope))
        _log.info("%d values of the Cat's own tables were copied to %s", copied, workspace.scope)


def _copy(rows: list[_Row], shared: Scope) -> Write[int]:
    has_installation = any(row.scope == shared and row.key == INSTALLATION for row in rows)

    def copy(engine: Engine) -> int:
        if has_installation:
            has_been_done = engine.read_small(shared, INSTALLATION, 0) is not None
        else:
            has_been_done = bool(engine.keys(shared, "", None, 1))
        if has_been_done:
            return 0
        missing = [row for row in rows if engine.read_small(row.scope, row.key, 0) is None]
        for row in missing:
            engine.write(row.scope, row.key, row.kind, row.data, None, None)
        return len(missing)

    return Write(copy, sum(len(row.data) for row in rows))


async def _warn_of_another(helper: ModuleType, workspace: AsyncStore) -> None:
    """Log where the workspace was begun by another Cat than the one that has these tables."""
    if not await helper.KeyValueDB.table_exists():
        return
    table = helper.KeyValueDB
    own = await table.select(table.value).where(table.key == INSTALLATION).first()
    kept = await workspace.load_text(INSTALLATION)
    if own is not None and kept is not None and _installation(own["value"]) != _installation(kept):
        _log.warning(
            "%s holds the values of another installation of the Cat than %s: if they are two Cats, give each a "
            "workspace of its own: keep_values(..., workspace=...)",
            workspace.scope.workspace,
            _installation(own["value"]),
        )


def _installation(text: Any) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, TypeError):
        return None
    return value.get("id") if isinstance(value, dict) else None


async def _rows(helper: ModuleType, workspace: str) -> AsyncIterator[_Row]:
    """The rows of both tables, of several for one key the one that the Cat reads: the first."""
    seen: set[tuple[Scope, str]] = set()
    for table, user_id in ((helper.KeyValueDB, "NULL"), (helper.UserKeyValueDB, "CAST(user_id AS TEXT)")):
        if not await table.table_exists():
            continue
        # As text: Piccolo fails on the whole table where one user_id is not a UUID.
        columns = {"member": user_id, "key": "key", "value": "value", "key_is_text": "1"}
        if table._meta.db.engine_type == "sqlite":  # and where one text is not UTF-8
            columns = {name: _UNDECODED.format(column) for name, column in columns.items()}
            columns["key_is_text"] = "typeof(key) = 'text'"
        selected = ", ".join(f"{column} AS {name}" for name, column in columns.items())
        for found in await table.raw(f'SELECT {selected} FROM "{table._meta.tablename}"'):
            try:
                scope = Scope(workspace, _decoded(found["member"]))
                key = checked_key(spelled(_decoded(found["key"]) if found["key_is_text"] else found["key"]))
                row = _Row(scope, key, *_stored(_decoded(found["value"])))
            except (InvalidNameError, ValueError, RecursionError) as error:
                _log.warning("%r of the Cat's own table stays behind: %s", found["key"], error)
            else:
                if (scope, key) not in seen:
                    seen.add((scope, key))
                    yield row


def _decoded(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _stored(value: Any) -> tuple[Kind, bytes]:
    """How a storage keeps what the Cat's column holds: JSON text, or a number that the column has made of it."""
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        return Kind.JSON, checked_text(text)
    except InvalidValueError:
        json.loads(text)  # raises ValueError where the Cat could not read it either
        return Kind.BYTES, text.encode()
