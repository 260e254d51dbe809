"""The form's line about its schema, and how what breaks it is marked, gone to and mended."""

from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from inspector.editors.form_beside import Beside
from inspector.editors.form_model import FormModel
from inspector.editors.form_view import FormView
from inspector.lossless import Document, Edit, JsonType, Node
from inspector.plain import PlainLabel, plain_tooltip, visible, without_mnemonic
from inspector.schema import Guide, Issue, Verdict
from inspector.schema.verdict import sentence

NEXT_KEY = "F8"
MOST_ADDED = 100
_LONGEST_NAME = 24

Missing = list[tuple[Node, str]]


class SchemaBar(QWidget):
    """Named `schemaBar`: what the schema says of the current field, what is missing, and how much breaks it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("schemaBar")
        self.help = PlainLabel("", self, elide=Qt.TextElideMode.ElideRight)
        self.help.setObjectName("schemaHelp")
        self.issues = _button(self, "schemaIssues")
        self.add = _button(self, "schemaAdd")
        self.issues.setProperty("tone", "amber")
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 4)
        row.setSpacing(8)
        row.addWidget(self.issues)
        row.addWidget(self.add)
        row.addStretch(1)
        self.help.setContentsMargins(8, 4, 8, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 4, 0)
        column.setSpacing(0)
        column.addWidget(self.help)
        column.addLayout(row)

    def say(self, text: str, tone: str) -> None:
        """Show a sentence, of the current field or of the schema."""
        self.help.setText(text)
        self.help.set_tone(tone)


class FormSchema(QObject):
    """What one form does with a schema. It changes nothing by itself.

    `add_wanted` is emitted with the pairs of a container and the name of a field that it lacks, `questions_came`
    once there is something that only the checker can tell.
    """

    add_wanted = Signal(object)
    questions_came = Signal()

    def __init__(self, view: FormView, form: QWidget) -> None:
        super().__init__(form)
        self._view = view
        self._model: FormModel = view.rows
        self._whence = ""
        self._note = ""
        self._places: list[Node] = []
        self.bar = SchemaBar(form)
        self.bar.hide()
        self.bar.add.clicked.connect(lambda: self.add_wanted.emit(self.missing()))
        self.bar.issues.clicked.connect(self.go_to_next)
        key = QShortcut(QKeySequence(NEXT_KEY), form)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self.go_to_next)
        view.selectionModel().currentChanged.connect(self.tell_current)
        view.synced.connect(self._ask)

    @property
    def guide(self) -> Guide | None:
        return self._model.guide

    def use(self, guide: Guide | None, whence: str, note: str = "") -> None:
        """Show what `guide` says; `whence` is where the schema is from, `note` why it is not used, or not wholly."""
        is_other = guide is not self._model.guide
        self._whence, self._note = whence, note
        self._model.guide = guide
        self.bar.setVisible(bool(whence))
        if is_other:
            self._mark({}, 0, anew=True)
        self.tell_current()

    def begin(self, *, keep: bool) -> None:
        """Another document is shown; `keep` says that it has the same schema, and soon another verdict."""
        self._places = []
        if not keep:
            self._model.guide, self._whence, self._note = None, "", ""
            self.bar.hide()
            self._mark({}, 0)
        elif self._model.guide is not None:
            self._model.guide.forget()
        self.tell_current()

    def show(self, verdict: Verdict, root: Node) -> None:
        """Mark what breaks the schema in the document of `root`, which is the one that was checked."""
        learnt = self._model.guide is not None and self._model.guide.learn(verdict.answers)
        self._mark(dict(_located(verdict.issues, root)), verdict.count, anew=learnt)

    def missing(self) -> Missing:
        """The fields that are required and missing still, each with where it belongs."""
        found: Missing = []
        for node, issue in self._model.marks.issues.items():
            if node.type is JsonType.OBJECT and issue.missing:
                here = {child.name for child in node.fields}
                found.extend((node, name) for name in issue.missing if name not in here)
        return found[:MOST_ADDED]

    def go_to_next(self) -> None:
        """Bring the keyboard to the next place that breaks the schema, after the last one to the first."""
        root = self._model.root
        places = [node for node in self._places if root is not None and node.is_in(root)]
        if not places:
            return
        current = self._view.current_node()
        here = _order(current) if current is not None else ()
        following = next((node for node in places if _order(node) > here), places[0])
        self._model.reveal(following)
        self._view.focus_field(following)

    def tell_current(self) -> None:
        """Say in the bar what is to be known of the keyboard's row."""
        current = self._view.current_node()
        beside = self._model.beside(current) if current is not None else Beside()
        about = "  ·  ".join(filter(None, (beside.about, beside.hint)))
        if beside.breach:
            self.bar.say("  ".join(filter(None, (visible(beside.breach), beside.about))), "amber")
        elif self._note:
            self.bar.say("  ".join(filter(None, (self._note, about))), "amber")
        else:
            self.bar.say(about or self._whence, "second")
        self.bar.help.setToolTip(plain_tooltip("\n".join(filter(None, (about, self._whence)))))

    def _mark(self, issues: dict[Node, Issue], count: int, *, anew: bool = False) -> None:
        """Mark the issues; `anew` says that other facts are to be shown as well."""
        changed = anew or issues != self._model.marks.issues
        self._model.marks.issues = issues
        self._places = sorted(issues, key=_order)
        self.bar.issues.setText(sentence(count))
        self.bar.issues.setVisible(bool(count))
        self.bar.issues.setToolTip(f"Go to the next one ({NEXT_KEY})")
        missing = [] if self._model.read_only else self.missing()
        self.bar.add.setVisible(bool(missing))
        self.bar.add.setText(_offer(missing))
        self.bar.add.setToolTip(plain_tooltip("\n".join(_wanted(missing))))
        if changed:
            self._model.repaint_marks()
            self._view.sync()
        self.tell_current()

    def _ask(self) -> None:
        if self._model.guide is not None and self._model.guide.questions:
            self.questions_came.emit()


