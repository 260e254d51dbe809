"""What is shown in the place of a secret until a person asks to see it."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from inspector import theme
from inspector.assets import picture
from inspector.editors.text_view import TextView
from inspector.plain import PlainLabel

IS_SECRET = "Hidden, because the key says that this is a secret"
HAS_SECRET = "Hidden, because a name in it says that there is a secret"
SECRETS_ARE_DOTS = "Secrets are hidden. Show them to select, copy or edit anything here."

_PICTURE = 48


class Cover(QWidget):
    """Named `secretCover`; `asked_to_show` is emitted by the `showSecretButton` that is to be seen.

    It says why something is hidden; or, where there is a text with dots in the place of each secret, shows that. This
    text can be scrolled but not selected, so that the dots cannot be taken for the value.
    """

    asked_to_show = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("secretCover")
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self._why = PlainLabel()
        self._why.setObjectName("secretReason")
        self._why.setFont(theme.title_font())
        self._why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._why.setWordWrap(True)
        self._button = QPushButton("Sho&w")
        self._button.setObjectName("showSecretButton")
        self._button.clicked.connect(self.asked_to_show)
        self._text = TextView()
        self._text.setObjectName("maskedText")
        self._text.setAccessibleName("Text of the value, its secrets hidden")
        self._text.filled.connect(self._settle)
        self._line = 0
        self._note = PlainLabel(SECRETS_ARE_DOTS, elide=Qt.TextElideMode.ElideRight)
        self._note.setProperty("tone", "second")
        self._text_button = QPushButton("Sho&w")
        self._text_button.setObjectName("showSecretButton")
        self._text_button.clicked.connect(self.asked_to_show)
        self._lay_out()
        theme.theme().changed.connect(self._draw_picture)
        self._draw_picture()

    def hide_all(self, why: str) -> None:
        """Show nothing but why."""
        self._why.setText(why)
        self.setAccessibleName(why)
        self._text.show_exact("", read_only=True)
        self._pages.setCurrentIndex(0)
        self.setFocusProxy(self._button)

    def show_masked(self, text: str, *, json: bool, keep_place: bool = False) -> None:
        """Show `text`, in which the secrets are dots; from its start, or `keep_place` where one is."""
        self.setAccessibleName(SECRETS_ARE_DOTS)
        self._line = self._text.verticalScrollBar().value() if keep_place else 0
        self._text.show_exact(text, read_only=True, json=json, slowly=True)
        self._settle()
        self._pages.setCurrentIndex(1)
        self.setFocusProxy(self._text_button)

    def _settle(self) -> None:
        """Let nothing be selected, and be where one was, as far as the text is here."""
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._text.verticalScrollBar().setValue(self._line)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw_picture()

    def _draw_picture(self) -> None:
        colour = QColor(theme.current().second_text)
        self._picture.setPixmap(picture("lock", _PICTURE, colour, self.devicePixelRatioF()))

    def _lay_out(self) -> None:
        alone = QWidget()
        middle = QVBoxLayout(alone)
        middle.setContentsMargins(16, 16, 16, 16)
        middle.setSpacing(12)
        middle.addStretch(2)
        middle.addWidget(self._picture)
        middle.addWidget(self._why)
        middle.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(3)
        with_text = QWidget()
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self._note, 1)
        row.addWidget(self._text_button)
        column = QVBoxLayout(with_text)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._text, 1)
        column.addLayout(row)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(alone)
        self._pages.addWidget(with_text)
