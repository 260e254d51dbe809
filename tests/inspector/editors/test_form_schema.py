"""The form uses what a schema says, marks what breaks it, and never changes a byte by itself."""

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.editors.form import FormEditor
from inspector.editors.form_model import NAME, TYPE
from inspector.plain import PlainLabel
from inspector.schema import Guide, Schema
from inspector.schema.checking import Checking
from tests.inspector.audit import faults

TEXT = (
    b'{ "mode" : "reckless",\n  "retries": 9, "ratio":0.50,'
    b' "level": 2.0, "limits": {"tokens": 40, "n_x": 7},  "note": null}\n'
)
SCHEMA = {
    "title": "Settings",
    "required": ["mode", "owner", "budget"],
    "properties": {
        "mode": {
            "title": "How careful",
            "description": "What it dares.",
            "enum": ["fast", "careful", "ünsafe"],
        },
        "retries": {"type": "integer", "minimum": 0, "maximum": 5},
        "ratio": {"minimum": 0, "exclusiveMaximum": 1, "description": "<img src=x> & more"},
        "level": {"enum": [1, 2, 3]},
        "limits": {"patternProperties": {"^n_": {"title": "A count", "maximum": 5}}, "required": ["day"]},
        "budget": {"default": 22.5},
        "owner": {"type": "string"},
        "note": {"enum": [None, "short", {"a": 1}]},
    },
}


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[FormEditor]:
    window = QWidget()
    qtbot.addWidget(window)
    editor = FormEditor(window)
    editor.resize(700, 500)
    window.resize(700, 500)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield editor
    window.close()


def show(form: FormEditor, schema: object = SCHEMA, data: bytes = TEXT, **how: bool) -> None:
    """Load a value, and bring the schema as the window does."""
    form.load(data, **how)
    use(form, schema)


def use(form: FormEditor, schema: object) -> None:
    form.schema.use(Guide(Schema.read(json.dumps(schema).encode()).says), "Schema for settings_*")
    check(form, schema)


def check(form: FormEditor, schema: object = SCHEMA) -> None:
    guide = form.schema.guide
    assert guide is not None
    checking = Checking(json.dumps(schema).encode())
    form.show_verdict(form.data(), checking.verdict(form.data(), guide.questions))


def combo(form: FormEditor, path: str) -> QComboBox:
    found = form.reveal(path)
    assert isinstance(found, QComboBox)
    return found


def line(form: FormEditor, path: str) -> QLineEdit:
    found = form.reveal(path)
    assert isinstance(found, QLineEdit)
    return found


def items(box: QComboBox) -> list[str]:
    return [box.itemText(index) for index in range(box.count()) if box.itemText(index)]


def choose(form: FormEditor, path: str, words: str) -> None:
    """Choose from the list with the keyboard, as Qt lets a person."""
    box = combo(form, path)
    box.setFocus()
    assert words in items(box)
    box.setCurrentIndex(box.findText(words))
    box.activated.emit(box.currentIndex())


def words(form: FormEditor) -> dict[str, str]:
    """What breaks the schema, by path."""
    return {node.path(): issue.word for node, issue in form.model.marks.issues.items()}


def bar(form: FormEditor, name: str) -> QPushButton:
    found = form.findChild(QPushButton, name)
    assert found is not None
    return found


def said(form: FormEditor) -> str:
    found = form.findChild(PlainLabel, "schemaHelp")
    assert found is not None
    return found.text() if found.isVisible() else ""


def test_a_form_without_a_schema_says_nothing_of_one(form: FormEditor) -> None:
    form.load(TEXT)
    assert said(form) == ""
    assert not bar(form, "schemaIssues").isVisible()
    assert isinstance(form.reveal("$.mode"), QLineEdit)


def test_an_enumeration_is_a_list_that_shows_also_what_is_not_in_it(form: FormEditor) -> None:
    show(form)
    box = combo(form, "$.mode")
    assert (box.currentText(), box.accessibleName()) == ("reckless", "$.mode")
    assert items(box) == ["reckless", "fast", "careful", "ünsafe", "Other…"]
    assert form.data() is TEXT


def test_a_choice_changes_the_bytes_of_that_value_alone_and_can_be_undone(form: FormEditor) -> None:
    show(form)
    choose(form, "$.mode", "ünsafe")
    assert form.data() == TEXT.replace(b"reckless", "ünsafe".encode())
    assert items(combo(form, "$.mode")) == ["fast", "careful", "ünsafe", "Other…"]
    form.undo()
    assert form.data() is TEXT
    assert combo(form, "$.mode").currentText() == "reckless"


