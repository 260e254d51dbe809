"""The dialogs that ask where a value is to be: a new key, another key, another scope."""

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.actions import Stored
from inspector.plain import PlainLabel, plain_tooltip
from inspector.system import OUR_OWN, System
from storage_core import InvalidNameError, Kind, Scope
from storage_core.browse import Address
from storage_core.scope import checked_key


class _NameDialog(QDialog):
    """Asks for a place: fields with a line for what is wrong, and a button that waits until all is right."""

    def __init__(self, parent: QWidget, name: str, title: str, button: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self._fields = QFormLayout()
        self._fields.setVerticalSpacing(8)
        self._fields.setHorizontalSpacing(12)
        self._fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._fault = PlainLabel()
        self._fault.setProperty("tone", "red")
        self._fault.setWordWrap(True)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self._accept = QPushButton(button)
        self._accept.setObjectName("acceptButton")
        self._accept.setProperty("primary", True)
        self._accept.setDefault(True)
        self._accept.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addLayout(self._fields)
        column.addWidget(self._fault)
        column.addLayout(buttons)
        self.setMinimumWidth(420)
        self._lines: list[QLineEdit] = []

    def _member_line(self, system: System, text: str) -> QLineEdit:
        """The line for a user, or what the system has in the place of users."""
        line = self._line(f"&{system.member.capitalize()}", text, "userEdit")
        shared = system.say("Shared: for all users of the workspace")
        line.setPlaceholderText(system.no_shared or shared)
        line.setAccessibleDescription(system.no_shared)
        return line

    def _line(self, label: str, text: str, name: str) -> QLineEdit:
        line = QLineEdit(text)
        line.setObjectName(name)
        line.setAccessibleName(label.replace("&", ""))
        line.textChanged.connect(self._check)
        self._fields.addRow(label, line)
        self._lines.append(line)
        return line

    def say(self, fault: str) -> None:
        """Say what was wrong with what was asked for before, until something is typed, and lead to where it was.

        That is the line whose text the fault quotes; mostly the key, which stands last.
        """
        self._fault.setText(fault)
        quoted = [line for line in self._lines if line.text() and f"{line.text()!r:.80}" in fault]
        refused = quoted[0] if quoted else self._lines[-1]
        refused.setFocus()
        refused.selectAll()

    def _check(self) -> None:
        fault = self._find_fault()
        self._fault.setText(fault)
        self._accept.setEnabled(not fault)

    def _find_fault(self) -> str:
        raise NotImplementedError


class NewKeyDialog(_NameDialog):
    """Asks where a new value goes and what it is to begin with."""

    _BEGINNINGS = (
        ("JSON object", Stored(Kind.JSON, b"{}")),
        ("JSON list", Stored(Kind.JSON, b"[]")),
        ("JSON text", Stored(Kind.JSON, b'""')),
        ("JSON number", Stored(Kind.JSON, b"0")),
        ("JSON yes or no", Stored(Kind.JSON, b"false")),
        ("JSON null", Stored(Kind.JSON, b"null")),
        ("Bytes", Stored(Kind.BYTES, b"")),
        ("Bytes that are a JSON object", Stored(Kind.BYTES, b"{}")),
    )

    def __init__(
        self, parent: QWidget, scope: Scope | None, prefix: str, system: System = OUR_OWN, kind: int = -1
    ) -> None:
        super().__init__(parent, "newKeyDialog", "New key", "&Create")
        self._system = system
        self._workspace = self._line("&Workspace", scope.workspace if scope else "", "workspaceEdit")
        self._user = self._member_line(system, (scope.user or "") if scope else "")
        self._key = self._line("&Key", prefix, "keyEdit")
        self._kind = QComboBox()
        self._kind.setObjectName("kindBox")
        self._kind.setAccessibleName("Kind")
        self._offer_kinds(kind)
        self._fields.addRow("K&ind", self._kind)
        needs_member = bool(system.no_shared) and not self._user.text()
        (self._workspace if not scope else self._user if needs_member else self._key).setFocus()
        self._check()
        self._fault.setText("")

    def kind(self) -> int:
        """The number of what it is to begin with, for another dialog like this one."""
        return self._kind.currentIndex()

    def _offer_kinds(self, chosen: int) -> None:
        """List what a value can begin as; greyed out, and with the reason, where the system keeps no such kind."""
        system, model = self._system, self._kind.model()
        assert isinstance(model, QStandardItemModel)
        beginnings = self._BEGINNINGS if system.no_json else self._BEGINNINGS[:-1]
        for number, (title, beginning) in enumerate(beginnings):
            why_not = system.no_json if beginning.kind is Kind.JSON else system.no_bytes
            self._kind.addItem(title)
            if why_not:
                model.item(number).setEnabled(False)
                model.item(number).setToolTip(plain_tooltip(why_not))
                model.item(number).setAccessibleDescription(why_not)
        possible = [number for number in range(self._kind.count()) if model.item(number).isEnabled()]
        self._kind.setCurrentIndex(chosen if chosen in possible else possible[0])
        self._kind.setToolTip(plain_tooltip(system.no_json or system.no_bytes))
        self._kind.setAccessibleDescription(system.no_json or system.no_bytes)

    def address(self) -> Address:
        """The place that was asked for; raises InvalidNameError where a name in it cannot be one."""
        return Address(Scope(self._workspace.text(), self._user.text() or None), self._key.text())

    def beginning(self) -> Stored:
        return self._BEGINNINGS[self._kind.currentIndex()][1]

    def _find_fault(self) -> str:
        if self._user.text() or not self._system.no_shared:
            return _fault_of(self._workspace.text(), self._user.text(), self._key.text())
        return self._system.no_shared


class RenameDialog(_NameDialog):
    """Asks for another key for a value."""

    def __init__(self, parent: QWidget, address: Address) -> None:
        super().__init__(parent, "renameDialog", "Rename", "&Rename")
        self._address = address
        self._key = self._line("New &key", address.key, "keyEdit")
        self._as_shown = self._key.text()  # a line cannot show every key as it is
        self._key.selectAll()
        self._key.setFocus()
        self._check()

    def target(self) -> Address:
        """The place that was asked for; the very same one where nothing was typed."""
        if self._key.text() == self._as_shown:
            return self._address
        return Address(self._address.scope, self._key.text())

    def typed(self) -> tuple[str, ...]:
        """What is in its lines, for another dialog about the same value."""
        return (self._key.text(),)

    def type_anew(self, typed: tuple[str, ...]) -> None:
        """Let its lines hold what was `typed` into another dialog about the same value."""
        self._key.setText(typed[0])

    def _find_fault(self) -> str:
        if self._key.text() == self._as_shown:
            return ""
        return _fault_of(self._address.scope.workspace, self._address.scope.user or "", self._key.text())


class PlaceDialog(_NameDialog):
    """Asks where, in any scope, a value is to be moved or copied to."""

    def __init__(
        self,
        parent: QWidget,
        source: Address,
        name: str,
        title: str,
        button: str,
        system: System = OUR_OWN,
    ) -> None:
        super().__init__(parent, name, title, button)
        self._source = source
        self._system = system
        scope = source.scope
        self._workspace = self._line("&Workspace", scope.workspace, "workspaceEdit")
        self._user = self._member_line(system, scope.user or "")
        self._key = self._line("&Key", source.key, "keyEdit")
        self._as_shown = self._names()  # a line cannot show every name as it is
        self._user.setFocus()
        self._user.selectAll()
        self._check()
        self._fault.setText("")

    def target(self) -> Address:
        """The place that was asked for; what was not typed is as it is at the source."""
        workspace, user, key = (
            kept if now == shown else now
            for now, shown, kept in zip(self._names(), self._as_shown, self._original(), strict=True)
        )
        return Address(Scope(workspace, user or None), key)

    def typed(self) -> tuple[str, ...]:
        """What is in its lines, for another dialog about the same value."""
        return self._names()

    def type_anew(self, typed: tuple[str, ...]) -> None:
        """Let its lines hold what was `typed` into another dialog about the same value."""
        for line, text in zip((self._workspace, self._user, self._key), typed, strict=True):
            line.setText(text)

    def _names(self) -> tuple[str, str, str]:
        return self._workspace.text(), self._user.text(), self._key.text()

    def _original(self) -> tuple[str, str, str]:
        return self._source.scope.workspace, self._source.scope.user or "", self._source.key

    def _find_fault(self) -> str:
        try:
            target = self.target()
            if target.key != self._source.key:  # else the database has it already, whatever it is like
                checked_key(target.key)
        except InvalidNameError as error:
            return str(error)
        if target.scope.user is None and self._system.no_shared:
            return self._system.no_shared
        return "Choose another place than where it is." if target == self._source else ""


def _fault_of(workspace: str, user: str, key: str) -> str:
    """What is wrong with the names of a place, as a sentence; empty where nothing is."""
    try:
        Scope(workspace, user or None)
        checked_key(key)
    except InvalidNameError as error:
        return str(error)
    return ""
