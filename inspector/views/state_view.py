"""The pane that says why there is nothing to see, and what to do about it."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from inspector import theme
from inspector.assets import icon, picture
from inspector.plain import PlainLabel

PICTURE = 48
WIDEST = 440
MOST_LINES = 8  # of the details, before they scroll
_BELOW_THE_LINES = 2  # where lines fit to the pixel, there is a scroll bar all the same


@dataclass(frozen=True, slots=True)
class State:
    """An empty or refused state: one sentence of what is, one of what to do, and at most one button.

    `icon` is the name of one of ours. `details`, such as an error's text, can be copied; where they are `rows`, each
    stays on its line. All of it is plain text.
    """

    icon: str
    what: str
    todo: str = ""
    button: str = ""
    details: str = ""
    rows: bool = False


class StateView(QWidget):
    """Shows one `State` in the middle of the room that there is; `asked` is emitted when its button is pressed."""

    asked = Signal()

    def __init__(self, state: State | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stateView")
        self._state = State("empty", "")
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self._what = _sentence()
        self._what.setFont(theme.title_font())
        self._todo = _sentence()
        self._todo.setProperty("tone", "second")
        self._button = QPushButton()
        self._button.setProperty("primary", True)
        self._button.clicked.connect(self.asked)
        self.setFocusProxy(self._button)
        self._details = QPlainTextEdit(readOnly=True, tabChangesFocus=True)
        self._details.setFont(theme.mono_font())
        self._details.setAccessibleName("Details")
        self._details.viewport().installEventFilter(self)
        self._copy = QPushButton("Copy details")
        self._copy.setIcon(icon("copy"))
        self._copy.clicked.connect(self._copy_details)
        self._lay_out()
        if state is not None:
            self.set_state(state)

    def state(self) -> State:
        return self._state

    def set_state(self, state: State) -> None:
        """Show `state` instead of what was shown."""
        self._state = state
        self._what.setText(state.what)
        self._todo.setText(state.todo)
        self._todo.setVisible(bool(state.todo))
        self._button.setText(state.button)
        self._button.setVisible(bool(state.button))
        wrap = QPlainTextEdit.LineWrapMode
        self._details.setLineWrapMode(wrap.NoWrap if state.rows else wrap.WidgetWidth)
        self._details.setPlainText(state.details)
        self._details.setVisible(bool(state.details))
        self._fit_details()
        self._copy.setVisible(bool(state.details))
        self.setAccessibleName(f"{state.what} {state.todo}".strip())
        self._draw_picture()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._draw_picture()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit_details()
        return super().eventFilter(watched, event)

    def _fit_details(self) -> None:
        """Let the details be as high as their lines are now, up to where they scroll."""
        details = self._details
        all_lines = max(1, round(details.document().size().height()))
        lines = min(all_lines, MOST_LINES)
        bars = Qt.ScrollBarPolicy  # one that is not needed would take the width for which it is needed
        details.setVerticalScrollBarPolicy(
            bars.ScrollBarAlwaysOff if lines == all_lines else bars.ScrollBarAsNeeded
        )
        frame, bar = details.contentsMargins(), details.horizontalScrollBar()
        around = frame.top() + frame.bottom() + 2 * round(details.document().documentMargin())
        around += _BELOW_THE_LINES + (bar.height() if bar.isVisibleTo(details) else 0)
        details.setFixedHeight(lines * details.fontMetrics().lineSpacing() + around)

    def _draw_picture(self) -> None:
        colour = QColor(theme.current().second_text)
        self._picture.setPixmap(picture(self._state.icon, PICTURE, colour, self.devicePixelRatioF()))

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._state.details)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(self._copy)
        buttons.addWidget(self._button)
        buttons.addStretch()
        middle = QWidget()
        middle.setMaximumWidth(WIDEST)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(self._picture)
        column.addSpacing(4)
        column.addWidget(self._what)
        column.addWidget(self._todo)
        column.addSpacing(8)
        column.addWidget(self._details)
        column.addLayout(buttons)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.addStretch(1)
        row.addWidget(middle, 100)
        row.addStretch(1)


def _sentence() -> PlainLabel:
    label = PlainLabel()
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    return label
