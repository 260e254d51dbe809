"""Saving a value to a file, and replacing one from a file."""

import re
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from inspector.actions import Progress
from inspector.plain import visible
from inspector.session import Session
from inspector.value_files import read_file, save_bytes, save_stored
from inspector.views.deeds import Deeds
from inspector.views.desk import Desk, Surroundings
from inspector.views.dialogs import QuestionDialog, answer
from inspector.views.progress import with_progress
from inspector.views.value_pane import ValuePane
from storage_core import InvalidValueError, StorageError
from storage_core.browse import Address

_LONGEST_NAME = 80


class FileFlows:
    """Of the value on the desk, whatever its size."""

    def __init__(
        self, window: QWidget, desk: Desk, deeds: Deeds, pane: ValuePane, around: Surroundings
    ) -> None:
        self._window = window
        self._desk = desk
        self._deeds = deeds
        self._pane = pane
        self._around = around

    async def export(self) -> None:
        """Ask for a file, and write the value to it: as it is edited, where it is."""
        session, place, entry = self._desk.session, self._desk.address, self._pane.entry
        if session is None or place is None or entry is None:
            return
        await self._pane.gather()
        edited = self._pane.data() if self._pane.is_edited() else None
        dialog = QFileDialog(self._window, "Save value to a file")
        dialog.setObjectName("exportDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.selectFile(_file_name(place.key))
        target = await _chosen(dialog)
        if target is None:
            return
        try:
            if edited is not None:
                await save_bytes(edited, target)
            elif not await self._save_stored(session, place, entry.size, target):
                return
        except (OSError, StorageError) as error:
            await self._say_why_not(f"The value was not saved to {visible(target.name)}.", error)
        else:
            self._around.tell(f"Saved to {visible(target.name)}")

    async def _save_stored(self, session: Session, place: Address, size: int, target: Path) -> bool:
        async def work(progress: Progress) -> None:
            await save_stored(session.browser, place, target, progress)

        return await with_progress(self._window, "Saving to a file", size, work)

    async def replace(self) -> None:
        """Ask for a file, and store its bytes in the place of the value; that can be undone."""
        session, place = self._desk.session, self._desk.address
        if session is None or session.read_only or place is None or not await self._desk.may_leave():
            return
        dialog = QFileDialog(self._window, "Replace the value from a file")
        dialog.setObjectName("importDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        source = await _chosen(dialog)
        if source is None:
            return
        try:
            data = await self._read(source)
            if data is not None:
                await self._deeds.replace_value(session, place, data)
        except (OSError, InvalidValueError) as error:
            await self._say_why_not("The value stays as it is.", error)

    async def _read(self, source: Path) -> bytes | None:
        """The bytes of a file; None where the person has ended the reading."""
        found: list[bytes] = []

        async def work(progress: Progress) -> None:
            found.append(await read_file(source, progress))

        size = source.stat().st_size
        return found[0] if await with_progress(self._window, "Reading the file", size, work) else None

    async def _say_why_not(self, what: str, error: Exception) -> None:
        dialog = QuestionDialog(self._window, "problemDialog", "Not done", what, visible(str(error)))
        dialog.add_button("&Close", QDialog.DialogCode.Rejected.value, name="closeButton", primary=True)
        await answer(dialog)


async def _chosen(dialog: QFileDialog) -> Path | None:
    """The file that the person chooses; None where they choose none."""
    names: list[str] = []
    dialog.fileSelected.connect(names.append)
    await answer(dialog)
    return Path(names[0]) if names else None


def _file_name(key: str) -> str:
    """A name for a file that tells what is in it, without what a file system or a shell might stumble over."""
    name = re.sub(r"[^\w.-]+", "_", key.rpartition("/")[2], flags=re.ASCII).strip("._")
    return name[:_LONGEST_NAME] or "value"
