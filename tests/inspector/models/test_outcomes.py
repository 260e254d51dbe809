"""The rows of a report: a line each, all of it visible, filtered by what became of the entries."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from inspector.models.outcomes import Column, OutcomesModel
from inspector.system import System
from storage_core import Scope
from storage_core.transfer import Outcome, Report

ANN, BETA = Scope("acme", "ann"), Scope("beta", "ann")


def report() -> Report:
    report = Report("a.db", "b.db", dry_run=False)
    report.begin_scope(ANN, ANN)
    for key in ("a", "line\nbreak", "c"):
        report.list_key(key)
    report.begin_scope(BETA, ANN)
    report.list_key("d")
    report.settle(0, Outcome.COPIED)
    report.settle(1, Outcome.KEPT_BESIDE, name="line\nbreak (2)")
    report.settle(3, Outcome.REFUSED, "too\nlong")
    return report


def row(model: OutcomesModel, number: int) -> list[str]:
    return [model.index(number, column).data() for column in Column]


def test_each_line_says_what_became_of_it_and_where_it_is_now() -> None:
    model = OutcomesModel()
    QAbstractItemModelTester(model)
    model.show_report(report())
    assert [row(model, number) for number in range(4)] == [
        ["copied", "a", "acme / ann", "", ""],
        ["kept beside", "line\\nbreak", "acme / ann", "line\\nbreak (2)", ""],
        ["not reached", "c", "acme / ann", "", "cancelled"],
        ["refused", "d", "beta / ann", "acme / ann", "too\\nlong"],
    ]


def test_only_the_lines_with_one_outcome_are_shown_where_that_is_chosen() -> None:
    model = OutcomesModel()
    model.show_report(report(), Outcome.REFUSED)
    assert [row(model, number)[1] for number in range(model.rowCount())] == ["d"]
    model.show_report(None)
    assert model.rowCount() == 0


def test_what_was_left_out_or_failed_is_told_by_colour_too() -> None:
    model = OutcomesModel()
    model.show_report(report())
    colours = [model.index(number, 0).data(Qt.ItemDataRole.ForegroundRole) for number in range(4)]
    assert colours[0] is colours[1] is None
    assert colours[2] != colours[3]


def test_the_empty_key_is_named_and_a_scope_is_called_as_its_system_does() -> None:
    made = Report("a.db", "b.db", dry_run=False)
    made.begin_scope(ANN, ANN)
    made.list_key("")
    made.settle(0, Outcome.REFUSED, "no key")
    model = OutcomesModel(system=System(titles=lambda scope: "the admin"))
    model.show_report(made)
    assert row(model, 0)[1:3] == ["(empty key)", "acme / the admin"]
