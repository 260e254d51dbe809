"""Where the person is: workspace, user and key in one line, each part a step back."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from inspector.plain import EMPTY_KEY, PlainLabel, plain_tooltip, visible, visible_key, without_mnemonic
from inspector.system import OUR_OWN
from storage_core import Scope

_LONGEST_PART = 40
_BEFORE_THE_KEY = 6  # the room that a button leaves around its text
_NARROWEST = {
    "workspace": 64,
    "user": 96,
    "key": 128,
}  # where there is too little room, the key stays longest


class Breadcrumb(QWidget):
    """`scope_asked` is emitted with the workspace's or the user's scope when its part is clicked."""

    scope_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("breadcrumb")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 0, 4, 0)
        self._row.setSpacing(0)
        self._text = ""
        self.system = OUR_OWN
        """Whose data it leads through, from the next place on."""

    def text(self) -> str:
        """The whole path, as assistive tools read it."""
        return self._text

    def show_place(self, scope: Scope | None, key: str | None = None) -> None:
        """Show a place; None for nowhere."""
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        parts: list[str] = []
        if scope is not None:
            parts = self.system.path(scope)
            self._add_step(scope.workspace, Scope(scope.workspace), _NARROWEST["workspace"])
            for member in parts[1:]:
                self._add_separator()
                self._add_step(member, scope, _NARROWEST["user"])
        if scope is not None and key is not None:
            self._add_separator()
            label = PlainLabel(visible_key(key), elide=Qt.TextElideMode.ElideMiddle)
            label.setMinimumWidth(min(label.sizeHint().width(), _NARROWEST["key"]))
            self._row.addSpacing(_BEFORE_THE_KEY)
            self._row.addWidget(label, 1)
            parts.append(key or EMPTY_KEY)
        self._row.addStretch(0 if key is not None else 1)
        self._text = " / ".join(visible(part) for part in parts)
        self.setAccessibleName(self._text)

    def _add_step(self, name: str, scope: Scope, narrowest: int) -> None:
        shown = visible(name)
        button = _Step(narrowest)
        short = shown if len(shown) <= _LONGEST_PART else f"{shown[: _LONGEST_PART - 1]}…"
        button.setText(without_mnemonic(short))
        own_name = "" if name in (scope.workspace, scope.user) or scope.user is None else visible(scope.user)
        button.setToolTip(plain_tooltip(f"{shown}\n{own_name}".strip()))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.scope_asked.emit(scope))
        self._row.addWidget(button)

    def _add_separator(self) -> None:
        separator = PlainLabel("/")
        separator.setContentsMargins(2, 0, 2, 0)
        separator.setProperty("tone", "second")
        self._row.addWidget(separator)


class _Step(QToolButton):
    """A button that shortens its text, in the middle, before it takes the room of what stands beside it."""

    def __init__(self, narrowest: int) -> None:
        super().__init__()
        self._narrowest = narrowest
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        size = super().minimumSizeHint()
        return QSize(min(size.width(), self._narrowest), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        room = self.width() - 2 * _BEFORE_THE_KEY
        option.text = self.fontMetrics().elidedText(option.text, Qt.TextElideMode.ElideMiddle, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()
