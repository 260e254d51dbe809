"""How the panes stand in the window, and how that is remembered."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.settings import Settings

SMALLEST = QSize(1024, 640)
"""Where the screen is smaller, such as an old one at 200 %, the window is as small, and its middle is scrolled."""
SMALLEST_MIDDLE = QSize(616, 520)
"""Down to this the panes make do with the room there is, as in the smallest window; below, they are scrolled."""
FRAME = QSize(8, 40)  # what a window manager may put around the window
FIRST_SIZE = (1280, 800)
NARROWEST_PANE = 200
FIRST_WIDTHS = (200, 540, 540)
WIDE_SCOPES = 300
"""What names such as `author/plugin` want, with their sizes."""
FIRST_SHARES = (0, 1, 1)  # of what the window has more, or less
FIRST_HEIGHTS = (620, 260, 130)


class WindowLayout(QStackedWidget):
    """Three panes side by side over the search and the activity; or, instead of all, a state that explains itself."""

    def __init__(
        self,
        state: QWidget,
        panes: tuple[QWidget, QWidget, QWidget],
        below: tuple[QWidget, QWidget],
    ) -> None:
        super().__init__()
        self._state = state
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._across.setObjectName("across")
        for pane in panes:
            pane.setMinimumWidth(NARROWEST_PANE)
            self._across.addWidget(pane)
        for index, share in enumerate(FIRST_SHARES):
            self._across.setStretchFactor(index, share)
        self._across.setSizes(FIRST_WIDTHS)
        self._panes = QSplitter(Qt.Orientation.Vertical)
        self._panes.setObjectName("panes")
        self._panes.addWidget(self._across)
        for pane in below:
            self._panes.addWidget(pane)
            self._panes.setCollapsible(self._panes.indexOf(pane), False)
        self._panes.setStretchFactor(0, 1)
        self._panes.setSizes(FIRST_HEIGHTS)
        self._lowest, self._unfolded = below[-1], FIRST_HEIGHTS[-1]
        self.addWidget(state)
        self.addWidget(self._panes)

    def show_state(self) -> None:
        self.setCurrentWidget(self._state)

    def show_panes(self) -> None:
        self.setCurrentWidget(self._panes)

    def widen_scopes(self, width: int) -> None:
        """Give the tree this width, where it has less, at the cost of the panes beside it."""
        scopes, keys, value = self._across.sizes()
        if scopes < width:
            rest = max(scopes + keys + value, self.width()) - width
            wanted = rest * keys // max(keys + value, 1)
            self._across.setSizes([width, wanted, rest - wanted])

    def fold_lowest(self, folded: bool) -> None:
        """Let the others have the room that the lowest pane leaves as it is folded, and give it back afterwards."""
        sizes = self._panes.sizes()
        if folded:
            self._unfolded = sizes[-1]
        height = self._lowest.maximumHeight() if folded else self._unfolded
        self._panes.setSizes([sizes[0] + sizes[-1] - height, *sizes[1:-1], height])

    def restore(self, settings: Settings) -> None:
        """Stand as the person left it."""
        for splitter in (self._across, self._panes):
            splitter.restoreState(settings.splitter(splitter.objectName()))

    def remember(self, settings: Settings) -> None:
        for splitter in (self._across, self._panes):
            settings.set_splitter(splitter.objectName(), splitter.saveState())


def smallest_on(screen: QSize) -> QSize:
    """How small the window may become where so much of the screen is to be had."""
    return SMALLEST.boundedTo(screen - FRAME)


def over(panes: QWidget, bar: QWidget) -> QWidget:
    """One widget of the panes and, below them, a bar that comes and goes; scrolled where there is too little room."""
    whole = QWidget()
    whole.setMinimumSize(SMALLEST_MIDDLE)
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(panes, 1)
    column.addWidget(bar)
    return _Scrolled(whole)


class _Scrolled(QScrollArea):
    """Shows all of a widget where there is room, else a part of it: the one where the keyboard is."""

    def __init__(self, whole: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(whole)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)

    def _follow(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now)
