"""Where Dify's plugin daemon keeps a value: between tenant, plugin and key, and a path below its folder.

A value is the file `<tenant>/<author>/<name>/<key>`, or `<tenant>/<name>/<key>` of a plugin without an author, and a
key may have slashes: so one path can be read in two ways. Here each has one: where there are two names or more before
the last, and the second may be a plugin's name, the plugin is `author/name`; else it has no author. A path alone
decides, so that no value changes its name when another one comes or goes.
"""

import posixpath
import re

from storage_core.errors import InvalidNameError, UnsupportedError
from storage_core.query import Address
from storage_core.scope import KEY_LIMIT, NAME_LIMIT, Scope, checked_key

Place = tuple[str, ...]
"""The names from the persistence folder down to a file."""

LONGEST_KEY = 256
"""Bytes: the daemon takes no longer keys."""

LONGEST_NAME = 255
"""Bytes of one file or folder."""

WHOLE_FOLDER = "./"
"""The key that stands for a plugin's whole folder, and the plugin that stands for a tenant's: neither can be one."""

_NO_NAMES = frozenset(("", ".", ".."))
_TENANT = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_AUTHOR = re.compile("[a-z0-9_-]{1,64}")
_NAME = re.compile("[a-z0-9_-]{1,255}")


def is_tenant(name: str) -> bool:
    """Whether a tenant can have that name: all of them are UUIDs."""
    return _TENANT.fullmatch(name) is not None


def is_plugin_name(name: str) -> bool:
    """Whether a plugin can have that name, without its author."""
    return _NAME.fullmatch(name) is not None


def is_plugin(plugin: str) -> bool:
    """Whether a plugin can be called so: `author/name`, or `name` alone."""
    author, slash, name = plugin.rpartition("/")
    return is_plugin_name(name) and (_AUTHOR.fullmatch(author) is not None if slash else True)


def is_text(name: str) -> bool:
    """Whether a file's name is UTF-8, as all of Dify's are."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def scope_of(tenant: str, plugin: str) -> Scope | None:
    """The scope of a plugin's folder; None where its name is none that a scope can have."""
    if not is_tenant(tenant) or len(plugin) > NAME_LIMIT or not is_text(plugin):
        return None
    return Scope(tenant, plugin)


def folder_of(scope: Scope) -> Place | None:
    """The folder of the plugin that `scope` is; None where it is none that values are listed of."""
    if scope.user is None or not is_tenant(scope.workspace):
        return None
    names = scope.user.split("/")
    if (
        len(names) > 2
        or not _NO_NAMES.isdisjoint(names)
        or (len(names) == 2 and not is_plugin_name(names[1]))
    ):
        return None
    return (scope.workspace, *names)


def address_at(place: Place) -> Address | None:
    """The address of the value that the file at `place` is; None where no plugin has one there."""
    if len(place) < 3:
        return None
    names = 3 if len(place) > 3 and is_plugin_name(place[2]) else 2
    scope, key = scope_of(place[0], "/".join(place[1:names])), "/".join(place[names:])
    return Address(scope, key) if scope is not None and len(key) <= KEY_LIMIT and is_text(key) else None


def address_of_folder(place: Place) -> Address | None:
    """What stands for a folder that cannot be looked into: a key that ends with a slash, as none of Dify's does.

    None for the persistence folder, and where no plugin has values.
    """
    if not place:
        return None
    if len(place) == 1:
        return Address(Scope(place[0], WHOLE_FOLDER), WHOLE_FOLDER)
    names = 3 if len(place) > 2 and is_plugin_name(place[2]) else 2
    scope, inner = scope_of(place[0], "/".join(place[1:names])), place[names:]
    key = "".join(f"{name}/" for name in inner) or WHOLE_FOLDER
    return Address(scope, key) if scope is not None and len(key) <= KEY_LIMIT else None


def folder_that_is_meant(address: Address) -> Place | None:
    """The folder that an address of `address_of_folder` stands for; None for every other address."""
    scope, key = address
    if not key.endswith("/"):
        return None
    plugin = () if scope.user is None or scope.user == WHOLE_FOLDER else tuple(scope.user.split("/"))
    inner = () if key == WHOLE_FOLDER else tuple(key[:-1].split("/"))
    place = (scope.workspace, *plugin, *inner)
    return place if address_of_folder(place) == address else None


