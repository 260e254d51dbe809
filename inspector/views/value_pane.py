"""The pane of one value: what it is, the editors that suit it, and whether it has been edited."""

import asyncio
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.editors.covered import Covered
from inspector.editors.editor import ValueEditor
from inspector.editors.form import FormEditor
from inspector.formats import Medium, thousands
from inspector.opened import Marks, Opened
from inspector.system import System
from inspector.views.changes_view import ChangesView
from inspector.views.notes_bar import CautionBar, NotesBar
from inspector.views.secrecy import why_hidden
from inspector.views.state_view import State, StateView
from inspector.views.states import NOTHING_CHOSEN
from inspector.views.value_foot import ValueFoot
from inspector.views.value_header import ValueHeader
from inspector.views.value_pages import ValuePages
from storage_core.raw import RawEntry

SHOWN_ANEW = "Somebody has changed it: what is new is marked"


class ValuePane(QWidget):
    """Shows one entry and lets a person edit it; what is saved, and when, is decided elsewhere.

    `edited` is emitted after every edit, and `settled` once what is shown is as it was loaded. Until an edit,
    `data()` is the very object that was shown; `handed_over` says that another editor goes on with it. What takes
    time to find out is asked for: `difference_wanted`, `readings_wanted` and `chunk_wanted(offset, size)`. A secret
    is covered on every page until the person asks to see it; then it is not, until another key is shown.
    """

    edited = Signal()
    settled = Signal()
    handed_over = Signal()
    difference_wanted = Signal()
    readings_wanted = Signal()
    save_asked = Signal()
    revert_asked = Signal()
    chunk_wanted = Signal(object, object)
    export_asked = Signal()
    import_asked = Signal()
    whole_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opened: Opened | None = None
        self._read_only = False
        self._carried = False  # edits that were made in another editor and handed on to this one
        self._warning = ""
        self.is_revealed = False
        self._header = ValueHeader()
        self._notes, self._caution = NotesBar(), CautionBar()
        self._foot = ValueFoot()
        self._pages = ValuePages()
        self.form, self._large, self.readings = self._pages.form, self._pages.large, self._pages.readings
        self.changes = ChangesView()
        self._changes_toggle = QPushButton("Changes")
        self._changes_toggle.setObjectName("changesToggle")
        self._changes_toggle.setProperty("flat", True)
        self._changes_toggle.setCheckable(True)
        self._shown_editor: ValueEditor | None = None
        self._state_view = StateView(NOTHING_CHOSEN)
        self._lay_out()
        self._connect()
        self.show_state(NOTHING_CHOSEN)

    @property
    def opened(self) -> Opened | None:
        """The entry as it was loaded and made ready; None where there is nothing to edit."""
        return self._opened

    @property
    def entry(self) -> RawEntry | None:
        """The entry as it was loaded; None where there is nothing to edit."""
        return None if self._opened is None else self._opened.entry

    @property
    def shows_changes(self) -> bool:
        """Whether the difference between the edit and what was loaded is to be seen."""
        return self._changes_toggle.isChecked()

    def show_state(self, state: State) -> None:
        """Show why there is no value, instead of one."""
        self._opened = None
        self._shown_editor = None
        self._warning = ""
        self._forget_shown()
        self._caution.say("")
        self._state_view.set_state(state)
        self._stack.setCurrentWidget(self._state_view)
        self._show_edit_state()
        self.settled.emit()

    def show_entry(self, opened: Opened, *, read_only: bool) -> None:
        """Show an entry, unedited. The same key keeps its page, and the place that one is looking at."""
        entry, former = opened.entry, self.entry
        same = former is not None and (former.scope, former.key) == (entry.scope, entry.key)
        self._opened, self._read_only = opened, read_only
        self._carried, self._warning = False, ""
        self._caution.say("")
        if not same:
            self._forget_shown()
        self._stack.setCurrentWidget(self._value)
        self._header.describe(opened)
        self._notes.say(opened.notes)
        news = SHOWN_ANEW if opened.changed or opened.marks != Marks() else ""
        is_fault_news = opened.fault and not opened.notes
        self.set_notice(f"Shown as text: {opened.fault}" if is_fault_news else news, "amber")
        if opened.is_large:
            self._shown_editor = None
            self._pages.offer([self._large], self._large)
            is_text = opened.format.medium in (Medium.JSON, Medium.TEXT)
            seen, why = self.is_revealed, why_hidden(opened, b"")
            self._large.show_value(
                entry.size, text=is_text, read_only=read_only, keep_place=same, hidden=why, revealed=seen
            )
            self._large.offer_whole(opened.why_not_whole, image=opened.format.medium is Medium.IMAGE)
        else:
            suitable = self._pages.suitable(opened)
            editor = self._shown_editor if same and self._shown_editor in suitable else suitable[0]
            pages = [*suitable, *self._pages.readers(opened)]
            stays = same and self.reads_bytes() and self.readings in pages
            self._pages.offer(pages, self.readings if stays else editor)
            self._load(editor, opened, keep_place=same)
        self._show_edit_state()
        self.settled.emit()
        self._ask_for_readings()

    def discard_edit(self) -> None:
        """Show what was loaded instead of the edit."""
        if self._opened is not None:
            self.show_entry(replace(self._opened, changed=()), read_only=self._read_only)

    def rebase(self, entry: RawEntry) -> None:
        """Take the edit for one of `entry`, a newer revision of what was loaded, from now on."""
        assert self._opened is not None
        self._opened = replace(self._opened, entry=entry, document=None, changed=())
        self._carried = True
        self._header.tell_stored(entry)
        self._edited()

    def take_up_edit(self, data: bytes) -> None:
        """Show `data` as an edit, not saved, of the entry that is shown."""
        assert self._opened is not None
        editor, fault = self._pages.able_to_hold(data, self._opened)
        self._hand_over(editor, data, fault)
        self._pages.turn_to(editor)
        self._carried = True
        self._edited()

    def data(self) -> bytes:
        """The bytes as they stand now. Only where an entry with its value is shown."""
        assert self._shown_editor is not None
        return self._shown_editor.data()

    def is_edited(self) -> bool:
        """Whether saving would change anything."""
        if self.entry is None or self._shown_editor is None:
            return False
        if not self._carried and not self._shown_editor.is_modified():
            return False
        if self.holds_whole:
            return True
        return bool(self._shown_editor.problem()) or self._shown_editor.data() != self.entry.data

    def problem(self) -> str:
        """Why the edit cannot be saved; empty where it can."""
        return "" if self._shown_editor is None else self._shown_editor.problem()

    @property
    def holds_whole(self) -> bool:
        """Whether this is a large value of which all is here: then `gather` comes before `data`."""
        return self._opened is not None and self._opened.whole

    async def gather(self) -> None:
        """Put the bytes of a large value together, in a thread, so that `data` has them at once."""
        if self.holds_whole and self._shown_editor is not None:
            await asyncio.to_thread(self._shown_editor.data)

    def settle(self) -> None:
        """Find out now what was put off until typing pauses, so that `problem` is of what stands there."""
        if self._shown_editor is not None:
            self._shown_editor.settle()

    def editor(self) -> ValueEditor | None:
        """The editor that is shown."""
        return self._shown_editor

    def reads_bytes(self) -> bool:
        """Whether other readings of the bytes are in sight."""
        return self._pages.currentWidget() is self.readings

    def set_notice(self, text: str, tone: str = "second") -> None:
        """Say a sentence beneath the value, until another entry is shown."""
        self._foot.set_notice(text, tone)

    def warn(self, text: str) -> None:
        """Say a sentence about the edit, for as long as it is not saved."""
        self._warning = text
        self._show_edit_state()

    def advise(self, text: str) -> None:
        """Say above Save what speaks against it, though it does not keep a person from saving; "" for nothing."""
        self._foot.advise(text)
        self._show_edit_state()

    def advice(self) -> str:
        """What speaks against saving the value as it stands."""
        return self._foot.advice()

    def caution(self, text: str) -> None:
        """Say what of the edit would not be kept as it is; nothing where all of it would."""
        self._caution.say(text if self.is_edited() else "")

    def set_system(self, system: System) -> None:
        """Describe entries from now on as those of this system."""
        self._header.system = system

    def chunk_arrived(self, offset: int, data: bytes) -> None:
        """Bytes of a large value that `chunk_wanted` asked for."""
        self._large.chunk_arrived(offset, data)

    def chunk_failed(self, offset: int, message: str) -> None:
        """Why bytes that `chunk_wanted` asked for cannot be had."""
        self._large.chunk_failed(offset, message)

    def tell_ages(self) -> None:
        """Say anew how long ago the value was written, and when it expires."""
        if self.entry is not None:
            self._header.tell_ages()

    def tell_changes(self, count: int | None) -> None:
        """Say how many changes the edit makes; None while that is not known."""
        self._changes_toggle.setText("Changes" if count is None else f"Changes ({thousands(count)})")

    def _load(self, editor: ValueEditor, opened: Opened, *, keep_place: bool) -> None:
        data = opened.entry.data
        assert data is not None
        self._pages.text.editor.set_json(opened.is_json)
        if editor is self.form:
            self.form.load(
                data,
                read_only=self._read_only,
                keep_place=keep_place,
                secret=opened.is_secret,
                document=opened.document,
            )
            self.form.mark_changed(opened.changed)
            self._shown_editor = editor
        else:
            self._hand_over(editor, data, keep_place=keep_place)
            self._pages.mark_changed(editor, opened.marks)

    def _change_editor(self) -> None:
        """Hand the value, as it is edited so far, from the editor that was shown to the one chosen now."""
        self._ask_for_readings()
        former, chosen = self._shown_editor, self._pages.currentWidget()
        if former is None or former is chosen or not isinstance(chosen, ValueEditor):
            return
        former.settle()
        # What is stored broken may be seen on every page; what a person has broken is mended first.
        fault = former.problem() if former.is_modified() else ""
        if not fault and isinstance(chosen, FormEditor):
            fault = FormEditor.can_hold(former.data())
        if fault:
            self._pages.setCurrentWidget(former)
            self.set_notice(f"Stay here until this is mended: {fault}", "amber")
            return
        self._carried = self._carried or former.is_modified()
        self._hand_over(chosen, former.data())
        self.set_notice("")
        self._show_edit_state()
        self.handed_over.emit()

    def _hand_over(
        self, editor: ValueEditor, data: bytes, fault: str = "", *, keep_place: bool = False
    ) -> None:
        """Let `editor` go on with `data`; `fault` is why that cannot be saved, where that is known."""
        assert self._opened is not None
        whole = self._opened.is_secret
        why = "" if self.is_revealed else why_hidden(self._opened, data, image=editor is self._pages.image)
        if editor is self.form:
            self.form.load(data, read_only=self._read_only, secret=whole)
        elif isinstance(editor, Covered) and why:
            editor.hide_value(
                data, why, read_only=self._read_only, keep_place=keep_place, whole=whole, problem=fault
            )
        else:
            editor.load(data, read_only=self._read_only, keep_place=keep_place)
        self._shown_editor = editor

    def _reveal(self) -> None:
        """The person asks to see the secret: show it, on whatever page it is."""
        self.is_revealed = True
        if isinstance(self._shown_editor, Covered):
            self._shown_editor.uncover()
        self._large.uncover()
        self._show_edit_state()
        self._ask_for_readings()

    def _forget_shown(self) -> None:
        """Cover secrets again; no page holds any longer what it showed."""
        self.is_revealed = False
        self._pages.forget()

    def _ask_for_readings(self) -> None:
        if self.reads_bytes():
            self.readings_wanted.emit()

    def _show_edit_state(self) -> None:
        edited, fault = self.is_edited(), self.problem()
        is_read_only = self._read_only and self.entry is not None
        self._foot.show_advice(self._shown_editor is not self.form)  # which says it itself, just above
        self._foot.tell_state(edited=edited, can_save=not fault, read_only=is_read_only)
        self._changes_toggle.setVisible(edited)
        self.changes.setVisible(edited and self.shows_changes)
        if edited and fault:
            self.set_notice(fault, "red")
        elif edited:
            self.set_notice(self._warning, "amber")

    def _edited(self) -> None:
        self._show_edit_state()
        self.edited.emit()

    def _toggle_changes(self) -> None:
        self._show_edit_state()
        self.difference_wanted.emit()

    def _connect(self) -> None:
        self._pages.edited.connect(self._edited)
        self._pages.asked_to_show.connect(self._reveal)
        self._pages.currentChanged.connect(self._change_editor)
        self._changes_toggle.toggled.connect(self._toggle_changes)
        self._foot.save.clicked.connect(self.save_asked)
        self._foot.revert.clicked.connect(self.revert_asked)
        self._large.chunk_wanted.connect(self.chunk_wanted)
        self._large.save_wanted.connect(self.export_asked)
        self._large.replace_wanted.connect(self.import_asked)
        self._large.whole_wanted.connect(self.whole_asked)

    def _lay_out(self) -> None:
        self._pages.setCornerWidget(self._changes_toggle)
        panes = QSplitter(Qt.Orientation.Vertical)
        panes.setChildrenCollapsible(False)
        panes.addWidget(self._pages)
        panes.addWidget(self.changes)
        panes.setStretchFactor(0, 3)
        panes.setStretchFactor(1, 2)
        self._value = QWidget()
        column = _column(self._value)
        column.addWidget(self._header)
        column.addWidget(self._notes)
        column.addWidget(panes, 1)
        column.addWidget(self._caution)
        column.addWidget(self._foot)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._state_view)
        self._stack.addWidget(self._value)
        _column(self).addWidget(self._stack)


def _column(owner: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(owner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
