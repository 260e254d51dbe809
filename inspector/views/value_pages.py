"""The pages of a value: an editor or a view each, of which those that suit the value are offered."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from inspector.editors.covered import Covered
from inspector.editors.editor import ValueEditor
from inspector.editors.form import FormEditor
from inspector.editors.hex import HexEditor
from inspector.editors.image import ImageEditor
from inspector.editors.large import LargeView
from inspector.editors.text import TextEditor
from inspector.formats import Medium
from inspector.masking import masked_text
from inspector.opened import Marks, Opened
from inspector.views.readings_view import ReadingsView
from storage_core import Kind


class ValuePages(QTabWidget):
    """Named `valueTabs`: every page there is, each made once.

    `edited` comes after every edit on one of them, `asked_to_show` when the person asks to see a secret.
    """

    edited = Signal()
    asked_to_show = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("valueTabs")
        self.setDocumentMode(True)
        self.tabBar().setAccessibleName("Ways to see the value")
        self.form, self.text = FormEditor(), Covered(TextEditor(), masked_text)
        self.hex, self.image = Covered(HexEditor()), Covered(ImageEditor())
        self.large, self.readings = LargeView(), ReadingsView()
        pages: list[tuple[QWidget, str, str]] = [
            (self.image, "imagePage", "Image"),
            (self.form, "formPage", "Form"),
            (self.text, "textPage", "Text"),
            (self.hex, "hexPage", "Hex"),
            (self.large, "largePage", "Large value"),
            (self.readings, "readingsPage", "Readings"),
        ]
        for page, name, title in pages:
            page.setObjectName(name)
            self.addTab(page, title)
        for editor in (self.form, self.text, self.hex, self.image):
            editor.changed.connect(self.edited)
        for coverable in (self.text, self.hex, self.image, self.large, self.readings):
            coverable.asked_to_show.connect(self.asked_to_show)

    def suitable(self, opened: Opened) -> list[ValueEditor]:
        """The editors that can show an entry without loss, the best one first."""
        suitable: list[ValueEditor] = []
        if opened.format.medium is Medium.IMAGE:
            suitable.append(self.image)
        if opened.document is not None:
            suitable.append(self.form)
        if opened.is_text:
            suitable.append(self.text)
        return [*suitable, self.hex]

    def readers(self, opened: Opened) -> list[QWidget]:
        """The page of other readings, for bytes that no editor shows as what they are already."""
        is_shown = opened.format.medium in (Medium.JSON, Medium.IMAGE)
        return [] if opened.entry.kind is Kind.JSON or is_shown else [self.readings]

    def able_to_hold(self, data: bytes, opened: Opened) -> tuple[ValueEditor, str]:
        """The editor for `data`, an edit of an entry, and why it cannot be saved; "" where it can be."""
        has_form = self.form in self.suitable(opened)
        fault = FormEditor.can_hold(data) if has_form else ""
        if has_form and not fault:
            return self.form, ""
        return (self.text if opened.is_text else self.hex), fault

    def offer(self, pages: Sequence[QWidget], chosen: QWidget) -> None:
        """Let these pages be chosen from; `chosen` is in sight, and nobody is told."""
        self.blockSignals(True)
        for index in range(self.count()):
            self.setTabVisible(index, self.widget(index) in pages)
        self.setCurrentWidget(chosen)
        self.blockSignals(False)

    def turn_to(self, page: QWidget) -> None:
        """Bring a page into sight, and tell nobody."""
        self.blockSignals(True)
        self.setCurrentWidget(page)
        self.blockSignals(False)

    def mark_changed(self, editor: ValueEditor, marks: Marks) -> None:
        """Mark on the page of text or of bytes what has changed meanwhile, where it may be seen."""
        for page, ranges in ((self.text, marks.text), (self.hex, marks.bytes)):
            if editor is page and not page.is_covered:
                page.editor.mark_changed(ranges)

    def forget(self) -> None:
        """Hold nothing any longer of what was shown."""
        for editor in (self.form, self.text, self.hex, self.image):
            editor.forget()
        self.readings.clear()
        self.large.clear()