def place_of(scope: Scope, key: str) -> Place | None:
    """Where the value at `key` is; None where the scope is none of Dify's, and so holds nothing.

    Raises InvalidNameError for what cannot be a key, and for another spelling of one: the daemon cleans keys, so that
    `/k`, `./k` and `x/../k` are the file of `k`.
    """
    _check_spelling(checked_key(key))
    return _place(scope, key) if scope.user is not None and is_tenant(scope.workspace) else None


def place_to_write(scope: Scope, key: str) -> Place:
    """As `place_of`; raises UnsupportedError or InvalidNameError where the scope is none of Dify's."""
    place = place_of(scope, key)
    if scope.user is None:
        raise UnsupportedError(
            f"Dify's values belong to plugins, none to a whole tenant: name one, as Scope({scope.workspace!r:.80},"
            ' "author/name")'
        )
    if place is None:
        raise InvalidNameError(
            f"a workspace of Dify's is a tenant, a UUID in lower case, not {scope.workspace!r:.80}"
        )
    return place


def check_new(scope: Scope, key: str) -> None:
    """Raise InvalidNameError where Dify itself would not take the plugin or the key of a value that is new."""
    if not is_plugin(scope.user or ""):
        raise InvalidNameError(
            "a plugin is called author/name, in small letters, digits, - and _; so no plugin would find a value of"
            f" {scope.user!r:.80}"
        )
    size = len(key.encode())
    if size > LONGEST_KEY:
        raise InvalidNameError(f"a key of Dify's has at most {LONGEST_KEY} bytes; this one has {size:,}")
    fault = refusal(key)
    if fault is not None:
        raise InvalidNameError(f"Dify refuses keys with {fault}: {key!r:.80}")


def cleaned(key: str) -> str:
    """The one name of all the spellings that the daemon takes for the same: `k` of `/k`, `./k`, `k/` and `x/../k`.

    Of the folder of all keys it is empty or `.`; what leads out of that begins with `..`.
    """
    return posixpath.normpath(key).lstrip("/")


def refusal(key: str) -> str | None:
    """What in `key` the daemon refuses; None where it takes it."""
    if len(key.encode()) > LONGEST_KEY:
        return f"more than {LONGEST_KEY} bytes"
    return "two dots" if ".." in key else "a backslash" if "\\" in key else None


def _check_spelling(key: str) -> None:
    clean = cleaned(key)
    if clean in ("", "."):
        raise InvalidNameError(
            f"{key!r:.80} is the whole folder of the plugin, not one value: name a key in it"
        )
    if clean == ".." or clean.startswith("../"):
        raise InvalidNameError(f"{key!r:.80} leads out of the folder of the plugin: name a key in it")
    if clean != key:
        raise InvalidNameError(f"{key!r:.80} is the same file as {clean!r:.80} for Dify: use that key")
    for name in key.split("/"):
        size = len(name.encode())
        if size > LONGEST_NAME:
            raise InvalidNameError(
                f"each part of a key between slashes is a file's name, of at most {LONGEST_NAME} bytes; {name!r:.40}"
                f" has {size:,}"
            )


def _place(scope: Scope, key: str) -> Place:
    names = (scope.user or "").split("/")
    if len(names) > 2 or not _NO_NAMES.isdisjoint(names):
        raise InvalidNameError(f"a plugin is called author/name, or name alone, not {scope.user!r:.80}")
    if any(len(name.encode()) > LONGEST_NAME for name in names):
        raise InvalidNameError(
            f"the name of a plugin is at most {LONGEST_NAME} bytes long: {scope.user!r:.80}"
        )
    place = (scope.workspace, *names, *key.split("/"))
    address = address_at(place)
    if address is None or address != (scope, key):
        there = (
            "no value of a plugin" if address is None else f"listed as {address.key!r:.80} of {address.scope}"
        )
        raise InvalidNameError(f"the file of {key!r:.80} of {scope} is {there}: use that")
    return place
