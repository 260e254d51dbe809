"""The scopes to choose from: which are chosen, and as which they go elsewhere, whatever their names look like."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from inspector.models.scope_choices import Column, ScopeChoices
from storage_core import Scope

ACME, ANN, ODD = Scope("acme"), Scope("acme", "ann"), Scope("line\nbreak", " b ")


@pytest.fixture
def choices() -> ScopeChoices:
    return ScopeChoices({ACME: 2, ANN: 1_234, ODD: 1}, {ANN: "the admin"}.get)


def test_all_are_chosen_at_first_and_stay_what_they_are(choices: ScopeChoices) -> None:
    QAbstractItemModelTester(choices)
    assert choices.chosen() == {ACME: ACME, ANN: ANN, ODD: ODD}
    assert choices.count() == (3, 1_237)
    shown = [choices.index(row, Column.SCOPE).data() for row in range(3)]
    assert shown == ["acme / Shared", "acme / ann (the admin)", "line\\nbreak / ␣b␣"]


def test_rows_are_toggled_together(choices: ScopeChoices) -> None:
    choices.choose([1], False)
    choices.toggle([0, 1])
    assert set(choices.chosen()) == {ACME, ANN, ODD}
    choices.toggle([0, 1])
    assert set(choices.chosen()) == {ODD}
    index = choices.index(0, Column.SCOPE)
    assert choices.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert set(choices.chosen()) == {ACME, ODD}


def test_a_name_is_taken_over_into_other_rows_and_an_empty_user_is_shared(choices: ScopeChoices) -> None:
    index = choices.index(1, Column.WORKSPACE)
    assert choices.setData(index, "beta")
    choices.take_over(index, [0, 2])
    assert choices.setData(choices.index(2, Column.USER), "")
    assert choices.chosen() == {ACME: Scope("beta"), ANN: Scope("beta", "ann"), ODD: Scope("beta")}
    assert choices.index(2, Column.USER).data() == "Shared"


def test_a_name_that_a_line_cannot_show_stays_where_nothing_was_typed(choices: ScopeChoices) -> None:
    index = choices.index(2, Column.WORKSPACE)
    assert not choices.setData(index, index.data(Qt.ItemDataRole.EditRole))
    assert choices.chosen()[ODD] == ODD


def test_a_name_that_cannot_be_one_is_refused_with_the_reason(choices: ScopeChoices) -> None:
    said: list[str] = []
    choices.refused.connect(said.append)
    assert not choices.setData(choices.index(1, Column.USER), "x" * 257)
    assert not choices.setData(choices.index(1, Column.WORKSPACE), "")
    assert choices.chosen()[ANN] == ANN
    assert ["257" in said[0], "empty" in said[1]] == [True, True]
