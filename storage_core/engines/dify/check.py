"""What is odd in Dify's folder: what no plugin can reach, what is no file, what cannot be read."""

import os
import stat
from collections.abc import Iterator

from storage_core.engines.dify import names as dify_names
from storage_core.engines.dify.files import Root, what_is
from storage_core.engines.dify.names import Place
from storage_core.engines.dify.staging import STAGING
from storage_core.errors import StorageError
from storage_core.scope import Scope


def faults(root: Root) -> list[str]:
    """A sentence for each thing that is odd; all folders and files are looked at, and opened, but not read."""
    root.check_in_place()
    found: list[str] = []
    waiting: list[Place] = [()]
    while waiting:
        folder = waiting.pop()
        try:
            for name, status in _items(root, folder):
                place = (*folder, name)
                found += (f"{fault}: {root.named(place)}" for fault in _faults_of(root, place, status))
                if stat.S_ISDIR(status.st_mode) and _can_hold_values(place):
                    waiting.append(place)
        except OSError as error:
            found.append(f"a folder that cannot be looked into, {error.strerror}: {root.named(folder)}")
    return sorted(found)


def _can_hold_values(place: Place) -> bool:
    return dify_names.is_text(place[-1]) and dify_names.is_tenant(place[0])


def notes(root: Root, place: Place, scope: Scope, key: str) -> list[str]:
    """What a person should know of the value at `place`, a sentence each."""
    status = root.status(place)
    if status is None:
        return []
    found = [f"This is {fault}." for fault in _faults_of(root, place, status)]
    if stat.S_ISLNK(status.st_mode):
        with root.folder(place[:-1]) as folder:
            target = os.fsencode(os.readlink(place[-1], dir_fd=folder)).decode(errors="backslashreplace")
        found.append(f"The link leads to {target}; it is not followed here, but Dify follows it.")
    author, slash, name = (scope.user or "").partition("/")
    if slash and _has_values(root, place[:2]):
        found.append(
            f"The plugin {author!r} without an author has values here too: if this one is its own, its key is"
            f" {f'{name}/{key}'!r:.300}."
        )
    return found


def _has_values(root: Root, place: Place) -> bool:
    try:
        return any(not stat.S_ISDIR(status.st_mode) for _, status in _items(root, place))
    except OSError:
        return False


def _items(root: Root, place: Place) -> Iterator[tuple[str, os.stat_result]]:
    with root.folder(place) as folder, os.scandir(folder) as items:
        for item in items:
            try:
                yield item.name, item.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue


def _faults_of(root: Root, place: Place, status: os.stat_result) -> Iterator[str]:
    if not dify_names.is_text(place[-1]):
        yield "a name that is not UTF-8, which Dify never gives"
    elif stat.S_ISDIR(status.st_mode):
        yield from _faults_of_folder(place)
    else:
        yield from _faults_of_file(root, place, status)


def _faults_of_folder(place: Place) -> Iterator[str]:
    if place == (STAGING,):
        yield "left by a writer that died, or is writing just now; the next one takes it away"
    elif len(place) == 1 and not dify_names.is_tenant(place[0]):
        yield "a folder that is no tenant's"
    elif len(place) == 2 and not dify_names.is_plugin_name(place[1]):
        yield "a folder that no plugin can have"


def _faults_of_file(root: Root, place: Place, status: os.stat_result) -> Iterator[str]:
    if len(place) < 3 or not dify_names.is_tenant(place[0]):
        yield "a file that is no plugin's"
        return
    address = dify_names.address_at(place)
    if address is None:
        yield "a value whose name is too long to be shown"
    elif (refused := dify_names.refusal(address.key)) is not None:
        yield f"a value that plugins cannot reach, as Dify refuses keys with {refused}"
    if not stat.S_ISREG(status.st_mode):
        yield f"{what_is(status)} in the place of a value"
        return
    try:
        with root.opened(place):
            pass
    except StorageError as error:
        yield f"a value that cannot be read ({str(error).rpartition(': ')[2]})"
