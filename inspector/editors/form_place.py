"""Where a person is in the form, to be found again when the same value is loaded anew."""

from inspector.editors.form_model import carried_over
from inspector.editors.form_view import FormView
from inspector.lossless import Document, Node


class Place:
    """The folding, the current row, the keyboard and the scroll position of a view, taken when it is made."""

    def __init__(self, view: FormView, root: Node) -> None:
        self._view = view
        self._root = root
        self._folding = view.rows.unfolded
        current = view.current_node()
        self._address = current.address() if current is not None else ()
        self._in_field = view.keyboard_in_field()
        self._scrolled = view.verticalScrollBar().value()

    def unfolded(self, root: Node) -> set[Node]:
        """The containers of the new document to unfold."""
        return carried_over(self._root, root, self._folding)

    def restore(self, document: Document) -> None:
        """Go back to the row, the field and the scroll position."""
        node = document.at(self._address)
        self._view.set_current(node)
        if node is not None and self._in_field:
            self._view.focus_field(node)
        self._view.verticalScrollBar().setValue(self._scrolled)
