"""The form's table: names and types are painted, values stand in real widgets as far as they are in sight."""

from typing import cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QTableView,
    QWidget,
)

from inspector.editors.form_choice import ChoiceField
from inspector.editors.form_delegate import INDENT, FormDelegate
from inspector.editors.form_fields import BoxField, Field, LineField, MaskedField, new_field
from inspector.editors.form_keyboard import FormKeyboard
from inspector.editors.form_kinds import FieldKind, field_kind
from inspector.editors.form_model import NAME, TYPE, VALUE, FormModel
from inspector.lossless import Node
from inspector.theme import ROW_HEIGHT, mono_font

ALL = 300  # rows: up to here every value has its widget, beyond it those in sight
AT_ONCE = 80  # new widgets, about 30 ms: the rest follow when the event loop is idle
NARROW = 320  # pixels: below this the types have no words
MARGIN = 8  # rows above and below the sight whose widgets are kept ready


class FormView(QTableView):
    """Shows a FormModel. It edits nothing itself: it says which field holds what now."""

    field_edited = Signal(object, object)
    """The node, and what its field holds now: a str, a bool, or the Choice that was made."""
    field_left = Signal()
    field_refused = Signal(str)
    """A sentence on what a field did not take."""
    synced = Signal()
    type_wanted = Signal(object, QPoint)
    """The person asked for another type of the node, at this place on the screen."""

    def __init__(self, model: FormModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("formView")
        self.setAccessibleName("Fields")
        self.rows = model
        self.keyboard = FormKeyboard(self)
        self._fields: dict[Node, Field] = {}
        self._typing: Node | None = None
        self._sync_later = QTimer(self, singleShot=True, interval=0)
        self._sync_later.timeout.connect(self.sync)
        # Before the view's own, which hide the widgets of rows that go: the keyboard would pass from one to the next.
        model.rowsAboutToBeRemoved.connect(self._forget_rows)
        model.modelAboutToBeReset.connect(self._forget_all)
        self.setModel(model)
        self._delegate = FormDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self._set_up()
        model.rowsInserted.connect(self._sync_later.start)
        model.rowsRemoved.connect(self._sync_later.start)
        self.verticalScrollBar().valueChanged.connect(self._sync_later.start)

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        # Fields leave a hairline of room in rows that are as dense as those of every other table.
        self.setStyleSheet(
            "QLineEdit, QComboBox { min-height: 16px; } QPlainTextEdit { padding: 0; }"
            f'QComboBox {{ font-family: "{mono_font().family()}"; }}'  # quicker than a font for each
        )
        vertical, horizontal = self.verticalHeader(), self.horizontalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(ROW_HEIGHT)
        vertical.setDefaultSectionSize(ROW_HEIGHT)
        horizontal.hide()
        horizontal.setMinimumSectionSize(ROW_HEIGHT)
        horizontal.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        horizontal.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Fixed)
        horizontal.setSectionResizeMode(TYPE, QHeaderView.ResizeMode.Fixed)

    def current_node(self) -> Node | None:
        """The field that the keyboard is on."""
        index = self.currentIndex()
        return self.rows.node(index.row()) if index.isValid() else None

    def set_current(self, node: Node | None) -> None:
        """Bring the keyboard's row to `node`, which is in sight afterwards."""
        row = self.rows.row(node)
        if row >= 0:
            self.setCurrentIndex(self.rows.index(row, NAME))
            self.scrollTo(self.rows.index(row, NAME))

    def field(self, node: Node) -> Field | None:
        """The widget that holds the value of `node`, if it has one now."""
        return self._fields.get(node)

    def keyboard_in_field(self) -> bool:
        """Whether the person is in the widget of a value."""
        return self._focused() is not None

    def focus_field(self, node: Node) -> None:
        """Bring the keyboard into the value of `node`."""
        self.set_current(node)
        self.sync()
        field = self._fields.get(node)
        if field is not None:
            field.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.setFocus(Qt.FocusReason.TabFocusReason)

    def sync(self) -> None:
        """Give every row in sight the widget that its value needs now, and take the others' away."""
        self._sync_later.stop()
        first, last = self._span()
        wanted = {self.rows.node(row): row for row in range(first, last)}
        for node, field in list(self._fields.items()):
            if node not in wanted and not self._has_keyboard(field):
                self._drop(node)
        self._fit_columns(first, last)
        room = AT_ONCE
        for node, row in wanted.items():
            room -= self._work_for(node)
            if room < 0:
                self._sync_later.start()
                return
            self._sync_row(node, row)
        self.synced.emit()

    def sync_value(self, node: Node) -> None:
        """Show what the value of one field is now."""
        if node in self._fields:
            self._sync_row(node, self.rows.row(node))

    def _kind(self, node: Node) -> FieldKind:
        choices = () if node in self.rows.marks.typed else self.rows.facts(node).choices
        return field_kind(node, masked=self.rows.is_masked(node), choices=choices)

    def _work_for(self, node: Node) -> int:
        """How much it is to give `node` another widget, where it needs one; a list of choices is more than others."""
        field, kind = self._fields.get(node), self._kind(node)
        if kind is FieldKind.NONE or (
            field is not None and (field.kind is kind or self._has_keyboard(field))
        ):
            return 0
        return 4 if kind is FieldKind.CHOICE else 1

    def _sync_row(self, node: Node, row: int) -> None:
        beside, kind = self.rows.beside(node), self._kind(node)
        field = self._fields.get(node)
        caret: int | None = None
        if field is not None and field.kind is not kind:
            if node is self._typing and kind is not FieldKind.BOX:
                return  # its widget waits until the keyboard leaves
            if kind is FieldKind.CHOICE and self._has_keyboard(field):
                return  # a schema has come while the person types
            if self._has_keyboard(field):
                caret = field.caret() if isinstance(field, LineField | BoxField) else 0
            self._drop(node)
            field = None
        if kind is FieldKind.NONE:
            self._set_height(row, ROW_HEIGHT)
            return
        if field is None:
            field = self._add(node, row, kind)
        field.setAccessibleName(node.path())
        field.show_value(node, read_only=self.rows.read_only, beside=beside)
        self._set_height(row, field.row_height())
        if caret is not None and isinstance(field, LineField | BoxField):
            field.setFocus()
            field.set_caret(caret)

    def _add(self, node: Node, row: int, kind: FieldKind) -> Field:
        field = new_field(kind, self.viewport())
        self._fields[node] = field
        field.edited.connect(lambda value: self._tell_edited(node, field, value))
        field.left.connect(self._sync_later.start)
        field.left.connect(self.field_left)
        if isinstance(field, LineField):
            field.refused.connect(self.field_refused)
        if isinstance(field, ChoiceField):
            field.other_wanted.connect(lambda: self._type_instead(node))
        field.setFocusPolicy(
            Qt.FocusPolicy.ClickFocus
        )  # as Tab goes by the rows, not by when a field was made
        if isinstance(field, MaskedField):
            field.asked_to_show.connect(lambda: self._show_secret(node))
            field.button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            field.button.installEventFilter(self)
        field.installEventFilter(self)
        self.setIndexWidget(self.rows.index(row, VALUE), field)
        return field

    def _drop(self, node: Node) -> None:
        self._retire(self._fields.pop(node))
        row = self.rows.row(node)
        if row >= 0:
            self.setIndexWidget(self.rows.index(row, VALUE), cast(QWidget, None))  # Qt: no widget any more

    def _show_secret(self, node: Node) -> None:
        self.rows.marks.shown.add(node)
        self.sync()
        self.focus_field(node)

    def _type_instead(self, node: Node) -> None:
        """Let the value of `node` be typed, whatever the schema lists."""
        self.rows.marks.typed.add(node)
        self.sync_value(node)
        self.focus_field(node)

    def _tell_edited(self, node: Node, field: Field, value: object) -> None:
        if self._fields.get(node) is field:
            self._typing = node
            self.field_edited.emit(node, value)
            self._typing = None

    def _forget_rows(self, parent: QModelIndex, first: int, last: int) -> None:
        # The view deletes the widgets of rows that go.
        for node in self._fields.keys() & {self.rows.node(row) for row in range(first, last + 1)}:
            self._retire(self._fields.pop(node))

    def _forget_all(self) -> None:
        while self._fields:
            self._retire(self._fields.popitem()[1])

    def _retire(self, field: Field) -> None:
        """Make sure that nobody finds a widget that Qt deletes later, and that the keyboard stays here."""
        if self._has_keyboard(field):
            self.setFocus()
        field.setAccessibleName("")
        field.hide()

    def _span(self) -> tuple[int, int]:
        """The rows, from and to, whose widgets are to be there."""
        count = self.rows.rowCount()
        if count <= ALL:
            return 0, count
        top = max(0, self.rowAt(0))
        bottom = self.rowAt(self.viewport().height() - 1)
        if bottom < 0:
            bottom = min(count - 1, top + self.viewport().height() // ROW_HEIGHT)
        return max(0, top - MARGIN), min(count, bottom + MARGIN + 1)

    def _set_height(self, row: int, height: int) -> None:
        if self.rowHeight(row) != height:
            self.setRowHeight(row, height)

    def _fit_columns(self, first: int, last: int) -> None:
        """As wide as the names in sight need; deep levels are indented less, so that names keep some room."""
        width = self.viewport().width()
        nodes = [self.rows.node(row) for row in range(first, last)]
        most = width // 2 if width < NARROW else width * 2 // 5
        deepest = max((node.depth for node in nodes), default=0)
        self._delegate.indent = min(INDENT, most / 3 / max(1, deepest))
        widest = max(map(self._delegate.name_width, nodes), default=0)
        self.setColumnWidth(NAME, max(width // 5, min(widest, most)))
        self.setColumnWidth(TYPE, ROW_HEIGHT if width < NARROW else self._delegate.type_width())

    def _focused(self) -> QWidget | None:
        """The widget inside the table that has the keyboard."""
        widget = QApplication.focusWidget()
        return widget if widget is not None and self.viewport().isAncestorOf(widget) else None

    def _has_keyboard(self, field: Field) -> bool:
        focused = self._focused()
        return focused is not None and (focused is field or field.isAncestorOf(focused))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._sync_later.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            node = self.rows.node(index.row())
            cell = self.visualRect(index)
            if index.column() == NAME and self._delegate.arrow_rect(cell, node).adjusted(
                -4, -7, 4, 7
            ).contains(event.position().toPoint()):
                self.set_unfolded(node, not self.rows.is_unfolded(node))
                return
            if index.column() == TYPE and not self.rows.read_only:
                self.set_current(node)
                self.type_wanted.emit(node, self.viewport().mapToGlobal(cell.bottomLeft()))
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        node = self.rows.node(index.row()) if index.isValid() else None
        if node is not None and node.children is not None and (index.column() == VALUE or not node.key):
            self.set_unfolded(node, not self.rows.is_unfolded(node))
            return
        super().mouseDoubleClickEvent(event)

    def set_unfolded(self, node: Node, unfolded: bool) -> None:
        """Fold or unfold a container, with the keyboard's row on it."""
        self.set_current(node)
        self.rows.set_unfolded(node, unfolded)
        self.sync()

    def event(self, event: QEvent) -> bool:
        claimed = isinstance(event, QKeyEvent) and self.keyboard.claims(event)
        return claimed or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # While a name is edited, a key comes here that its field has no use for.
        is_naming = self.state() == QAbstractItemView.State.EditingState
        if is_naming or not self.keyboard.takes(event):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Tab goes from the table into its fields, and from the last of them to what follows the table."""
        if self.hasFocus() and following:
            rows = range(max(0, self.currentIndex().row()), self.rows.rowCount())
            nodes = map(self.rows.node, rows)
            node = next((node for node in nodes if self._kind(node) is not FieldKind.NONE), None)
            if node is not None:
                self.focus_field(node)
                return True
        elif self._focused() is not None:
            self.setFocus(Qt.FocusReason.TabFocusReason)
            if not following:
                return True
        return super().focusNextPrevChild(following)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Go on from a name to its value, where the person has confirmed the name by a key."""
        super().closeEditor(editor, hint)
        node = self.current_node()
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache and node is not None:
            self.focus_field(node)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys in a field: those of the form first, then Tab and the arrows that go to the next field."""
        if isinstance(event, QKeyEvent) and (node := self._held_by(watched)) is not None:
            kind = self._fields[node].kind
            if self.keyboard.claims(event, kind):
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self.keyboard.takes_in_field(node, kind, event)
        elif event.type() == QEvent.Type.FocusIn and (node := self._held_by(watched)) is not None:
            self.set_current(node)
        return super().eventFilter(watched, event)

    def _held_by(self, widget: QObject) -> Node | None:
        """The node whose field, or a part of it, is `widget`."""
        return next(
            (node for node, field in self._fields.items() if field in (widget, widget.parent())), None
        )
