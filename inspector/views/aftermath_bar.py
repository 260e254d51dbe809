"""The bar that says, after a change, what else has to be known or done until others see it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from inspector.plain import PlainLabel, plain_tooltip, visible

KEYS_BEGIN_WITH = "plugin_daemon:"
"""What the keys of a cache of others begin with: from there on, a sentence is what one copies."""

_OF_MANY = "So it is with all keys that were changed."


class AftermathBar(QFrame):
    """Named `aftermathBar`. It stays until it is dismissed, or another storage is opened.

    `copied` is emitted when the keys that it tells of were put into the clipboard.
    """

    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aftermathBar")
        self._keys = ""
        self._text = PlainLabel()
        self._text.setWordWrap(True)
        self._copy = QPushButton("&Copy Redis key")
        self._copy.setObjectName("copyCacheKey")
        self._copy.clicked.connect(self._put)
        close = QToolButton(autoRaise=True)
        close.setText("×")
        close.setAccessibleName("Dismiss")
        close.clicked.connect(self.forget)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._copy)
        row.addWidget(close)
        self.forget()

    def say(self, sentences: Sequence[str], *, of: int) -> None:
        """Show the first of these sentences on a change each; the keys in all of them can be copied.

        `of` is how many changes there were in all.
        """
        keys = [key for key in map(_key_in, sentences) if key]
        self._keys = "\n".join(keys)
        text = visible(_without_key(sentences[0]))
        if of > 1:
            text = f"{text} So it is with all {of:,} keys." if of == len(sentences) else f"{text} {_OF_MANY}"
        self._text.setText(text)
        self.setAccessibleName(text)
        self._copy.setVisible(bool(keys))
        first = "" if of == len(sentences) else "the first "
        self._copy.setText("&Copy Redis key" if of == 1 else f"&Copy {first}{len(keys):,} Redis keys")
        self._copy.setToolTip(plain_tooltip(visible(keys[0])) if keys else "")
        self.show()

    def forget(self) -> None:
        """Say nothing any more."""
        self._keys = ""
        self.hide()

    def _put(self) -> None:
        QGuiApplication.clipboard().setText(self._keys)
        self.copied.emit()


def _key_in(sentence: str) -> str:
    """The key of a cache that a sentence ends with; empty where it names none."""
    start = sentence.find(KEYS_BEGIN_WITH)
    return "" if start < 0 else sentence[start:]


def _without_key(sentence: str) -> str:
    """What is left to read where the key is behind a button."""
    key = _key_in(sentence)
    return f"{sentence.removesuffix(key).rstrip(' :')}." if key else sentence
