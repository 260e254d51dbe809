"""Shows a value that is too large to be edited, a part at a time."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSlider,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.editors.cover import HAS_SECRET, Cover
from inspector.editors.hex_view import HexView
from inspector.editors.hex_words import parse_offset
from inspector.editors.large_chunks import PAGE, ChunkCache, page_count, page_text
from inspector.editors.text_view import TextView
from inspector.masking import mentions_secret
from inspector.plain import PlainLabel, plain_tooltip


class LargeView(QWidget):
    """Pages of text, or hexadecimal, of a value of any size; never more than a few chunks of it are held.

    `chunk_wanted(offset, size)` asks for bytes; whoever has them answers with `chunk_arrived` or `chunk_failed`.
    The ways out are `save_wanted` and `replace_wanted`, both to be asked for a file by the receiver, and
    `whole_wanted`, where `offer_whole` says that all of it can be opened at once.

    As soon as a chunk mentions a secret, all is covered; `asked_to_show` is emitted when the person wants to see it,
    and whoever agrees calls `uncover`.
    """

    chunk_wanted = Signal(object, object)
    save_wanted = Signal()
    replace_wanted = Signal()
    whole_wanted = Signal()
    asked_to_show = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nothing = self._cache = ChunkCache(0, self.chunk_wanted.emit)
        self._page = 0
        self._page_is_shown = False
        self._is_covered = self._is_revealed = self._is_clear = False
        self._cover = Cover()
        self._cover.asked_to_show.connect(self.asked_to_show)
        self._text = TextView(numbered=False)
        self._text.setObjectName("largeText")
        self._text.setAccessibleName("Text of the page")
        self._text.installEventFilter(self)
        self._hex = HexView()
        self._hex.setObjectName("largeHex")
        self._status = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        self._status.setObjectName("largeStatus")
        self._status.setProperty("tone", "second")
        self._as_text = _button("largeAsText", "Text", checkable=True)
        self._as_hex = _button("largeAsHex", "Hex", checkable=True)
        self._modes = QButtonGroup(self)
        self._previous = _button("largePrevious", "Previous")
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("largePage")
        self._slider.setAccessibleName("Page")
        self._next = _button("largeNext", "Next")
        self._go_to = QLineEdit()
        self._go_to.setObjectName("largeOffset")
        self._go_to.setPlaceholderText("Go to offset")
        self._go_to.setAccessibleName("Offset to go to, such as 4096, 0x1000 or +16")
        self._save = _button("largeSave", "Save to file…")
        self._replace = _button("largeReplace", "Replace from file…")
        self._open = _button("largeOpen", "Open as hex")
        self._why_not = ""
        self._lay_out()
        self._modes.buttonClicked.connect(self._show_place)
        self._slider.valueChanged.connect(self._show_page)
        self._previous.clicked.connect(lambda: self.show_page(self._page - 1))
        self._next.clicked.connect(lambda: self.show_page(self._page + 1))
        self._go_to.returnPressed.connect(self._go)
        self._hex.moved.connect(self._show_status)
        self._hex.refused.connect(self._status.setText)
        self._save.clicked.connect(self.save_wanted)
        self._replace.clicked.connect(self.replace_wanted)
        self._open.clicked.connect(self.whole_wanted)

    def clear(self) -> None:
        """Hold nothing any longer of what was shown."""
        if not self._is_clear:
            self.show_value(0, text=True)
            self._is_clear = True

    def show_value(
        self,
        size: int,
        *,
        text: bool,
        read_only: bool = False,
        keep_place: bool = False,
        hidden: str = "",
        revealed: bool = False,
    ) -> None:
        """Show a value of `size` bytes, as text or as hexadecimal; asks for its first chunk.

        From its start, or with `keep_place` (the same key, loaded anew) from where one is, as one has chosen.
        Where `hidden` says why, nothing is shown before `uncover`; `revealed` says that this is behind us.
        """
        self._is_clear = False
        self._is_covered, self._is_revealed = bool(hidden) and not revealed, revealed
        self._cover.hide_all(hidden)
        # A secret may stand in another chunk than the name that tells of it.
        self._cache = ChunkCache(size, self.chunk_wanted.emit, looks_back=not revealed)
        place = self._hex.place()
        page = min(self._page, page_count(size) - 1) if keep_place else 0
        self._page = page
        self._page_is_shown = False
        self._text.show_exact("", read_only=True)
        self._replace.setEnabled(not read_only)
        self._slider.setRange(0, page_count(size) - 1)
        self._slider.setValue(page)
        if not keep_place:
            (self._as_text if text else self._as_hex).setChecked(True)
        self._hex.show_source(self._nothing if self._is_covered else self._cache)
        if keep_place:
            self._hex.go_back_to(place)
        self._show_place()

    def offer_whole(self, why_not: str, *, image: bool) -> None:
        """Whether all of the value can be opened at once, as hex or as an image; `why_not` says why it cannot."""
        self._open.setText("Open as image" if image else "Open as hex")
        self._why_not = why_not
        self._show_place()

    def chunk_arrived(self, offset: int, data: bytes) -> None:
        """Take the bytes from `offset` that `chunk_wanted` asked for; any others are left aside."""
        if self._cache.arrived(offset, data):
            if not self._is_revealed and mentions_secret(self._cache.around(offset)):
                self._hide()
            self._hex.viewport().update()
            if self.is_text():
                self._show_text()

    def chunk_failed(self, offset: int, message: str) -> None:
        """Say why the bytes from `offset` cannot be shown; they are not asked for again."""
        self._status.setText(f"From offset {offset:,} the value cannot be read: {message}")

    def uncover(self) -> None:
        """Show what is hidden, and hide nothing more of this value."""
        self._is_clear = False
        self._is_revealed = True
        self._cache.looks_back = False
        if self._is_covered:
            self._is_covered = False
            self._hex.show_source(self._cache)
            self._show_place()

    def is_text(self) -> bool:
        return self._as_text.isChecked()

    def show_page(self, page: int) -> None:
        """Go to the text page `page`, counted from 0; past either end, to the last one there."""
        self._slider.setValue(page)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Page Down at the end of a page goes on in the next, as if there were no pages.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not event.modifiers():
            bar = self._text.verticalScrollBar()
            if event.key() == Qt.Key.Key_PageDown and bar.value() == bar.maximum() and self._next.isEnabled():
                self.show_page(self._page + 1)
                return True
            if event.key() == Qt.Key.Key_PageUp and bar.value() == 0 and self._previous.isEnabled():
                self.show_page(self._page - 1)
                self._text.verticalScrollBar().setValue(self._text.verticalScrollBar().maximum())
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        top, files, bottom = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (top, files, bottom):
            row.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
            row.setSpacing(2 * theme.GRID)
        for mode in (self._as_text, self._as_hex):
            self._modes.addButton(mode)
            top.addWidget(mode)
        top.addStretch()
        top.addWidget(self._open)
        files.addWidget(self._save)
        files.addWidget(self._replace)
        files.addWidget(self._status, 1)
        bottom.addWidget(self._previous)
        bottom.addWidget(self._slider, 1)
        bottom.addWidget(self._next)
        bottom.addWidget(self._go_to)
        self._views = QStackedLayout()
        self._views.addWidget(self._text)
        self._views.addWidget(self._hex)
        self._views.addWidget(self._cover)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(files)
        column.addLayout(self._views, 1)
        column.addLayout(bottom)

    def _show_place(self) -> None:
        """Show what is chosen, at the place where the other was."""
        as_text = self.is_text()
        page = self._text if as_text else self._hex
        self._views.setCurrentWidget(self._cover if self._is_covered else page)
        for widget in (self._previous, self._slider, self._next):
            widget.setVisible(as_text and not self._is_covered)
        self._go_to.setVisible(not self._is_covered)
        self._open.setEnabled(not (self._why_not or self._is_covered))
        self._open.setToolTip(plain_tooltip(self._why_not))
        if as_text:
            self._show_text()
        self._show_status()

    def _show_page(self, page: int) -> None:
        self._page = page
        self._page_is_shown = False
        self._text.show_exact("", read_only=True)
        if self.is_text():
            self._show_text()
        self._show_status()

    def _hide(self) -> None:
        self._is_covered = True
        self._page_is_shown = False
        self._text.show_exact("", read_only=True)
        self._hex.show_source(self._nothing)
        self._cover.hide_all(HAS_SECRET)
        self._show_place()

    def _show_text(self) -> None:
        if self._page_is_shown or self._is_covered:
            return
        text = page_text(self._cache, self._page)
        if text is not None:
            self._page_is_shown = True
            try:
                self._text.show_exact(text, read_only=True)
            except ValueError:
                escaped = text.encode("ascii", "backslashreplace").decode("ascii")
                self._text.show_exact(escaped, read_only=True)

    def _show_status(self) -> None:
        pages = page_count(len(self._cache))
        self._previous.setEnabled(self._page > 0)
        self._next.setEnabled(self._page < pages - 1)
        if self.is_text():
            place = f"Page {self._page + 1:,} of {pages:,} · from offset {self._page * PAGE:,}"
        else:
            place = f"Offset 0x{self._hex.caret:X} ({self._hex.caret:,})"
        self._status.setText(f"{place} · {len(self._cache):,} B")

    def _go(self) -> None:
        here = self._page * PAGE if self.is_text() else self._hex.caret
        offset = parse_offset(self._go_to.text(), here)
        if offset is None:
            self._status.setText("An offset is a number such as 4096, 0x1000 or +16.")
        elif not 0 <= offset <= len(self._cache):
            self._status.setText(f"The offset lies outside: the last is {len(self._cache):,}.")
        elif self.is_text():
            self.show_page(offset // PAGE)
        else:
            self._hex.go_to(offset)


def _button(name: str, text: str, *, checkable: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setCheckable(checkable)
    return button
