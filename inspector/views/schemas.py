"""The schemas that a person gives as files: the dialog that lists them, and where they are kept."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.schema import SchemaFile
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
        dialog.files_changed.connect(self._keep)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _keep(self, files: list[SchemaFile]) -> None:
        if self._window.settings is None:
            self._in_memory = files
        else:
            self._window.settings.schema_files = files
            self._window.settings.sync()
        self.changed.emit()
