"""The verbs that the Cheshire Cat's plugins call, argument for argument, on the values of one scope."""

import hashlib
import json
from typing import Any
from uuid import UUID

from storage_core import context
from storage_core.async_store import AsyncVerbs
from storage_core.entry import Kind
from storage_core.errors import InvalidValueError, KindError
from storage_core.scope import KEY_LIMIT, checked_text_argument

_SPELLED = "cat-key:"


class CatStore:
    """What the Cat's plugins know as `store` and `user`, over the values of one scope.

    All that the Cat takes is taken, and comes back as it was. What JSON cannot say (NaN, infinities, members of
    the same name, more than 500 levels) is kept as bytes: the text that the Cat itself would have written. Keys
    that a storage has no place for are kept under another name, see `spelled`.
    """

    __slots__ = ("_values",)

    def __init__(self, values: AsyncVerbs) -> None:
        self._values = values

    async def save(self, key: str, value: Any) -> Any:
        """Store `value`, in the place of whatever was there, and return it.

        Raises what json.dumps does where it cannot write the value: TypeError, ValueError or RecursionError.
        """
        name = spelled(key)
        try:
            return await self._values.save(name, value)
        except InvalidValueError:
            pass  # the Cat is less strict; what it refuses too is refused below, with the error that it raises
        await self._values.set(name, json.dumps(value).encode())
        return value

    async def load(self, key: str, default: Any = None) -> Any:
        """The value, or `default` where the key is not set.

        Raises KindError where bytes are stored that are no text of JSON, as a Cat never does.
        """
        entry = await self._values.entry(spelled(key))
        if entry is None:
            return default
        if entry.kind is Kind.JSON:
            return entry.value
        try:
            return json.loads(entry.value)
        except ValueError as error:
            raise KindError(f"{key!r:.80} holds bytes that are not JSON: read them with get") from error

    async def delete(self, key: str) -> bool:
        """True where there was a value."""
        return await self._values.delete(spelled(key))

    async def exists(self, key: str) -> bool:
        """Whether the key is set, be it to None."""
        return await self._values.exists(spelled(key))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._values!r}>"


def spelled(key: Any) -> str:
    """The key under which a storage keeps the Cat's `key`: nearly always itself.

    What is empty or holds a NUL stands as JSON text behind `cat-key:`, and so does what starts with that itself, so
    that no two keys meet. What has more than 1,024 characters becomes `cat-key:sha256:`, its digest and its start.
    As the Cat does on SQLite, an int or a UUID counts as its text. Raises InvalidNameError for anything else.
    """
    if isinstance(key, UUID | int):
        key = str(key if isinstance(key, UUID) else int(key))
    text = checked_text_argument(key, "a key")
    if 0 < len(text) <= KEY_LIMIT and "\0" not in text and not text.startswith(_SPELLED):
        return text
    shown = json.dumps(text, ensure_ascii=False)
    name = f"{_SPELLED}{shown}"
    if len(name) > KEY_LIMIT:
        name = f"{_SPELLED}sha256:{hashlib.sha256(text.encode()).hexdigest()}:{shown}"
    return name[:KEY_LIMIT]


store = CatStore(context.store)
"""The shared values of the ambient workspace. Every verb raises NoContextError where no host has set one."""

user = CatStore(context.user)
"""The calling user's values in the ambient workspace. Every verb raises NoContextError outside a request."""