def add_missing(document: Document, guide: Guide, missing: Missing) -> Edit:
    """Put the missing fields at the ends of their objects, with what the schema has for a beginning: one edit."""
    edits = [
        document.insert(node, len(node.fields), guide.first_value(node, name), name) for node, name in missing
    ]
    for later in edits[1:]:
        edits[0].join(later)
    return edits[0]


def _located(issues: Iterable[Issue], root: Node) -> Iterator[tuple[Node, Issue]]:
    """The issues with the nodes that they are about, which are those of the document that was checked."""
    for issue in issues:
        node = root
        for step in issue.steps:
            node = node.fields[step]
        yield node, issue


def _order(node: Node) -> tuple[int, ...]:
    """Where a node is in the order of the text."""
    return tuple(each.index for each in [*reversed(list(node.ancestors())), node][1:])


def _offer(missing: Sequence[tuple[Node, str]]) -> str:
    if len(missing) != 1:
        return f"Add {len(missing):,} missing fields"
    name = visible(missing[0][1])
    shown = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return without_mnemonic(f"Add “{shown}”")


def _wanted(missing: Sequence[tuple[Node, str]]) -> list[str]:
    return [f"{visible(name)} in {visible(node.path())}" for node, name in missing[:20]]


def _button(parent: QWidget, name: str) -> QPushButton:
    button = _Shortened(parent)
    button.setObjectName(name)
    button.setStyleSheet("min-height: 16px; padding: 1px 8px;")  # as dense as the rows
    button.setMinimumWidth(48)  # with its words shortened, rather than a pane that cannot be narrow
    button.hide()
    return button


class _Shortened(QPushButton):
    """A button whose words end in an ellipsis where it is narrow."""

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        lacking = self.sizeHint().width() - self.width()
        if lacking > 0:
            metrics = self.fontMetrics()
            room = metrics.horizontalAdvance(option.text) - lacking
            option.text = metrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()
