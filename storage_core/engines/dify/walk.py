"""Walking through Dify's folders, name by name: what is as it was at the walk before is passed over quickly."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from storage_core.engines.dify.files import Root, stamp_of
from storage_core.engines.dify.names import Place, is_plugin_name, is_tenant, is_text, scope_of
from storage_core.engines.ledger import Seen
from storage_core.query import Address
from storage_core.scope import KEY_LIMIT, Scope

_STOP_EVERY = 1_000  # files

Stop = Callable[[], None]
"""Raises InterruptedError once nobody waits any more."""


See = Callable[[Place, Address, os.stat_result], tuple[Seen, bool]]
"""What is seen of a file in that folder, and whether its times would tell if it was written again."""


def to_its_end() -> None:
    """The `Stop` of a walk that nobody can end."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds values: whose, and what their keys start with."""

    place: Place
    scope: Scope
    prefix: str = ""

    def address(self, name: str) -> Address:
        return Address(self.scope, self.prefix + name)


@dataclass(frozen=True, slots=True)
class Known:
    """What a walk has seen in a folder, by name: but for files whose times would not tell of the next write."""

    folder: Folder
    files: Mapping[str, Seen]


Walked = dict[Place, Known]


@dataclass(slots=True)
class Found:
    """What there was: `others` is what the walk before had not seen so, `gone` what it had seen in the same folders.

    `count` is that of all files, which tells whether more is gone: with its folder, or since no walk had seen it.
    `unread` are the folders that could not be looked into: of what is in them, nothing is known.
    """

    walked: Walked = field(default_factory=dict)
    others: dict[Address, Seen] = field(default_factory=dict)
    gone: list[Address] = field(default_factory=list)
    count: int = 0
    unread: list[Place] = field(default_factory=list)

    def everything(self) -> dict[Address, Seen]:
        if len(self.others) == self.count:
            return dict(self.others)
        found = {
            known.folder.address(name): seen
            for known in self.walked.values()
            for name, seen in known.files.items()
        }
        return found | self.others


class Walk:
    """One walk, after one that had `walked`; `see` is asked of what that had not seen as it is now."""

    def __init__(self, root: Root, walked: Walked, see: See, stop: Stop) -> None:
        self._root = root
        self._walked = walked
        self._see = see
        self._stop = stop

    def through(self, starts: Iterable[Folder], found: Found) -> None:
        """Add what is in these folders and below them to `found`."""
        for start in starts:
            waiting = [start]
            while waiting:
                folder = waiting.pop()
                try:
                    waiting += self._look_into(folder, found)
                except (FileNotFoundError, NotADirectoryError):  # gone since its name was read
                    continue
                except InterruptedError:
                    raise
                except OSError:
                    found.unread.append(folder.place)

    def _look_into(self, folder: Folder, found: Found) -> list[Folder]:
        """Add what is in one folder; returns the folders in it. Raises OSError, and then has added nothing."""
        former = self._walked.get(folder.place)
        known = {} if former is None else former.files
        same: dict[str, Seen] = {}
        others: dict[str, os.stat_result] = {}
        inner: list[Folder] = []
        with self._root.folder(folder.place) as descriptor, os.scandir(descriptor) as items:
            for number, item in enumerate(items):
                if number % _STOP_EVERY == 0:
                    self._stop()
                name = item.name
                seen = known.get(name)
                try:
                    if seen is not None and seen.mark.startswith(stamp_of(item.stat(follow_symlinks=False))):
                        same[name] = seen
                    elif len(folder.prefix) + len(name) > KEY_LIMIT or not is_text(name):
                        continue
                    elif not item.is_dir(follow_symlinks=False):  # a link is not followed, but listed
                        others[name] = item.stat(follow_symlinks=False)
                    elif len(folder.place) > 2 or not is_plugin_name(name):
                        inner.append(Folder((*folder.place, name), folder.scope, f"{folder.prefix}{name}/"))
                except FileNotFoundError:
                    continue
        self._add(folder, former, same, others, found)
        return inner

    def _add(
        self,
        folder: Folder,
        former: Known | None,
        same: dict[str, Seen],
        others: Mapping[str, os.stat_result],
        found: Found,
    ) -> None:
        found.count += len(same) + len(others)
        if former is not None and not others and len(same) == len(former.files):
            found.walked[folder.place] = former
            return
        for name, status in others.items():
            address = folder.address(name)
            seen, tells = self._see(folder.place, address, status)
            found.others[address] = seen
            if tells:
                same[name] = seen
        if former is not None:
            found.gone += [
                folder.address(name) for name in former.files if name not in same and name not in others
            ]
        found.walked[folder.place] = Known(folder, same)


def plugins(root: Root, unread: list[Place]) -> Iterator[Folder]:
    """The folders of all plugins; those of an author's without one of them come as the author's own."""
    for tenant in folders_in(root, (), unread):
        if not is_tenant(tenant):
            continue
        for name in folders_in(root, (tenant,), unread):
            scope = scope_of(tenant, name)
            if scope is not None:
                yield Folder((tenant, name), scope)
            for inner in folders_in(root, (tenant, name), unread):
                scope = scope_of(tenant, f"{name}/{inner}") if is_plugin_name(inner) else None
                if scope is not None:
                    yield Folder((tenant, name, inner), scope)


def folders_in(root: Root, place: Place, unread: list[Place]) -> list[str]:
    """The names of the folders at `place`; none where it cannot be looked into, which is added to the unread."""
    try:
        with root.folder(place) as descriptor, os.scandir(descriptor) as items:
            return sorted(item.name for item in items if item.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        unread.append(place)
        return []


def is_closed_above(root: Root, folder: Place, unread: list[Place]) -> bool:
    """Whether a folder above that one cannot be opened; it is then added to the unread."""
    for length in range(1, len(folder)):
        try:
            with root.folder(folder[:length]):
                continue
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            unread.append(folder[:length])
            return True
    return False
