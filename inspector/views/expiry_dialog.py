"""The dialog that asks when a value is to be gone by itself."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.plain import PlainLabel

_UNITS = (("seconds", 1.0), ("minutes", 60.0), ("hours", 3_600.0), ("days", 86_400.0))
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_SHOWN = "yyyy-MM-dd HH:mm:ss"
_AS_IN_A_LINE = (5, 0, 0, 0)  # the style sheet cannot set apart a text from the frame of such a field


class ExpiryDialog(QDialog):
    """Named `expiryDialog`: never, in some time (`amountEdit`, `unitBox`), or at a time (`timeEdit`)."""

    def __init__(self, parent: QWidget, key: str, expires: datetime | None) -> None:
        super().__init__(parent)
        self.setObjectName("expiryDialog")
        self.setWindowTitle("Expiry")
        self._never, self._in, self._at = (
            QRadioButton("&Never"),
            QRadioButton("&In"),
            QRadioButton("&At"),
        )
        for button, name in ((self._never, "neverButton"), (self._in, "inButton"), (self._at, "atButton")):
            button.setObjectName(name)
        self._amount = QLineEdit("1")
        self._amount.setObjectName("amountEdit")
        self._amount.setAccessibleName("Amount")
        self._unit = QComboBox()
        self._unit.setObjectName("unitBox")
        self._unit.setAccessibleName("Unit")
        self._unit.addItems([name for name, _ in _UNITS])
        self._unit.setCurrentIndex(2)
        self._as_shown = expires if expires is not None else datetime.now(UTC) + timedelta(hours=1)
        self._time = QDateTimeEdit(QDateTime.fromMSecsSinceEpoch(int(self._as_shown.timestamp() * 1000)))
        self._time.lineEdit().setTextMargins(*_AS_IN_A_LINE)
        self._time.setObjectName("timeEdit")
        self._time.setAccessibleName("Time of expiry, in your time zone")
        self._time.setDisplayFormat(_SHOWN)
        self._first_time = self._time.dateTime()
        self._fault = PlainLabel()
        self._fault.setProperty("tone", "red")
        self._accept = QPushButton("&Set")
        self._accept.setObjectName("acceptButton")
        self._accept.setProperty("primary", True)
        self._accept.setDefault(True)
        self._lay_out(key)
        self._choices = QButtonGroup(self)
        for button in (self._never, self._in, self._at):
            self._choices.addButton(button)
        self._amount.textEdited.connect(lambda: self._in.setChecked(True))
        self._unit.activated.connect(lambda: self._in.setChecked(True))
        self._time.dateTimeChanged.connect(lambda: self._at.setChecked(True))
        self._choices.buttonToggled.connect(self._check)
        for changed in (self._amount.textChanged, self._unit.currentIndexChanged, self._time.dateTimeChanged):
            changed.connect(self._check)
        (self._never if expires is None else self._at).setChecked(True)
        self._check()

    def expires(self) -> datetime | None:
        """The moment that was asked for, counted from now where it is `in`; None for never."""
        if self._never.isChecked():
            return None
        if self._in.isChecked():
            seconds = self._seconds()
            assert seconds is not None
            moment = datetime.now(UTC) + timedelta(seconds=seconds)
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        if self._time.dateTime() == self._first_time:
            return self._as_shown  # the field shows no fractions of a second
        return datetime.fromtimestamp(self._time.dateTime().toMSecsSinceEpoch() / 1000, UTC)

    def accept(self) -> None:
        """Close with the answer, unless the time has passed while the dialog was open."""
        self._check()
        if self._accept.isEnabled():
            super().accept()

    def _seconds(self) -> float | None:
        """The lifetime in the field; None where it is none."""
        try:
            seconds = float(self._amount.text().replace(",", "")) * _UNITS[self._unit.currentIndex()][1]
        except ValueError:
            return None
        return seconds if 0 < seconds < (_LATEST - datetime.now(UTC)).total_seconds() else None

    def _check(self) -> None:
        fault = ""
        if self._in.isChecked() and self._seconds() is None:
            fault = "A lifetime is a number above 0."
        elif self._at.isChecked() and self._time.dateTime() <= QDateTime.currentDateTime():
            fault = "This time has passed. To remove the value now, delete it."
        self._fault.setText(fault)
        self._accept.setEnabled(not fault)

    def _lay_out(self, key: str) -> None:
        title = PlainLabel(f"When {key} expires", elide=Qt.TextElideMode.ElideMiddle)
        title.setFont(theme.title_font())
        choices = QGridLayout()
        choices.setHorizontalSpacing(12)
        choices.setVerticalSpacing(8)
        choices.addWidget(self._never, 0, 0)
        choices.addWidget(self._in, 1, 0)
        choices.addWidget(self._amount, 1, 1)
        choices.addWidget(self._unit, 1, 2)
        choices.addWidget(self._at, 2, 0)
        choices.addWidget(self._time, 2, 1, 1, 2)
        choices.setColumnStretch(1, 1)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self._accept.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addWidget(title)
        column.addLayout(choices)
        column.addWidget(self._fault)
        column.addLayout(buttons)
        self.setMinimumWidth(420)
