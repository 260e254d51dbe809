"""The dialog that brings scopes over into another storage: what and how, then how far it is, then the report."""

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from inspector.bringing import Found, Request
from inspector.models.scope_choices import ScopeChoices
from inspector.plain import visible
from inspector.system import System
from inspector.views.bring_over_choices import ChoicesPage
from inspector.views.bring_over_report import ReportPage
from inspector.views.dialogs import resize_within_screen
from storage_core import Scope
from storage_core.transfer import Progress, Report

_SIZE = (900, 540)


class BringOverDialog(QDialog):
    """Named `bringOverDialog`; `named` is emitted when another target is.

    `asked` is emitted for a dry run (True) or the real one, `cancelled` to end it. Closed while something runs, it
    asks for its end and stays until `show_report` or `show_fault` is called.
    """

    named = Signal()
    asked = Signal(bool)
    cancelled = Signal()
    copy_asked = Signal()
    save_asked = Signal()

    def __init__(self, parent: QWidget, location: Path, choices: ScopeChoices, system: System) -> None:
        super().__init__(parent)
        self.setObjectName("bringOverDialog")
        self.setWindowTitle(f"Bring over from {visible(location.name)}")
        resize_within_screen(self, *_SIZE)
        self._closes_when_ended = False
        self._choices = ChoicesPage(choices, location.parent, bytes_possible=not system.no_bytes)
        self._report = ReportPage(system)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._choices)
        self._pages.addWidget(self._report)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.addWidget(self._pages)
        self._choices.named.connect(self.named)
        self._choices.asked.connect(self.asked)
        self._choices.close_button.clicked.connect(self.reject)
        self._report.run_asked.connect(lambda: self.asked.emit(False))
        self._report.back_asked.connect(self._go_back)
        self._report.cancelled.connect(self.cancelled)
        self._report.copy_asked.connect(self.copy_asked)
        self._report.save_asked.connect(self.save_asked)
        self._report.close_button.clicked.connect(self.reject)
        self._choices.target.setFocus()

    @property
    def report(self) -> Report | None:
        """The report that is shown."""
        return self._report.report

    def request(self) -> Request:
        """What the person wants, as it stands now."""
        return self._choices.request()

    def target(self) -> Path | None:
        """Where the person wants it to go, as far as that is named."""
        return self._choices.place()

    def scopes_there(self) -> Collection[Scope]:
        """What the chosen scopes are to be called there."""
        return self._choices.scopes_there()

    def show_target(self, found: Found) -> None:
        self._choices.show_target(found)

    def show_begun(self, *, dry_run: bool) -> None:
        self._pages.setCurrentWidget(self._report)
        self._report.begin(dry_run=dry_run)

    def show_progress(self, progress: Progress, report: Report) -> None:
        self._report.tell(progress, report)

    def show_report(self, report: Report) -> None:
        """Show what came of it, complete or not."""
        self._report.end(report)
        self._close_if_told_to()

    def show_fault(self, why: str) -> None:
        """Show why nothing can be done, where it can be mended."""
        if self._report.is_running:
            self._report.is_running = False
            self._go_back()
        self._choices.say(why, "red")
        self._close_if_told_to()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard, and no other."""
        focus = self.focusWidget()
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif isinstance(focus, QPushButton):
            focus.click()

    def reject(self) -> None:
        """Close; while something runs, when that has ended."""
        if self._report.is_running:
            self._closes_when_ended = True
            self.cancelled.emit()
        else:
            super().reject()

    def _close_if_told_to(self) -> None:
        if self._closes_when_ended:
            super().reject()

    def _go_back(self) -> None:
        self._pages.setCurrentWidget(self._choices)
        self._choices.target.setFocus()
