"""The row of tools above the panes, and the line beneath them that says how things are."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStatusBar, QToolBar, QToolButton

from inspector.formats import thousands
from inspector.plain import PlainLabel, plain_tooltip, visible
from inspector.system import OUR_OWN, System
from inspector.views.breadcrumb import Breadcrumb
from inspector.views.window_actions import WindowActions

ICON = 16
JUMP_WIDTH, NARROW_JUMP = 280, 120


class ToolRow(QToolBar):
    """Where one is, and the few commands that are wanted all the time."""

    def __init__(self, commands: WindowActions) -> None:
        super().__init__("Tools")
        self.setObjectName("toolRow")
        self.setMovable(False)
        self.setIconSize(QSize(ICON, ICON))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.breadcrumb = Breadcrumb()
        for name in ("Back", "Forward"):
            self._add_button(commands[name])
        self.addWidget(self.breadcrumb)
        self.jump = JumpField(commands["Jump"])
        self.addWidget(self.jump)
        for name in ("NewKey", "Undo", "Refresh", "Theme"):
            self._add_button(commands[name], with_text=name == "NewKey")

    def _add_button(self, action: QAction, *, with_text: bool = False) -> None:
        button = QToolButton(autoRaise=True)
        button.setDefaultAction(action)
        button.setAccessibleName(action.text().replace("&", ""))
        if with_text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addWidget(button)


class JumpField(QPushButton):
    """Looks like a field to type into; a click opens the palette that is one."""

    def __init__(self, jump: QAction) -> None:
        super().__init__()
        self._jump = jump
        self.setMinimumWidth(NARROW_JUMP)
        self.setMaximumWidth(JUMP_WIDTH)
        self._purpose = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        keys = jump.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        for label, stretch in ((self._purpose, 1), (PlainLabel(keys), 0)):
            label.setProperty("tone", "second")
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(label, stretch)
        self.say("Jump to workspace, user or key")
        self.clicked.connect(jump.trigger)
        jump.changed.connect(self._follow)
        self._follow()

    def say(self, purpose: str) -> None:
        """What it is for, in the words of the open storage."""
        self._purpose.setText(purpose)
        self.setAccessibleName(purpose)

    def sizeHint(self) -> QSize:
        return QSize(JUMP_WIDTH, super().sizeHint().height())

    def _follow(self) -> None:
        self.setEnabled(self._jump.isEnabled())


class StatusBar(QStatusBar):
    """Whether the window is live, and which storage it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._life = PlainLabel()
        self._storage = PlainLabel(elide=Qt.TextElideMode.ElideMiddle)
        self._revision = PlainLabel()
        self._system = OUR_OWN
        for label in (self._storage, self._revision):
            label.setProperty("tone", "second")
        self.addWidget(self._life)
        self.addPermanentWidget(self._storage)
        self.addPermanentWidget(self._revision)

    def show_storage(self, location: Path | None, system: System = OUR_OWN, *, read_only: bool) -> None:
        """Say which storage is open, and whose; None for none."""
        self._system = system
        self._revision.setText("")
        if location is None:
            self._life.setText("")
            self._storage.setText("")
            return
        self._life.setText("● Live · read-only" if read_only else "● Live · holds no lock")
        self._life.setProperty("tone", "green")
        self._life.style().unpolish(self._life)
        self._life.style().polish(self._life)
        incomplete = " · not all is shown" if system.left_out else ""
        self._storage.setText(f"{visible(location.name)} · {system.name}{incomplete}")
        self._storage.setToolTip(plain_tooltip("\n".join([visible(str(location)), *system.limits])))

    def show_revision(self, revision: int) -> None:
        """Say how far the storage has come."""
        self._revision.setText("" if self._system.no_revisions else f"revision {thousands(revision)}")
