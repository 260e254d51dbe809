"""Dify's plugin storage: the files of its plugin daemon, as tenants, plugins and their keys."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from storage_core.engine import Browsing, Capabilities, Engine, Reader
from storage_core.engines.dify import find as dify_find
from storage_core.engines.dify import names as dify_names
from storage_core.engines.dify.browse import DifyBrowser
from storage_core.engines.dify.files import Inode, Root
from storage_core.engines.dify.marks import Marks
from storage_core.engines.dify.plan import check_place, file_in_the_way
from storage_core.engines.dify.reader import DifyReader
from storage_core.engines.dify.scan import Lookout
from storage_core.engines.dify.walk import to_its_end
from storage_core.engines.dify.write import DifyEngine
from storage_core.engines.ledger import Ledger
from storage_core.entry import Kind
from storage_core.errors import NotAStorageError, StorageError
from storage_core.query import Address
from storage_core.scope import Scope

_CAPABILITIES = Capabilities(
    system="Dify",
    members="Plugins",
    shared=False,
    json=False,
    expiry=False,
    revisions=False,
    all_or_nothing=False,
)


@dataclass(slots=True)
class DifyDatabase:
    """The persistence folder of a Dify plugin daemon, at `location` or just inside of it.

    Each tenant is a workspace, each plugin a scope in it, `Scope(tenant, "author/name")`, each file of a plugin's an
    entry of bytes, whose key is its path below the plugin's folder.
    """

    location: Path
    read_only: bool = False
    timeout: float = 5.0
    durability: str = "power"
    capabilities: Capabilities = field(default=_CAPABILITIES, init=False)
    reads_at_once: bool = field(default=False, init=False)
    _folder: Path = field(default_factory=Path, init=False)
    _inode: Inode | None = field(default=None, init=False)
    _lookout: Lookout = field(default_factory=lambda: Lookout(Ledger(), Marks()), init=False)

    @property
    def look_every(self) -> float:
        return self._lookout.look_every

    def prepare(self) -> None:
        if sys.platform == "win32" or os.open not in os.supports_dir_fd:
            raise NotAStorageError(
                f"{self.location}: a folder of Dify's can be opened on Linux and macOS only"
            )
        self._folder = dify_find.find(self.location)
        root = Root(self._folder)
        try:
            self._lookout.begin(root, to_its_end)
            self._inode = root.inode
        finally:
            root.close()

    def title(self, scope: Scope) -> str | None:
        return "cannot be looked into" if scope.user == dify_names.WHOLE_FOLDER else None

    def only_workspace(self) -> str | None:
        return None

    def left_out(self) -> str | None:
        return None

    def caution(self, kind: Kind, data: bytes) -> str | None:
        return None

    def refusal(self, scope: Scope, key: str, taken: Callable[[str], bool]) -> str | None:
        root = Root(self._folder, self._inode)
        try:
            place = dify_names.place_to_write(scope, key)
            check_place(root, place, Address(scope, key), lambda above: False)
            parts = key.split("/")
            for count in range(1, len(parts)):
                if taken("/".join(parts[:count])):
                    raise file_in_the_way(place, place[: count - len(parts)])
        except StorageError as error:
            return str(error)
        finally:
            root.close()
        return None

    def aftermath(self, scope: Scope, key: str) -> str | None:
        cached = f"plugin_daemon:persistence:cache:{scope.workspace}:{scope.user}:{key}"
        return (
            "Dify may go on with the value of before for up to 5 minutes: it has a copy in Redis. To have the change"
            f" seen at once, delete it there: {cached}"
        )

    def connect_reader(self, *, waits: bool = True) -> Reader:
        return DifyReader(Root(self._folder, self._inode), self._lookout)

    def connect_browser(self) -> Browsing:
        return DifyBrowser(Root(self._folder, self._inode), self._lookout)

    def connect(self, *, checkpoints: bool = True) -> Engine:
        root = Root(self._folder, self._inode)
        return DifyEngine(root, self._lookout, self.timeout, self.durability == "power")
