"""A store behind `self.session.storage` of unmodified Dify plugins, for one session or for all of them.

    from storage_core import Storage
    from storage_core.hosts.dify import attach, patch

    plugin = storage.workspace("acme").user("author/name")   # Dify's own way: what one plugin keeps
    attach(tool.session, plugin)                             # this session alone
    with patch(plugin):                                      # or every session, until the block ends
        ...

Which store is handed over decides who shares the values: `storage.workspace("acme").user("author/name")` has those of
one plugin, as Dify keeps them and as its files read; `storage.workspace("acme")` those of all plugins of a workspace.
"""

from storage_core.hosts.dify.plugin_storage import (
    LOAD_FAILED,
    DifyStorageError,
    HasStorage,
    NotSetError,
    Patch,
    PluginStorage,
    attach,
    patch,
)

__all__ = [
    "LOAD_FAILED",
    "DifyStorageError",
    "HasStorage",
    "NotSetError",
    "Patch",
    "PluginStorage",
    "attach",
    "patch",
]
