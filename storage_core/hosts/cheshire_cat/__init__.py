"""The Cheshire Cat: its plugins' `store` and `user` in any host, and a switch for a running Cat (`keep_values`).

A plugin runs in a host that is not the Cat by importing the two names from here: its verbs stay as they are. The
host says which storage, workspace and user with `storage_core.use_storage` and `storage_core.acting_as`.
"""

from storage_core.hosts.cheshire_cat.switch import Switch, keep_values
from storage_core.hosts.cheshire_cat.verbs import CatStore, store, user

__all__ = ["CatStore", "Switch", "keep_values", "store", "user"]
