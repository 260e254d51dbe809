"""How the form paints names, counts and types, and the field in which a name is edited."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from inspector.editors.form_model import NAME, TYPE, FormModel, summary
from inspector.lossless import Node
from inspector.plain import visible
from inspector.theme import ROW_HEIGHT, current, mix, mono_font

INDENT = 16  # per level, where there is room
GAP = 8
ARROW = 12
ARROW_GAP = 6
WORD_GAP = 10
TITLE = 160  # pixels: a title that needs more is shortened
NAME_PADDING = 8  # of the line edit in which a name is edited

Index = QModelIndex | QPersistentModelIndex


class FormDelegate(QStyledItemDelegate):
    """Paints one row after the tokens of the theme."""

    def __init__(self, model: FormModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.indent: float = INDENT

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self.type_width(), ROW_HEIGHT)

    def name_width(self, node: Node) -> int:
        """How wide the name column has to be to show the name of `node` whole."""
        width = (
            self._name_left(node)
            + QFontMetrics(mono_font()).horizontalAdvance(self._model.label(node))
            + 2 * GAP
        )
        width += sum(WORD_GAP + _width(word) for word in self._words(node))
        title = self._title(node)
        return width + WORD_GAP + min(_width(title), TITLE) if title else width

    def type_width(self) -> int:
        """How wide the type column is: the longest word of a problem, and the arrow."""
        return _width("not a number") + ARROW + 3 * GAP

    def arrow_rect(self, cell: QRect, node: Node) -> QRect:
        """Where the fold arrow of `node` is, in a cell of the name column."""
        left = self._name_left(node) - ARROW - ARROW_GAP
        return QRect(cell.left() + left, cell.top() + (ROW_HEIGHT - ARROW) // 2, ARROW, ARROW)

    def _name_left(self, node: Node) -> int:
        return GAP + round(node.depth * self.indent) + ARROW + ARROW_GAP

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node = self._model.node(index.row())
        colours = current()
        painter.save()
        ground = QColor(colours.pane)
        if node in self._model.marks.hits:
            ground = QColor(mix(colours.amber, colours.pane, 0.16))
        if option.state & QStyle.StateFlag.State_Selected:
            ground = QColor(colours.selection)
        painter.fillRect(option.rect, ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.column() == NAME:
            self._paint_name(painter, option.rect, node)
        elif index.column() == TYPE:
            self._paint_type(painter, option, node)
        elif node.children is not None:
            painter.setPen(QColor(colours.second_text))
            painter.drawText(option.rect, Qt.AlignmentFlag.AlignVCenter, summary(node))
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setFont(mono_font())
        editor.setAccessibleName(f"{self._model.node(index.row()).path()} name")
        return editor

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        editor.setAccessibleName("")  # Qt deletes it later, and nobody should find it until then
        super().destroyEditor(editor, index)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        # The view asks for the place of the values' widgets here too.
        if index.column() == NAME:
            left = option.rect.left() + self._name_left(self._model.node(index.row())) - NAME_PADDING
            editor.setGeometry(QRect(left, option.rect.top(), option.rect.right() - left, ROW_HEIGHT))
        else:
            editor.setGeometry(option.rect.adjusted(0, 1, -GAP, -1))

    def _paint_name(self, painter: QPainter, rect: QRect, node: Node) -> None:
        colours = current()
        row = QRect(rect.left(), rect.top(), rect.width(), ROW_HEIGHT)
        if node.children:
            _paint_arrow(painter, self.arrow_rect(rect, node), self._model.is_unfolded(node))
        left = row.left() + self._name_left(node)
        words = self._words(node)
        reserved = sum(WORD_GAP + _width(word) for word in words)
        painter.setFont(mono_font())
        metrics = painter.fontMetrics()
        room = max(0, row.right() - left - GAP - reserved)
        name = metrics.elidedText(self._model.label(node), Qt.TextElideMode.ElideMiddle, room)
        painter.setPen(QColor(colours.text if node.key else colours.second_text))
        painter.drawText(QRect(left, row.top(), room, row.height()), Qt.AlignmentFlag.AlignVCenter, name)
        left += metrics.horizontalAdvance(name)
        painter.setFont(QApplication.font())
        painter.setPen(QColor(colours.amber))
        for word in words:
            left += WORD_GAP
            painter.drawText(
                QRect(left, row.top(), _width(word), row.height()), Qt.AlignmentFlag.AlignVCenter, word
            )
            left += _width(word)
        left += WORD_GAP
        room = row.right() - left - GAP
        title = painter.fontMetrics().elidedText(self._title(node), Qt.TextElideMode.ElideRight, room)
        if title and room > 3 * WORD_GAP:
            painter.setPen(QColor(colours.second_text))
            painter.drawText(QRect(left, row.top(), room, row.height()), Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_type(self, painter: QPainter, option: QStyleOptionViewItem, node: Node) -> None:
        colours = current()
        row = QRect(option.rect.left(), option.rect.top(), option.rect.width() - GAP, ROW_HEIGHT)
        problem, breach = self._model.problem(node), self._model.breach_word(node)
        word = f"not a {node.type.value}" if problem else breach or node.type.value
        text = row.adjusted(GAP, 0, -ARROW, 0)
        if text.width() < ARROW:
            return
        word = painter.fontMetrics().elidedText(word, Qt.TextElideMode.ElideRight, text.width())
        near = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected
        if not self._model.read_only and option.state & near:
            arrow = QRect(row.right() - ARROW + 2, row.center().y() - 4, 8, 8)
            _paint_chevron(painter, arrow, colours.second_text)
        painter.setPen(QColor(colours.red if problem else colours.amber if breach else colours.second_text))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, word)

    def _title(self, node: Node) -> str:
        """What the schema calls the field, where that tells more than its name."""
        title = visible(self._model.facts(node).title)
        return "" if title.casefold() == self._model.label(node).casefold() else title

    def _words(self, node: Node) -> list[str]:
        """What stands in amber after the name."""
        words = ["twice"] if self._model.is_twin(node) else []
        return [*words, "changed"] if node in self._model.marks.changed else words


def _width(text: str) -> int:
    return QFontMetrics(QApplication.font()).horizontalAdvance(text)


def _paint_arrow(painter: QPainter, rect: QRect, unfolded: bool) -> None:
    _paint_chevron(painter, rect.adjusted(2, 2, -2, -2), current().second_text, sideways=not unfolded)


def _paint_chevron(painter: QPainter, rect: QRect, colour: str, *, sideways: bool = False) -> None:
    painter.setPen(
        QPen(QColor(colour), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    left, top, right, bottom = rect.left() + 0.5, rect.top() + 0.5, rect.right() + 0.5, rect.bottom() + 0.5
    middle_x, middle_y, arm = (left + right) / 2, (top + bottom) / 2, rect.width() / 4
    if sideways:
        points = [(middle_x - arm / 2, top), (middle_x + arm * 1.5, middle_y), (middle_x - arm / 2, bottom)]
    else:
        points = [(left, middle_y - arm / 2), (middle_x, middle_y + arm * 1.5), (right, middle_y - arm / 2)]
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
