"""The pane of one value: what it is, the editors that suit it, and whether it has been edited."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from inspector import theme
from inspector.editors.editor import ValueEditor
from inspector.editors.form import FormEditor
from inspector.editors.hex import HexEditor
from inspector.editors.image import ImageEditor
from inspector.editors.large import LargeView
from inspector.editors.text import TextEditor
from inspector.formats import MASKED, Medium, human_age, human_expiry, human_size, looks_secret, thousands
from inspector.opened import Opened
from inspector.plain import PlainLabel, plain_tooltip, visible
from inspector.views.badge import Badge
from inspector.views.state_view import State, StateView
from inspector.views.states import NOTHING_CHOSEN
from storage_core.raw import RawEntry


class ValuePane(QWidget):
    """Shows one entry and lets a person edit it; what is saved, and when, is decided elsewhere.

    `edited` is emitted after every edit. Until then `data()` is the very object that was shown.
    """

    edited = Signal()
    save_asked = Signal()
    revert_asked = Signal()
    chunk_wanted = Signal(object, object)
    export_asked = Signal()
    import_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: RawEntry | None = None
        self._read_only = False
        self._carried = False  # edits that were made in another editor and handed on to this one
        self._title = PlainLabel(elide=Qt.TextElideMode.ElideMiddle)
        self._title.setFont(theme.title_font())
        self._badge = Badge()
        self._size = PlainLabel()
        self._size.setObjectName("sizeLabel")
        self._revision = PlainLabel()
        self._revision.setObjectName("revisionLabel")
        self._ages = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._state_word = PlainLabel()
        self._notice = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._save = QPushButton("&Save")
        self._save.setProperty("primary", True)
        self._revert = QPushButton("Revert")
        self._form, self._text, self._hex, self._image = (
            FormEditor(),
            TextEditor(),
            HexEditor(),
            ImageEditor(),
        )
        self._large = LargeView()
        self._tabs = QTabWidget()
        self._tabs.setObjectName("valueTabs")
        self._tabs.setDocumentMode(True)
        self._shown_editor: ValueEditor | None = None
        self._state_view = StateView(NOTHING_CHOSEN)
        self._lay_out()
        self._connect()
        self.show_state(NOTHING_CHOSEN)

    @property
    def entry(self) -> RawEntry | None:
        """The entry as it was loaded; None where there is nothing to edit."""
        return self._entry

    def show_state(self, state: State) -> None:
        """Show why there is no value, instead of one."""
        self._entry = None
        self._shown_editor = None
        self._state_view.set_state(state)
        self._stack.setCurrentWidget(self._state_view)
        self._show_edit_state()

    def show_entry(self, opened: Opened, *, read_only: bool) -> None:
        """Show an entry, unedited. The same key keeps its editor, and the place that one is looking at."""
        entry = opened.entry
        same = self._entry is not None and (self._entry.scope, self._entry.key) == (entry.scope, entry.key)
        self._entry = entry
        self._read_only = read_only
        self._carried = False
        self._stack.setCurrentWidget(self._value)
        self._describe(opened)
        self.set_notice(f"Shown as text: {opened.fault}" if opened.fault else "", "amber")
        if opened.is_large:
            self._shown_editor = None
            self._offer([self._large])
            self._large.show_value(entry.size, text=opened.is_json, read_only=read_only)
        else:
            suitable = self._suitable(opened)
            editor = self._shown_editor if same and self._shown_editor in suitable else suitable[0]
            self._offer(suitable, editor)
            self._load(editor, opened, keep_place=same)
        self._show_edit_state()

    def data(self) -> bytes:
        """The bytes as they stand now. Only where an entry with its value is shown."""
        assert self._shown_editor is not None
        return self._shown_editor.data()

    def is_edited(self) -> bool:
        """Whether saving would change anything."""
        if self._entry is None or self._shown_editor is None:
            return False
        if not self._carried and not self._shown_editor.is_modified():
            return False
        return bool(self._shown_editor.problem()) or self._shown_editor.data() != self._entry.data

    def problem(self) -> str:
        """Why the edit cannot be saved; empty where it can."""
        return "" if self._shown_editor is None else self._shown_editor.problem()

    def editor(self) -> ValueEditor | None:
        """The editor that is shown."""
        return self._shown_editor

    def set_notice(self, text: str, tone: str = "second") -> None:
        """Say a sentence beneath the value, until another entry is shown."""
        self._notice.setText(text)
        _set_tone(self._notice, tone)

    def chunk_arrived(self, offset: int, data: bytes) -> None:
        """Bytes of a large value that `chunk_wanted` asked for."""
        self._large.chunk_arrived(offset, data)

    def tell_ages(self) -> None:
        """Say anew how long ago the value was written, and when it expires."""
        if self._entry is None:
            return
        now = datetime.now(UTC)
        words = [human_age((now - self._entry.updated).total_seconds())]
        exact = [f"written {self._entry.updated.astimezone():%Y-%m-%d %H:%M:%S}"]
        if self._entry.expires is not None:
            words.append(human_expiry((self._entry.expires - now).total_seconds()))
            exact.append(f"expires {self._entry.expires.astimezone():%Y-%m-%d %H:%M:%S}")
        self._ages.setText(" · ".join(words))
        self._ages.setToolTip(plain_tooltip("\n".join(exact)))

    def _describe(self, opened: Opened) -> None:
        entry = opened.entry
        self._title.setText(visible(entry.key))
        is_secret = looks_secret(entry.key) and opened.document is not None
        self._badge.set_text(MASKED if is_secret else opened.format.badge)
        self._badge.setToolTip(plain_tooltip(visible(f"{entry.kind.name}: {opened.format.label}")))
        self._size.setText(human_size(entry.size))
        self._size.setToolTip(plain_tooltip(f"{thousands(entry.size)} bytes"))
        self._revision.setText(f"revision {thousands(entry.revision)}")
        self.tell_ages()

    def _suitable(self, opened: Opened) -> list[ValueEditor]:
        """The editors that can show an entry without loss, the best one first."""
        suitable: list[ValueEditor] = []
        if opened.format.medium is Medium.IMAGE:
            suitable.append(self._image)
        if opened.document is not None:
            suitable.append(self._form)
        if opened.is_text:
            suitable.append(self._text)
        return [*suitable, self._hex]

    def _offer(self, editors: Sequence[QWidget], chosen: QWidget | None = None) -> None:
        self._tabs.blockSignals(True)
        for index in range(self._tabs.count()):
            self._tabs.setTabVisible(index, self._tabs.widget(index) in editors)
        self._tabs.setCurrentWidget(chosen if chosen is not None else editors[0])
        self._tabs.blockSignals(False)

    def _load(self, editor: ValueEditor, opened: Opened, *, keep_place: bool) -> None:
        data = opened.entry.data
        assert data is not None
        self._text.set_json(opened.is_json)
        if editor is self._form:
            self._form.load(
                data,
                read_only=self._read_only,
                keep_place=keep_place,
                secret=looks_secret(opened.entry.key),
                document=opened.document,
            )
            self._form.mark_changed(opened.changed)
        else:
            editor.load(data, read_only=self._read_only)
        self._shown_editor = editor

    def _change_editor(self) -> None:
        """Hand the value, as it is edited so far, from the editor that was shown to the one chosen now."""
        former, chosen = self._shown_editor, self._tabs.currentWidget()
        if former is None or former is chosen or not isinstance(chosen, ValueEditor):
            return
        fault = former.problem()
        if not fault and isinstance(chosen, FormEditor):
            fault = FormEditor.can_hold(former.data())
        if fault:
            self._tabs.setCurrentWidget(former)
            self.set_notice(f"Stay here until this is mended: {fault}", "amber")
            return
        self._carried = self._carried or former.is_modified()
        if chosen is self._form:
            assert self._entry is not None
            self._form.load(former.data(), read_only=self._read_only, secret=looks_secret(self._entry.key))
        else:
            chosen.load(former.data(), read_only=self._read_only)
        self._shown_editor = chosen
        self.set_notice("")
        self._show_edit_state()

    def _show_edit_state(self) -> None:
        edited, fault = self.is_edited(), self.problem()
        self._save.setEnabled(edited and not fault)
        self._revert.setEnabled(edited)
        if self._read_only and self._entry is not None:
            self._state_word.setText("Read-only")
            _set_tone(self._state_word, "second")
        else:
            self._state_word.setText("● Not saved" if edited else "")
            _set_tone(self._state_word, "amber")
        if edited and fault:
            self.set_notice(fault, "red")
        elif edited:
            self.set_notice("")

    def _edited(self) -> None:
        self._show_edit_state()
        self.edited.emit()

    def _connect(self) -> None:
        for editor in (self._form, self._text, self._hex, self._image):
            editor.changed.connect(self._edited)
        self._tabs.currentChanged.connect(self._change_editor)
        self._save.clicked.connect(self.save_asked)
        self._revert.clicked.connect(self.revert_asked)
        self._large.chunk_wanted.connect(self.chunk_wanted)
        self._large.save_wanted.connect(self.export_asked)
        self._large.replace_wanted.connect(self.import_asked)

    def _lay_out(self) -> None:
        pages: list[tuple[QWidget, str, str]] = [
            (self._image, "imagePage", "Image"),
            (self._form, "formPage", "Form"),
            (self._text, "textPage", "Text"),
            (self._hex, "hexPage", "Hex"),
            (self._large, "largePage", "Large value"),
        ]
        for page, name, title in pages:
            page.setObjectName(name)
            self._tabs.addTab(page, title)
        self._value = QWidget()
        column = _column(self._value)
        heading = _row([self._title, self._badge], stretch=-1, margins=(16, 12, 16, 0))
        heading.addStretch(1)
        column.addLayout(heading)
        facts: list[QWidget] = [self._size, self._revision, self._ages]
        for label in facts:
            label.setProperty("tone", "second")
        column.addLayout(_row(facts, stretch=2, margins=(16, 4, 16, 8)))
        column.addWidget(self._tabs, 1)
        column.addLayout(
            _row(
                [self._state_word, self._notice, self._revert, self._save], stretch=1, margins=(16, 8, 16, 12)
            )
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._state_view)
        self._stack.addWidget(self._value)
        _column(self).addWidget(self._stack)


def _set_tone(label: PlainLabel, tone: str) -> None:
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        label.style().unpolish(label)
        label.style().polish(label)


def _column(owner: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(owner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _row(widgets: list[QWidget], *, stretch: int, margins: tuple[int, int, int, int]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    row.setContentsMargins(*margins)
    for index, widget in enumerate(widgets):
        row.addWidget(widget, 1 if index == stretch else 0)
    return row