def test_the_choice_that_stands_there_keeps_its_digits_and_is_no_edit(form: FormEditor) -> None:
    show(form)
    assert items(combo(form, "$.level")) == ["1", "2.0", "3", "Other…"]
    choose(form, "$.level", "2.0")
    assert form.data() is TEXT
    choose(form, "$.level", "3")
    assert form.data() == TEXT.replace(b"2.0", b"3")


def test_a_null_can_become_one_of_the_choices(form: FormEditor) -> None:
    schema = {"properties": {"note": {"enum": [None, "short"]}}}
    show(form, schema)
    choose(form, "$.note", "short")
    assert form.data() == TEXT.replace(b"null", b'"short"')
    choose(form, "$.note", "null")
    assert form.data() == TEXT


def test_another_value_than_those_listed_can_be_typed(form: FormEditor) -> None:
    show(form)
    choose(form, "$.mode", "Other…")
    field = line(form, "$.mode")
    assert QApplication.focusWidget() is field
    field.selectAll()
    QTest.keyClicks(field, "bold")
    assert form.data() == TEXT.replace(b"reckless", b"bold")


def test_scrolling_over_a_list_chooses_nothing(form: FormEditor) -> None:
    show(form)
    box = combo(form, "$.mode")
    place = QPointF(4, 4)
    turn = QWheelEvent(
        place,
        box.mapToGlobal(place),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, turn)
    assert box.currentText() == "reckless"
    assert form.data() is TEXT


def test_a_long_list_is_filled_in_when_the_keyboard_comes(form: FormEditor) -> None:
    show(form, {"properties": {"mode": {"enum": [f"v{n}" for n in range(150)]}}})
    box = combo(form, "$.mode")
    assert items(box) == ["reckless"]
    box.setFocus()
    assert len(items(box)) == 152
    choose(form, "$.mode", "v149")
    assert form.data() == TEXT.replace(b"reckless", b"v149")


def test_yes_and_no_keep_their_box(form: FormEditor) -> None:
    show(form, {"items": {"enum": [True, False]}}, b"[true, 1]")
    assert isinstance(form.reveal("$[0]"), QCheckBox)
    assert items(combo(form, "$[1]")) == ["1", "yes", "no", "Other…"]


def test_titles_and_descriptions_reach_mouse_keyboard_and_assistive_tools_as_text(form: FormEditor) -> None:
    show(form)
    field = line(form, "$.ratio")
    assert "<img src=x> & more" in field.accessibleDescription()
    assert "at least 0 · below 1" in field.accessibleDescription()
    assert "&lt;img src=x&gt; &amp; more" in field.toolTip()
    assert said(form) == "<img src=x> & more  ·  at least 0 · below 1"
    combo(form, "$.mode")
    assert "How careful — What it dares." in said(form)
    row = form.model.row(form.view.current_node())
    assert "What it dares." in str(
        form.model.index(row, NAME).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    )
    assert faults(form) == []


def test_hostile_titles_are_shown_as_what_they_are(form: FormEditor) -> None:
    evil = "<b>x</b>\u202e\x00\ud800 & <img src='/etc/passwd'>"
    show(form, {"properties": {"mode": {"title": evil, "description": evil * 300, "enum": [evil, "fast"]}}})
    combo(form, "$.mode").setFocus()
    assert faults(form) == []


def test_what_breaks_the_schema_is_marked_and_counted(form: FormEditor) -> None:
    show(form)
    assert words(form) == {
        "$": "lacks 2",
        "$.mode": "not listed",
        "$.retries": "too large",
        "$.limits": "lacks 1",
        "$.limits.n_x": "too large",
    }
    assert bar(form, "schemaIssues").text() == "5 places break the schema"
    line(form, "$.retries")
    assert said(form).startswith("This is above the most, 5.")
    row = form.model.row(form.view.current_node())
    note = str(form.model.index(row, TYPE).data(Qt.ItemDataRole.AccessibleDescriptionRole))
    assert "This is above the most, 5." in note
    assert "This is above the most, 5." in line(form, "$.retries").accessibleDescription()


def test_a_value_that_is_mended_is_no_longer_marked(form: FormEditor) -> None:
    show(form)
    field = line(form, "$.retries")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "3")
    check(form)
    assert "$.retries" not in words(form)
    assert bar(form, "schemaIssues").text() == "4 places break the schema"
    assert field.accessibleDescription() == "whole number · 0 to 5"


def test_a_verdict_on_other_bytes_than_those_shown_marks_nothing(form: FormEditor) -> None:
    show(form, {})
    form.show_verdict(TEXT + b" ", Checking(json.dumps(SCHEMA).encode()).verdict(TEXT))
    assert words(form) == {}


