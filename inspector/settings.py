"""What the program remembers between two runs, each with its type and its default."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from inspector.schema import SchemaFile
from inspector.theme import Choice

DELIMITERS = (":", "/", ".", "")
MOST_RECENT_FILES = 10
MOST_DELIMITERS = 50


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in a storage: a workspace, a user (None is shared) and a key (None is the whole scope)."""

    location: str
    workspace: str
    user: str | None = None
    key: str | None = None


class Settings:
    """The settings in one INI file: the person's own, or the one at `path`.

    What is missing there, or was damaged by hand, reads as its default. Lists are kept as JSON, since an INI file
    knows no difference between one name and a list of one.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            ini, user = QSettings.Format.IniFormat, QSettings.Scope.UserScope
            self._kept = QSettings(ini, user, "state-inspector", "inspector")
        else:
            self._kept = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def path(self) -> Path:
        return Path(self._kept.fileName())

    def sync(self) -> bool:
        """Write what has changed to the file now; False where that fails, which is no reason to stop."""
        self._kept.sync()
        return self._kept.status() == QSettings.Status.NoError

    @property
    def geometry(self) -> QByteArray:
        """For QWidget.restoreGeometry; empty at the first start."""
        return self._bytes("window/geometry")

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._kept.setValue("window/geometry", geometry)

    def splitter(self, name: str) -> QByteArray:
        """For the restoreState of the splitter, or header, with that object name; empty where unknown."""
        return self._bytes(f"splitters/{name}")

    def set_splitter(self, name: str, state: QByteArray) -> None:
        self._kept.setValue(f"splitters/{name}", state)

    @property
    def theme(self) -> Choice:
        text = self._text("look/theme")
        return Choice(text) if text in list(Choice) else Choice.SYSTEM

    @theme.setter
    def theme(self, choice: Choice) -> None:
        self._kept.setValue("look/theme", choice.value)

    @property
    def reduced_motion(self) -> bool | None:
        """None where the person has not chosen."""
        return {"yes": True, "no": False}.get(self._text("look/reduced_motion"))

    @reduced_motion.setter
    def reduced_motion(self, reduced: bool | None) -> None:
        self._kept.setValue("look/reduced_motion", {True: "yes", False: "no", None: ""}[reduced])

    @property
    def delimiter(self) -> str:
        """What separates the groups in a key: one of `DELIMITERS`, where the empty one means no groups."""
        text = self._text("tree/delimiter", ":")
        return text if text in DELIMITERS else ":"

    @delimiter.setter
    def delimiter(self, delimiter: str) -> None:
        self._kept.setValue("tree/delimiter", delimiter)

    def delimiter_of(self, location: str) -> str | None:
        """What separates the groups in the keys of one storage; None where the person has not chosen there."""
        chosen = dict(self._delimiters()).get(location)
        return chosen if chosen in DELIMITERS else None

    def set_delimiter_of(self, location: str, delimiter: str) -> None:
        others = [[name, chosen] for name, chosen in self._delimiters() if name != location]
        kept = [[location, delimiter], *others][:MOST_DELIMITERS]
        self._kept.setValue("tree/delimiters", json.dumps(kept))

    def _delimiters(self) -> list[tuple[str, str]]:
        """Locations and what was chosen there, the last choice first."""
        found = (each for each in self._list("tree/delimiters") if isinstance(each, list) and len(each) == 2)
        return [(name, chosen) for name, chosen in found if isinstance(name, str) and isinstance(chosen, str)]

    @property
    def recent_files(self) -> list[str]:
        """The locations that were opened, the last one first."""
        return [each for each in self._list("files/recent") if isinstance(each, str)]

    def add_recent_file(self, location: str) -> None:
        recent = [location, *(each for each in self.recent_files if each != location)]
        self._keep_list("files/recent", recent[:MOST_RECENT_FILES])

    def forget_recent_files(self) -> None:
        self._kept.remove("files/recent")

    @property
    def bookmarks(self) -> list[Bookmark]:
        """In the order in which the person made them."""
        found = (_bookmark(each) for each in self._list("bookmarks/places"))
        return [each for each in found if each is not None]

    @bookmarks.setter
    def bookmarks(self, bookmarks: list[Bookmark]) -> None:
        self._keep_list("bookmarks/places", [asdict(each) for each in bookmarks])

    @property
    def schema_files(self) -> list[SchemaFile]:
        """The schemas that the person has given, in the order of their patterns."""
        found = (_schema_file(each) for each in self._list("schemas/files"))
        return [each for each in found if each is not None]

    @schema_files.setter
    def schema_files(self, files: list[SchemaFile]) -> None:
        self._keep_list("schemas/files", [asdict(each) for each in files])

    @property
    def activity_visible(self) -> bool:
        return self._flag("activity/visible", True)

    @activity_visible.setter
    def activity_visible(self, visible: bool) -> None:
        self._kept.setValue("activity/visible", visible)

    @property
    def activity_folded(self) -> bool:
        return self._flag("activity/folded", False)

    @activity_folded.setter
    def activity_folded(self, folded: bool) -> None:
        self._kept.setValue("activity/folded", folded)

    def _bytes(self, name: str) -> QByteArray:
        value = self._kept.value(name, QByteArray(), type=QByteArray)
        return value if isinstance(value, QByteArray) else QByteArray()

    def _text(self, name: str, default: str = "") -> str:
        return str(self._kept.value(name, default, type=str))

    def _flag(self, name: str, default: bool) -> bool:
        return bool(self._kept.value(name, default, type=bool))

    def _list(self, name: str) -> list[object]:
        try:
            value = json.loads(self._text(name, "[]"))
        except (ValueError, RecursionError):
            return []
        return value if isinstance(value, list) else []

    def _keep_list(self, name: str, values: Sequence[str | dict[str, str | None]]) -> None:
        self._kept.setValue(name, json.dumps(values))


def _bookmark(kept: object) -> Bookmark | None:
    if not isinstance(kept, dict) or kept.keys() != {field.name for field in fields(Bookmark)}:
        return None
    location, workspace, user, key = (kept[field.name] for field in fields(Bookmark))
    if not (isinstance(location, str) and isinstance(workspace, str)):
        return None
    if not all(each is None or isinstance(each, str) for each in (user, key)):
        return None
    return Bookmark(location, workspace, user, key)


def _schema_file(kept: object) -> SchemaFile | None:
    if not isinstance(kept, dict) or kept.keys() != {"pattern", "path"}:
        return None
    pattern, path = kept["pattern"], kept["path"]
    return SchemaFile(pattern, path) if isinstance(pattern, str) and isinstance(path, str) else None
