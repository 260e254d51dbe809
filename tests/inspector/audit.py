"""Looks through what a window holds for text that would be rendered, or that hides or reorders what is beside it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QTabWidget,
    QTextEdit,
    QWidget,
)

_HARMLESS_TAGS = {"qt", "p"}
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_ROWS = 400  # of a model, to be looked at


def faults(window: QWidget) -> list[str]:
    """What is wrong with the widgets, menus and models of a window and its dialogs, each as a sentence."""
    return [fault for widget in [window, *window.findChildren(QWidget)] for fault in _faults_of(widget)]


def _faults_of(widget: QWidget) -> Iterator[str]:
    name = f"{type(widget).__name__} {widget.objectName()}"
    if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText and "<" in widget.text():
        yield f"{name} renders {widget.text()!r:.80}"
    if isinstance(widget, QTextEdit):
        yield f"{name} can show rich text"
    for what, tip in (("tooltip", widget.toolTip()), ("what's this", widget.whatsThis())):
        if _is_rendered(tip):
            yield f"the {what} of {name} renders {tip!r:.120}"
    for text in _texts(widget):
        if _UNSEEN.search(text):
            yield f"{name} shows characters that are not seen: {text!r:.80}"
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from _faults_of_model(widget.model(), name)
    for action in widget.actions():
        yield from _faults_of_action(action, name)


def _texts(widget: QWidget) -> Iterator[str]:
    yield widget.windowTitle()
    yield widget.accessibleName()
    yield widget.accessibleDescription()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(index) for index in range(widget.count()))
    if isinstance(widget, QTabWidget):
        yield from (widget.tabText(index) for index in range(widget.count()))


def _faults_of_action(action: QAction, name: str) -> Iterator[str]:
    if _is_rendered(action.toolTip()):
        yield f"the tooltip of {action.text()!r} in {name} renders {action.toolTip()!r:.80}"
    if _UNSEEN.search(action.text()):
        yield f"an action of {name} shows characters that are not seen: {action.text()!r:.80}"


def _faults_of_model(
    model: QAbstractItemModel, name: str, parent: QModelIndex | None = None
) -> Iterator[str]:
    parent = parent or QModelIndex()
    for row in range(min(_ROWS, model.rowCount(parent))):
        for column in range(model.columnCount(parent)):
            index = model.index(row, column, parent)
            shown, tip = (
                index.data(role) for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            )
            if isinstance(shown, str) and _UNSEEN.search(shown):
                yield f"a cell of {name} shows characters that are not seen: {shown!r:.80}"
            if isinstance(tip, str) and _is_rendered(tip):
                yield f"the tooltip of a cell of {name} renders {tip!r:.120}"
        if model.columnCount(parent):
            yield from _faults_of_model(model, name, model.index(row, 0, parent))


@lru_cache(maxsize=10_000)  # most of what a window holds is the same at each look
def _is_rendered(tip: str) -> bool:
    """Whether a tooltip holds any markup beside the paragraph that plain text is put into."""
    tags = _Tags()
    tags.feed(tip)
    tags.close()
    return not tags.found <= _HARMLESS_TAGS


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
