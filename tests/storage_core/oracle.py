"""What a storage has to do, said with a plain dict and a list: the oracle of the model test."""

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from storage_core import (
    Change,
    ConflictError,
    Entry,
    InvalidNameError,
    InvalidValueError,
    KeyNotFoundError,
    Kind,
    KindError,
    Scope,
    ScopeInfo,
)
from storage_core.entry import as_datetime

Address = tuple[Scope, str]


@dataclass(frozen=True)
class Held:
    """A stored value: JSON text, or bytes."""

    kind: Kind
    data: str | bytes
    revision: int
    updated: int
    expires: int | None

    @property
    def value(self) -> Any:
        return json.loads(self.data) if self.kind is Kind.JSON else self.data

    @property
    def size(self) -> int:
        return len(self.data.encode() if isinstance(self.data, str) else self.data)


class Oracle:
    """All scopes of a storage; `now` says the milliseconds since 1970."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self.held: dict[Address, Held] = {}
        self.feed: list[Change] = []

    def store(self, scope: Scope) -> "OracleStore":
        return OracleStore(self, scope)

    def alive(self) -> dict[Address, Held]:
        now = self.now()
        return {
            place: held for place, held in self.held.items() if held.expires is None or held.expires > now
        }

    def workspaces(self) -> list[str]:
        return sorted({scope.workspace for scope, _ in self.alive()})

    def scopes(self) -> list[ScopeInfo]:
        sizes: dict[Scope, list[int]] = {}
        for (scope, _), held in self.alive().items():
            sizes.setdefault(scope, []).append(held.size)
        ordered = sorted(sizes, key=lambda scope: (scope.workspace, scope.user or ""))
        return [ScopeInfo(scope, len(sizes[scope]), sum(sizes[scope])) for scope in ordered]

    def changes(self, since: int) -> list[Change]:
        return self.feed[since:]

    def log(self, place: Address, held: Held, *, deleted: bool) -> int:
        """Tell the feed, and say with which revision."""
        revision = len(self.feed) + 1
        at = as_datetime(self.now())
        self.feed.append(Change(revision, *place, deleted, held.kind, held.size, at))
        return revision

    def put(self, place: Address, held: Held) -> None:
        self.held[place] = replace(held, revision=self.log(place, held, deleted=False))

    def remove(self, place: Address) -> bool:
        held = self.alive().get(place)
        if held is None:
            return False
        self.log(place, held, deleted=True)
        del self.held[place]
        return True


class OracleStore:
    """The verbs of a store."""

    def __init__(self, oracle: Oracle, scope: Scope) -> None:
        self.oracle = oracle
        self.scope = scope

    def _found(self, key: str, scope: Scope | None = None) -> Held | None:
        return self.oracle.alive().get((scope or self.scope, key))

    def entry(self, key: str, scope: Scope | None = None) -> Entry | None:
        held, scope = self._found(key, scope), scope or self.scope
        if held is None:
            return None
        expires = None if held.expires is None else as_datetime(held.expires)
        updated = as_datetime(held.updated)
        return Entry(scope, key, held.kind, held.value, held.size, held.revision, updated, expires)

    def _expect(self, key: str, if_revision: int | None) -> Held | None:
        held = self._found(key)
        if if_revision is not None and if_revision != (0 if held is None else held.revision):
            raise ConflictError("", self.entry(key))
        return held

    def _write(
        self, key: str, kind: Kind, data: str | bytes, ttl: float | None, if_revision: int | None
    ) -> None:
        self._expect(key, if_revision)
        now = self.oracle.now()
        expires = None if ttl is None else now + round(ttl * 1000)
        self.oracle.put((self.scope, key), Held(kind, data, 0, now, expires))

    def set(self, key: str, val: bytes, *, ttl: float | None = None, if_revision: int | None = None) -> None:
        self._write(key, Kind.BYTES, val, ttl, if_revision)

    def save(self, key: str, value: Any, *, ttl: float | None = None, if_revision: int | None = None) -> Any:
        self._write(key, Kind.JSON, as_text(value), ttl, if_revision)
        return value

    def save_text(
        self, key: str, text: str, *, ttl: float | None = None, if_revision: int | None = None
    ) -> None:
        try:
            json.loads(text)
        except ValueError as error:
            raise InvalidValueError from error
        self._write(key, Kind.JSON, text, ttl, if_revision)

    def _read(self, key: str, kind: Kind) -> Held | None:
        held = self._found(key)
        if held is not None and held.kind is not kind:
            raise KindError
        return held

    def get(self, key: str) -> bytes | None:
        held = self._read(key, Kind.BYTES)
        return None if held is None else held.value

    def load(self, key: str, default: Any = None) -> Any:
        held = self._read(key, Kind.JSON)
        return default if held is None else held.value

    def load_text(self, key: str) -> str | None:
        held = self._read(key, Kind.JSON)
        return None if held is None else str(held.data)

    def exists(self, key: str) -> bool:
        return self._found(key) is not None

    def delete(self, key: str, *, if_revision: int | None = None) -> bool:
        self._expect(key, if_revision)
        return self.oracle.remove((self.scope, key))

    def update(self, key: str, change: Callable[[Any], Any], default: Any = None) -> Any:
        held = self._read(key, Kind.JSON)
        value = change(copy.deepcopy(default) if held is None else held.value)
        now = self.oracle.now()
        expires = None if held is None else held.expires
        self.oracle.put((self.scope, key), Held(Kind.JSON, as_text(value), 0, now, expires))
        return value

    def keys(self, prefix: str = "", *, after: str | None = None, limit: int | None = None) -> list[str]:
        found = sorted(
            key
            for scope, key in self.oracle.alive()
            if scope == self.scope and key.startswith(prefix) and (after is None or key > after)
        )
        return found[:limit]

    def entries(self, prefix: str = "", *, after: str | None = None, limit: int | None = None) -> list[Entry]:
        found = [self.entry(key) for key in self.keys(prefix, after=after, limit=limit)]
        return [replace(entry, value=None) for entry in found if entry is not None]

    def save_many(self, values: Mapping[str, Any]) -> None:
        texts = {key: as_text(value) for key, value in values.items()}
        for key in sorted(texts):
            self._write(key, Kind.JSON, texts[key], None, None)

    def set_many(self, values: Mapping[str, bytes]) -> None:
        for key in sorted(values):
            self._write(key, Kind.BYTES, values[key], None, None)

    def load_many(self, keys: Iterable[str]) -> dict[str, Any]:
        return {key: self.load(key) for key in keys if self.exists(key)}

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes | None]:
        return {key: self.get(key) for key in keys if self.exists(key)}

    def delete_many(self, keys: Iterable[str]) -> int:
        return sum(self.delete(key) for key in keys)

    def clear(self, prefix: str = "") -> int:
        return self.delete_many(self.keys(prefix))

    def rename(
        self, key: str, new_key: str, *, overwrite: bool = False, if_revision: int | None = None
    ) -> None:
        self.move(key, self.scope, new_key, overwrite=overwrite, if_revision=if_revision)

    def move(
        self,
        key: str,
        scope: Scope,
        new_key: str | None = None,
        *,
        overwrite: bool = False,
        if_revision: int | None = None,
    ) -> None:
        new_key = key if new_key is None else new_key
        if not new_key:
            raise InvalidNameError
        held = self._expect(key, if_revision)
        if held is None:
            raise KeyNotFoundError
        if (scope, new_key) == (self.scope, key):
            return
        if self._found(new_key, scope) is not None and not overwrite:
            raise ConflictError("", self.entry(new_key, scope))
        self.oracle.remove((self.scope, key))
        self.oracle.put((scope, new_key), replace(held, updated=self.oracle.now()))

    def expire(self, key: str, ttl: float | None, *, if_revision: int | None = None) -> None:
        held = self._expect(key, if_revision)
        if held is None:
            raise KeyNotFoundError
        expires = None if ttl is None else self.oracle.now() + round(ttl * 1000)
        self.oracle.put((self.scope, key), replace(held, expires=expires))


def as_text(value: Any) -> str:
    """The JSON text that a storage makes of `value`; InvalidValueError where there is none."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise InvalidValueError from error
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text
