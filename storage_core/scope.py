"""The rules for the names that address a value: workspace, user, key."""

from dataclasses import dataclass
from uuid import UUID

from storage_core.errors import InvalidNameError
from storage_core.shown import shown

NAME_LIMIT = 256
KEY_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose values: a workspace's shared ones (`user` is None), or one user's in that workspace.

    A UUID is accepted as a user and becomes its text. Raises InvalidNameError for anything else that is not a
    str, and for a name that is empty, over 256 characters, holds a NUL, or that UTF-8 cannot encode.
    """

    workspace: str
    user: str | None = None

    def __post_init__(self) -> None:
        checked_name(self.workspace, "workspace", NAME_LIMIT)
        if self.user is not None:
            object.__setattr__(self, "user", checked_user(self.user))

    def __str__(self) -> str:
        return f"{self.workspace} / {'Shared' if self.user is None else self.user}"


def checked_scope(scope: Scope) -> Scope:
    """`scope` itself; raises InvalidNameError where it is none, as a workspace's name."""
    if not isinstance(scope, Scope):
        raise InvalidNameError(f"this must be a Scope, not {type(scope).__name__}: {shown(scope)}")
    return scope


def checked_user(user: str | UUID) -> str:
    """The name of a user, a UUID's being its text; raises InvalidNameError where it cannot be one."""
    return checked_name(str(user) if isinstance(user, UUID) else user, "user", NAME_LIMIT)


def checked_key(key: str) -> str:
    """`key` itself, where it may be one; raises InvalidNameError where not."""
    return checked_name(key, "key", KEY_LIMIT)


def checked_name(name: str, what: str, limit: int) -> str:
    """`name` itself, where it is text of 1 to `limit` characters that SQLite and UTF-8 can hold."""
    if not isinstance(name, str):
        raise InvalidNameError(f"a {what} must be a str, not {type(name).__name__}: {shown(name)}")
    if not 0 < len(name) <= limit:
        fault = f"has {len(name):,} characters" if name else "is empty"
        raise InvalidNameError(f"a {what} has 1 to {limit:,} characters; this one {fault}")
    if "\0" in name:
        raise InvalidNameError(f"a {what} cannot hold a NUL character: {name!r:.80}")
    if not name.isascii():
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise InvalidNameError(f"a {what} must be encodable as UTF-8: {name!r:.80}") from error
    return name


def checked_text_argument(text: str, what: str) -> str:
    """A prefix, the key to start after, or a key of others: any text that UTF-8 can encode."""
    if not isinstance(text, str):
        raise InvalidNameError(f"{what} must be a str, not {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidNameError(f"{what} must be encodable as UTF-8: {text!r:.80}") from error
    return text


def after_prefix(prefix: str) -> str | None:
    """The least text that sorts after everything that starts with `prefix`; None where there is no such text.

    Code points sort as their UTF-8 bytes do, so `prefix <= key < after_prefix(prefix)` is the prefix's range.
    """
    kept = prefix.rstrip("\U0010ffff")
    if not kept:
        return None
    following = ord(kept[-1]) + 1
    if 0xD800 <= following <= 0xDFFF:  # surrogates: no UTF-8 for them
        following = 0xE000
    return kept[:-1] + chr(following)
