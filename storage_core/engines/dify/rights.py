"""Why this user may not read or write something, and what can be done about it, in words."""

import os
import shlex
import stat
from contextlib import suppress
from pathlib import Path

with suppress(ImportError):  # Windows has none, and no storage of this kind
    import pwd


def advice(path: Path) -> str:
    """Whose the file or folder at `path` is and how it is opened, as the end of a sentence.

    Where a folder above it is closed, that one is named.
    """
    closed = path
    while True:
        try:
            status = closed.lstat()
            break
        except OSError:
            if closed == closed.parent:
                return "let this user read it"
            closed = closed.parent
    read = "rx" if stat.S_ISDIR(status.st_mode) else "r"
    what = shown(closed)
    which = "it" if closed == path else what
    if status.st_uid == os.geteuid():
        mode = stat.S_IMODE(status.st_mode)
        needed = stat.S_IRUSR | (stat.S_IXUSR if read == "rx" else 0)
        if mode & needed == needed:
            return f"{which} is yours, and the system keeps you from it all the same"
        return f"{which} is yours, but closed by its mode {mode:04o}; chmod u+{read} {shlex.quote(what)} opens it"
    owner, me = _called(status.st_uid), _called(os.geteuid())
    if os.geteuid() == 0:
        return f"{which} belongs to {owner}, and the system keeps even root from it; run this as {owner}"
    group = "g" if status.st_gid in (os.getegid(), *os.getgroups()) else "o"
    return (
        f"{which} belongs to {owner}, and this runs as {me}; run it as {owner}, or have it opened by {owner}, as with"
        f" chmod {group}+{read} {shlex.quote(what)}"
    )


def why_not_written(folder: int) -> str:
    """Why this user may write nothing in an open folder, and who may."""
    if os.fstatvfs(folder).f_flag & os.ST_RDONLY:
        return "this file system can only be read: have it mounted for writing"
    owner, me = _called(os.fstat(folder).st_uid), _called(os.geteuid())
    if owner == me:
        return "its mode lets you write nothing there: change it with chmod u+wx"
    return f"this user may not write there: it belongs to {owner}, and this runs as {me}; run it as {owner}"


def shown(path: Path) -> str:
    """A path as text, also where its names are no UTF-8."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _called(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