def test_click_and_key_go_to_the_next_place_and_round_again(form: FormEditor) -> None:
    show(form)
    form.view.set_current(form.model.node(0))
    visited = []
    for turn in range(6):
        if turn % 2:
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F8)
        else:
            QTest.mouseClick(bar(form, "schemaIssues"), Qt.MouseButton.LeftButton)
        current = form.view.current_node()
        assert current is not None
        visited.append(current.path())
    assert visited == ["$.mode", "$.retries", "$.limits", "$.limits.n_x", "$", "$.mode"]


def test_the_next_place_is_unfolded(form: FormEditor) -> None:
    show(form)
    limits = form.model.node(form.model.row(form.view.current_node()))
    form.view.set_unfolded(next(node for node in limits.walk() if node.name == "limits"), False)
    form.schema.go_to_next()
    current = form.view.current_node()
    assert current is not None
    assert current.path() == "$.limits.n_x"


def test_missing_fields_are_added_in_one_click_and_taken_back_in_one_step(form: FormEditor) -> None:
    show(form)
    add = bar(form, "schemaAdd")
    assert add.text() == "Add 3 missing fields"
    QTest.mouseClick(add, Qt.MouseButton.LeftButton)
    value = json.loads(form.data())
    assert (value["owner"], value["budget"], value["limits"]["day"]) == ("", 22.5, "")
    assert form.data().startswith(TEXT[:40])
    check(form)
    assert not add.isVisible()
    assert "$" not in words(form)
    form.undo()
    assert form.data() is TEXT
    assert form._document.serialise() == TEXT
    form.redo()
    assert json.loads(form.data()) == value


def test_one_missing_field_is_named(form: FormEditor) -> None:
    show(form, {"required": ["own & er", "mode"]})
    assert bar(form, "schemaAdd").text() == "Add “own && er”"


def test_what_is_read_only_offers_no_change(form: FormEditor) -> None:
    show(form, read_only=True)
    assert not combo(form, "$.mode").isEnabled()
    assert not bar(form, "schemaAdd").isVisible()
    assert bar(form, "schemaIssues").isVisible()


def test_a_secret_stays_masked_whatever_the_schema_lists(form: FormEditor) -> None:
    schema = {
        "properties": {"limits": {"properties": {"tokens": {"enum": [1, 2], "description": "How many."}}}}
    }
    show(form, schema)
    field = form.view.field(form._document.find("$.limits.tokens"))
    assert not isinstance(field, QComboBox)
    texts = [each.text() for each in field.findChildren(QLineEdit)]
    assert texts == ["••••••••"]
    assert "40" not in field.findChildren(QLineEdit)[0].accessibleDescription()
    assert "How many." in field.findChildren(QLineEdit)[0].accessibleDescription()


def test_a_schema_that_comes_while_a_person_types_takes_nothing_from_them(form: FormEditor) -> None:
    form.load(TEXT)
    field = line(form, "$.mode")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "car")
    use(form, SCHEMA)
    assert QApplication.focusWidget() is field
    QTest.keyClicks(field, "eful")
    assert form.data() == TEXT.replace(b"reckless", b"careful")
    form.view.setFocus()
    form.view.sync()
    assert combo(form, "$.mode").currentText() == "careful"


def test_names_that_a_pattern_means_have_its_facts(form: FormEditor) -> None:
    show(form)
    line(form, "$.limits.n_x")
    assert "A count" in line(form, "$.limits.n_x").accessibleDescription()


def test_a_renamed_field_has_the_facts_of_its_new_name(form: FormEditor) -> None:
    show(form, {"properties": {"retries": {"enum": [9]}, "tries": {"description": "New."}}})
    node = form._document.find("$.retries")
    assert node is not None
    combo(form, "$.retries")
    form._renamed(node, "tries", False)
    assert "New." in line(form, "$.tries").accessibleDescription()


def test_nothing_is_written_by_looking_at_a_value_with_its_schema(form: FormEditor) -> None:
    show(form)
    for node in list(form._document.root.walk()):
        form.view.focus_field(node)
        form.schema.go_to_next()
    assert form.data() is TEXT
    assert not form.can_undo()


def test_another_value_begins_without_the_schema_of_the_last(form: FormEditor) -> None:
    show(form)
    form.load(b'{"mode": 1}')
    assert said(form) == ""
    assert isinstance(form.reveal("$.mode"), QLineEdit)
    assert not bar(form, "schemaIssues").isVisible()


def test_a_schema_that_is_not_used_is_told_in_one_line(form: FormEditor) -> None:
    form.load(TEXT)
    form.schema.use(None, "Schema for settings_*", "The schema for settings_* is not used. It is not JSON.")
    assert said(form) == "The schema for settings_* is not used. It is not JSON."
    assert isinstance(form.reveal("$.mode"), QLineEdit)
