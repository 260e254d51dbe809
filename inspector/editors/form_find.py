"""The line with which a person looks for text inside the value that the form shows."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from inspector.assets import icon
from inspector.editors.form_view import FormView
from inspector.lossless import JsonType, Node
from inspector.plain import PlainLabel


class FindLine(QWidget):
    """Asks for text and steps through the nodes that hold it in their name or value."""

    searched = Signal(str)
    stepped = Signal(int)
    """Go on by so many hits: 1 or -1."""
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = QLineEdit(self)
        self.text.setObjectName("formFind")
        self.text.setPlaceholderText("Find in this value")
        self.text.setAccessibleName("Find in this value")
        self.text.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.count = PlainLabel("", self)
        self.count.setProperty("tone", "second")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.count)
        for name, arrow, step in (
            ("Find previous", Qt.ArrowType.UpArrow, -1),
            ("Find next", Qt.ArrowType.DownArrow, 1),
        ):
            button = QToolButton(self, arrowType=arrow, autoRaise=True)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(lambda _=False, step=step: self.stepped.emit(step))
            layout.addWidget(button)
        close = QToolButton(self)
        close.setText("×")
        close.setAutoRaise(True)
        close.setAccessibleName("Close the find line")
        close.clicked.connect(self.closed)
        layout.addWidget(close)
        self.text.textChanged.connect(self.searched)
        self.text.installEventFilter(self)

    def start(self) -> None:
        """Show the line with the keyboard in it."""
        self.show()
        self.text.setFocus()
        self.text.selectAll()

    def tell(self, position: int, count: int) -> None:
        """Say which hit of how many the keyboard's row is."""
        if not self.text.text():
            self.count.setText("")
        else:
            self.count.setText(f"{position + 1:,} of {count:,}" if count else "not in this value")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.stepped.emit(-1 if back else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)


class FormSearch(QObject):
    """Finds what the line asks for in the form's document, marks it, and brings it into sight."""

    def __init__(self, line: FindLine, view: FormView) -> None:
        super().__init__(line)
        self._line = line
        self._view = view
        self._root: Node | None = None
        self._hits: list[Node] = []
        line.searched.connect(self._search)
        line.stepped.connect(self._step)
        line.closed.connect(self._close)

    def look_in(self, root: Node | None) -> None:
        """Search the document of `root` from now on, for what the line asks now."""
        self._root = root
        self._hits = []
        if self._line.isVisible() and self._line.text.text():
            self._find(self._line.text.text())

    def _search(self, wanted: str) -> None:
        self._find(wanted)
        if self._hits:
            self._show(0)

    def _find(self, wanted: str) -> None:
        rows = self._view.rows
        found = hits(self._root, wanted, rows.is_masked) if wanted and self._root is not None else ()
        self._hits = list(found)
        rows.marks.hits = set(self._hits)
        rows.repaint()
        self._line.tell(0, len(self._hits))

    def _step(self, by: int) -> None:
        self._find(self._line.text.text())  # an edit may have made or unmade a hit
        if self._hits:
            current = self._view.current_node()
            position = self._hits.index(current) if current in self._hits else -1
            self._show((position + by) % len(self._hits))

    def _show(self, position: int) -> None:
        node = self._hits[position]
        self._view.rows.reveal(node)
        self._view.set_current(node)
        self._view.sync()
        self._line.tell(position, len(self._hits))

    def _close(self) -> None:
        self._line.hide()
        self._find("")
        self._view.setFocus()


def hits(root: Node, wanted: str, is_masked: Callable[[Node], bool]) -> Iterator[Node]:
    """The nodes whose name or value holds `wanted`, in the order of the text, letters of any case.

    Masked values are not looked at: a search must not tell what they are.
    """
    folded = wanted.casefold()
    for node in root.walk():
        in_name = bool(node.key) and folded in (node.name or "").casefold()
        if in_name or (node.children is None and folded in _value(node).casefold() and not is_masked(node)):
            yield node


def _value(node: Node) -> str:
    if node.type is JsonType.BOOL:
        return "yes true" if node.raw == "true" else "no false"
    if node.type is JsonType.TEXT:
        try:
            return node.text
        except ValueError:  # JSON source that is being typed
            return node.raw
    return node.raw
