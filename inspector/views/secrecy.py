"""Why a value is not shown openly, before a person asks for it."""

from inspector.editors.cover import HAS_SECRET, IS_SECRET
from inspector.masking import LARGEST_SHOWN, mentions_secret
from inspector.opened import Opened


def why_hidden(opened: Opened, data: bytes, *, image: bool = False) -> str:
    """Why `data`, which is `opened` or an edit of it, is to be hidden, as a sentence; empty where it is not.

    Names do not matter in what is shown as an `image`. A large edit is as secret as what it is an edit of.
    """
    if opened.is_secret:
        return IS_SECRET
    is_edit = data is not opened.entry.data and len(data) <= LARGEST_SHOWN
    has_secret = opened.has_secret or (is_edit and mentions_secret(data))
    return HAS_SECRET if has_secret and not image else ""
