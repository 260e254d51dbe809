"""The head of the value pane: the value's name, what it is, its size, its revision and its age."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector import theme
from inspector.formats import BYTES, MASKED, human_age, human_expiry, human_size, looks_secret, thousands
from inspector.opened import Opened
from inspector.plain import PlainLabel, plain_tooltip, visible, visible_key
from inspector.system import OUR_OWN
from inspector.views.badge import Badge
from storage_core.raw import RawEntry


class ValueHeader(QWidget):
    """Two lines; `tell_ages` is to be called now and then."""

    def __init__(self) -> None:
        super().__init__()
        self._entry: RawEntry | None = None
        self.system = OUR_OWN
        """Whose entries are described, from the next one on."""
        self._title = PlainLabel(elide=Qt.TextElideMode.ElideMiddle)
        self._title.setFont(theme.title_font())
        self._badge = Badge()
        self._size = PlainLabel()
        self._size.setObjectName("sizeLabel")
        self._revision = PlainLabel()
        self._revision.setObjectName("revisionLabel")
        self._ages = PlainLabel(elide=Qt.TextElideMode.ElideRight)
        name, facts = QHBoxLayout(), QHBoxLayout()
        name.setSpacing(12)
        facts.setSpacing(12)
        name.addWidget(self._title)
        name.addWidget(self._badge)
        name.addStretch(1)
        for label in (self._size, self._revision, self._ages):
            label.setProperty("tone", "second")
            facts.addWidget(label, 1 if label is self._ages else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(4)
        column.addLayout(name)
        column.addLayout(facts)

    def describe(self, opened: Opened) -> None:
        """Say what is shown below."""
        entry = opened.entry
        self._title.setText(visible_key(entry.key))
        is_secret = looks_secret(entry.key)
        badge = opened.format.badge.removeprefix(BYTES) if self.system.no_json else opened.format.badge
        self._badge.set_text(MASKED if is_secret else badge)
        self._badge.setToolTip(plain_tooltip(visible(f"{entry.kind.name}: {opened.format.label}")))
        self.tell_stored(entry)

    def tell_stored(self, entry: RawEntry) -> None:
        """Say how large the entry is, and when it was written as what."""
        self._entry = entry
        self._size.setText(human_size(entry.size))
        self._size.setToolTip(plain_tooltip(f"{thousands(entry.size)} bytes"))
        self._revision.setText(f"revision {thousands(entry.revision)}")
        self._revision.setVisible(not self.system.no_revisions)
        self.tell_ages()

    def tell_ages(self) -> None:
        """Say anew how long ago the value was written, and when it expires."""
        if self._entry is None:
            return
        if self.system.no_times:
            self._tell_what_was_seen(self._entry.updated, self.system.no_times)
            return
        now = datetime.now(UTC)
        words = [human_age((now - self._entry.updated).total_seconds())]
        exact = [f"written {self._entry.updated.astimezone():%Y-%m-%d %H:%M:%S}"]
        if self._entry.expires is not None:
            words.append(f"expires {human_expiry((self._entry.expires - now).total_seconds())}")
            exact.append(f"expires {self._entry.expires.astimezone():%Y-%m-%d %H:%M:%S}")
        self._ages.setText(" · ".join(words).replace("expires expired", "expired"))
        self._ages.setToolTip(plain_tooltip("\n".join(exact)))

    def _tell_what_was_seen(self, seen: datetime, why: str) -> None:
        """Say of a value without times what was seen of it here."""
        at = f"{seen.astimezone():%Y-%m-%d %H:%M:%S}"
        opened = self.system.opened
        if opened is not None and seen > opened:
            age = human_age((datetime.now(UTC) - seen).total_seconds())
            self._ages.setText(f"changed {age}")
            self._ages.setToolTip(plain_tooltip(f"seen to change {at}\n{why}"))
        else:
            self._ages.setText("age not known")
            self._ages.setToolTip(plain_tooltip(f"{why}\nas it is now since {at} at least"))
