"""The schemas that a person gives as files: the dialog that lists them, and where they are kept."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from inspector.plain import visible
from inspector.schema import Schema, SchemaFile, SchemaRefusedError
from inspector.schema.sources import read_file
from inspector.views.schemas_dialog import SchemasDialog

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow


class Schemas(QObject):
    """Binds the command to the files kept in the settings; without settings, in memory.

    `changed` is emitted when others are given than before.
    """

    changed = Signal()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._in_memory: list[SchemaFile] = []
        window.commands["Schemas"].triggered.connect(self._open)

    def files(self) -> list[SchemaFile]:
        """The files that are given now."""
        settings = self._window.settings
        return self._in_memory if settings is None else settings.schema_files

    def _open(self) -> None:
        address = self._window.desk.address
        dialog = SchemasDialog(self._window, self.files(), "" if address is None else address.key)
        dialog.file_chosen.connect(
            lambda pattern, path: self._window.start(self._give(dialog, pattern, path))
        )
        dialog.removal_wanted.connect(lambda files: self._take_away(dialog, files))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _give(self, dialog: SchemasDialog, pattern: str, path: Path) -> None:
        """Let the file at `path` be the schema of the keys that `pattern` means, instead of the one before."""
        try:
            await asyncio.to_thread(lambda: Schema.read(read_file(path)))
        except (OSError, SchemaRefusedError) as error:
            if isValid(dialog):  # it may have been closed meanwhile
                dialog.say(f"{visible(path.name)}: {visible(str(error))}", "red")
            return
        others = [each for each in self.files() if each.pattern != pattern]
        files = [*others, SchemaFile(pattern, str(path.absolute()))]
        self._keep(sorted(files, key=lambda each: each.pattern))
        if isValid(dialog):
            dialog.show_files(self.files())
            dialog.say(f"{visible(path.name)} is the schema of {visible(pattern)} from now on", "green")

    def _take_away(self, dialog: SchemasDialog, files: list[SchemaFile]) -> None:
        self._keep([each for each in self.files() if each not in files])
        dialog.show_files(self.files())
        dialog.say("", "second")

    def _keep(self, files: list[SchemaFile]) -> None:
        if self._window.settings is None:
            self._in_memory = files
        else:
            self._window.settings.schema_files = files
            self._window.settings.sync()
        self.changed.emit()
