"""Shows how far work has come that takes longer than a second, with a button that ends it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from inspector import theme
from inspector.actions import Progress
from inspector.plain import PlainLabel

APPEARS_AFTER = 0.7
"""Seconds: what is done sooner is not worth a dialog."""

_STEPS = 1_000


class ProgressDialog(QDialog):
    """Named `progressDialog`; Escape and Cancel reject it. `total` is how far there is to go."""

    def __init__(self, parent: QWidget, what: str, total: int) -> None:
        super().__init__(parent)
        self.setObjectName("progressDialog")
        self.setWindowTitle(what)
        self._total = max(total, 1)
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("How far it is")
        self._count = PlainLabel()
        self._count.setProperty("tone", "second")
        title = PlainLabel(what)
        title.setFont(theme.title_font())
        cancel = QPushButton("&Cancel")
        cancel.setObjectName("cancelButton")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self._count, 1)
        buttons.addWidget(cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self._bar)
        column.addLayout(buttons)
        self.setMinimumWidth(380)
        self.tell(0)

    def tell(self, done: int) -> None:
        """Show how far it is."""
        self._bar.setValue(min(_STEPS, _STEPS * done // self._total))
        self._count.setText(f"{done:,} of {self._total:,}")


async def with_progress(
    parent: QWidget, what: str, total: int, work: Callable[[Progress], Coroutine[Any, Any, Any]]
) -> bool:
    """Do `work`, which is given what it tells its progress to; False where the person has ended it early."""
    dialog = ProgressDialog(parent, what, total)
    task = asyncio.get_running_loop().create_task(work(dialog.tell))
    dialog.rejected.connect(task.cancel)
    try:
        await asyncio.wait([task], timeout=APPEARS_AFTER)
        if not task.done():
            dialog.open()
            await asyncio.wait([task])
        if task.cancelled():
            return False
        await task
        return True
    finally:
        if not task.done():  # the caller is cancelled, and with it the work
            task.cancel()
            await asyncio.wait([task])
        dialog.accept()
        dialog.deleteLater()
