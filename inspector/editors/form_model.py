"""The rows of the form: the fields of a JSON document that are unfolded now, one under the other."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from inspector.editors.form_beside import Beside
from inspector.formats import looks_secret
from inspector.lossless import JsonType, Node
from inspector.plain import plain_tooltip, visible
from inspector.schema import Facts, Guide, Issue

NAME, VALUE, TYPE = range(3)
ROW_MIME = "application/x-state-inspector-field"

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


@dataclass
class Marks:
    """What is to be shown of single fields beside their values."""

    problems: dict[Node, str] = field(default_factory=dict)
    changed: set[Node] = field(default_factory=set)
    hits: set[Node] = field(default_factory=set)
    shown: set[Node] = field(default_factory=set)
    typed: set[Node] = field(default_factory=set)
    """Those whose value is to be typed although the schema lists what it may be."""
    issues: dict[Node, Issue] = field(default_factory=dict)


class FormModel(QAbstractTableModel):
    """A flat table of nodes with their name, value and type. Unfolding a container puts its children below it.

    A tree model would ask for every child of an unfolded list, also of one with 500,000 items; a table only for
    those in sight.
    """

    renamed = Signal(object, str, bool)
    """A person gave the node another name; whether it is JSON source, as names with invisible parts are typed."""
    moved = Signal(object, object, int)
    """A person dropped the node into the container, in front of what is there at the index."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.marks = Marks()
        self.read_only = True
        self.guide: Guide | None = None
        self._secret = False
        self._root: Node | None = None
        self._rows: list[Node] = []
        self._unfolded: set[Node] = set()
        self._twins: dict[Node, set[str]] = {}  # by object, until something changes

    def show(self, root: Node | None, unfolded: Iterable[Node], *, read_only: bool, secret: bool) -> None:
        """Show the document of `root`; `secret` says that all of it is to be masked."""
        self.beginResetModel()
        self.marks = Marks()
        self._twins.clear()
        self.read_only, self._secret = read_only, secret
        self._root = root
        self._unfolded = set(unfolded)
        self._rows = self._flat()
        self.endResetModel()

    def node(self, row: int) -> Node:
        return self._rows[row]

    def row(self, node: Node | None) -> int:
        """The row of a node; -1 where it is folded away, or not in the document."""
        try:
            return self._rows.index(node) if node is not None else -1
        except ValueError:
            return -1

    @property
    def root(self) -> Node | None:
        return self._root

    @property
    def unfolded(self) -> set[Node]:
        return self._unfolded

    def is_unfolded(self, node: Node) -> bool:
        return node in self._unfolded

    def set_unfolded(self, node: Node, unfolded: bool) -> None:
        """Fold or unfold a container."""
        if node.children is None or unfolded == (node in self._unfolded):
            return
        (self._unfolded.add if unfolded else self._unfolded.discard)(node)
        self.refresh()

    def reveal(self, node: Node) -> int:
        """Unfold everything around `node`, and hand back its row."""
        around = set(node.ancestors())
        if not around <= self._unfolded:
            self._unfolded |= around
            self.refresh()
        return self.row(node)

    def refresh(self) -> None:
        """Show the rows that the document and its unfolded containers have now."""
        self._twins.clear()
        old, new = self._rows, self._flat()
        shorter = min(len(old), len(new))
        front = next((n for n in range(shorter) if old[n] is not new[n]), shorter)
        rest = shorter - front
        back = next((n for n in range(rest) if old[-1 - n] is not new[-1 - n]), rest)
        if front + back < len(old):
            self.beginRemoveRows(_NO_PARENT, front, len(old) - back - 1)
            self._rows = old[:front] + old[len(old) - back :]
            self.endRemoveRows()
        if front + back < len(new):
            self.beginInsertRows(_NO_PARENT, front, len(new) - back - 1)
            self._rows = new
            self.endInsertRows()
        self.repaint()

    def repaint(self) -> None:
        """Tell the views that names, counts or marks may be others."""
        self._twins.clear()
        self.repaint_marks()

    def repaint_marks(self) -> None:
        """Tell the views that what stands beside names and values may be other; the document is as it was."""
        if self._rows:
            self.dataChanged.emit(self.index(0, NAME), self.index(len(self._rows) - 1, TYPE))

    def is_masked(self, node: Node) -> bool:
        """Whether the value is secret by its name or the name around it, and not shown on demand."""
        if node.children is not None or node in self.marks.shown:
            return False
        names = [node.name, *(other.name for other in node.ancestors())]
        return self._secret or any(looks_secret(name) for name in names if name)

    def is_twin(self, node: Node) -> bool:
        """Whether another member of the object has the same name."""
        if not node.key or node.parent is None:
            return False
        if node.parent not in self._twins:
            counts = Counter(other.name for other in node.parent.fields)
            self._twins[node.parent] = {
                name for name, count in counts.items() if name is not None and count > 1
            }
        return node.name in self._twins[node.parent]

    def label(self, node: Node) -> str:
        """What stands in the name column."""
        if node.parent is None:
            return "value"
        return str(node.index) if node.name is None else visible(node.name)

    def problem(self, node: Node) -> str:
        return self.marks.problems.get(node, "")

    def facts(self, node: Node) -> Facts:
        """What the schema says of a field; nothing where there is none."""
        return Facts() if self.guide is None else self.guide.facts(node)

    def beside(self, node: Node) -> Beside:
        """What is to be known of a value beside it."""
        issue = self.marks.issues.get(node)
        return Beside(self.problem(node), "" if issue is None else issue.sentence, self.facts(node))

    def breach_word(self, node: Node) -> str:
        """What of the schema a field breaks, in a word; empty where it breaks nothing."""
        issue = self.marks.issues.get(node)
        return "" if issue is None else issue.word

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else TYPE + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return ("Name", "Value", "Type")[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        node = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == NAME:
                return self.label(node)
            return (
                node.type.value
                if index.column() == TYPE
                else summary(node)
                if node.children is not None
                else ""
            )
        if role == Qt.ItemDataRole.EditRole and index.column() == NAME:
            return _typed_name(node)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return node.path() + (" name", "", " type")[index.column()]
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return ", ".join(self.notes(node))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip("\n".join([node.path(), *self.notes(node)]))
        return None

    def notes(self, node: Node) -> list[str]:
        """What is to be known of a field beside its value, in sentences."""
        notes = list(self.beside(node).sentences())
        if self.is_twin(node):
            notes.append("This name is here more than once: most programs see the last one only.")
        if node in self.marks.changed:
            notes.append("This field has changed since it was shown last.")
        return notes

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if index.column() != NAME or role != Qt.ItemDataRole.EditRole:
            return False
        node = self._rows[index.row()]
        if str(value) != _typed_name(node):
            escaped = _typed_name(node) != node.name
            self.renamed.emit(node, str(value), escaped)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        flags = flag.ItemIsEnabled | flag.ItemIsSelectable
        if self.read_only:
            return flags
        if not index.isValid():
            return flag.ItemIsDropEnabled
        node = self._rows[index.row()]
        if index.column() == NAME and node.parent is not None:
            flags |= flag.ItemIsDragEnabled
            if node.key:
                flags |= flag.ItemIsEditable
        if node.children is not None:
            flags |= flag.ItemIsDropEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        return [ROW_MIME]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        data = QMimeData()
        rows = {index.row() for index in indexes}
        if len(rows) == 1:
            row = rows.pop()
            data.setData(ROW_MIME, str(row).encode())
            data.setText(self._rows[row].source())
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        return not self.read_only and data.hasFormat(ROW_MIME) and self._target(row, parent) is not None

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        target = self._target(row, parent)
        if self.read_only or target is None or not data.hasFormat(ROW_MIME):
            return False
        dragged = int(data.data(ROW_MIME).toStdString())
        if dragged < len(self._rows):
            self.moved.emit(self._rows[dragged], *target)
        # The view would take the dragged row out by itself if this said True.
        return False

    def _target(self, row: int, parent: Index) -> tuple[Node, int] | None:
        """The container and index that a drop between rows, or on a container's row, means."""
        if parent.isValid():
            node = self._rows[parent.row()]
            return (node, len(node.fields)) if node.children is not None else None
        if 0 < row < len(self._rows) and (below := self._rows[row]).parent is not None:
            return below.parent, below.index
        if row == len(self._rows) and self._root is not None and self._root.children is not None:
            return self._root, len(self._root.fields)
        return None

    def _flat(self) -> list[Node]:
        rows: list[Node] = []
        stack = [self._root] if self._root is not None else []
        while stack:
            node = stack.pop()
            rows.append(node)
            if node.children and node in self._unfolded:
                stack.extend(reversed(node.children))
        return rows


def first_unfolded(root: Node, most_rows: int) -> set[Node]:
    """The containers to unfold at first: level by level, while no more than `most_rows` rows come of it."""
    unfolded: set[Node] = set()
    rows, level = 1, [root]
    while level:
        following: list[Node] = []
        for node in level:
            if not node.children:
                continue
            rows += len(node.children)
            if rows > most_rows and unfolded:
                return unfolded
            unfolded.add(node)
            following.extend(node.children)
        level = following
    return unfolded


def carried_over(old: Node, new: Node, unfolded: set[Node]) -> set[Node]:
    """The containers of `new` that stand where the `unfolded` ones of `old` stood."""
    carried: set[Node] = set()
    pairs = [(old, new)]
    while pairs:
        before, after = pairs.pop()
        if before not in unfolded or after.children is None:
            continue
        carried.add(after)
        if after.type is JsonType.OBJECT:
            places = {child.key: child for child in after.fields}
            pairs.extend((child, places[child.key]) for child in before.fields if child.key in places)
        else:
            pairs.extend(zip(before.fields, after.fields, strict=False))
    return carried


def new_value(container: Node) -> str:
    """The JSON text of a new field: an empty value of the type that the last one has in a list, else a text."""
    last = (
        container.fields[-1].type if container.type is JsonType.LIST and container.fields else JsonType.TEXT
    )
    return {JsonType.NUMBER: "0", JsonType.BOOL: "false", JsonType.OBJECT: "{}", JsonType.LIST: "[]"}.get(
        last, '""'
    )


def summary(node: Node) -> str:
    """How much a container holds, in words."""
    count = len(node.fields)
    unit = "field" if node.type is JsonType.OBJECT else "item"
    return "empty" if not count else f"{count:,} {unit}{'' if count == 1 else 's'}"


def _typed_name(node: Node) -> str:
    """A name as it is typed: JSON source where it has a backslash or something that cannot be seen."""
    name = node.name or ""
    return name if visible(name) == name and "\\" not in name else node.key[1:-1]
