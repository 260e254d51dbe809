"""The page that shows how far a bringing over is, and then what became of each entry."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from inspector import theme
from inspector.models.outcomes import Column, OutcomesModel
from inspector.plain import PlainLabel, plain_tooltip, visible
from inspector.system import System
from inspector.views.rows import as_rows
from storage_core.transfer import Outcome, Progress, Report

MOST_LINES_TO_COPY = 20_000

_STEPS = 1_000
_WIDTHS = {Column.OUTCOME: 110, Column.KEY: 190, Column.SCOPE: 150, Column.NOW: 150}
_LINES_OF_WHY = 2
_WRITTEN = {Outcome.COPIED, Outcome.REPLACED, Outcome.KEPT_BESIDE}


class ReportPage(QWidget):
    """How far it is, and then the report; each signal is what a person asks for by the button of that name."""

    cancelled = Signal()
    back_asked = Signal()
    run_asked = Signal()
    copy_asked = Signal()
    save_asked = Signal()

    def __init__(self, system: System) -> None:
        super().__init__()
        self.report: Report | None = None
        self.is_running = False
        self._model = OutcomesModel(self, system)
        self._title = PlainLabel()
        self._title.setObjectName("bringOverTitle")
        self._title.setFont(theme.title_font())
        self._summary = PlainLabel()
        self._summary.setObjectName("bringOverSummary")
        self._summary.setWordWrap(True)
        self._fault = PlainLabel()
        self._fault.setObjectName("bringOverFault")
        self._fault.setProperty("tone", "red")
        self._fault.setWordWrap(True)
        self._bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self._bar.setAccessibleName("How far it is")
        self._show = QComboBox()
        self._show.setObjectName("bringOverShow")
        self._show.setAccessibleName("Which outcomes to show")
        self._table = _report_table(self._model)
        self._why = PlainLabel()
        self._why.setObjectName("bringOverWhy")
        self._why.setProperty("tone", "second")
        self._why.setWordWrap(True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._why.setMinimumHeight(_LINES_OF_WHY * self._why.fontMetrics().lineSpacing())
        self._table.selectionModel().currentRowChanged.connect(self._show_why)
        self._cancel = self._button("&Cancel", "bringOverCancel", self.cancelled)
        self._copy = self._button("Cop&y report", "bringOverCopy", self.copy_asked)
        self._save = self._button("&Save report…", "bringOverSave", self.save_asked)
        self._back = self._button("Ba&ck", "bringOverBack", self.back_asked)
        self._run = self._button("&Bring over", "bringOverRunNow", self.run_asked)
        self._run.setProperty("primary", True)
        self.close_button = QPushButton("Close", autoDefault=False)
        self.close_button.setObjectName("bringOverReportClose")
        self._show.currentIndexChanged.connect(self._filter)
        self._lay_out()

    def begin(self, *, dry_run: bool) -> None:
        """Show that it has begun."""
        self.is_running = True
        self.report = None
        self._model.show_report(None)
        self._title.setText("Looking…" if dry_run else "Bringing over…")
        self._summary.setText("Nothing is written" if dry_run else "")
        self._fault.hide()
        self._bar.setRange(0, 0)
        self._arrange(dry_run=dry_run)
        self._cancel.setFocus()

    def tell(self, progress: Progress, report: Report) -> None:
        """Show how far it is."""
        if progress.is_listed:
            self._bar.setRange(0, _STEPS)
            self._bar.setValue(_STEPS * progress.done // max(1, progress.total))
            self._summary.setText(f"{progress.done:,} of {progress.total:,} keys")
        else:
            self._summary.setText(f"{progress.total:,} keys found")

    def end(self, report: Report) -> None:
        """Show what came of it."""
        self.is_running = False
        self.report = report
        self._title.setText(_title(report))
        self._summary.setText(_in_words(report))
        self._fault.setText("" if report.fault is None else visible(str(report.fault)))
        self._fault.setVisible(report.fault is not None)
        self._offer(report)
        self._arrange(dry_run=report.dry_run)
        self._copy.setEnabled(len(report) <= MOST_LINES_TO_COPY)
        self._copy.setToolTip(
            ""
            if self._copy.isEnabled()
            else plain_tooltip(f"More than {MOST_LINES_TO_COPY:,} lines: save them to a file")
        )
        nothing = report.is_finished and _WRITTEN.isdisjoint(report.counts)
        self._run.setEnabled(not nothing)
        self._run.setToolTip("Nothing would be written" if nothing else "")
        can_go_on = self._run.isVisibleTo(self) and not nothing
        (self._run if can_go_on else self.close_button).setFocus()

    def _offer(self, report: Report) -> None:
        """Let the outcomes that there are be chosen."""
        self._show.blockSignals(True)
        self._show.clear()
        self._show.addItem(f"All {len(report):,}", None)
        for outcome, count in report.counts.items():
            self._show.addItem(f"{outcome.value.capitalize()}: {count:,}", outcome)
        self._show.blockSignals(False)
        self._filter()

    def _filter(self) -> None:
        self._model.show_report(self.report, self._show.currentData())
        self._table.selectRow(0)
        self._show_why(self._table.currentIndex())

    def _show_why(self, index: QModelIndex) -> None:
        """Say in full why that became of the line that the person is at."""
        self._why.setText(index.siblingAtColumn(Column.WHY).data() if index.isValid() else "")

    def _arrange(self, *, dry_run: bool) -> None:
        """Show what is of use now: while it runs, the way to end it; afterwards, what can be done with the report."""
        running = self.is_running
        ways_out: tuple[QWidget, ...] = (self._bar, self._cancel)
        for widget in ways_out:
            widget.setVisible(running)
        of_a_report: tuple[QWidget, ...] = (
            self._show,
            self._table,
            self._why,
            self._copy,
            self._save,
            self._back,
        )
        for widget in (*of_a_report, self.close_button):
            widget.setVisible(not running)
        self._run.setVisible(not running and dry_run)

    def _button(self, text: str, name: str, pressed: SignalInstance) -> QPushButton:
        button = QPushButton(text, autoDefault=False)
        button.setObjectName(name)
        button.clicked.connect(lambda: pressed.emit())
        return button

    def _lay_out(self) -> None:
        said = QHBoxLayout()
        said.addWidget(self._summary, 1)
        said.addWidget(self._show)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._save)
        buttons.addStretch(1)
        for button in (self._cancel, self._back, self.close_button, self._run):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addLayout(said)
        column.addWidget(self._fault)
        column.addWidget(self._bar)
        column.addWidget(self._table, 1)
        column.addWidget(self._why)
        column.addStretch(0)
        column.addLayout(buttons)


def _title(report: Report) -> str:
    if report.fault is not None:
        return "Stopped"
    if not report.is_finished:
        return "Cancelled"
    return "What would be done" if report.dry_run else "Brought over"


def _in_words(report: Report) -> str:
    said = report.summary()
    if report.dry_run:
        said += ". Nothing was written"
    if not report.is_listed:
        said += ". It ended while the keys were being listed: there are more"
    return said


def _report_table(model: OutcomesModel) -> QTableView:
    table = QTableView()
    table.setObjectName("bringOverReport")
    table.setAccessibleName("What became of each entry")
    table.setModel(model)
    as_rows(table, Column.WHY)
    table.setItemDelegateForColumn(Column.WHY, _Prose(table))
    for column, width in _WIDTHS.items():
        table.setColumnWidth(column, width)
    return table


class _Prose(QStyledItemDelegate):
    """Shortens a sentence at its end."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight
