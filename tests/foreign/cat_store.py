"""The Cat's own store, running in a process of its own beside a test."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.foreign.environments import environment_for, python_in
from tests.storage_core.children import Running

ADMIN = "bace0701-15e3-5144-97c5-47487d543032"
"""The id of the user whom every Cat has."""

_PROGRAMS = Path(__file__).parent / "cat_programs"


class CatError(Exception):
    """What the Cat's own code raised; its type is the first word."""


class CatProcess(Running):
    """A program of `cat_programs` in the folder of a Cat's project, once it is ready."""

    def __init__(self, project: Path, program: str, *arguments: object) -> None:
        command = [python_in("cat"), str(_PROGRAMS / f"{program}.py"), *map(str, arguments)]
        super().__init__(command, project, environment_for())
        assert self.line() == "ready"


class CatStore(CatProcess):
    """The verbs of the Cat's `store`, and with a user those of its `user`; CatError is what it raised."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "store")
        self._empty = folder / "empty.db"

    def open(self, location: Path) -> None:
        """Keep its values in that file from now on; its tables are made there."""
        self._ask("open", str(location))

    def make(self, location: Path) -> None:
        """Put a database there as `open` makes it, by copying one; the Cat stays with the one that it has open."""
        if not self._empty.exists():
            self.open(self._empty)
        location.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self._empty, location)

    def save(self, key: str, value: Any, user: str | None = None) -> Any:
        return self._ask("save", user, key, value)

    def load(self, key: str, user: str | None = None, default: Any = None) -> Any:
        return self._ask("load", user, key, default)

    def exists(self, key: str, user: str | None = None) -> bool:
        return bool(self._ask("exists", user, key))

    def delete(self, key: str, user: str | None = None) -> bool:
        return bool(self._ask("delete", user, key))

    def together(self, *calls: tuple[Any, ...]) -> list[Any]:
        """Calls of (verb, user, key, ...) that run at once, as those of several requests."""
        return list(self._ask("together", calls))

    def _ask(self, *call: Any) -> Any:
        self.tell(json.dumps(call))
        outcome, *answer = json.loads(self.line())
        if outcome == "failed":
            raise CatError(": ".join(answer))
        return answer[0]
