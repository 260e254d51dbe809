"""The form's rows are a proper Qt model, and follow folding and edits."""

from pytestqt.modeltest import ModelTester

from inspector.editors.form_model import FormModel, carried_over, first_unfolded
from inspector.lossless import Document

SOURCE = b'{"a": {"b": [1, 2], "c": {}}, "d": "x", "d": "y"}'


def test_the_model_stays_sound_through_folding_and_edits(qtmodeltester: ModelTester) -> None:
    document = Document.parse(SOURCE)
    model = FormModel()
    model.show(document.root, first_unfolded(document.root, 100), read_only=False, secret=False)
    qtmodeltester.check(model)
    assert model.rowCount() == 8
    model.set_unfolded(model.node(1), False)
    assert model.rowCount() == 4
    edit = document.insert(document.root, 0, "[1]", "new")
    model.refresh()
    assert model.label(model.node(1)) == "new"
    edit.undo()
    model.refresh()
    assert [model.label(model.node(row)) for row in range(4)] == ["value", "a", "d", "d"]


def test_at_first_so_much_is_unfolded_as_fits_the_rows() -> None:
    root = Document.parse(SOURCE).root
    assert first_unfolded(root, 4) == {root}
    assert first_unfolded(root, 6) == {root, root.fields[0]}
    assert first_unfolded(root, 100) == {root, root.fields[0], root.fields[0].fields[0]}


def test_folding_is_carried_over_by_place() -> None:
    old, new = Document.parse(SOURCE).root, Document.parse(b'{"z": [0], "a": {"b": [3]}, "d": 1}').root
    unfolded = first_unfolded(old, 100)
    assert carried_over(old, new, unfolded) == {new, new.fields[1], new.fields[1].fields[0]}


def test_secrets_are_masked_by_their_name_or_the_name_around_them() -> None:
    root = Document.parse(b'{"password": {"old": "x"}, "name": "y", "tokens": []}').root
    model = FormModel()
    model.show(root, [], read_only=False, secret=False)
    assert model.is_masked(root.fields[0].fields[0])
    assert not model.is_masked(root.fields[1])
    model.show(root, [], read_only=False, secret=True)
    assert model.is_masked(root.fields[1])
