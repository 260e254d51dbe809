"""The states in which there is nothing to browse, each in a person's words: what is, and what to do."""

from collections.abc import Sequence
from pathlib import Path

from inspector.formats import human_size, thousands
from inspector.plain import visible
from inspector.system import System
from inspector.views.state_view import State
from storage_core import (
    BusyError,
    CorruptError,
    NewerFormatError,
    NotAStorageError,
    ReadOnlyError,
    StorageError,
    StorageMovedError,
    StorageNotFoundError,
)

NO_FILE = State(
    "open",
    "No storage is open",
    "Open the file that your plugins write to, the Cheshire Cat's core.db, or Dify's folder persistence.",
    "Open a storage…",
)
OPENING = State("refresh", "Opening the storage", "")
EMPTY = State(
    "empty",
    "This storage is empty",
    "What plugins write to it appears here at once. You can also begin with a key of your own.",
    "New key…",
)
EMPTY_READ_ONLY = State("empty", "This storage is empty", "What plugins write to it appears here at once.")
NO_SCOPE = State("workspace", "Nothing is chosen", "Choose a workspace or a user on the left.")
NO_KEYS = State("key", "No keys here", "What plugins write here appears at once.", "New key…")
NO_KEYS_READ_ONLY = State("key", "No keys here", "What plugins write here appears at once.")
NO_MATCH = State(
    "search", "No key matches the filter", "Try fewer letters, or see all keys again.", "Clear the filter"
)
NOTHING_CHOSEN = State("key", "No key is chosen", "Choose a key on the left to see its value.")
GONE = State(
    "delete", "This key was deleted meanwhile", "Undo cannot bring it back, as somebody else deleted it."
)


def unreadable_state(error: StorageError) -> State:
    """What to show instead of a value that cannot be read, with the error's own words to copy."""
    details = visible(str(error))
    if isinstance(error, BusyError):
        todo = "Another program holds the storage. Wait until it is done, then refresh (F5)."
        return State("lock", "This value cannot be read now", todo, "", details)
    todo = "It was left as it is. Refresh (F5) to try again."
    return State("broken", "This value cannot be read", todo, "", details)


def workspace_state(members: Sequence[tuple[str, int, int]], system: System, *, read_only: bool) -> State:
    """What a workspace without values of its own holds: the names of its members, their keys and their bytes."""
    total = human_size(sum(size for _, _, size in members))
    count = f"1 {system.member}" if len(members) == 1 else f"{thousands(len(members))} {system.members}"
    heaviest = sorted(members, key=lambda member: (-member[2], member[0]))
    counts = ["1 key" if keys == 1 else f"{thousands(keys)} keys" for _, keys, _ in heaviest]
    widest = max(map(len, counts), default=0)
    lines = [
        f"{human_size(size):>7}  {counted:>{widest}}  {visible(member)}"
        for (member, _, size), counted in zip(heaviest, counts, strict=True)
    ]
    return State(
        "workspace",
        f"{count}, {total} in this workspace",
        f"Choose a {system.member} on the left to see its keys.",
        "" if read_only else NO_KEYS.button,
        "\n".join(lines),
        rows=True,
    )


CREATE = "Make a storage here"
_OPEN_ANOTHER = "Open another…"
_AGAIN = "Try again"
_BY_ERROR: tuple[tuple[type[StorageError], str, str, str, str], ...] = (
    (
        StorageNotFoundError,
        "open",
        "There is no storage at this place",
        "Check the path. A plugin makes the storage when it first writes; you can also make it now.",
        CREATE,
    ),
    (
        NotAStorageError,
        "broken",
        "This is not a storage",
        "It was left as it is. Open the file that your plugins write to, the Cheshire Cat's core.db, or, with "
        "Open a folder, the folder persistence of Dify's plugin daemon.",
        _OPEN_ANOTHER,
    ),
    (
        NewerFormatError,
        "warning",
        "This storage is of a newer version",
        "It was left as it is. Update State Inspector, then open it again.",
        _AGAIN,
    ),
    (
        CorruptError,
        "broken",
        "This storage is damaged",
        "It was left as it is. Restore a backup of the file.",
        _AGAIN,
    ),
    (
        StorageMovedError,
        "broken",
        "The storage was replaced or deleted",
        "What you see belonged to the former one. Open what is there now.",
        _AGAIN,
    ),
    (
        BusyError,
        "lock",
        "Another program holds this storage",
        "Wait until it is done, then try again.",
        _AGAIN,
    ),
    (
        ReadOnlyError,
        "lock",
        "This storage cannot be written here",
        "Open it read-only (File, Read-only), or ask for the permission to write.",
        _AGAIN,
    ),
)


def state_of(error: StorageError, location: Path) -> State:
    """What to show instead of a storage that cannot be shown, with the error's own words to copy."""
    lines = [str(error)] if str(location) in str(error) else [str(location), str(error)]
    details = "\n".join(map(visible, lines))
    for kind, icon, what, todo, button in _BY_ERROR:
        if isinstance(error, kind):
            return State(icon, what, todo, button, details)
    return State(
        "broken",
        "This storage cannot be opened",
        "Check that you may read and write the file and its folder. The details say more.",
        _AGAIN,
        details,
    )


def asks_for_another_file(state: State) -> bool:
    """Whether the button of `state` opens a file dialog; else it tries the same file again."""
    return state.button in (_OPEN_ANOTHER, NO_FILE.button)
