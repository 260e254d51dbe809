"""Bringing scopes over into another storage: the dialog, the work behind it, and its report."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog

from inspector.bringing import JSON_LINES, Bringing, look_at, save_report
from inspector.models.scope_choices import ScopeChoices
from inspector.plain import visible
from inspector.session import Session
from inspector.views.bring_over_dialog import BringOverDialog
from inspector.views.dialogs import QuestionDialog, answer
from storage_core import StorageError
from storage_core.raw import title
from storage_core.transfer import Report

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow

_TYPING_PAUSE = 0.3
"""Seconds after the last letter until it is looked for."""

_TEXT = "Text (*.txt)"
_JSON = f"JSON lines (*{JSON_LINES})"


class BringOver:
    """Binds the dialog to the window and to its command; one at a time."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._dialog: BringOverDialog | None = None
        self._work: asyncio.Task[None] | None = None
        self._action = window.commands["BringOver"]
        self._action.triggered.connect(lambda: window.start(self._begin()))
        window.session_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        """Another storage, or none: what is being brought over was of the one before."""
        self._action.setEnabled(self._window.session is not None)
        self._cancel()
        if self._dialog is not None:
            self._dialog.reject()

    async def _begin(self) -> None:
        session = self._window.session
        if session is None or self._dialog is not None or not await self._window.desk.may_leave():
            return
        counts = await session.browser.counts()
        if self._window.session is not session or self._dialog is not None:
            return  # something else was quicker
        choices = ScopeChoices(counts, partial(title, session.storage))
        dialog = BringOverDialog(self._window, session.location, choices, session.system)
        dialog.named.connect(lambda: self._window.start(self._look_at(dialog), newest_of="target"))
        dialog.asked.connect(
            lambda dry_run: self._window.start(self._bring(session, dialog, dry_run=dry_run))
        )
        dialog.cancelled.connect(self._cancel)
        dialog.copy_asked.connect(lambda: self._window.start(self._copy(dialog.report)))
        dialog.save_asked.connect(lambda: self._window.start(self._save(dialog, dialog.report)))
        self._dialog = dialog
        try:
            await answer(dialog)
        finally:
            self._window.tasks.cancel("target")  # which would tell a dialog that is gone
            self._dialog = None

    async def _look_at(self, dialog: BringOverDialog) -> None:
        """Say what is at the target that is being typed, once the person pauses."""
        await asyncio.sleep(_TYPING_PAUSE)
        location = dialog.target()
        if location is None or self._work is not None:
            return
        try:
            found = await look_at(location, dialog.scopes_there())
        except (StorageError, OSError) as error:
            if self._work is None:
                dialog.show_fault(visible(str(error)))
        else:
            if self._work is None:
                dialog.show_target(found)

    async def _bring(self, session: Session, dialog: BringOverDialog, *, dry_run: bool) -> None:
        """Do what is asked; whoever ends it, the person or the window, it ends with every entry whole."""
        if self._work is not None:
            return
        self._window.tasks.cancel("target")
        bringing = Bringing(session.storage, dialog.request(), dry_run=dry_run)
        dialog.show_begun(dry_run=dry_run)
        work = self._work = asyncio.get_running_loop().create_task(bringing.go(dialog.show_progress))
        try:
            await asyncio.wait([work])
        finally:
            self._work = None
            if not work.done():  # the window is being closed
                work.cancel()
                await asyncio.wait([work])
        self._show_end(dialog, work, bringing.report)

    def _show_end(self, dialog: BringOverDialog, work: "asyncio.Task[None]", report: Report | None) -> None:
        error = None if work.cancelled() else work.exception()
        if report is not None:
            dialog.show_report(report)
        elif isinstance(error, StorageError | OSError):
            dialog.show_fault(visible(str(error)))
        else:
            dialog.show_fault("Cancelled before anything was done" if error is None else "")
        if error is not None and not isinstance(error, StorageError | OSError):
            raise error

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()

    async def _copy(self, report: Report | None) -> None:
        if report is not None:
            text = await asyncio.to_thread(lambda: "\n".join(report.text_lines()))
            QGuiApplication.clipboard().setText(text)
            self._window.tell("Copied: the report")

    async def _save(self, dialog: BringOverDialog, report: Report | None) -> None:
        if report is None:
            return
        chooser = QFileDialog(dialog, "Save the report")
        chooser.setObjectName("bringOverSaveDialog")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setFileMode(QFileDialog.FileMode.AnyFile)
        chooser.setNameFilters([_TEXT, _JSON])
        chooser.selectFile("report.txt")
        names: list[str] = []
        chooser.fileSelected.connect(names.append)
        await answer(chooser)
        if not names:
            return
        target = Path(names[0])
        if not target.suffix:
            target = target.with_suffix(JSON_LINES if chooser.selectedNameFilter() == _JSON else ".txt")
        try:
            await save_report(report, target)
        except OSError as error:
            await self._say_why_not(dialog, error)
        else:
            self._window.tell(f"Saved to {visible(target.name)}")

    async def _say_why_not(self, dialog: BringOverDialog, error: OSError) -> Any:
        said = QuestionDialog(
            dialog, "problemDialog", "Not done", "The report was not saved.", visible(str(error))
        )
        said.add_button("&Close", QDialog.DialogCode.Rejected.value, name="closeButton", primary=True)
        return await answer(said)
