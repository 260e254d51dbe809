"""What the system whose data is open calls its things, and why something cannot be done there: for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage_core import Capabilities, Scope

SHARED = "Shared"

_OUR_OWN = Capabilities().system
_GROUPED_BY = {"Dify": "/"}  # there a key is a path
_STORES = {"Dify": "self.session.storage"}


def _untitled(scope: Scope) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class System:
    """A database's capabilities in words. `titles` is what people call a scope; `opened`, when it was opened.

    `left_out` says what of it is not shown, as a sentence; it is empty where all of it is.
    """

    capabilities: Capabilities = field(default_factory=Capabilities)
    titles: Callable[[Scope], str | None] = _untitled
    opened: datetime | None = None
    left_out: str = ""

    @property
    def name(self) -> str:
        return "SQLite" if self.is_our_own else self.capabilities.system

    @property
    def is_our_own(self) -> bool:
        return self.capabilities.system == _OUR_OWN

    @property
    def member(self) -> str:
        """What a scope beside the shared one is called: `user`, `plugin`."""
        return self.capabilities.members.removesuffix("s").lower()

    @property
    def members(self) -> str:
        return self.capabilities.members.lower()

    @property
    def delimiter(self) -> str | None:
        """What its keys are grouped by, unless the person has chosen; None where the person's usual choice holds."""
        return _GROUPED_BY.get(self.capabilities.system)

    @property
    def weighs(self) -> bool:
        """Whether it matters how much each scope holds, more than how many keys: plugins have quotas."""
        return not self.capabilities.shared

    @property
    def plugin_store(self) -> str:
        """What its plugins call their values, where it is not as in ours."""
        return _STORES.get(self.capabilities.system, "")

    def say(self, text: str) -> str:
        """`text`, which speaks of users, as this system's people would say it."""
        return text.replace("users", self.members).replace("user", self.member)

    def member_name(self, scope: Scope) -> str:
        """What stands for the scope within its workspace, as it is called; to be shown through `visible`."""
        return self.titles(scope) or scope.user or SHARED

    def path(self, scope: Scope) -> list[str]:
        """The parts of a scope's name from the workspace on; to be shown through `visible`."""
        if scope.user is None and not self.capabilities.shared:
            return [scope.workspace]
        return [scope.workspace, self.member_name(scope)]

    @property
    def no_expiry(self) -> str:
        """Why no expiry can be set; empty where it can. So are the others."""
        return (
            ""
            if self.capabilities.expiry
            else f"{self.name} keeps no expiry: a value stays until it is deleted"
        )

    @property
    def no_json(self) -> str:
        return "" if self.capabilities.json else f"{self.name} keeps bytes only; JSON is kept as its text"

    @property
    def no_bytes(self) -> str:
        return "" if self.capabilities.bytes else f"{self.name} keeps JSON only"

    @property
    def no_shared(self) -> str:
        return (
            "" if self.capabilities.shared else f"{self.name} keeps values of {self.members} only: name one"
        )

    @property
    def no_times(self) -> str:
        return (
            ""
            if self.capabilities.times
            else f"{self.name} keeps no times: when a value was written is not known"
        )

    @property
    def no_revisions(self) -> str:
        return "" if self.capabilities.revisions else f"{self.name} keeps no revisions"

    @property
    def refused(self) -> Mapping[str, str]:
        """The commands that make no sense here, by their names, and why."""
        return {"Expiry": self.no_expiry} if self.no_expiry else {}

    @property
    def limits(self) -> list[str]:
        """All that it cannot, and what it does not show, a sentence each."""
        reasons = (
            self.no_json,
            self.no_bytes,
            self.no_expiry,
            self.no_times,
            self.no_revisions,
            self.no_shared,
        )
        return [reason for reason in (self.left_out, *reasons) if reason]


OUR_OWN = System()
"""What holds for a storage of storage_core, and while nothing is open."""
