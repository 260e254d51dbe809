"""A form for a JSON value: every field in a row of its own, edited without touching any other."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from inspector.editors.editor import ValueEditor
from inspector.editors.form_actions import FormActions, FormBar, offer_types
from inspector.editors.form_choice import choose
from inspector.editors.form_find import FindLine, FormSearch
from inspector.editors.form_history import FormHistory
from inspector.editors.form_kinds import FieldKind, typed_text
from inspector.editors.form_model import NAME, FormModel, first_unfolded, new_value
from inspector.editors.form_place import Place
from inspector.editors.form_schema import FormSchema, Missing, add_missing
from inspector.editors.form_view import FormView
from inspector.formats import human_size
from inspector.lossless import (
    Document,
    Edit,
    EditRefusedError,
    JsonError,
    JsonType,
    Node,
    string_problem,
    unfinished,
)
from inspector.lossless.strings import decode
from inspector.plain import PlainLabel, visible
from inspector.schema import Choice, Verdict

MAX_SIZE = 1 << 20
"""Bytes: a larger value is not parsed on the inspector's own accord."""

FIRST_ROWS = 300
"""So many rows are unfolded at first."""


class FormEditor(ValueEditor):
    """Edits the bytes of a JSON document through a table of fields.

    What is typed into a number's field and is no number yet stands in `data()` as it was typed, and `problem()`
    says so.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = Document.parse(b"null")
        self._edited: Node | None = None
        self._history = FormHistory(self._after, self)
        self.model = FormModel(self)
        self.row_actions = FormActions(self, self)
        # Tab goes through them in the order in which they are made.
        self._bar, self._find = FormBar(self.row_actions, self), FindLine(self)
        self.view = FormView(self.model, self)
        self.schema = FormSchema(self.view, self)
        self._search = FormSearch(self._find, self.view)
        self._notice = PlainLabel("", self, elide=Qt.TextElideMode.ElideRight)
        self._refusal = PlainLabel("", self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        form = QWidget(self)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._bar, self._find, self.view, self.schema.bar, self._notice):
            column.addWidget(widget)
        self._find.hide()
        self._notice.setObjectName("formNotice")
        self._notice.setContentsMargins(12, 4, 12, 4)
        self._notice.hide()
        self._refusal.setWordWrap(True)
        self._refusal.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._refusal.setContentsMargins(16, 16, 16, 16)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(form)
        self._pages.addWidget(self._refusal)

    def _connect(self) -> None:
        self.view.keyboard.row_keys = self.row_actions.row_keys
        self.view.keyboard.text_keys = self.row_actions.text_keys
        self.view.field_edited.connect(self._typed)
        self.view.field_left.connect(self._history.end_session)
        self.view.field_refused.connect(self._say)
        self.view.type_wanted.connect(lambda node, place: offer_types(self, self, node, place))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._offer_actions)
        self.view.selectionModel().currentChanged.connect(self._update_actions)
        self.schema.add_wanted.connect(self._add_missing)
        self.model.renamed.connect(self._renamed)
        self.model.moved.connect(self._dropped)

    @staticmethod
    def can_hold(data: bytes) -> str:
        """Why a form cannot show `data` without loss, as a sentence; empty where it can. Any thread may ask."""
        return _parsed(data)[1]

    def load(
        self,
        data: bytes,
        *,
        read_only: bool = False,
        keep_place: bool = False,
        secret: bool = False,
        document: Document | None = None,
    ) -> None:
        """Show `data`, unedited, with an empty undo history; what the form cannot hold is explained instead.

        With `keep_place` (the same key, loaded anew) folding, the current row and the scroll position stay.
        With `secret` every value is masked until a click. `document` is `Document.parse(data)` where somebody has
        done that already, such as another thread: a megabyte takes a moment. Edited in place, it is as it was once
        another is loaded.
        """
        place = Place(self.view, self._document.root) if keep_place and self.model.rowCount() else None
        self._history.give_back()
        parsed, refusal = (document, "") if document is not None else _parsed(data)
        self._document = parsed or Document.parse(b"null")
        self._edited = None
        self._history.begin(data, self._document)
        root = self._document.root
        unfolded = place.unfolded(root) if place is not None else first_unfolded(root, FIRST_ROWS)
        self.model.show(
            None if refusal else root, unfolded, read_only=read_only or bool(refusal), secret=secret
        )
        self.schema.begin(keep=keep_place)
        self._say("")
        self._refusal.setText(f"A form cannot hold this value. {refusal}\nOpen it as text or hex.")
        self._pages.setCurrentIndex(1 if refusal else 0)
        self.view.set_current(root)
        self.view.sync()
        if place is not None:
            place.restore(self._document)
        self._search.look_in(root)
        self._update_actions()

    def forget(self) -> None:
        """Hold nothing any longer of what was shown."""
        if self.model.rowCount():
            self.load(b"")

    def data(self) -> bytes:
        return self._history.data()

    def is_modified(self) -> bool:
        return self._history.is_modified()

    def problem(self) -> str:
        node, problem = next(iter(self.model.marks.problems.items()), (None, ""))
        return "" if node is None else f"{node.path()}: {problem}"

    def can_undo(self) -> bool:
        return self._history.can_undo()

    def can_redo(self) -> bool:
        return self._history.can_redo()

    def undo(self) -> None:
        self._history.undo()
        self._show_place()

    def redo(self) -> None:
        self._history.redo()
        self._show_place()

    def start_find(self) -> None:
        self._find.start()

    def mark_changed(self, paths: Iterable[str]) -> None:
        """Mark the fields at `paths` as changed meanwhile, until the next load; what is unknown is passed over."""
        found = map(self._document.find, paths)
        self.model.marks.changed = {node for node in found if node is not None}
        self.model.repaint()
        self.view.sync()

    def reveal(self, path: str) -> QWidget | None:
        """Bring the field at `path` into sight, and hand back the widget that holds its value, if it has one."""
        node = self._document.find(path)
        if node is None:
            return None
        self.model.reveal(node)
        self.view.set_current(node)
        self.view.sync()
        return self.view.field(node)

    def add(self) -> None:
        """Put a new field into the current container, or after the current field."""
        node = self.view.current_node()
        if node is None:
            return
        inside = node.children is not None and (
            not node.parent or not node.children or self.model.is_unfolded(node)
        )
        container, index = (node, len(node.fields)) if inside else (node.parent, node.index + 1)
        if container is None:
            self._say("A field can be added to an object or a list only: give this value another type first.")
            return
        self._insert(container, index, new_value(container))
        added = self.view.current_node()
        if added is not None and added.key:
            self.rename()
        elif added is not None:
            self.view.focus_field(added)

    def remove(self) -> None:
        """Take the current field out; the one after it becomes current."""
        if (node := self.view.current_node()) is not None and (container := node.parent) is not None:
            index = node.index
            self._do(lambda document: document.remove(node), "Remove field")
            rest = container.fields
            self.view.set_current(rest[min(index, len(rest) - 1)] if rest else container)

    def duplicate(self) -> None:
        """Put the current field's twin below it."""
        if (node := self.view.current_node()) is not None:
            self._do(lambda document: document.duplicate(node), "Duplicate field")

    def move_up(self) -> None:
        self._shift(-1)

    def move_down(self) -> None:
        self._shift(1)

    def rename(self) -> None:
        """Open the current field's name for editing."""
        node = self.view.current_node()
        if node is not None and node.key and not self.model.read_only:
            self.view.edit(self.model.index(self.model.row(node), NAME))

    def copy(self) -> None:
        """Put the current value's JSON text, as it stands, on the clipboard."""
        if (node := self.view.current_node()) is not None:
            QGuiApplication.clipboard().setText(node.source())

    def paste(self) -> None:
        """Put the clipboard's JSON in the place of the current value."""
        if (node := self.view.current_node()) is not None:
            source = QGuiApplication.clipboard().text()
            self._do(lambda document: document.replace(node, source), "Paste")

    def paste_as_new(self) -> None:
        """Put the clipboard's JSON into the current container, or after the current field."""
        node = self.view.current_node()
        if node is None:
            return
        container, index = (
            (node, len(node.fields)) if node.children is not None else (node.parent, node.index + 1)
        )
        if container is not None:
            self._insert(container, index, QGuiApplication.clipboard().text())

    def set_type(self, node: Node, to: JsonType) -> None:
        """Give a value another type, or say why that cannot be."""
        if node.type is JsonType.TEXT and (problem := self.model.problem(node)):
            self._say(problem)
            return
        self._do(lambda document: document.convert(node, to), f"Change type to {to.value}")

    def _insert(self, container: Node, index: int, source: str) -> None:
        def insert(document: Document) -> Edit:
            return document.insert(container, index, source, document.free_name(container, "field"))

        self._do(insert, "Add field")

    def _shift(self, by: int) -> None:
        node = self.view.current_node()
        if node is None or (container := node.parent) is None:
            return
        index = node.index + by
        if 0 <= index < len(container.fields):
            self._do(lambda document: document.move(node, container, index), "Move field")

    def _renamed(self, node: Node, typed: str, escaped: bool) -> None:
        if escaped and (problem := string_problem(typed)):
            self._say(problem)
            return
        name = decode(f'"{typed}"') if escaped else typed
        self._do(lambda document: document.rename(node, name), "Rename field")
        if self.model.is_twin(node):
            self._say(f"“{visible(name)}” is here more than once: most programs see the last one only.")

    def _dropped(self, node: Node, container: Node, index: int) -> None:
        # Taking the node out first moves what follows it in the same container.
        index -= int(node.parent is container and node.index < index)
        self._do(lambda document: document.move(node, container, index), "Move field")

    def show_verdict(self, data: bytes, verdict: Verdict) -> None:
        """Mark what breaks the schema, where `data`, which was checked, is what stands here still."""
        if data == self.data():
            self.schema.show(verdict, self._document.root)

    def _add_missing(self, missing: Missing) -> None:
        """Add the fields that are required and missing, in one step."""
        guide = self.schema.guide
        if guide is not None and missing:
            self._do(lambda document: add_missing(document, guide, missing), "Add missing fields")

    def _typed(self, node: Node, value: str | bool | Choice) -> None:
        """Write what the person has typed into a field or chosen, and mark it where it is not finished."""
        document, field = self._document, self.view.field(node)
        if field is None or self.model.read_only:
            return
        if isinstance(value, Choice):
            self._do(lambda document: choose(document, node, value), "Choose value")
            self.view.sync_value(node)
            return
        if isinstance(value, bool):
            edit = document.set_bool(node, value)
        elif field.kind is FieldKind.NUMBER:
            edit = document.set_raw(node, value.strip())
        elif field.kind is FieldKind.ESCAPED:
            edit = document.set_raw(node, f'"{value}"')
        else:
            edit = document.set_text(node, typed_text(node, value))
        if not edit.changes_nothing():
            self._history.add_typed(edit, "Change value")

    def _do(self, make: Callable[[Document], Edit], text: str) -> None:
        """Make an edit, or say why it was refused."""
        if self.model.read_only:
            return
        try:
            edit = make(self._document)
        except EditRefusedError as refusal:
            self._say(str(refusal))
            return
        self._say("")
        if not edit.changes_nothing():
            self._history.add(edit, text)
            self._show_place()

    def _show_place(self) -> None:
        """Bring what was edited last into sight, if it is there still."""
        if self._edited is not None and self._edited.is_in(self._document.root):
            self.model.reveal(self._edited)
            self.view.set_current(self._edited)
            self.view.sync()

    def _after(self, edit: Edit) -> None:
        """Show what an edit, its undo or its redo has made of the document."""
        self._edited = edit.node
        if self.schema.guide is not None:
            self.schema.guide.forget()
        self._check(edit, self._document.root)
        self._say("")
        if edit.containers or edit.node.children is not None:
            self.model.refresh()
            self.view.sync()
        else:
            self.model.repaint()
            self.view.sync_value(edit.node)
        self._update_actions()
        self.changed.emit()

    def _check(self, edit: Edit, root: Node) -> None:
        """Find out which fields hold what is not JSON yet."""
        problems = self.model.marks.problems
        # Twins and moved fields take what is not finished with them: once there is any, all are looked at.
        whole = bool(edit.containers and problems)
        if whole:
            problems.clear()
        if whole or edit.node.is_in(root):
            for node in (root if whole else edit.node).walk():
                problems.pop(node, None)
                if problem := unfinished(node):
                    problems[node] = problem

    def _say(self, sentence: str) -> None:
        """Show a sentence below the rows; where there is none, what keeps the value from being saved."""
        self._notice.set_tone("amber" if sentence else "red")
        sentence = sentence or self.problem()
        self._notice.setText(visible(sentence))
        self._notice.setVisible(bool(sentence))

    def _update_actions(self) -> None:
        self.row_actions.update_enabled(
            self.view.current_node(),
            read_only=self.model.read_only,
            undo=self.can_undo(),
            redo=self.can_redo(),
        )

    def _offer_actions(self, place: QPoint) -> None:
        self.row_actions.offer(self.view.viewport().mapToGlobal(place))


def _parsed(data: bytes) -> tuple[Document | None, str]:
    """The document, or why a form cannot hold it."""
    if len(data) > MAX_SIZE:
        return None, f"This value has {human_size(len(data))}: a form edits at most {human_size(MAX_SIZE)}."
    try:
        return Document.parse(data), ""
    except JsonError as error:
        return None, str(error)
